"""Other correct implementations of learning_rate; all of them must earn 100 %."""

import bisect
import math

import numpy as np


def gd_quadratic__differences(H, theta0, lr, steps, beta=0.0):
    """The recursion of the text in two iterates, into an array made before."""
    path = np.empty((steps + 1, len(theta0)))
    path[0] = theta0
    for t in range(steps):
        last = path[t - 1] if t else path[0]
        path[t + 1] = path[t] - lr * np.einsum("ij,j->i", H, path[t]) + beta * (path[t] - last)
    return path


def max_stable_lr__differences(H, beta=0.0):
    """By the full decomposition."""
    top = max(np.linalg.eigh(H).eigenvalues)
    if top <= 0:
        return float("inf")
    return (2 + 2 * beta) / top


def gd_quadratic__state_space(H, theta0, lr, steps, beta=0.0):
    """Position and velocity as one vector, moved by one matrix."""
    n = len(theta0)
    eye = np.eye(n)
    move = np.block([[eye - lr * H, -lr * beta * eye], [H, beta * eye]])
    z, rows = np.concatenate([theta0, np.zeros(n)]), [theta0.copy()]
    for _ in range(steps):
        z = move @ z
        rows.append(z[:n])
    return np.stack(rows)


def max_stable_lr__state_space(H, beta=0.0):
    """All eigenvalues, those that count, their edges."""
    edges = [2 * (1 + beta) / value for value in np.linalg.eigvalsh(H).tolist() if value > 0]
    return min(edges, default=math.inf)


def sharpness__before(hvp, v0, iters):
    """Brought to length 1 before each product; the last product is kept for the quotient."""
    v = v0 / math.sqrt(float(v0 @ v0))
    product = hvp(v)
    for _ in range(iters):
        if not product.any():
            return 0.0
        v = product / np.sqrt(np.sum(np.square(product)))
        product = hvp(v)
    return np.dot(v, product)


def sharpness__recursive(hvp, v0, iters):
    """A function that calls itself."""
    if iters == 0:
        return float(np.inner(v0, hvp(v0)) / np.inner(v0, v0))
    product = hvp(v0.copy())
    size = np.linalg.norm(product)
    return 0.0 if size == 0 else sharpness__recursive(hvp, product * (1 / size), iters - 1)


def warmup_cosine__nested(step, total, warmup, lr_max, lr_min):
    """The squared cosine of half the angle."""
    if step < min(warmup, total):
        return (step + 1) / warmup * lr_max
    if step < total:
        part = math.cos(0.5 * math.pi * (step - warmup) / (total - warmup)) ** 2
        return part * lr_max + (1 - part) * lr_min
    return lr_min


def wsd__nested(step, total, warmup, cooldown, lr_max, lr_min):
    """Counted from the end."""
    if total < warmup + cooldown:
        raise ValueError("too long")
    left = total - 1 - step
    if left < 0:
        return lr_min
    if left < cooldown:
        return lr_min + (lr_max - lr_min) * left / cooldown
    return lr_max * min(1.0, (step + 1) / warmup) if warmup else lr_max


def warmup_cosine__table(step, total, warmup, lr_max, lr_min):
    """The whole schedule as an array, and one entry of it."""
    up = lr_max * np.arange(1, warmup + 1) / max(warmup, 1)
    angles = np.linspace(0, np.pi, total - warmup, endpoint=False)
    table = np.concatenate([up, lr_min + (lr_max - lr_min) * (1 + np.cos(angles)) / 2, [lr_min]])
    return float(table[min(step, total)])


def wsd__table(step, total, warmup, cooldown, lr_max, lr_min):
    """The whole schedule as an array, and one entry of it."""
    if warmup + cooldown > total:
        raise ValueError("too long")
    up = [lr_max * (t + 1) / warmup for t in range(warmup)]
    down = np.linspace(lr_max, lr_min, cooldown + 1)[1:]
    table = [*up, *[lr_max] * (total - warmup - cooldown), *down, lr_min]
    return float(table[min(step, total)])


def lr_range_test__arrays(step_fn, lr_min, lr_max, n, beta, stop_factor):
    """numpy's geomspace; weights of the average written out."""
    lrs, raw, smooth, best = np.geomspace(lr_min, lr_max, n), [], [], math.inf
    for lr in lrs:
        raw.append(step_fn(lr))
        weights = beta ** np.arange(len(raw) - 1.0, -1, -1)
        value = (weights @ np.array(raw)) / weights.sum()
        if np.isnan(value) or np.isinf(value):
            break
        if smooth and value > stop_factor * best:
            break
        smooth.append(value)
        best = min(best, value)
    return lrs[: len(smooth)], np.array(smooth)


