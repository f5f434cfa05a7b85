"""Other correct implementations of domain_adaptation; all of them must earn 100 %."""

import math

import numpy as np
import scipy.linalg
import torch
from torch import nn


def density_ratio_weights__loops(p_target, n_s, n_t):
    """One example at a time, through the log odds."""
    prior = math.log(n_s) - math.log(n_t)
    return np.array([math.exp(math.log(p) - math.log1p(-p) + prior) if p > 0 else 0.0 for p in p_target])


def weighted_risk__loops(losses, w, normalize=False):
    """Sums by hand."""
    total = mass = 0.0
    for loss, weight in zip(losses, w, strict=True):
        total += weight * loss
        mass += weight
    return total / mass if normalize else total / len(losses)


def effective_sample_size__loops(w):
    """Through the normalised weights: the inverse of the sum of their squares."""
    share = [weight / sum(w) for weight in w]
    return 1 / sum(s * s for s in share)


def density_ratio_weights__torch(p_target, n_s, n_t):
    """The ratio of two odds, in torch."""
    p = torch.from_numpy(p_target.copy())
    return ((p / (1 - p)) / (n_t / n_s)).numpy()


def weighted_risk__torch(losses, w, normalize=False):
    """numpy's own weighted mean where it can be used."""
    return float(np.average(losses, weights=w)) if normalize else float(np.mean(w * losses))


def adjust_posterior__loops(post, w):
    """Row by row in plain lists."""
    rows = []
    for row in post:
        joint = [p * v for p, v in zip(row, w, strict=True)]
        rows.append([j / sum(joint) for j in joint])
    return np.array(rows)


def label_shift_em__loops(post, prior_s, iters):
    """Responsibilities summed up example by example; the last E-step after the rounds."""
    n, K = post.shape
    prior_t = [float(p) for p in prior_s]
    adjusted = np.zeros((n, K))
    for step in range(iters + 1):
        total = [0.0] * K
        for i in range(n):
            joint = [post[i, k] / prior_s[k] * prior_t[k] for k in range(K)]
            for k in range(K):
                adjusted[i, k] = joint[k] / sum(joint)
                total[k] += adjusted[i, k]
        if step < iters:
            prior_t = [t / n for t in total]
    return np.array(prior_t), adjusted


def adjust_posterior__logs(post, w):
    """In log space, with torch's softmax."""
    with np.errstate(divide="ignore"):
        return torch.softmax(torch.from_numpy(np.log(post) + np.log(w)), dim=1).numpy()


def label_shift_em__logs(post, prior_s, iters):
    """Likelihoods up to a factor per example, then EM for a mixture with known components."""
    with np.errstate(divide="ignore"):
        log_likelihood = torch.from_numpy(np.log(post) - np.log(prior_s))
    log_prior = torch.from_numpy(prior_s).log()
    for _ in range(iters):
        log_prior = torch.log_softmax(log_likelihood + log_prior, dim=1).exp().mean(dim=0).log()
    return log_prior.exp().numpy(), torch.softmax(log_likelihood + log_prior, dim=1).numpy()


def joint_confusion__loops(y_pred, y_true, K):
    """One pair at a time into a table of counts."""
    joint = np.zeros((K, K), dtype=np.int64)
    for i, j in zip(y_pred, y_true, strict=True):
        joint[i, j] += 1
    return joint / joint.sum()


def bbse_weights__loops(joint, mu):
    """Cramer's rule."""
    det = np.linalg.det(joint)
    w = np.empty(len(mu))
    for j in range(len(mu)):
        replaced = joint.copy()
        replaced[:, j] = mu
        w[j] = np.linalg.det(replaced) / det
    return w


def joint_confusion__one_hot(y_pred, y_true, K):
    """A product of one-hot matrices."""
    eye = np.eye(K)
    return eye[y_pred].T @ eye[y_true] / y_pred.size


def bbse_weights__one_hot(joint, mu):
    """Least squares, in torch."""
    return torch.linalg.lstsq(torch.from_numpy(joint), torch.from_numpy(mu)[:, None]).solution[:, 0].numpy()


class GradReverse__hook:
    """No autograd.Function: a hook on the output's gradient."""

    @staticmethod
    def apply(x, lam):
        y = x * 1
        if y.requires_grad:
            y.register_hook(lambda g: -lam * g)
        return y


