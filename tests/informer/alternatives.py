"""Other correct implementations of informer; all of them must earn 100 %."""

import math

import torch
from torch.nn import functional as F


def sparsity_measure__divergence(Q, K):
    """From the softmax itself: the divergence from the uniform law plus log Lk."""
    log_p = torch.einsum("...id,...jd->...ij", Q, K).div(Q.size(-1) ** 0.5).log_softmax(-1)
    return -log_p.mean(-1)


def sparsity_measure__shifted(Q, K):
    """Shifted by the largest score, which is added again."""
    scores = (Q / math.sqrt(K.shape[-1])) @ K.mT
    top = scores.max(dim=-1, keepdim=True).values
    return (scores - top).exp().sum(-1).log() - (scores - top).mean(-1)


def energy_lost__loops(out, full, V):
    """Head by head."""
    B, h = full.shape[:2]
    found = full.new_zeros(B, h)
    for b in range(B):
        for k in range(h):
            rest = V[b, k].sum(0) / V.shape[2]
            lost = ((out[b, k] - full[b, k]) ** 2).sum().item()
            energy = ((rest - full[b, k]) ** 2).sum().item()
            found[b, k] = lost / energy if energy else (math.inf if lost else 0.0)
    return found


def energy_lost__flat(out, full, V):
    """Division first, the exceptions afterwards."""
    lost = torch.flatten(out - full, 2).pow(2).sum(2)
    energy = torch.flatten(full - V.mean(2, keepdim=True), 2).pow(2).sum(2)
    return (lost / energy).masked_fill((energy == 0) & (lost == 0), 0.0)


def num_active__steps(L, c=5):
    """Counts powers of e."""
    if L <= 0:
        raise ValueError(L)
    n = 0
    while math.exp(n) < L:
        n += 1
    return c * n if c * n < L else L


def sparsity_measure_sampled__steps(Q, K, idx):
    """Query against sampled keys, one sampled key after the other."""
    scores = torch.stack([(Q * K[..., j : j + 1, :]).sum(-1) for j in idx.tolist()], -1) / math.sqrt(Q.shape[-1])
    return scores.max(-1)[0] - scores.sum(-1) / len(idx)


def num_active__numbers(L, c=5):
    """numpy's logarithm would do as well; here with a comparison."""
    if L < 1:
        raise ValueError("no positions")
    return int(min(c * math.ceil(math.log(L)), L))


def sparsity_measure_sampled__numbers(Q, K, idx):
    """index_select and the mean written out."""
    sampled = K.index_select(-2, idx)
    scores = torch.matmul(Q, sampled.mT) * K.shape[-1] ** -0.5
    return torch.amax(scores - scores.mean(-1, keepdim=True), -1)


def chosen_first(measure, u):
    """Positions of the u largest of a vector, the earlier of equals first, in plain Python."""
    values = measure.tolist()
    return sorted(range(len(values)), key=lambda i: (-values[i], i))[:u]


def prob_sparse_attention__loops(Q, K, V, idx, u):
    """Head by head, row by row."""
    B, h, Lq, d = Q.shape
    batches = []
    for b in range(B):
        rows = []
        for k in range(h):
            scores = Q[b, k] @ K[b, k][idx].T / math.sqrt(d)
            kept = chosen_first((scores.max(1).values - scores.mean(1)).detach(), u)
            mean = V[b, k].mean(0)
            rows.append(
                torch.stack([(Q[b, k, i] @ K[b, k].T / math.sqrt(d)).softmax(0) @ V[b, k] if i in kept else mean for i in range(Lq)])
            )
        batches.append(torch.stack(rows))
    return torch.stack(batches)


def prob_sparse_attention__where(Q, K, V, idx, u):
    """All rows attend; a mask says whose output counts. Right, and nothing is saved."""
    full = (Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])).softmax(-1) @ V
    scores = Q @ K[:, :, idx].transpose(-2, -1) / math.sqrt(Q.shape[-1])
    measure = scores.amax(-1) - scores.mean(-1)
    rank = measure.argsort(dim=-1, descending=True, stable=True).argsort(-1)
    return torch.where((rank < u).unsqueeze(-1), full, V.mean(2, keepdim=True))


