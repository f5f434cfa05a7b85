"""Other correct implementations of fine_tuning; all of them must earn 100 %."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def nt_xent__loops(z1, z2, tau):
    """Row by row, over explicit lists of others."""
    rows = [*z1, *z2]
    rows = [z / z.norm().clamp(min=1e-12) for z in rows]
    n, total = len(z1), 0.0
    for i, z in enumerate(rows):
        others = [k for k in range(2 * n) if k != i]
        logits = torch.stack([z @ rows[k] / tau for k in others])
        total = total - logits.log_softmax(0)[others.index(i + n if i < n else i - n)]
    return total / (2 * n)


def nt_xent__blocks(z1, z2, tau):
    """Four blocks of cosines, and the library's cross-entropy with the partners as classes."""
    a, b = (z / torch.clamp(z.square().sum(1, keepdim=True).sqrt(), min=1e-12) for z in (z1, z2))
    n = len(a)
    itself = torch.where(torch.eye(n, dtype=torch.bool), torch.full_like(a @ a.T, -math.inf), 0.0)
    top = torch.cat([a @ a.T / tau + itself, a @ b.T / tau], 1)
    bottom = torch.cat([b @ a.T / tau, b @ b.T / tau + itself], 1)
    target = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(torch.cat([top, bottom]), target)


def discriminative_lrs__loops(lr, L, xi=2.6):
    """From the top down."""
    rates = [float(lr)]
    for _ in range(L):
        rates.append(rates[-1] / xi)
    return torch.tensor(rates[::-1], dtype=torch.float64)


def trainable_mask__loops(n_layers, epoch, mode, n_frozen=0):
    """Layer by layer."""
    trains = [False] * n_layers + [True]
    for i in range(n_layers):
        if mode == "full":
            trains[i] = True
        elif mode == "freeze-bottom":
            trains[i] = i >= n_frozen
        elif mode == "gradual":
            trains[i] = n_layers - i <= epoch
    if mode not in {"full", "probe", "freeze-bottom", "gradual"}:
        raise ValueError(mode)
    return torch.tensor(trains)


def apply_freeze__loops(layers, mask):
    """By the modules' own methods."""
    if len(layers) != len(mask):
        raise ValueError("one entry per layer")
    for i in range(len(layers)):
        if mask[i]:
            layers[i].requires_grad_(True).train()
        else:
            layers[i].requires_grad_(False).eval()


def discriminative_lrs__numpy(lr, L, xi=2.6):
    """A geometric series."""
    return torch.from_numpy(np.asarray(lr * np.float64(xi) ** (np.arange(L + 1.0) - L)))


def trainable_mask__numpy(n_layers, epoch, mode, n_frozen=0):
    """Zeros of a vector of ones."""
    mask = torch.ones(n_layers + 1, dtype=torch.bool)
    if mode == "probe":
        mask[:n_layers] = False
    elif mode == "freeze-bottom":
        mask[:n_frozen] = False
    elif mode == "gradual":
        mask[: max(0, n_layers - epoch)] = False
    elif mode != "full":
        raise ValueError("mode")
    return mask


def apply_freeze__numpy(layers, mask):
    """Modules first, parameters afterwards."""
    if mask.shape[0] != len(list(layers)):
        raise ValueError("lengths")
    for layer, flag in zip(layers, mask, strict=True):
        for module in layer.modules():
            module.training = bool(flag)
        for p in layer.parameters():
            p.requires_grad = bool(flag)


def lr_schedule__one_expression(step, warm, total, kind):
    """A dictionary of forms."""
    forms = {"linear": lambda u: 1.0 - u, "cosine": lambda u: math.cos(math.pi * u / 2) ** 2}
    try:
        form = forms[kind]
    except KeyError:
        raise ValueError("kind") from None
    if step < total:
        return float(step) / warm if step < warm else float(form((step - warm) / (total - warm)))
    return 0.0


def diag_fisher__einsum(scores, probs):
    """All three sums at once."""
    return torch.einsum("nc,ncp,ncp->p", probs, scores, scores) / len(scores)


def ewc_penalty__einsum(theta, theta0, fisher, lam):
    """A quadratic form."""
    d = theta - theta0.data
    return 0.5 * lam * torch.dot(d, fisher.data * d)