class GradReverse__saved(torch.autograd.Function):
    """lam as a saved tensor."""

    @staticmethod
    def forward(ctx, x, lam):
        ctx.save_for_backward(torch.as_tensor(lam, dtype=x.dtype))
        return x.clone()

    @staticmethod
    def backward(ctx, grad_output):
        (lam,) = ctx.saved_tensors
        return grad_output.neg().mul(lam), None


def dann_losses__softplus(f, c, d, xs, ys, xt, lam):
    """One pass over both domains; reversal by a constant that cancels the value; losses written out."""
    h = f(torch.cat([xs, xt]))
    n = len(xs)
    turned = (1 + lam) * h.detach() - lam * h
    z = d(turned).squeeze(1)
    log_p = torch.log_softmax(c(h[:n]), dim=1)
    class_loss = -log_p[torch.arange(n), ys].sum() / n
    domain_loss = torch.nn.functional.softplus(-z[:n]).mean() + torch.nn.functional.softplus(z[n:]).mean()
    return class_loss, domain_loss


def dann_losses__two_classes(f, c, d, xs, ys, xt, lam):
    """The domain classifier as a two-class softmax; example by example."""

    def domain_term(x, label):
        total = 0.0
        for row in x:
            z = d(GradReverse.apply(f(row[None]), lam))[0, 0]
            total = total - torch.log_softmax(torch.stack([torch.zeros_like(z), z]), dim=0)[label]
        return total / x.shape[0]

    criterion = nn.CrossEntropyLoss(reduction="mean")
    return criterion(c(f(xs)), ys), domain_term(xs, 1) + domain_term(xt, 0)


def dann_lambda__softplus(p, gamma=10.0):
    """The ramp is a hyperbolic tangent."""
    return math.tanh(gamma * p / 2)


def dann_lambda__two_classes(p, gamma=10.0):
    """A quotient of exponentials."""
    e = np.exp(-gamma * np.float64(p))
    return (1 - e) / (1 + e)


def median_sigma__numpy(X, Y):
    """numpy's median over the upper triangle."""
    Z = np.concatenate([X.detach().numpy(), Y.detach().numpy()])
    i, j = np.triu_indices(len(Z), k=1)
    return float(np.median(np.linalg.norm(Z[i] - Z[j], axis=1)))


