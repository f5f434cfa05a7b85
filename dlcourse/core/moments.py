"""Means and variances of samples: how far two right programs' may lie apart, and how often they lie
farther.

A sampler is right whatever numbers it draws, so that its samples can only be compared through their
moments. What is allowed comes from the reference's samples alone: a student's spread must not widen
it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SIMULATED = 8_000_000
"""Numbers that are drawn for one group of samples, at most."""
_DISTINCT = 16_000
"""Different samples that are drawn from, at most."""
_DRAWS_PER_ROW = 20
"""Draws per different sample up to which it is faster to draw one by one than to draw how often
each occurs.
"""
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
    powers = [power.mean(0) for power in _powers(samples - centre, order)]
    return _moments(powers, centre, len(samples), k)


def _powers(x: np.ndarray, order: int) -> list[np.ndarray]:
    """The powers of x that :func:`_moments` asks for: two for each moment."""
    square = x * x
    return [x, square] if order < 2 else [x, square, square * x, square * square]


def _moments(powers: Sequence[np.ndarray], centre: np.ndarray, n: int, k: float) -> list[Moment]:
    """Moments from the means of the powers of (x - centre)."""
    first, second, *higher = powers
    mean, var = centre + first, np.maximum(second - first**2, 0)
    se = np.sqrt(2 * var / n)
    found = [Moment("mean", mean, k * se + _ROUNDING * (1 + np.abs(mean)))]
    if higher:
        third, fourth = higher
        about_mean = fourth - 4 * first * third + 6 * first**2 * second - 3 * first**4
        spread = np.sqrt(2 * np.maximum(about_mean - var**2, 0) / n)
        # a variance is taken about the samples' own mean, which is off by up to k se; for a fair
        # coin this is all
        allowed = k * spread + (k * se) ** 2 + _ROUNDING * (1 + np.abs(var))
        found.append(Moment("variance", var, allowed))
    return found


def chance_of_rejection(
    groups: Sequence[np.ndarray], n: int, k: float, order: int, rng: np.random.Generator
) -> float:
    """The chance that of two right programs one is rejected against the other.

    Pairs of n samples each are drawn from those that are given, and the largest share of what is
    allowed is noted.

    Args:
        groups: for each of some inputs that are equally likely, samples of right programs, as many
            as there are, one per row.
        n: how many samples each program draws.
        k: how many standard errors are allowed.
        order: 1 for means, 2 for variances, too.
        rng: for the simulation.
    """
    drawn = [used for samples in groups if (used := _used(samples, n, k, order, rng))]
    if not drawn:
        return 0.0
    columns = drawn[0][0].shape[1]
    share = len(drawn) / len(groups)  # where all samples are equal, nothing is rejected
    # each column may be the one
    chances = (tail(np.concatenate([u.ravel() for u in of])) for of in zip(*drawn, strict=True))
    return min(1.0, share * columns * sum(chances))


def _used(
    samples: np.ndarray, n: int, k: float, order: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """What pairs of right programs use of what is allowed: of each moment, by pair and column;
    empty where all samples are equal.
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
        return []
    centre = flat.mean(0)
    powers = _powers(rows - centre, order)
    pairs = int(np.clip(_SIMULATED // (2 * len(rows)), *_PAIRS))
    weights = [_weights(count, n, pairs, rng) for _ in range(2)]
    theirs, yours = (_moments([w @ p for p in powers], centre, n, k) for w in weights)
    return [np.abs(t.value - y.value) / t.allowed for t, y in zip(theirs, yours, strict=True)]


def _weights(count: np.ndarray, n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Shares of each row among n draws with replacement, ``size`` times; row i stands for
    ``count[i]`` equal samples.
    """
    if n > _DRAWS_PER_ROW * len(count):
        return rng.multinomial(n, count / count.sum(), size=size) / n
    label = np.repeat(np.arange(len(count), dtype=np.int32), count)
    found = np.empty((size, len(count)))
    for row in found:
        row[:] = np.bincount(
            label[rng.integers(len(label), size=n, dtype=np.int32)], minlength=len(count)
        )
    return found / n


def tail(margins: np.ndarray) -> float:
    """The chance that a positive quantity exceeds 1, from draws of it that hardly ever do.

    The upper tenth of the draws is read as |z| = b t**c of a standard normal z and continued, with
    c between 1 (a normal) and 1/2 (an exponential).
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
