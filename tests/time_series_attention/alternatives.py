"""Other correct implementations of time_series_attention; all of them must earn 100 %."""

import math

import numpy as np
import torch


def kriging_weights__loops(t, u, kernel, noise):
    """Series by series, entry by entry, with the error from its definition."""
    weights, errors = [], []
    for times, query in zip(t, u, strict=True):
        n = len(times)
        K = torch.stack([torch.stack([kernel(a - b) for b in times]) for a in times])
        kappa = torch.stack([kernel(query - a) for a in times])
        A = K + torch.diag(torch.full((n,), float(noise), dtype=t.dtype))
        w = torch.linalg.inv(A) @ kappa
        weights.append(w)
        errors.append(kernel(query - query) - 2 * kappa @ w + w @ A @ w)
    return torch.stack(weights), torch.stack(errors)


def kriging_weights__numpy(t, u, kernel, noise):
    """Differences the other way round, numpy's solver; the kernel is even."""
    K = kernel(t.unsqueeze(1) - t.unsqueeze(2)).numpy() + noise * np.eye(t.shape[1], dtype=t.numpy().dtype)
    kappa = kernel(t - u.unsqueeze(1)).numpy()
    w = np.linalg.solve(K, kappa[:, :, None].astype(K.dtype))[:, :, 0]
    E = kernel(torch.zeros(1, dtype=t.dtype)).numpy() - np.einsum("bn,bn->b", w, kappa)
    return torch.from_numpy(w).to(t.dtype), torch.from_numpy(E).to(t.dtype)


def time_features__loops(t, origin, d, shortest, longest):
    """Clock by clock, the periods by logarithms."""
    if d < 4 or d % 2 == 1:
        raise ValueError("d")
    half = d // 2
    out = torch.empty(*t.shape, d)
    for j in range(half):
        period = math.exp(math.log(shortest) + j * (math.log(longest) - math.log(shortest)) / (half - 1))
        for b in range(t.shape[0]):
            turns = (t[b] - origin[b]) / period
            out[b, :, j] = torch.sin(2 * math.pi * turns)
            out[b, :, half + j] = torch.cos(2 * math.pi * turns)
    return out


def time_features__float32(t, origin, d, shortest, longest):
    """Difference in float64, whole turns taken off, the rest in float32 with numpy's geometric sequence."""
    if d not in range(4, 10_000, 2):
        raise ValueError(d)
    periods = torch.from_numpy(np.geomspace(shortest, longest, d // 2))
    turns = (t - origin.unsqueeze(1)).unsqueeze(2) / periods
    angle = ((turns - turns.round()) * 2 * math.pi).to(torch.float32)
    return torch.cat((torch.sin(angle), torch.cos(angle)), 2)


def attention_mask__loops(t, lengths, u):
    """Series by series."""
    B, n, m = len(t), t.shape[1], u.shape[1]
    mask = torch.zeros(B, 1, m, n, dtype=torch.bool)
    for b in range(B):
        for i in range(m):
            for j in range(int(lengths[b])):
                mask[b, 0, i, j] = bool(t[b, j] <= u[b, i])
    return mask


def masked_softmax__loops(scores, mask):
    """Exponentials of what is left after the largest seen score was taken off."""
    mask = mask.expand(scores.shape)
    seen = torch.where(mask, scores, torch.full_like(scores, -math.inf))
    top = seen.max(-1, keepdim=True).values
    top = torch.where(top == -math.inf, torch.zeros_like(top), top).detach()
    e = torch.exp(seen - top)
    total = e.sum(-1, keepdim=True)
    return e / torch.where(total == 0, torch.ones_like(total), total)


class TimeAttention__loops(torch.nn.Module):
    """Head by head."""

    def __init__(self, d, heads, d_k):
        super().__init__()
        self.heads, self.d_k = heads, d_k
        self.query = torch.nn.Linear(d, heads * d_k, bias=False)
        self.key = torch.nn.Linear(d, heads * d_k, bias=False)
        self.value, self.bias = torch.nn.Parameter(torch.randn(heads)), torch.nn.Parameter(torch.zeros(()))

    def forward(self, x, keys, queries, mask=None):
        """A sum over heads."""
        out, all_weights = self.bias.expand(queries.shape[:2]), []
        for r in range(self.heads):
            rows = slice(r * self.d_k, (r + 1) * self.d_k)
            Q, K = queries @ self.query.weight[rows].T, keys @ self.key.weight[rows].T
            scores = (Q @ K.mT) * self.d_k**-0.5
            weights = torch.softmax(scores, 2) if mask is None else masked_softmax__loops(scores, mask[:, 0])
            out = out + self.value[r] * (weights @ x[:, :, None])[:, :, 0]
            all_weights.append(weights)
        return out, torch.stack(all_weights, 1)

    def signed_weights(self, weights):
        """A sum over heads."""
        return sum(self.value[r] * weights[:, r] for r in range(weights.shape[1]))


def perturbation_importance__at_once(f, x, fill=None):
    """All questions in one batch."""
    B, n, F = x.shape
    taken = torch.eye(n, dtype=torch.bool)[:, None, :, None]
    instead = torch.zeros(F, dtype=x.dtype) if fill is None else fill
    asked = torch.where(taken, instead, x[None].expand(n, -1, -1, -1)).reshape(n * B, n, F)
    said = f(asked).reshape(n, B, -1)
    return (said - f(x)[None]).abs().mean(-1).T


def additive_scores__loops(H, s, W1, W2, v):
    """Observation by observation."""
    return torch.stack([torch.tanh(H[:, i] @ W1.T + s @ W2.T) @ v for i in range(H.shape[1])], dim=1)


def luong_scores__loops(H, s, W):
    """The projected state, observation by observation."""
    key = s @ W
    return torch.stack([(key * H[:, i]).sum(-1) for i in range(H.shape[1])], dim=1)


def context__loops(scores, H, mask):
    """The softmax of the alternative mask, and a batched product."""
    alpha = masked_softmax__loops(scores, mask)
    return (alpha.unsqueeze(1) @ H).squeeze(1), alpha


def attention_decoder__gates(H, mask, state, y0, horizon, decoder):
    """The cell's gates by hand, a list of rows."""
    h, c = state
    y, forecasts, pictures = y0.unsqueeze(1), [], []
    cell = decoder.cell
    while len(forecasts) < horizon:
        alpha = masked_softmax__loops((H @ (h @ decoder.W).unsqueeze(2)).squeeze(2), mask)
        seen = (alpha.unsqueeze(2) * H).sum(1)
        a = torch.hstack([y, seen]) @ cell.weight_ih.T + cell.bias_ih + h @ cell.weight_hh.T + cell.bias_hh
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        y = torch.hstack([h, seen]) @ decoder.head.weight.T + decoder.head.bias
        forecasts.append(y)
        pictures.append(alpha.unsqueeze(1))
    return torch.cat(forecasts, 1), torch.cat(pictures, 1)
