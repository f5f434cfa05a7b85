"""Other correct implementations of ctr_prediction; all of them must earn 100 %."""

import math

import numpy as np
import torch


def field_rows__loops(x, sizes):
    """Field by field, with a running offset."""
    out, offset = np.empty(x.shape, dtype=np.int64), 0
    for f, size in enumerate(sizes):
        for b, value in enumerate(x[:, f]):
            if not 0 <= value < size:
                raise ValueError("an id lies outside of its field")
            out[b, f] = value + offset
        offset += size
    return out


def lr_loss_and_grad__loops(rows, y, w, b):
    """Impression by impression, in Python's floats."""
    B, loss, gw, gb = len(rows), 0.0, np.zeros_like(w), 0.0
    for line, click in zip(rows.tolist(), y.tolist(), strict=True):
        z = float(b) + sum(float(w[r]) for r in line)
        loss += max(z, 0.0) - z * click + math.log1p(math.exp(-abs(z)))
        p = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
        for r in line:
            gw[r] += (p - click) / B
        gb += (p - click) / B
    return loss / B, gw, gb


def field_rows__concatenated(x, sizes):
    """Offsets with a zero in front."""
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    if np.any(x < 0) or np.any(x > np.asarray(sizes) - 1):
        raise ValueError("no such id")
    return np.add(x, offsets[None, :])


def lr_loss_and_grad__concatenated(rows, y, w, b):
    """The gradient by bincount; the loss of the signed logit."""
    sign = np.where(np.asarray(y).astype(bool), -1.0, 1.0)
    z = w.take(rows).sum(axis=-1) + b
    small = np.exp(-np.abs(sign * z))
    share = np.where(sign * z > 0, 1 / (1 + small), small / (1 + small))
    g = sign * share / len(z)
    gw = np.bincount(rows.ravel(), np.repeat(g, rows.shape[1]), minlength=len(w))
    return np.logaddexp(0, sign * z).mean(), gw, g.sum()


def auc__pairs(y, p):
    """All pairs in a table."""
    won, lost = p[np.asarray(y) == 1], p[np.asarray(y) == 0]
    if not len(won) or not len(lost):
        raise ValueError("one kind alone")
    return ((won[:, None] > lost).mean() + 0.5 * (won[:, None] == lost).mean()).item()


def log_loss__pairs(y, p):
    """Without a branch."""
    p = np.minimum(np.maximum(p, 1e-7), 1 - 1e-7)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / len(y)


def recalibrate__pairs(p, keep_rate):
    """By one fraction."""
    if np.isnan(keep_rate) or keep_rate <= 0 or keep_rate > 1:
        raise ValueError("no share")
    return keep_rate * p / (keep_rate * p + 1 - p)


def fm_interaction__loops(E):
    """Pair by pair."""
    F = E.shape[1]
    total = torch.zeros_like(E[:, 0, 0])
    for i in range(F):
        for j in range(i):
            total = total + (E[:, i] * E[:, j]).sum(-1)
    return total


def ffm_interaction__loops(E):
    """Pair by pair."""
    F = E.shape[1]
    total = E[:, 0, 0, 0] * 0
    for j in range(F):
        for i in range(j):
            total = total + torch.einsum("bk,bk->b", E[:, i, j], E[:, j, i])
    return total


def fm_interaction__gram(E):
    """Above the diagonal of the Gram matrix."""
    return torch.triu(E @ E.mT, diagonal=1).sum((-2, -1))


def ffm_interaction__gram(E):
    """Above the diagonal of the symmetric table."""
    return (E * E.transpose(1, 2)).sum(-1).triu(1).sum((-2, -1))


def deepfm_logit__library(rows, params):
    """torch's layers and look-ups; dot products from the running sum."""
    E = torch.nn.functional.embedding(rows, params["vectors"])
    before = E.cumsum(1) - E
    z = (before * E).sum((1, 2)) + params["w"][rows].sum(-1) + params["bias"]
    h = torch.cat(list(E.unbind(1)), dim=-1)
    for n, (W, c) in enumerate(params["mlp"]):
        h = torch.nn.functional.linear(h, W, c)
        if n + 1 < len(params["mlp"]):
            h = h.clamp(min=0)
    return z + h.squeeze(-1)