def mmd2__numpy(X, Y, sigmas):
    """One kernel matrix of the pooled sample, weighted by the signed shares of the samples."""
    Z = torch.cat([X, Y])
    n, m = len(X), len(Y)
    share = torch.cat([torch.full((n,), 1 / n), torch.full((m,), -1 / m)]).to(Z)
    squared = torch.cdist(Z, Z, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    K = torch.stack([torch.exp(squared * (-0.5 / s**2)) for s in sigmas]).mean(dim=0)
    return share @ K.to(Z) @ share


def median_sigma__loops(X, Y):
    """A sorted list of distances."""
    Z = [row.tolist() for row in [*X, *Y]]
    distances = sorted(math.dist(a, b) for i, a in enumerate(Z) for b in Z[:i])
    middle = len(distances) // 2
    return distances[middle] if len(distances) % 2 else (distances[middle - 1] + distances[middle]) / 2


def mmd2__loops(X, Y, sigmas):
    """Pair by pair."""

    def k(a, b):
        squared = ((a - b) ** 2).sum()
        return sum(torch.exp(-squared / 2 / s**2) for s in sigmas) / len(sigmas)

    def mean(A, B):
        return sum(k(a, b) for a in A for b in B) / (len(A) * len(B))

    return mean(X, X) - 2 * mean(X, Y) + mean(Y, Y)


def _covariance(X):
    centred = X - X.mean(0, keepdim=True)
    return torch.einsum("ni,nj->ij", centred, centred) / (X.shape[0] - 1)


def coral_loss__einsum(S, T):
    """The covariance from its definition, the norm from linalg."""
    return (torch.linalg.matrix_norm(_covariance(S) - _covariance(T)) / (2 * S.size(1))) ** 2


def coral_transform__einsum(S, T, eps=1e-3):
    """numpy's covariance and SciPy's matrix functions."""
    C_S, C_T = (np.cov(X.numpy(), rowvar=False) + eps * np.eye(X.shape[1]) for X in (S, T))
    whitened = (S - S.mean(0)).numpy() @ np.linalg.inv(scipy.linalg.sqrtm(C_S).real)
    return torch.from_numpy(whitened @ scipy.linalg.sqrtm(C_T).real + T.numpy().mean(axis=0)).to(S.dtype)


def coral_loss__loops(S, T):
    """Entry by entry."""
    p, total = S.shape[1], 0.0
    for i in range(p):
        for j in range(p):
            entries = []
            for X in (S, T):
                a, b = X[:, i] - X[:, i].mean(), X[:, j] - X[:, j].mean()
                entries.append((a * b).sum() / (len(X) - 1))
            total = total + (entries[0] - entries[1]) ** 2
    return total / (4 * p * p)


def coral_transform__loops(S, T, eps=1e-3):
    """Whitening and colouring in two steps, by the singular value decomposition of the covariances."""

    def root(X, power):
        U, values, _ = torch.linalg.svd(_covariance(X) + eps * torch.eye(X.shape[1], dtype=X.dtype))
        return U @ torch.diag(values**power) @ U.T

    white = (S - S.mean(0)) @ root(S, -0.5)
    return white @ root(T, 0.5) + T.mean(0)


def adabn_stats__streaming(batches):
    """Chan's formula: running mean and sum of squares, one batch at a time."""
    n, mean, m2 = 0, torch.zeros_like(batches[0][0]), torch.zeros_like(batches[0][0])
    for b in batches:
        delta = b.mean(0) - mean
        m2 = m2 + ((b - b.mean(0)) ** 2).sum(0) + delta**2 * (n * len(b) / (n + len(b)))
        n += len(b)
        mean = mean + delta * (len(b) / n)
    return mean, m2 / n


def adapt_batchnorm__streaming(net, batches):
    """The prefix of the network run anew for every normalisation layer."""
    for i, layer in enumerate(net):
        if isinstance(layer, nn.BatchNorm1d):
            with torch.no_grad():
                layer.running_mean, layer.running_var = adabn_stats([net[:i](x) for x in batches])


def adabn_stats__within_between(batches):
    """Variance within plus variance between batches."""
    sizes = [b.shape[0] for b in batches]
    means = [b.sum(0) / n for b, n in zip(batches, sizes, strict=True)]
    mean = sum(n * m for n, m in zip(sizes, means, strict=True)) / sum(sizes)
    within = sum(((b - m) ** 2).sum(0) for b, m in zip(batches, means, strict=True))
    between = sum(n * (m - mean) ** 2 for n, m in zip(sizes, means, strict=True))
    return mean, (within + between) / sum(sizes)


@torch.no_grad()
def adapt_batchnorm__within_between(net, batches):
    """All of the target as one batch, inputs caught by a hook."""
    x = torch.cat(batches)
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm1d):
            caught = []
            handle = layer.register_forward_pre_hook(
                lambda module, args, caught=caught: caught.append(args[0])
            )
            net(x)
            handle.remove()
            mean, var = adabn_stats(caught)
            layer.running_mean[:] = mean
            layer.running_var[:] = var


def select_pseudo_labels__loops(probs, tau, cap):
    """Plain Python: sort by confidence and index, count per class."""
    labels, count, kept = {}, {}, []
    for i, row in enumerate(probs.tolist()):
        labels[i] = row.index(max(row))
    for i in sorted(labels, key=lambda i: (-max(probs[i].tolist()), i)):
        if probs[i].max() >= tau and count.get(labels[i], 0) < cap:
            count[labels[i]] = count.get(labels[i], 0) + 1
            kept.append(i)
    kept.sort()
    return torch.tensor(kept, dtype=torch.int64), torch.tensor([labels[i] for i in kept], dtype=torch.int64)


def select_pseudo_labels__ranks(probs, tau, cap):
    """numpy: the rank of each example within its class by comparing all pairs."""
    p = probs.numpy()
    label, confidence, index = p.argmax(1), p.max(1), np.arange(len(p))
    same = label[:, None] == label
    ahead = (confidence[:, None] < confidence) | (
        (confidence[:, None] == confidence) & (index[:, None] > index)
    )
    idx = np.flatnonzero((confidence >= tau) & ((same & ahead).sum(axis=1) < cap))
    return torch.from_numpy(idx), torch.from_numpy(label[idx])
