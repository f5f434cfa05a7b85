"""Other correct implementations of nbeats; all of them must earn 100 %."""

import math
import statistics

import numpy as np
import torch
from torch import nn


def trend_basis__loops(degree, t, L):
    """Row by row, each from the one before."""
    rows = [np.ones(len(t))]
    for _ in range(degree):
        rows.append(rows[-1] * t / L)
    return np.array(rows)


def seasonality_basis__loops(n_harmonics, t, period):
    """Single numbers."""
    if 2 * n_harmonics > period:
        raise ValueError(n_harmonics)
    rows = np.zeros((2 * n_harmonics, len(t)))
    for k in range(n_harmonics):
        for i, time in enumerate(t.tolist()):
            rows[k, i] = math.cos(2 * math.pi * (k + 1) * time / period)
            rows[n_harmonics + k, i] = math.sin(2 * math.pi * (k + 1) * time / period)
    return rows


def window_bases__loops(L, H, degree, n_harmonics, period):
    """Window and horizon apart, each with its own times."""
    back, fore = np.arange(0.0, L), np.arange(L, L + H) * 1.0
    return {
        "season": tuple(seasonality_basis__loops(n_harmonics, t, period) for t in (back, fore)),
        "trend": tuple(trend_basis__loops(degree, t, L) for t in (back, fore)),
    }


def trend_basis__vander(degree, t, L):
    """numpy's Vandermonde matrix, turned."""
    return np.vander(np.asarray(t) / L, degree + 1, increasing=True).T


def seasonality_basis__vander(n_harmonics, t, period):
    """Real and imaginary part of complex waves."""
    if n_harmonics > period / 2:
        raise ValueError("too fast")
    waves = np.exp(2j * np.pi * np.outer(np.arange(1, n_harmonics + 1), t) / period)
    return np.vstack([waves.real, waves.imag])


def window_bases__vander(L, H, degree, n_harmonics, period):
    """Both, split."""
    t = np.arange(L + H)
    both = trend_basis__vander(degree, t, L), seasonality_basis__vander(n_harmonics, t, period)
    return {name: tuple(np.split(V, [L], axis=1)) for name, V in zip(("trend", "season"), both, strict=True)}


def project__lstsq(x, V_b):
    """numpy's least squares."""
    return np.linalg.lstsq(V_b.T, x.T, rcond=1e-10)[0].T


def projection_forecast__lstsq(x, bases):
    """Cut with split."""
    names = list(bases)
    theta = project__lstsq(x, np.vstack([bases[name][0] for name in names]))
    cuts = np.cumsum([bases[name][0].shape[0] for name in names])[:-1]
    return {
        name: piece @ bases[name][1]
        for name, piece in zip(names, np.split(theta, cuts, axis=1), strict=True)
    }


def explained__lstsq(x, V_b):
    """Window by window."""
    shares = []
    for row in x:
        row = row - row.mean()
        rest = row - project__lstsq(row[None], V_b)[0] @ V_b
        shares.append(1 - rest @ rest / (row @ row))
    return np.array(shares)


def project__svd(x, V_b):
    """Singular values, the small ones dropped."""
    U, s, W = np.linalg.svd(V_b, full_matrices=False)
    keep = s > 1e-10 * s[0]
    return (x @ W[keep].T / s[keep]) @ U[:, keep].T


def projection_forecast__svd(x, bases):
    """All coefficients, those of the other bases set to zero."""
    theta = project__svd(x, np.vstack([V_b for V_b, _ in bases.values()]))
    parts, start = {}, 0
    for name, (V_b, V_f) in bases.items():
        parts[name] = theta[:, start : start + V_b.shape[0]] @ V_f
        start += V_b.shape[0]
    return parts


def explained__svd(x, V_b):
    """By the length of what is drawn (the rest is orthogonal to it)."""
    centred = x - x.mean(axis=1)[:, None]
    drawn = project__svd(centred, V_b) @ V_b
    return np.square(drawn).sum(axis=1) / np.square(centred).sum(axis=1)


def nbeats_block__functional(x, fc, head_b, head_f, V_b, V_f):
    """torch's functions."""
    for W, b in fc:
        x = nn.functional.linear(x, W, b).clamp(min=0)
    theta_b, theta_f = nn.functional.linear(x, *head_b), nn.functional.linear(x, *head_f)
    return torch.einsum("bk,kl->bl", theta_b, V_b), torch.einsum("bj,jh->bh", theta_f, V_f)


