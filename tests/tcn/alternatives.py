"""Other correct implementations of tcn; all of them must earn 100 %."""

import itertools

import numpy as np
import torch
from torch import nn


def causal_conv1d__columns(x, w, b=None, dilation=1):
    """All taps side by side, one matrix product."""
    if dilation <= 0:
        raise ValueError(dilation)
    B, Ci, T = x.shape
    Co, _, k = w.shape
    padded = torch.cat([x.new_zeros(B, Ci, (k - 1) * dilation), x], dim=2)
    columns = torch.stack([padded[..., j * dilation : j * dilation + T] for j in range(k)], dim=2)
    y = w.reshape(Co, Ci * k) @ columns.reshape(B, Ci * k, T)
    if b is not None:
        y = y + b.reshape(1, Co, 1)
    return y


def causal_conv1d__loops(x, w, b=None, dilation=1):
    """Time by time, tap by tap, reading only what exists."""
    if dilation < 1:
        raise ValueError("dilation")
    k = w.shape[2]
    steps = []
    for t in range(x.shape[2]):
        y = x.new_zeros(x.shape[0], w.shape[0]) if b is None else b.expand(x.shape[0], -1)
        for i in range(k):  # i dilations before the present
            if t - i * dilation >= 0:
                y = y + torch.einsum("oc,bc->bo", w[:, :, k - 1 - i], x[:, :, t - i * dilation])
        steps.append(y)
    return torch.stack(steps, dim=2)


def receptive_field__loops(kernel_size, dilations, convs_per_block=1):
    """Convolution by convolution."""
    field = 1
    for d in dilations:
        for _ in range(convs_per_block):
            field += kernel_size * d - d
    return field


def required_levels__loops(field, kernel_size, convs_per_block=1):
    """Level by level."""
    if field < 1 or (field > 1 and kernel_size == 1):
        raise ValueError("cannot be seen")
    levels, seen = 0, 1
    while seen < field:
        seen += convs_per_block * (kernel_size - 1) * 2**levels
        levels += 1
    return levels


def footprint__one_by_one(model, x, t):
    """Example by example and channel by channel, with a functional derivative."""
    inputs = torch.tensor(x.numpy().copy(), requires_grad=True)
    y = model(inputs)
    seen = [False] * x.shape[2]
    for b, o in itertools.product(range(y.shape[0]), range(y.shape[1])):
        if not y.requires_grad:
            break
        grad = torch.autograd.grad(y[b, o, t], [inputs], retain_graph=True, allow_unused=True)[0]
        if grad is not None:
            seen = [a or bool((grad[:, :, s] != 0).any()) for s, a in enumerate(seen)]
    return torch.tensor(seen)


def empirical_receptive_field__one_by_one(model, x):
    """A loop from the earliest input on."""
    T = x.shape[2]
    seen = footprint__one_by_one(model, x, T - 1).tolist()
    for s in range(T):
        if seen[s]:
            return T - s
    return 0


def path_count__dictionary(kernel_size, dilations, convs_per_block=1):
    """A dictionary from offset to ways, filter by filter."""
    ways = {0: 1}
    for d in [d for d in dilations for _ in range(convs_per_block)]:
        new = {}
        for offset, n in ways.items():
            for j in range(kernel_size):
                new[offset + j * d] = new.get(offset + j * d, 0) + n
        ways = new
    return np.array([ways.get(j, 0) for j in range(max(ways) + 1)], dtype=np.int64)


def path_spread__dictionary(kernel_size, dilations, convs_per_block=1):
    """Variances of steps, added up."""
    variance = 0.0
    for d in dilations:
        variance += convs_per_block * float(d) ** 2 * (kernel_size - 1) * (kernel_size + 1) / 12
    return variance**0.5


def weight_norm__units(v, g):
    """Unit vectors first, by broadcasting."""
    unit = v / torch.sqrt((v * v).sum(dim=(1, 2), keepdim=True))
    return g.reshape(-1, 1, 1) * unit