def diag_fisher__loops(scores, probs):
    """Example by example, class by class."""
    total = torch.zeros_like(scores[0, 0])
    for score, prob in zip(scores, probs, strict=True):
        for g, p in zip(score, prob, strict=True):
            total = total + p * g * g
    return total / scores.shape[0]


def ewc_penalty__loops(theta, theta0, fisher, lam):
    """Without a gradient for constants."""
    with torch.no_grad():
        anchor, weight = theta0.clone(), lam * fisher / 2
    return (weight * (theta - anchor).pow(2)).sum()


def lora_init__library(noise, d_out):
    """With a fresh matrix of zeros."""
    return noise * noise.shape[1] ** -0.5, torch.zeros((d_out, noise.shape[0]), dtype=noise.dtype)


def lora_linear__library(x, W0, A, Bm, scale):
    """By the library's linear layers."""
    return F.linear(x, W0.detach()) + F.linear(F.linear(x, A), Bm).mul(scale)


def merge__library(W0, A, Bm, scale):
    """By addmm."""
    return torch.addmm(W0.detach(), Bm, A, alpha=scale)


def lora_init__merged(noise, d_out):
    """Zeros by a product."""
    r, d = noise.shape
    return noise / d**0.5, noise.new_zeros((d_out, r))


def lora_linear__merged(x, W0, A, Bm, scale):
    """The two maps side by side, as one product with the waist appended."""
    frozen, waist = torch.mm(x, W0.data.t()), torch.einsum("bi,ri->br", x, A)
    return torch.addmm(frozen, waist, Bm.t(), alpha=scale)


def merge__merged(W0, A, Bm, scale):
    """Outer products, rank by rank."""
    out = W0.detach().clone()
    for j in range(len(A)):
        out = out + scale * torch.outer(Bm[:, j], A[j])
    return out


def accumulate__loops(micro, sizes, limit):
    """Piece by piece, the clipping by hand."""
    total = torch.zeros_like(micro[0])
    for g, n in zip(micro, sizes.tolist(), strict=True):
        total = total + n * g
    total = total / int(sizes.sum())
    norm = torch.linalg.vector_norm(total)
    return total if norm <= limit else total / norm * limit


def momentum_update__lerp(k, q, m):
    """As a step towards q."""
    with torch.no_grad():
        return k + (1 - m) * (q - k)


class KeyQueue__lerp:
    """Key by key."""

    def __init__(self, keys):
        self.keys, self.pointer = keys.clone(), 0

    def push(self, k):
        """Into a new tensor."""
        keys = self.keys.clone()
        for row in k.detach():
            keys[:, self.pointer] = row
            self.pointer += 1
            if self.pointer == keys.shape[1]:
                self.pointer = 0
        self.keys = keys


def moco_logits__lerp(q, k, queue, tau):
    """By einsum."""
    with torch.no_grad():
        k, queue = k.clone(), queue.clone()
    return torch.hstack([torch.einsum("nd,nd->n", q, k)[:, None], torch.einsum("nd,dk->nk", q, queue)]).div(tau)


def moco_step__lerp(q, k, queue, tau):
    """The queue's push makes a new tensor, so the old one stays."""
    logits = moco_logits__lerp(q, k, queue.keys, tau)
    queue.push(k)
    return logits


def adapter__library(h, Wd, b_down, Wu, b_up):
    """By the library's linear layers."""
    return h + F.linear(F.relu(F.linear(h, Wd, b_down)), Wu, b_up)


def adapter_size__library(d, m):
    """Counted on modules."""
    down, up = nn.Linear(d, m), nn.Linear(m, d)
    return sum(p.numel() for layer in (down, up) for p in layer.parameters())


def replay_batch__multinomial(n_new, n_buffer, size, frac, generator):
    """Old ones first, by weights, without replacement."""
    old = min(math.floor(size * frac), n_buffer)
    none = torch.zeros(0, dtype=torch.int64)
    kept = torch.multinomial(torch.ones(n_buffer), old, generator=generator) if old else none
    new = torch.multinomial(torch.ones(n_new), size - old, generator=generator) if size > old else none
    return new, kept


def replay_batch__sorting(n_new, n_buffer, size, frac, generator):
    """The smallest of random numbers."""
    old = min(int(size * frac), n_buffer)
    kept = torch.rand(n_buffer, generator=generator, dtype=torch.float64).argsort()[:old]
    return torch.rand(n_new, generator=generator, dtype=torch.float64).argsort()[: size - old], kept