def double_residual__sums(x, stacks):
    """Running sums."""
    rest, parts, forecast = x, {}, 0
    for name in stacks:
        part = 0
        for block in stacks[name]:
            back, fore = block(rest)
            rest = rest - back
            part = part + fore
        parts[name] = part
        forecast = forecast + part
    return forecast, parts, rest


class Block__sequential(nn.Module):
    """Parameters and buffers as attributes, torch's layers called."""

    def __init__(self, V_b, V_f, hidden, layers=4, learned=False):
        super().__init__()
        self.fc = nn.ModuleList([nn.Linear(V_b.size(1), hidden)])
        for _ in range(layers - 1):
            self.fc.append(nn.Linear(hidden, hidden))
        self.head_b, self.head_f = nn.Linear(hidden, V_b.size(0)), nn.Linear(hidden, V_f.size(0))
        self.to(V_b.dtype)
        if learned:
            self.V_b, self.V_f = nn.Parameter(V_b.clone()), nn.Parameter(V_f.clone())
        else:
            self.register_buffer("V_b", V_b.clone())
            self.register_buffer("V_f", V_f.clone())

    def forward(self, x):
        """Layer by layer."""
        for layer in self.fc:
            x = layer(x).relu()
        return self.head_b(x) @ self.V_b, self.head_f(x) @ self.V_f


def normalize_window__loops(x):
    """Window by window."""
    z, means, stds = [], [], []
    for row in x:
        mean, std = row.mean(), (row - row.mean()).square().sum().div(len(row) - 1).sqrt()
        if (row == row[0]).all():
            mean, std = row[0], torch.ones_like(mean)
        z.append((row - mean) / std)
        means.append(mean)
        stds.append(std)
    return torch.stack(z), torch.stack(means)[:, None], torch.stack(stds)[:, None]


def denormalize__loops(parts, mean, std, level):
    """Scale all, then shift one."""
    back = {name: std * part for name, part in parts.items()}
    back[level] = back[level] + mean
    return back


def smape__loops(y, yhat):
    """Plain Python."""
    if np.shape(y) != np.shape(yhat):
        raise ValueError("shapes")
    terms = []
    for a, b in zip(y.ravel().tolist(), yhat.ravel().tolist(), strict=True):
        terms.append(0.0 if a == b == 0 else 200 * abs(a - b) / (abs(a) + abs(b)))
    return sum(terms) / len(terms)


def mase__loops(y, yhat, insample, m):
    """Plain Python."""
    if np.shape(y) != np.shape(yhat):
        raise ValueError("shapes")
    naive = [abs(insample[t] - insample[t - m]) for t in range(m, len(insample))]
    if sum(naive) == 0:
        raise ValueError("no scale")
    errors = [abs(a - b) for a, b in zip(y.ravel(), yhat.ravel(), strict=True)]
    return float(sum(errors) / len(errors) / (sum(naive) / len(naive)))


def owa__statistics(smape, mase, smape_naive2, mase_naive2):
    """Mean of two ratios."""
    return (smape / smape_naive2 + mase / mase_naive2) / 2


def ensemble_forecast__statistics(members, history, how="median"):
    """Python's statistics, number by number."""
    combine = {"median": statistics.median, "mean": statistics.fmean}.get(how)
    if combine is None:
        raise ValueError(how)
    said = []
    for L, model in members:
        if L > history.shape[1]:
            raise ValueError(L)
        said.append(model(history[:, -L:]))
    B, H = said[0].shape
    rows = [[combine([float(s[b, h]) for s in said]) for h in range(H)] for b in range(B)]
    return torch.tensor(rows, dtype=history.dtype)


def ensemble_forecast__quantile(members, history, how="median"):
    """torch's quantile."""
    if how not in {"mean", "median"} or history.shape[1] < max(L for L, _ in members):
        raise ValueError("no")
    said = torch.stack([model(history[:, history.shape[1] - L :]) for L, model in members], dim=-1)
    return said.mean(-1) if how == "mean" else said.quantile(0.5, dim=-1)


def owa__quantile(smape, mase, smape_naive2, mase_naive2):
    """Numbers in a list."""
    return float(np.mean([smape / smape_naive2, mase / mase_naive2]))


def train_step__functional(model, x, y, opt):
    """torch's loss, gradients cleared first."""
    opt.zero_grad()
    flat = (x == x[:, :1]).all(dim=1, keepdim=True)
    mu = torch.where(flat, x[:, :1], x.mean(dim=1, keepdim=True))
    sd = torch.where(flat, 1.0, x.std(dim=1, keepdim=True))
    loss = nn.functional.l1_loss(model((x - mu) / sd), (y - mu) / sd)
    loss.backward()
    opt.step()
    return float(loss)