def weight_norm_backward__units(v, g, dw):
    """Filter by filter, with the projection as a matrix."""
    dv, dg = torch.empty_like(v), torch.empty_like(g)
    for o in range(len(v)):
        row = v[o].reshape(-1)
        length = torch.linalg.vector_norm(row)
        unit = row / length
        across = torch.eye(len(row), dtype=v.dtype) - torch.outer(unit, unit)
        dg[o] = torch.dot(unit, dw[o].reshape(-1))
        dv[o] = (g[o] / length * (across @ dw[o].reshape(-1))).reshape(v[o].shape)
    return dv, dg


def split_weight__units(w):
    """Squares summed by einsum."""
    return w + 0, torch.einsum("oik,oik->o", w, w).sqrt()


class TCNBlock__functional(nn.Module):
    """Dropout as a function; the skip as a multiplication in the forward pass."""

    def __init__(self, ci, co, kernel_size, dilation, dropout=0.0):
        super().__init__()
        self.p = dropout
        self.skip = None
        if ci != co:
            self.skip = nn.Conv1d(ci, co, kernel_size=1)
        self.conv2 = CausalConv(co, co, kernel_size, dilation)  # noqa: F821
        self.conv1 = CausalConv(ci, co, kernel_size, dilation)  # noqa: F821

    def forward(self, x):
        h = x
        for conv in (self.conv1, self.conv2):
            h = torch.clamp(conv(h), min=0)
            h = nn.functional.dropout(h, self.p, self.training)
        around = x
        if self.skip is not None:
            around = torch.einsum("oi,bit->bot", self.skip.weight[:, :, 0], x) + self.skip.bias[:, None]
        return torch.relu(around + h)


class TCNBlock__mask(nn.Module):
    """Dropout by hand: a mask of its own."""

    def __init__(self, ci, co, kernel_size, dilation, dropout=0.0):
        super().__init__()
        self.conv1, self.conv2 = CausalConv(ci, co, kernel_size, dilation), CausalConv(co, co, kernel_size, dilation)  # noqa: F821
        self.skip = None if ci == co else nn.Conv1d(ci, co, 1)
        self.dropout = dropout

    def drop(self, h):
        if self.training and self.dropout > 0:
            h = h * (torch.rand_like(h) >= self.dropout) / (1 - self.dropout)
        return h

    def forward(self, x):
        h = self.drop(torch.maximum(self.conv1(x), torch.zeros_like(x[:, :1])))
        h = self.drop(torch.relu(self.conv2(h)))
        if self.skip is not None:
            x = self.skip(x)
        return torch.relu(h + x)


class TCN__sequential(nn.Module):
    """Blocks appended one by one."""

    def __init__(self, ci, co, channels, kernel_size, dilations=None, dropout=0.0):
        super().__init__()
        if dilations is not None and len(dilations) != len(channels):
            raise ValueError("one dilation for each block")
        self.blocks = nn.ModuleList()
        width, d = ci, 1
        for level, c in enumerate(channels):
            self.blocks.append(TCNBlock(width, c, kernel_size, d if dilations is None else dilations[level], dropout))  # noqa: F821
            width, d = c, 2 * d
        self.head = nn.Conv1d(width, co, kernel_size=1)

    def forward(self, x):
        return self.head(nn.Sequential(*self.blocks)(x))


@torch.no_grad()
def forecast__sequential(model, X):
    """All positions, then the last."""
    training = model.training
    try:
        model.eval()
        return model(X)[..., -1].clone()
    finally:
        if training:
            model.train()


def channel_ablation__masks(model, X, Y, fill=None):
    """Multiplied by a mask, channel by channel."""
    F = X.shape[1]
    if fill is None:
        fill = X.new_zeros(F)
    with torch.no_grad():
        errors = []
        for keep in [torch.ones(F), *(1 - torch.eye(F))]:
            windows = torch.where(keep[:, None] > 0, X, fill[:, None])
            errors.append(((model(windows) - Y) ** 2).mean())
        return torch.stack([e - errors[0] for e in errors[1:]])