def lr_range_test__logs(step_fn, lr_min, lr_max, n, beta, stop_factor):
    """Rates by logarithms; sum and weight carried along; rows of pairs."""
    total, weight, rows = 0.0, 0.0, []
    width = math.log(lr_max) - math.log(lr_min)
    for i in range(n):
        lr = math.exp(math.log(lr_min) + width * i / (n - 1))
        total, weight = beta * total + step_fn(lr), beta * weight + 1
        value = total / weight
        if math.isnan(value) or math.isinf(value):
            break
        if rows and value > stop_factor * min(row[1] for row in rows):
            break
        rows.append((lr, value))
    table = np.array(rows).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def suggest_lr__loop(lrs, losses):
    """Pair by pair."""
    best = None
    for lr, loss in zip(lrs, losses, strict=True):
        if math.isfinite(loss) and (best is None or loss < best[1]):
            best = (lr, loss)
    if best is None:
        raise ValueError("nothing finite")
    return best[0] * 0.1


def suggest_lr__sorted(lrs, losses):
    """Those that count, in order of loss and rate."""
    counted = [(float(loss), float(lr)) for lr, loss in zip(lrs, losses, strict=True) if abs(loss) < math.inf]
    if not counted:
        raise ValueError
    return min(counted)[1] / 10


def retune__products(lr, wd, batch, new_batch, rule, keep):
    """What is to stay, divided by the new rate."""
    exponents = {"linear": 1.0, "sqrt": 0.5}
    if rule not in exponents:
        raise ValueError(rule)
    new = lr * (new_batch / batch) ** exponents[rule]
    match keep:
        case "step":
            return new, lr * wd / new
        case "epoch":
            return new, lr * wd / batch * new_batch / new
    raise ValueError(keep)


def effective_lr__products(lr, beta):
    """By the exponential of logarithms."""
    return lr * math.exp(-math.log1p(-beta))


def decay_factor__products(lrs, wd):
    """A weight of 1 that is decayed."""
    weight = 1.0
    for lr in lrs:
        weight -= lr * wd * weight
    return weight


def step_decay__sorted(step, milestones, gamma, lr):
    """Sorted, searched, multiplied one by one."""
    for _ in range(bisect.bisect_right(sorted(milestones), step)):
        lr = lr * gamma
    return lr


def extend_wsd__sorted(resume_step, new_total, cooldown, lr_max, lr_min):
    """Step by step, counted from the end."""
    if new_total - resume_step < cooldown:
        raise ValueError("no room")
    rates = []
    for t in range(resume_step, new_total):
        left = new_total - 1 - t
        rates.append(lr_max if left >= cooldown else lr_min + (lr_max - lr_min) * left / cooldown)
    return np.array(rates, dtype=float)


def step_decay__numpy(step, milestones, gamma, lr):
    """A product over all milestones."""
    return float(lr * np.prod([gamma for m in milestones if m <= step]))


def extend_wsd__numpy(resume_step, new_total, cooldown, lr_max, lr_min):
    """An interpolation, clipped at the plateau."""
    if resume_step + cooldown > new_total:
        raise ValueError("no room")
    steps = np.arange(resume_step, new_total)
    if not cooldown:
        return np.full(len(steps), lr_max)
    return np.interp(steps, [new_total - 1 - cooldown, new_total - 1], [lr_max, lr_min])


def layerwise_lrs__loop(n, base, decay):
    """From the head downwards."""
    rates = [base]
    while len(rates) < n:
        rates.insert(0, rates[0] * decay)
    return np.array(rates)


def update_ratio__loop(old, new):
    """numpy's norm of the flattened arrays."""
    if not np.any(old):
        raise ValueError("zero")
    return np.linalg.norm((new - old).ravel()) / np.linalg.norm(old.ravel())


def one_cycle__tables(step, total, peak, lr_max, div, final_div, beta_low, beta_high):
    """Squared sines; rate and momentum from one part."""
    ends = (lr_max / div, beta_high) if step < peak else (lr_max / (div * final_div), beta_high)
    if step < peak:
        share = math.sin(math.pi * step / (2 * peak)) ** 2
    else:
        down = (min(step, total - 1) - peak) / (total - 1 - peak)
        share = math.cos(math.pi / 2 * down) ** 2
    return tuple(end + share * (top - end) for end, top in zip(ends, (lr_max, beta_low), strict=True))


def inverse_sqrt__tables(step, warmup, lr_max):
    """The form of the Transformer's paper, with branches."""
    t = step + 1
    scale = lr_max * warmup**0.5
    return scale * t * warmup**-1.5 if t < warmup else scale * t**-0.5
