"""Other correct implementations of gumbel_softmax; all of them must earn 100 %."""

import math

import numpy as np
import torch


def _normal(noise, mu, logvar):
    return torch.addcmul(mu.expand_as(noise), logvar.exp().sqrt().expand_as(noise), noise)


def _laplace(noise, mu, b):
    right = mu - b * torch.log(1 - 2 * noise.clamp(min=0))
    left = mu + b * torch.log(1 + 2 * noise.clamp(max=0))
    return torch.where(noise < 0, left, right)


_LAWS = {
    "normal": _normal,
    "laplace": _laplace,
    "exponential": lambda u, rate: torch.log(1 - u) * (-1 / rate),
    "logistic": lambda u, mu, s: mu - s * torch.log(1 / u - 1),
    "gumbel": lambda u, mu, beta: mu + beta * -torch.log(torch.log(1 / u)),
}


def reparam_sample__table(dist, params, noise):
    """A table of closures; other forms of the same formulas."""
    if dist not in _LAWS:
        raise ValueError("unknown law: " + dist)
    return _LAWS[dist](noise, *params)


def reparam_sample__branches(dist, params, noise):
    """Laplace as a difference of two exponential variables; the logistic law through tanh."""
    match dist:
        case "normal":
            return params[0] + noise * torch.sqrt(torch.exp(params[1]))
        case "laplace":
            up, down = -torch.log(1 - 2 * torch.relu(noise)), -torch.log(1 - 2 * torch.relu(-noise))
            return params[0] + params[1] * (up - down)
        case "exponential":
            return torch.log(1 / (1 - noise)) / params[0]
        case "logistic":
            return params[0] + 2 * params[1] * torch.atanh(2 * noise - 1)
        case "gumbel":
            return params[0] - params[1] * (-noise.log()).log()
        case _:
            raise ValueError(dist)


def gaussian_kl__loops(mu, logvar):
    """One number at a time."""
    totals = []
    for m, lv in zip(mu, logvar, strict=True):
        total = 0.0
        for i in range(len(m)):
            total = total + (m[i] * m[i] + torch.expm1(lv[i]) - lv[i]) / 2
        totals.append(total)
    return torch.stack(totals)


def gaussian_kl__einsum(mu, logvar):
    """The terms summed one by one."""
    squares = torch.einsum("bd,bd->b", mu, mu)
    return -0.5 * (mu.shape[1] + logvar.sum(dim=1) - squares - logvar.exp().sum(dim=1))


def exact_grad__numpy(logits, reward):
    """Softmax Jacobian times reward, in numpy."""
    a, r = logits.numpy(), reward.numpy()
    p = np.exp(a - a.max())
    p /= p.sum()
    return torch.from_numpy((np.diag(p) - np.outer(p, p)) @ r)


def score_function_grad__numpy(logits, reward, idx, baseline=0.0):
    """A loop over samples in numpy, in float64, and back to the dtype of the logits."""
    a = logits.numpy().astype(np.float64)
    p = np.exp(a - a.max())
    p /= p.sum()
    b = np.broadcast_to(np.asarray(baseline), (len(idx),))
    rows = np.zeros((len(idx), len(a)))
    for i, k in enumerate(idx.tolist()):
        rows[i] -= p
        rows[i, k] += 1
        rows[i] *= reward[k].item() - b[i]
    return torch.from_numpy(rows).to(logits.dtype)


def leave_one_out_baseline__numpy(r):
    """Delete one entry and average the rest."""
    return torch.tensor([np.delete(r.numpy(), i).mean() for i in range(len(r))], dtype=r.dtype)


def exact_grad__matrix(logits, reward):
    """The Jacobian of the softmax, built as a matrix."""
    p = torch.exp(logits - torch.logsumexp(logits, 0))
    return (torch.diag(p) - p[:, None] * p) @ reward


def score_function_grad__matrix(logits, reward, idx, baseline=0.0):
    """Rows of an identity matrix; weights by a diagonal matrix."""
    p = torch.exp(logits - torch.logsumexp(logits, 0))
    weights = reward.gather(0, idx) - baseline
    return torch.diag(weights) @ (torch.eye(len(logits), dtype=logits.dtype)[idx] - p)


def leave_one_out_baseline__matrix(r):
    """A matrix with zeros on the diagonal."""
    n = len(r)
    return (torch.ones(n, n, dtype=r.dtype) - torch.eye(n, dtype=r.dtype)) @ r / (n - 1)


def gumbel_noise__race(u):
    """In numpy."""
    finfo = torch.finfo(u.dtype)
    inside = np.minimum(np.maximum(u.numpy(), finfo.tiny), 1 - finfo.eps)
    return torch.from_numpy(-np.log(-np.log(inside)))


def gumbel_max__race(logits, g):
    """The class whose perturbed logit no other one exceeds, by loops."""
    winners = []
    for row in (logits + g).tolist():
        best = 0
        for k, value in enumerate(row):
            if value > row[best]:
                best = k
        winners.append(best)
    return torch.tensor(winners)


def gumbel_top_k__race(logits, g, k):
    """Draw, remove, draw again."""
    left = (logits + g).clone()
    drawn = []
    for _ in range(k):
        drawn.append(left.argmax(1))
        left[torch.arange(len(left)), drawn[-1]] = -torch.inf
    return torch.stack(drawn, dim=1)


def gumbel_noise__where(u):
    """Clamp by torch.where."""
    low, high = torch.finfo(u.dtype).tiny, 1 - torch.finfo(u.dtype).eps
    u = torch.where(u < low, torch.full_like(u, low), u)
    u = torch.where(u > high, torch.full_like(u, high), u)
    return -(-u.log()).log()


