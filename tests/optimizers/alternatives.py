"""Other correct implementations of optimizers; each must earn all points."""

import copy
import math

import numpy as np


def momentum_step__copies(theta, g, v, lr, gamma):
    """Copies, changed in place."""
    v = np.array(v, dtype=np.float64)
    v *= gamma
    v += lr * np.asarray(g)
    theta = np.array(theta, dtype=np.float64)
    theta -= v
    return theta, v


def momentum_step__numbers(theta, g, v, lr, gamma):
    """One entry at a time."""
    shape = np.shape(theta)
    rows = zip(np.ravel(theta), np.ravel(g), np.ravel(v))
    pairs = [(a - gamma * c - lr * b, gamma * c + lr * b) for a, b, c in rows]
    return (
        np.array([p[0] for p in pairs], dtype=float).reshape(shape),
        np.array([p[1] for p in pairs], dtype=float).reshape(shape),
    )


def nag_step__two_stages(theta, grad_fn, v, lr, gamma):
    """Jump first, then correct: an equal step in another order of operations."""
    jump = np.multiply(v, gamma)
    ahead = np.subtract(theta, jump)
    correction = lr * np.asarray(grad_fn(ahead))
    return [ahead - correction, jump + correction]


def adagrad_step__power(theta, g, G, lr, eps):
    """Copies and powers."""
    G = np.array(G, dtype=np.float64) + np.abs(g) ** 2.0
    return theta - np.divide(lr, G**0.5 + eps) * g, G


def rmsprop_step__power(theta, g, s, lr, rho, eps):
    """The average as a correction of the old one."""
    s = np.array(s, dtype=np.float64)
    s = s + (1 - rho) * (np.multiply(g, g) - s)
    return theta - g / (s**0.5 + eps) * lr, s


def adagrad_step__hypot(theta, g, G, lr, eps):
    """The root of a sum of squares."""
    return theta - lr * (g / (np.hypot(np.sqrt(G), g) + eps)), np.add(G, np.square(np.asarray(g, dtype=float)))


def rmsprop_step__hypot(theta, g, s, lr, rho, eps):
    """The root of a sum of squares."""
    root = np.hypot(np.sqrt(rho * np.asarray(s, dtype=float)), math.sqrt(1 - rho) * np.asarray(g))
    return theta - lr * g / (root + eps), root**2


def adam_step__deep_copy(theta, g, state, lr, beta1, beta2, eps):
    """A deep copy of the state, changed in place."""
    state = copy.deepcopy(state)
    state["t"] += 1
    state["m"] = np.asarray(state["m"], dtype=float)
    state["m"] = state["m"] + (1 - beta1) * (g - state["m"])
    state["s"] = state["s"] * beta2
    state["s"] += (1 - beta2) * np.asarray(g, dtype=float) * g
    scale = math.sqrt(1 - beta2 ** state["t"])
    return theta - lr / (1 - beta1 ** state["t"]) * state["m"] / (np.sqrt(state["s"]) / scale + eps), state


def adamw_step__shrink_first(theta, g, state, lr, beta1, beta2, eps, wd):
    """The decay as a factor before Adam's step, as torch has it; written out."""
    t = state["t"] + 1
    m = (1 - beta1) * np.asarray(g, dtype=float) + beta1 * np.asarray(state["m"])
    s = (1 - beta2) * np.asarray(g, dtype=float) ** 2 + beta2 * np.asarray(state["s"])
    root = np.sqrt(s / (1 - beta2**t)) + eps
    return (1 - lr * wd) * np.asarray(theta, dtype=float) - lr / (1 - beta1**t) * m / root, dict(m=m, s=s, t=t)


def adam_l2_step__shrink_first(theta, g, state, lr, beta1, beta2, eps, wd):
    """AdamW without decay, on the penalised gradient."""
    penalised = np.asarray(g, dtype=float) + wd * np.asarray(theta, dtype=float)
    return adamw_step__shrink_first(theta, penalised, state, lr, beta1, beta2, eps, 0.0)


def lion_step__comparisons(theta, g, m, lr, beta1, beta2, wd):
    """The sign from two comparisons, the decay as a factor."""
    mix = np.multiply(m, beta1) + np.multiply(g, 1 - beta1)
    up, down = (mix > 0).astype(float), (mix < 0).astype(float)
    return np.multiply(theta, 1 - lr * wd) - lr * up + lr * down, np.multiply(m, beta2) + np.multiply(g, 1 - beta2)


def hutchinson_diag__sum(hvp, U):
    """A running sum."""
    total = np.zeros(U.shape[1])
    for i in range(len(U)):
        total = total + np.multiply(U[i], np.asarray(hvp(U[i].copy())))
    return total / len(U)


def sophia_step__where(theta, g, state, h_hat, lr, beta1, beta2, gamma, eps, rho):
    """The floor by where, the clip by minimum and maximum."""
    m = np.add(beta1 * np.asarray(state["m"]), np.multiply(1 - beta1, g))
    h = np.array(state["h"], dtype=float) if h_hat is None else np.asarray(state["h"]) * beta2 + np.multiply(h_hat, 1 - beta2)
    floor = np.where(gamma * h > eps, gamma * h, eps)
    return theta - lr * np.minimum(rho, np.maximum(-rho, m / floor)), dict(h=h, m=m)


def schedule_free_step__difference(z, x, grad_fn, t, lr, beta):
    """Both updates as differences."""
    y = z + beta * np.subtract(x, z)
    z = np.subtract(z, np.multiply(lr, grad_fn(y)))
    return z, x + (z - x) / (t + 1)