def prob_sparse_causal__loops(Q, K, V, idx, u):
    """Head by head, row by row, with keys cut off."""
    B, h, L, d = Q.shape
    batches = []
    for b in range(B):
        rows = []
        for k in range(h):
            scores = Q[b, k] @ K[b, k][idx].T / math.sqrt(d)
            kept = chosen_first((scores.max(1).values - scores.mean(1)).detach(), u)
            outputs = []
            for i in range(L):
                seen, values = K[b, k, : i + 1], V[b, k, : i + 1]
                outputs.append((seen @ Q[b, k, i] / math.sqrt(d)).softmax(0) @ values if i in kept else values.mean(0))
            rows.append(torch.stack(outputs))
        batches.append(torch.stack(rows))
    return torch.stack(batches)


def prob_sparse_causal__indexed(Q, K, V, idx, u):
    """Advanced indexing with index grids, a triangular table, and in-place writing into new memory."""
    B, h, L, d = Q.shape
    scores = Q @ K[:, :, idx].mT / d**0.5
    order = torch.argsort(scores.amax(-1) - scores.mean(-1), dim=-1, descending=True, stable=True)[:, :, :u]
    b, k = torch.arange(B)[:, None, None], torch.arange(h)[None, :, None]
    allowed = torch.tril(torch.ones(L, L, dtype=torch.bool))[order]
    s = (Q[b, k, order] @ K.mT / d**0.5).masked_fill(~allowed, -math.inf)
    out = torch.cumsum(V, 2) / torch.arange(1, L + 1, dtype=V.dtype).view(-1, 1)
    out[b, k, order] = torch.softmax(s, -1) @ V
    return out


def build_decoder_input__pad(x, label_len, out_len):
    """Padding at the end of the time axis."""
    L = x.shape[1]
    if label_len < 0 or label_len > L:
        raise ValueError(label_len)
    return F.pad(x.narrow(1, L - label_len, label_len), (0, 0, 0, out_len))


def generative_forecast__pad(decoder, memory, dec_in, out_len):
    """By length, not from the end."""
    out = decoder(dec_in, memory)
    return out[:, out.shape[1] - out_len :, :]


def build_decoder_input__fill(x, label_len, out_len):
    """Zeros everywhere, then the known steps."""
    B, L, series = x.shape
    if label_len not in range(L + 1):
        raise ValueError("no such part of the window")
    dec_in = torch.zeros(B, label_len + out_len, series, dtype=x.dtype)
    dec_in[:, :label_len] = x[:, L - label_len :]
    return dec_in


def generative_forecast__fill(decoder, memory, dec_in, out_len):
    """narrow."""
    return decoder(dec_in, memory).narrow(1, dec_in.shape[1] - out_len, out_len)


def distil__loops(x, weight, bias):
    """Position by position."""
    B, L, D = x.shape
    padded = torch.cat([x.new_zeros(B, 1, D), x, x.new_zeros(B, 1, D)], dim=1)
    mixed = []
    for t in range(L):
        a = bias + sum(padded[:, t + k] @ weight[:, :, k].T for k in range(3))
        mixed.append(torch.where(a > 0, a, torch.expm1(torch.clamp(a, max=0))))
    return torch.stack([torch.stack(mixed[max(0, t - 1) : t + 2]).amax(0) for t in range(0, L, 2)], dim=1)


def encoder_lengths__loops(L, n_layers):
    """Ceilings of powers of two."""
    return [-(-L // 2**i) for i in range(n_layers)]


def informer_encoder__recursive(x, layers, distils):
    """One layer, and the rest as an encoder of its own."""
    if len(layers) != len(distils) + 1:
        raise ValueError("distillings stand between layers")
    layer, *rest = layers
    x = layer["norm1"](layer["attention"](x) + x)
    x = layer["norm2"](layer["feed_forward"](x) + x)
    if not rest:
        return x
    return informer_encoder__recursive(distils[0](x), rest, list(distils)[1:])