def gumbel_max__where(logits, g):
    """numpy's argmax."""
    return torch.from_numpy(np.argmax(logits.numpy() + g.numpy(), axis=1))


def gumbel_top_k__where(logits, g, k):
    """A full sort; an array of numpy."""
    return np.argsort(-(logits.numpy() + g.numpy()), axis=1)[:, :k]


def gumbel_softmax__by_hand(logits, g, tau):
    """Softmax from its definition, after subtracting the maximum."""
    x = (logits + g) / tau
    e = torch.exp(x - x.max(dim=-1, keepdim=True).values)
    return e / e.sum(dim=-1, keepdim=True)


def tau_schedule__by_hand(t, tau0, tau_min, rate):
    """Branches; the power of a factor."""
    tau = tau0 * np.exp(-rate) ** t
    return tau if tau > tau_min else tau_min


def gumbel_softmax__logsumexp(logits, g, tau):
    """In the log domain."""
    x = logits.div(tau) + g / tau
    return torch.exp(x - torch.logsumexp(x, -1, keepdim=True))


def tau_schedule__logsumexp(t, tau0, tau_min, rate):
    """As a tensor."""
    return torch.tensor(tau0 * math.e ** (-rate * t), dtype=torch.float64).clamp(min=tau_min)


def gumbel_softmax_jacobian__loops(y, tau):
    """One entry after another, in numpy."""
    y = y.numpy()
    K = y.shape[-1]
    J = np.empty((*y.shape, K), y.dtype)
    for i in range(K):
        for j in range(K):
            J[..., i, j] = y[..., i] * ((i == j) - y[..., j]) / tau
    return J


def gumbel_softmax_grad__loops(y, reward, tau):
    """The reward centred for each sample."""
    rows = []
    for row in y:
        rows.append((row * reward - row * torch.dot(row, reward)) / tau)
    return torch.stack(rows)


def gumbel_softmax_jacobian__einsum(y, tau):
    """y_i (delta_ij - y_j), by einsum and an identity matrix."""
    eye = torch.eye(y.shape[-1], dtype=y.dtype)
    return torch.einsum("...i,...ij->...ij", y / tau, eye - y.unsqueeze(-2))


def gumbel_softmax_grad__einsum(y, reward, tau):
    """The Jacobian applied to the reward."""
    return gumbel_softmax_jacobian__einsum(y, tau) @ reward


def estimator_stats__autograd(kind, logits, reward, tau, g):
    """One copy of the logits per sample, and autograd; sums in place of torch.var."""
    copies = logits.expand(len(g), -1).clone().requires_grad_()
    if kind == "gumbel_softmax":
        objective = torch.softmax((copies + g) / tau, -1) @ reward
    else:
        idx = torch.argmax(copies + g, 1)
        r = reward[idx]
        if kind == "score_baseline":
            r = r - (r.sum() - r) / (len(r) - 1)
        objective = r * torch.log_softmax(copies, -1)[torch.arange(len(g)), idx]
    (grads,) = torch.autograd.grad(objective.sum(), copies)
    mean = grads.sum(0) / len(g)
    return mean, ((grads - mean) ** 2).sum(0) / (len(g) - 1)


def estimator_stats__loops(kind, logits, reward, tau, g):
    """Sample by sample in numpy; a list in place of a tuple."""
    a, r, g = logits.numpy(), reward.numpy(), g.numpy()
    pi = np.exp(a - a.max()) / np.exp(a - a.max()).sum()
    drawn = [int(np.argmax(a + row)) for row in g]
    grads = []
    for i, row in enumerate(g):
        if kind == "gumbel_softmax":
            x = (a + row) / tau
            y = np.exp(x - x.max())
            y /= y.sum()
            grads.append((np.diag(y) - np.outer(y, y)) @ r / tau)
        else:
            others = [r[k] for j, k in enumerate(drawn) if j != i]
            b = np.mean(others) if kind == "score_baseline" else 0
            grads.append((r[drawn[i]] - b) * (np.eye(len(a))[drawn[i]] - pi))
    return [np.mean(grads, axis=0), np.var(grads, axis=0, ddof=1)]


class _HardForward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y):
        return torch.zeros_like(y).scatter(-1, y.argmax(-1, keepdim=True), 1.0)

    @staticmethod
    def backward(ctx, grad):
        return grad


def straight_through__function(y_soft):
    """An autograd function with a backward pass of its own."""
    return _HardForward.apply(y_soft)


def straight_through__other_order(y_soft):
    """The soft sample plus a constant correction."""
    with torch.no_grad():
        K = y_soft.shape[-1]
        hard = torch.eye(K, dtype=y_soft.dtype)[y_soft.max(dim=-1).indices]
        correction = hard - y_soft
    return y_soft + correction


def cat_vae_loss__by_hand(recon_logits, x, q_logits):
    """The formulas of the text, with the entropy."""
    rec = recon_logits.clamp(min=0) - recon_logits * x + torch.log1p(torch.exp(-recon_logits.abs()))
    q = torch.softmax(q_logits, -1)
    entropy = -torch.special.xlogy(q, q.clamp(min=torch.finfo(q.dtype).tiny)).sum(-1)
    return rec.sum(1), (np.log(q_logits.size(2)) - entropy).sum(1)


def cat_vae_loss__library(recon_logits, x, q_logits):
    """softplus, and cross-entropy with the model's own probabilities."""
    rec = torch.nn.functional.softplus(recon_logits) - x * recon_logits
    B, N, K = q_logits.shape
    flat = q_logits.reshape(B * N, K)
    negentropy = -torch.nn.functional.cross_entropy(flat, torch.softmax(flat, 1), reduction="none")
    return rec.sum(-1), (negentropy + math.log(K)).reshape(B, N).sum(1)
