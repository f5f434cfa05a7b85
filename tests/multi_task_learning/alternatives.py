"""Other correct implementations of multi_task_learning."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar
from torch import nn


class MultiTaskNet__loops(nn.Module):
    """Heads first, one by one, and the forward pass written out with matrices."""

    def __init__(self, d_in, d_hidden, heads):
        super().__init__()
        self.heads = nn.ModuleDict()
        for name in sorted(heads):
            self.heads[name] = nn.Linear(d_hidden, heads[name])
        self.encoder = nn.Sequential()
        self.encoder.append(nn.Linear(d_in, d_hidden))
        self.encoder.append(nn.ReLU())

    def forward(self, x):
        outputs = {}
        hidden = self.encoder[0](x).clamp(min=0)
        for name in self.heads:
            outputs[name] = hidden @ self.heads[name].weight.T + self.heads[name].bias
        return outputs


def soft_sharing_penalty__loops(thetas, lam):
    total = torch.zeros(())
    for i, a in enumerate(thetas):
        for j, b in enumerate(thetas):
            if i != j:
                total = total + ((a - b) ** 2).sum()
    return lam * total


def cross_stitch__loops(xa, xb, A):
    mixed = torch.stack([xa, xb], dim=-1) @ A.T
    return mixed[..., 0], mixed[..., 1]


def mtan_mask__loops(features, W, b):
    return torch.stack([1 / (1 + torch.exp(-(W @ f + b))) * f for f in features])


def soft_sharing_penalty__mean(thetas, lam):
    """Through the distance to the mean: the sum over ordered pairs is 2T times that."""
    theta = torch.stack(thetas)
    return 2 * lam * len(theta) * (theta - theta.mean(dim=0)).square().sum()


def gradient_conflicts__loops(G):
    T = len(G)
    cosines, conflicts = torch.zeros(T, T, dtype=torch.float64), []
    for i in range(T):
        for j in range(T):
            a, b = G[i].double(), G[j].double()
            if a.any() and b.any():
                cosines[i, j] = a @ b / (a.norm() * b.norm())
            if i < j:
                conflicts.append(float(cosines[i, j] < 0))
    return cosines.to(G.dtype), sum(conflicts) / len(conflicts)


def transfer_affinity__loops(losses, theta, lr):
    T = len(losses(theta))
    Z = torch.zeros(T, T)
    for i in range(T):
        start = theta.clone().requires_grad_(True)
        losses(start)[i].backward()
        with torch.no_grad():
            old, new = losses(theta), losses(theta - lr * start.grad)
            for j in range(T):
                Z[i, j] = (old[j] - new[j]) / old[j]
    return Z


def linear_cka__loops(X, Y):
    """The n × n form: cosine of two centred Gram matrices, in numpy."""
    dtype = X.dtype
    X, Y = X.double().numpy(), Y.double().numpy()
    H = np.eye(len(X)) - 1 / len(X)
    K, L = H @ X @ X.T @ H, H @ Y @ Y.T @ H
    return torch.tensor((K * L).sum() / np.sqrt((K * K).sum() * (L * L).sum()), dtype=dtype)


def rotation_task__loops(x):
    images, labels = [], []
    for image in x.numpy():
        for k in range(4):
            images.append(torch.from_numpy(np.rot90(image, k).copy()))
            labels.append(k)
    return torch.stack(images), torch.tensor(labels)


def jigsaw_task__loops(x, perms, ids):
    out = torch.empty(x.shape)
    h, w = x.shape[1] // 2, x.shape[2] // 2
    for b, image in enumerate(x):
        for place, tile in enumerate(perms[ids[b]].tolist()):
            (r, q), (s, t) = divmod(place, 2), divmod(tile, 2)
            out[b, r * h : (r + 1) * h, q * w : (q + 1) * w] = image[s * h : (s + 1) * h, t * w : (t + 1) * w]
    return out


def uncertainty_loss__sigma(losses, s):
    """With σ itself, task by task, in float64."""
    total = 0.0
    for loss, log_variance in zip(losses.double(), s.double(), strict=True):
        sigma = torch.exp(log_variance / 2)
        total = total + loss / (2 * sigma**2) + torch.log(sigma)
    return total.to(losses.dtype)


def gradnorm_step__autograd(w, norms, losses, initial_losses, alpha, lr):
    """The loss on the weights written down, the gradient left to autograd."""
    w = w.detach().clone().requires_grad_(True)
    G = w * norms
    progress = losses / initial_losses
    target = (G.mean() * (progress / progress.mean()) ** alpha).detach()
    (G - target).abs().sum().backward()
    new = (w - lr * w.grad).detach()
    return new * len(new) / new.sum()


def pcgrad__numpy(G, order):
    G = G.detach().double().numpy()
    total = np.zeros(G.shape[1])
    for i, own in enumerate(G):
        g = own.copy()
        for other in [G[j] for j in order if j != i]:
            g -= min(0.0, g @ other) / max(other @ other, 1e-300) * other
        total += g / len(G)
    return torch.tensor(total, dtype=torch.float32)


def cagrad__bisection(G, c):
    """Bisection on the sign of the derivative."""
    g1, g2 = G.double()
    g0, difference = G.double().mean(dim=0), g1 - g2
    radius = c * torch.linalg.norm(g0)

    def mixture(w):
        return g2 + w * difference

    low, high = 0.0, 1.0
    while high - low > 1e-12:
        w = (low + high) / 2
        slope = difference @ g0 + radius * (difference @ mixture(w)) / mixture(w).norm()
        low, high = (low, w) if slope > 0 else (w, high)
    return (g0 + radius * F.normalize(mixture(high), dim=0)).to(G.dtype)


def cagrad__scipy(G, c):
    """The dual in three inner products, minimised by SciPy."""
    (a, b), (_, d) = (G.double() @ G.double().T).tolist()
    norm0 = math.sqrt(a + 2 * b + d) / 2

    def phi(w):
        length = math.sqrt(max(w * w * a + 2 * w * (1 - w) * b + (1 - w) ** 2 * d, 0.0))
        return (w * (a + b) + (1 - w) * (b + d)) / 2 + c * norm0 * length

    w = minimize_scalar(phi, bounds=(0, 1), method="bounded", options={"xatol": 1e-9}).x
    w = min([0.0, w, 1.0], key=phi)
    mixture = w * G[0] + (1 - w) * G[1]
    return G.mean(dim=0) + c * norm0 * mixture / mixture.norm()


def task_gradients__backward(losses, params):
    """Through .grad, which is put back afterwards."""
    kept = [p.grad for p in params]
    G = torch.zeros(len(losses), sum(p.numel() for p in params))
    for t in range(len(losses)):
        for p in params:
            p.grad = None
        losses[t].backward(retain_graph=True, inputs=list(params))
        at = 0
        for p in params:
            if p.grad is not None:
                G[t, at : at + p.numel()] = p.grad.reshape(-1)
            at += p.numel()
    for p, grad in zip(params, kept, strict=True):
        p.grad = grad
    return G


def train_mtl__backward(
    net, x, targets, loss_fns, optimizer, method, steps, weight_lr=0.05, alpha=1.5, c=0.5
):
    """Gradients of all parameters by hand, one branch per method."""
    known = {"uniform", "uncertainty", "gradnorm", "pcgrad", "cagrad"}
    if method not in known:
        raise ValueError(method)
    encoder, heads = list(net.encoder.parameters()), list(net.heads.parameters())
    T, sizes = len(loss_fns), [p.numel() for p in encoder]
    s, w, first = torch.zeros(T), torch.ones(T), None
    all_losses, all_weights = torch.zeros(steps, T), torch.zeros(steps, T)
    for k in range(steps):
        out = net(x)
        losses = torch.stack([fn(out[task], targets[task]) for task, fn in loss_fns.items()])
        values = losses.detach().clone()
        first = values if first is None else first
        shared, own = task_gradients(losses, encoder), task_gradients(losses, heads)
        if method == "uncertainty":
            w = 0.5 * torch.exp(-s)
        all_losses[k], all_weights[k] = values, w
        if method == "pcgrad":
            update = T * pcgrad(shared, list(range(T)))
        elif method == "cagrad":
            update = 2 * cagrad(shared, c)
        else:
            update = w @ shared
        optimizer.zero_grad()
        for p, g in zip(encoder, update.split(sizes), strict=True):
            p.grad = g.reshape(p.shape).clone()
        for p, g in zip(heads, (w @ own).split([p.numel() for p in heads]), strict=True):
            p.grad = g.reshape(p.shape).clone()
        optimizer.step()
        if method == "uncertainty":
            s = s - weight_lr * 0.5 * (1 - torch.exp(-s) * values)
        elif method == "gradnorm":
            w = gradnorm_step(w, torch.linalg.vector_norm(shared, dim=1), values, first, alpha, weight_lr)
    return {"losses": all_losses, "weights": all_weights}
