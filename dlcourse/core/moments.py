"""Means and variances of samples: how far two right programs' may lie apart, and how often they lie farther.

A sampler is right whatever numbers it draws, so that its samples can only be compared through their moments. What is
allowed comes from the reference's samples alone: a student's spread must not widen it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SIMULATED = 8_000_000
"""Numbers that are drawn for one estimate of a chance, at most."""
_DISTINCT = 16_000
"""Different samples that are drawn from, at most."""
_PAIRS = (500, 20_000)
"""Fewest and most pairs of samples that are drawn."""
_ROUNDING = 1e-9
_SEEN = 10
"""Rejections that must be seen before their share is believed; a rarer one is extrapolated."""
_POINTS = 40
"""Quantiles that a tail is fitted to."""


@dataclass(frozen=True)
class Moment:
    """A moment of each column of some samples.

    Args:
        name: ``mean`` or ``variance``.
        value: of the moment.
        allowed: largest difference that is allowed.
    """

    name: str
    value: np.ndarray
    allowed: np.ndarray


def moments(samples: np.ndarray, k: float, order: int) -> list[Moment]:
    """The moments of samples along axis 0.

    Args:
        samples: real numbers, one sample per row.
        k: how many standard errors are allowed.
        order: 1 gives the mean, 2 the variance, too.
    """
    centre = samples.mean(0)
    powers = [((samples - centre) ** p).mean(0) for p in range(1, 5)]
    return _moments(powers, centre, len(samples), k, order)


def _moments(
    powers: Sequence[np.ndarray], centre: np.ndarray, n: int, k: float, order: int
) -> list[Moment]:
    """Moments from the means of the first four powers of (x - centre)."""
    first, second, third, fourth = powers
    mean, var = centre + first, np.maximum(second - first**2, 0)
    se = np.sqrt(2 * var / n)
    found = [Moment("mean", mean, k * se + _ROUNDING * (1 + np.abs(mean)))]
    if order >= 2:
        about_mean = fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4
        spread = np.sqrt(2 * np.maximum(about_mean - var**2, 0) / n)
        # a variance is taken about the samples' own mean, which is off by up to k se; for a fair coin this is all
        allowed = k * spread + (k * se) ** 2 + _ROUNDING * (1 + np.abs(var))
        found.append(Moment("variance", var, allowed))
    return found


def chance_of_rejection(
    samples: np.ndarray, n: int, k: float, order: int, rng: np.random.Generator
) -> float:
    """The chance that of two right programs one is rejected against the other.

    Pairs of n samples each are drawn from those that are given, and the largest share of what is allowed is noted.

    Args:
        samples: of right programs, as many as there are, one per row.
        n: how many samples each program draws.
        k: how many standard errors are allowed.
        order: 1 for means, 2 for variances, too.
        rng: for the simulation.
    """
    flat = samples.reshape(len(samples), -1)
    if flat.shape[1] == 1:  # a hundred times faster without an axis
        values, count = np.unique(flat, return_counts=True)
        rows = values[:, None]
    else:
        rows, count = np.unique(flat, axis=0, return_counts=True)
    if len(rows) > _DISTINCT:
        kept = rng.choice(len(rows), _DISTINCT, replace=False)
        rows, count = rows[kept], count[kept]
    if len(rows) == 1:
        return 0.0
    centre = flat.mean(0)
    powers = [(rows - centre) ** p for p in range(1, 5)]
    pairs = int(np.clip(_SIMULATED // (2 * len(rows)), *_PAIRS))
    weights = [rng.multinomial(n, count / count.sum(), size=pairs) / n for _ in range(2)]
    theirs, yours = (_moments([w @ p for p in powers], centre, n, k, order) for w in weights)
    used = [np.abs(t.value - y.value) / t.allowed for t, y in zip(theirs, yours, strict=True)]
    columns = rows.shape[1]
    return min(1.0, sum(columns * tail(u.ravel()) for u in used))  # each column may be the one


def tail(margins: np.ndarray) -> float:
    """The chance that a positive quantity exceeds 1, from draws of it that hardly ever do.

    The upper tenth of the draws is read as |z| = b t**c of a standard normal z and continued, with c between 1 (a normal)
    and 1/2 (an exponential).
    """
    from statistics import NormalDist  # 10 ms, which no check in a notebook needs

    above = int((margins > 1).sum())
    if above >= _SEEN or len(margins) < 2 * _SEEN:
        return above / len(margins)
    count = max(len(margins) // 10, _SEEN)
    rank = np.unique(np.geomspace(1, count, _POINTS).astype(int))
    t = np.sort(margins)[::-1][rank - 1]
    if t[-1] <= 0:
        return above / len(margins)
    normal = NormalDist()
    z = np.array([normal.inv_cdf(1 - (r - 0.5) / len(margins) / 2) for r in rank])
    log_t, log_z = np.log(t), np.log(z)
    spread = log_t - log_t.mean()
    power = float(np.clip((spread @ log_z) / max(spread @ spread, 1e-300), 0.5, 1))
    return math.erfc(math.exp(float(np.mean(log_z - power * log_t))) / math.sqrt(2))