def cross_network__loops(x0, ws, bs):
    """By layer number; the dot product as a sum."""
    x = x0.clone()
    for layer in range(ws.shape[0]):
        scalar = (ws[layer] * x).sum(dim=-1, keepdim=True)
        x = x + torch.mul(scalar, x0) + bs[layer]
    return x


def cross_layer_v2__loops(x0, x, W, b):
    """torch's linear layer."""
    return torch.addcmul(x, x0, torch.nn.functional.linear(x, W, b))


def cin_layer__loops(X, X0, W):
    """One new map after the other."""
    maps = []
    for weights in W:
        total = torch.zeros_like(X[:, 0])
        for i in range(X.shape[1]):
            for j in range(X0.shape[1]):
                total = total + weights[i, j] * X[:, i] * X0[:, j]
        maps.append(total)
    stacked = torch.stack(maps, 1)
    return stacked, stacked.sum(2)


def cross_layer_v2__convolution(x0, x, W, b):
    """With an einsum."""
    return x + x0 * (torch.einsum("ij,bj->bi", W, x) + b)


def cin_layer__convolution(X, X0, W):
    """As a convolution with kernel 1 over all products, as implementations do."""
    products = (X[:, :, None] * X0[:, None]).flatten(1, 2)
    maps = torch.nn.functional.conv1d(products, W.flatten(1)[..., None])
    return [maps, torch.einsum("bhk->bh", maps)]


def autoint_layer__loops(E, Wq, Wk, Wv, Wres):
    """One head after the other, softmax written here."""
    heads, weights = [], []
    for q, k, v in zip(Wq, Wk, Wv, strict=True):
        scores = (E @ q) @ (E @ k).transpose(1, 2) / math.sqrt(q.shape[1])
        weights.append(scores.softmax(-1))
        heads.append(weights[-1] @ (E @ v))
    return (torch.cat(heads, -1) + E @ Wres).clamp(min=0), torch.stack(weights, 1)


def autoint_layer__einsum(E, Wq, Wk, Wv, Wres):
    """With einsum throughout."""
    q, k, v = (torch.einsum("bfd,hde->bhfe", E, W) for W in (Wq, Wk, Wv))
    mixed, weights = attention(q, k, v)
    side_by_side = torch.cat(tuple(mixed.unbind(1)), dim=-1)
    return torch.nn.functional.relu(side_by_side + torch.matmul(E, Wres)), weights


def senet_gates__loops(E, W1, W2):
    """Sigmoid and ReLU by hand."""
    squeezed = E.sum(2) / E.shape[2]
    logits = torch.matmul(torch.matmul(squeezed, W1).clamp(min=0), W2)
    return torch.special.expit(logits)


def fibinet_interaction__loops(E, W):
    """Pair by pair."""
    F = E.shape[1]
    return torch.stack([(E[:, i] @ W) * E[:, j] for i in range(F) for j in range(i + 1, F)], 1)


def hash_rows__loops(x, n, a, c):
    """Python's integers."""
    P = 2**31 - 1
    return np.array([[(a * (i + 1) + c * (f + 1)) % P % n for f, i in enumerate(line)] for line in x.tolist()])


def grouped_auc__loops(y, p, group):
    """A dictionary of users; pairs counted."""
    users = {}
    for click, score, g in zip(y.tolist(), p.tolist(), group.tolist(), strict=True):
        users.setdefault(g, ([], []))[click].append(score)
    values, sizes = [], []
    for without, clicked in users.values():
        if without and clicked:
            won = sum((s > t) + 0.5 * (s == t) for s in clicked for t in without)
            values.append(won / (len(without) * len(clicked)))
            sizes.append(len(without) + len(clicked))
    if not sizes:
        raise ValueError("no user")
    return np.average(values, weights=sizes)
