"""Other correct implementations of position_encoding; all of them must earn 100 %."""

import math

import numpy as np
import torch
from torch import nn


def sinusoidal_pe__loops(positions, D, base=10000.0):
    """One number at a time, in plain Python."""
    if D % 2 == 1:
        raise ValueError("odd width")
    table = torch.zeros(len(positions), D, dtype=torch.float64)
    for row, p in enumerate(positions.tolist()):
        for g in range(D // 2):
            table[row, 2 * g] = math.sin(p / base ** (2 * g / D))
            table[row, 2 * g + 1] = math.cos(p / base ** (2 * g / D))
    return table


def shift_matrix__loops(k, D, base=10000.0):
    """Entry by entry."""
    if D % 2 == 1:
        raise ValueError("odd width")
    M = torch.zeros(D, D, dtype=torch.float64)
    for g in range(D // 2):
        a = k * base ** (-2 * g / D)
        M[2 * g, 2 * g] = M[2 * g + 1, 2 * g + 1] = math.cos(a)
        M[2 * g, 2 * g + 1], M[2 * g + 1, 2 * g] = math.sin(a), -math.sin(a)
    return M


def sinusoidal_pe__numpy(positions, D, base=10000.0):
    """numpy, with every second column written; the cosine as a shifted sine's partner."""
    if D & 1:
        raise ValueError(D)
    table = np.empty((len(positions), D))
    angle = np.outer(positions.numpy(), np.exp(-np.log(base) * np.arange(D // 2) * 2 / D))
    table[:, ::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
    return table


def shift_matrix__numpy(k, D, base=10000.0):
    """The exponential of a skew-symmetric matrix."""
    if D & 1:
        raise ValueError(D)
    G = np.zeros((D, D))
    even = np.arange(0, D, 2)
    G[even, even + 1] = base ** (-even / D)
    values, vectors = np.linalg.eigh(1j * (G - G.T))
    return torch.from_numpy(np.real(vectors * np.exp(-1j * k * values) @ vectors.conj().T))


def shaw_scores__loops(q, k, R, q_pos, k_pos):
    """Pair by pair."""
    K, odd = divmod(R.shape[0], 2)
    if not odd:
        raise ValueError("no middle row")
    columns = []
    for j in range(k.shape[-2]):
        rows = []
        for i in range(q.shape[-2]):
            m = min(K, max(-K, int(q_pos[i]) - int(k_pos[j])))
            rows.append((q[..., i, :] * (k[..., j, :] + R[m + K])).sum(-1) / q.shape[-1] ** 0.5)
        columns.append(torch.stack(rows, -1))
    return torch.stack(columns, -1)


def shaw_scores__einsum(q, k, R, q_pos, k_pos):
    """The whole tensor of vectors r, and two einsums."""
    if R.shape[0] % 2 != 1:
        raise ValueError("an odd number of rows is needed")
    K = (R.shape[0] - 1) // 2
    offset = torch.clamp(q_pos.unsqueeze(1) - k_pos.unsqueeze(0), min=-K, max=K)
    q = q / q.shape[-1] ** 0.5
    return torch.einsum("...qd,...sd->...qs", q, k) + torch.einsum("...qd,qsd->...qs", q, R[offset + K])


def t5_bucket__loops(rel, num_buckets=32, max_distance=128, bidirectional=True):
    """Number by number, in whole numbers only: powers are compared instead of logarithms."""

    def one(r):
        N, start, n = num_buckets, 0, max(0, -r)
        if bidirectional:
            N //= 2
            start, n = (N if r > 0 else 0), abs(r)
        E = N // 2
        if n < E:
            return start + n
        b = 0
        while b < N - E - 1 and n ** (N - E) * E ** (b + 1) >= max_distance ** (b + 1) * E ** (N - E):
            b += 1
        return start + E + b

    return torch.tensor([one(r) for r in rel.flatten().tolist()], dtype=torch.int64).view(rel.shape)


def t5_bias__loops(table, q_pos, k_pos, max_distance=128, bidirectional=True):
    """Head by head."""
    rel = k_pos[None, :] - q_pos[:, None]
    rows = t5_bucket__loops(rel, table.shape[0], max_distance, bidirectional)
    return torch.stack([head[rows] for head in table.unbind(1)])


def t5_bucket__huggingface(rel, num_buckets=32, max_distance=128, bidirectional=True):
    """As in Hugging Face's T5, but in float64, and with a hair added."""
    buckets = torch.zeros_like(rel)
    if bidirectional:
        num_buckets = num_buckets // 2
        buckets = buckets + (rel > 0).long() * num_buckets
        rel = torch.abs(rel)
    else:
        rel = -torch.min(rel, torch.zeros_like(rel))
    exact = num_buckets // 2
    large = exact + (
        torch.log(rel.double() / exact).clamp(min=0) / math.log(max_distance / exact) * (num_buckets - exact) + 1e-9
    ).long()
    large = torch.min(large, torch.full_like(large, num_buckets - 1))
    return buckets + torch.where(rel < exact, rel, large)


def t5_bias__huggingface(table, q_pos, k_pos, max_distance=128, bidirectional=True):
    """By one-hot rows."""
    bucket = t5_bucket__huggingface(k_pos - q_pos.view(-1, 1), len(table), max_distance, bidirectional)
    rows = nn.functional.one_hot(bucket, len(table)).to(table.dtype)
    return torch.einsum("qsb,bh->hqs", rows, table)


def rope_frequencies__complex(d, base=10000.0):
    """Powers of one factor."""
    return torch.tensor([base ** (-2 * g / d) for g in range(d // 2)], dtype=torch.float64)


def apply_rope__complex(x, positions, theta):
    """Pairs as complex numbers."""
    if 2 * theta.numel() != x.shape[-1]:
        raise ValueError("widths")
    turn = torch.polar(torch.ones_like(theta), positions.double().outer(theta))
    turn = turn.to(torch.complex64 if x.dtype == torch.float32 else torch.complex128)
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2).contiguous())
    return torch.view_as_real(pairs * turn).reshape(x.shape)


def rope_frequencies__matrix(d, base=10000.0):
    """Through a logarithm."""
    return torch.exp(torch.arange(d // 2).double() * (-2 / d * math.log(base)))


def apply_rope__matrix(x, positions, theta):
    """The vector times cosines, plus the vector with swapped pairs times signed sines."""
    if x.shape[-1] != theta.shape[0] * 2:
        raise ValueError("widths")
    angle = (positions[:, None].double() * theta).repeat_interleave(2, dim=1)
    swapped = x.unflatten(-1, (-1, 2)).flip(-1).flatten(-2)
    sign = torch.tensor([-1.0, 1.0], dtype=torch.float64).repeat(len(theta))
    return x * torch.cos(angle).type_as(x) + swapped * (sign * torch.sin(angle)).type_as(x)


def alibi_slopes__recursive(H):
    """As in the authors' code."""

    def powers(n):
        start = 2 ** (-(2 ** -(math.log2(n) - 3)))
        return [start * start**i for i in range(n)]

    if math.log2(H).is_integer():
        return torch.tensor(powers(H), dtype=torch.float64)
    P = 2 ** math.floor(math.log2(H))
    return torch.tensor(powers(P) + powers(2 * P)[0::2][: H - P], dtype=torch.float64)


def alibi_bias__recursive(H, q_pos, k_pos):
    """By an outer product."""
    distance = torch.abs(k_pos[None].double() - q_pos[:, None].double())
    return torch.einsum("h,qs->hqs", -alibi_slopes__recursive(H), distance)


def alibi_slopes__loops(H):
    """Doubling until it is too many."""
    P = 1
    while 2 * P <= H:
        P *= 2
    slopes = [2 ** (-8 * h / P) for h in range(1, P + 1)]
    h = 1
    while len(slopes) < H:
        slopes.append(2 ** (-8 * h / (2 * P)))
        h += 2
    return np.array(slopes)


def alibi_bias__loops(H, q_pos, k_pos):
    """Entry by entry."""
    slopes = alibi_slopes__loops(H)
    return torch.tensor(
        [[[-m * abs(i - j) for j in k_pos.tolist()] for i in q_pos.tolist()] for m in slopes], dtype=torch.float64
    )


def shift_error__loops(score_fn, n, k):
    """Row by row, with lists."""
    before = score_fn(torch.arange(0, n)).reshape(-1, n).tolist()
    after = score_fn(torch.arange(k, n + k)).reshape(-1, n).tolist()
    worst = 0.0
    for row, moved in zip(before, after, strict=True):
        changes = []
        for a, b in zip(row, moved, strict=True):
            if (a == -math.inf) != (b == -math.inf):
                return float("inf")
            if a != -math.inf:
                changes.append(b - a)
        if changes:
            worst = max(worst, (max(changes) - min(changes)) / 2)
    return worst


def is_shift_invariant__loops(score_fn, n, shifts, tol=1e-6):
    """One shift after another."""
    real = [k for k in shifts if k != 0]
    if n <= 1 or not real:
        raise ValueError("says nothing")
    for k in real:
        if shift_error__loops(score_fn, n, k) > tol:
            return False
    return True


def shift_error__numpy(score_fn, n, k):
    """numpy's functions that look past nan."""
    a, b = (np.asarray(score_fn(torch.arange(n) + shift)) for shift in (0, k))
    if not np.array_equal(np.isneginf(a), np.isneginf(b)):
        return float("inf")
    seen = ~np.isneginf(a)
    d = np.where(seen, b, 0) - np.where(seen, a, 0)
    spread = np.where(seen, d, -np.inf).max(-1) - np.where(seen, d, np.inf).min(-1)
    return float(np.where(seen.any(-1), spread, 0).max()) / 2


def is_shift_invariant__numpy(score_fn, n, shifts, tol=1e-6):
    """The largest error of all."""
    if n < 2 or all(k == 0 for k in shifts):
        raise ValueError("says nothing")
    return max(shift_error__numpy(score_fn, n, k) for k in shifts) <= tol


def scaled_frequencies__table(d, base, scaling, L_train, L_test):
    """A factor for each hand."""
    s = L_test / L_train if L_test > L_train else 1.0
    if scaling not in ("none", "pi", "ntk") or (scaling == "ntk" and d == 2):
        raise ValueError(scaling)
    theta = []
    for g in range(d // 2):
        slower = {"none": 0.0, "pi": 1.0, "ntk": 2 * g / (d - 2) if d > 2 else 0.0}[scaling]
        theta.append(base ** (-2 * g / d) / s**slower)
    return np.array(theta)


def yarn_frequencies__where(d, base, L_train, L_test, alpha=1.0, beta=32.0):
    """Wavelengths instead of frequencies, branches instead of a clamp; a list for the pair."""
    s = L_test / L_train if L_test > L_train else 1.0
    theta = []
    for g in range(d // 2):
        wavelength = 2 * math.pi * base ** (2 * g / d)
        turns = L_train / wavelength
        if turns < alpha:
            keep = 0.0
        elif turns > beta:
            keep = 1.0
        else:
            keep = (turns - alpha) / (beta - alpha)
        theta.append(2 * math.pi / wavelength * (keep + (1 - keep) / s))
    return [torch.tensor(theta, dtype=torch.float64), 0.1 * np.log(s) + 1.0]


class LearnedPositions__embedding(nn.Module):
    """Looks rows up by index."""

    def __init__(self, L_max, D, generator):
        super().__init__()
        self.table = nn.Parameter(0.1 * torch.randn(L_max, D, generator=generator))

    def forward(self, x, offset=0):
        T = x.size(1)
        if not 0 <= offset <= self.table.size(0) - T:
            raise ValueError("no such position")
        return nn.functional.embedding(torch.arange(T) + offset, self.table) + x
