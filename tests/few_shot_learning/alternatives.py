"""Other correct implementations of few_shot_learning; all of them must earn 100 %."""

import math

import numpy as np
import torch


def sample_episode__permutations(labels, N, K, Q, rng):
    """Permutations of lists in place of choices without replacement."""
    members = {}
    for i, label in enumerate(labels.tolist()):
        members.setdefault(label, []).append(i)
    large = [label for label, rows in members.items() if len(rows) >= K + Q]
    if len(large) < N:
        raise ValueError("too few classes")
    classes = rng.permutation(large)[:N]
    rows = np.array([rng.permutation(members[int(c)])[: K + Q] for c in classes])
    return rows[:, :K], rows[:, K:], np.array(classes)


def proto_logits__one_hot(support, ys, query, N):
    """Prototypes by a product with one-hot labels, queries one class at a time."""
    hot = (ys[:, None] == torch.arange(N)).to(support.dtype)
    prototypes = hot.T @ support / hot.sum(0)[:, None]
    return torch.stack([-(query - p).pow(2).sum(1) for p in prototypes], 1)


def mean_ci__one_hot(accuracies):
    """In plain Python."""
    values = [float(a) for a in accuracies]
    if len(values) < 2:
        raise ValueError("too few episodes")
    mean = sum(values) / len(values)
    variance = sum((a - mean) ** 2 for a in values) / (len(values) - 1)
    return mean, 1.96 * math.sqrt(variance / len(values))


def matching_predict__loops(support, ys, query, N, scale=1.0):
    """Query by query and vote by vote."""
    rows = []
    for q in query:
        cosines = []
        for s in support:
            lengths = q.norm() * s.norm()
            cosines.append(q @ s / lengths if lengths > 0 else q.new_zeros(()))
        weights = torch.softmax(scale * torch.stack(cosines), 0)
        rows.append(torch.stack([weights[ys == c].sum() for c in range(N)]))
    return torch.stack(rows)


def inner_adapt__by_name(params, loss_fn, x, y, alpha, steps, create_graph):
    """A loop over names."""
    current = {name: value for name, value in params.items()}
    for _ in range(steps):
        names = list(current)
        grads = torch.autograd.grad(
            loss_fn(current, x, y), [current[n] for n in names], create_graph=create_graph, allow_unused=True
        )
        following = {}
        for name, grad in zip(names, grads, strict=True):
            following[name] = current[name] if grad is None else current[name].sub(grad, alpha=alpha)
        current = following
    return current


def maml_meta_grad__per_task(params, loss_fn, tasks, alpha, steps=1, first_order=False):
    """The gradient of each task by itself, added up."""
    total = {name: torch.zeros_like(value) for name, value in params.items()}
    for xs, ys, xq, yq in tasks:
        adapted = inner_adapt(params, loss_fn, xs, ys, alpha, steps, create_graph=not first_order)  # noqa: F821
        grads = torch.autograd.grad(loss_fn(adapted, xq, yq), list(params.values()), allow_unused=True)
        for name, grad in zip(total, grads, strict=True):
            if grad is not None:
                total[name] = total[name] + grad
    return {name: value.detach() for name, value in total.items()}


def quadratic_optimum__lines(a_s, c_s, a_q, c_q, alpha, steps=1, first_order=False):
    """The meta-gradient is a straight line; its zero from its values at 0 and 1."""

    def gradient(theta):
        total = torch.zeros_like(a_s[0])
        for a, c, b, e in zip(a_s, c_s, a_q, c_q, strict=True):
            end, slope = torch.full_like(a, theta), torch.ones_like(a)
            for _ in range(steps):
                end, slope = end - alpha * a * (end - c), slope * (1 - alpha * a)
            total = total + (1 if first_order else slope) * b * (end - e)
        return total

    return gradient(0.0) / (gradient(0.0) - gradient(1.0))


def reptile_step__mean_of_ends(theta, grad_fns, k, lr, eps):
    """A weighted mean of the start and the ends."""
    ends = []
    for grad_fn in grad_fns:
        end = theta.clone()
        for _ in range(k):
            end = end - lr * grad_fn(end)
        ends.append(end)
    return (1 - eps) * theta + eps * torch.stack(ends).mean(0)


def contrastive_loss__safe_root(z1, z2, same, m):
    """A square root whose argument is replaced where it is 0."""
    squared = ((z1 - z2) ** 2).sum(-1)
    zero = squared == 0
    distance = torch.where(zero, torch.ones_like(squared), squared).sqrt()
    distance = torch.where(zero, torch.zeros_like(squared), distance)
    y = same.to(z1.dtype)
    return (y * squared + (1 - y) * torch.relu(m - distance) ** 2).mean()


def relation_scores__split(prototypes, query, W1, b1, w2, b2):
    """The first layer on each half by itself; one class at a time."""
    d = prototypes.shape[1]
    columns = [torch.relu(p @ W1[:, :d].T + query @ W1[:, d:].T + b1) @ w2 + b2 for p in prototypes]
    return torch.sigmoid(torch.stack(columns, 1))


def relation_loss__split(scores, yq):
    """A target that is filled in."""
    target = torch.zeros_like(scores)
    target[torch.arange(len(yq)), yq] = 1
    return (scores - target).square().mean()


def weighted_proto_logits__second_loop(support, ys, query, N, eps=1e-3):
    """Query by query."""
    out = query.new_zeros(len(query), N)
    for c in range(N):
        rows = support[ys == c]
        p = rows.mean(0)
        variance = float(((rows - p) ** 2).mean()) if len(rows) > 1 else 1.0
        if len(rows) > 1:
            variance = max(variance, eps)
        for i, q in enumerate(query):
            out[i, c] = -((q - p) ** 2).sum() / (2 * variance) - len(p) / 2 * math.log(variance)
    return out
