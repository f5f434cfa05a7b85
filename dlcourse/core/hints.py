"""What two arrays have to do with each other, in words that a student can act on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np


def number(value: Any) -> str:
    """A number to six digits."""
    value = np.asarray(value).item()
    if isinstance(value, float) and value == 0:
        value = 0.0  # not -0
    return f"{value:.6g}" if isinstance(value, (float, complex)) else str(value)


def ratio(factor: float) -> str:
    """A factor as people write it: 2, 5/6, 0.7391."""
    fraction = Fraction(factor).limit_denominator(64)
    return str(fraction) if abs(float(fraction) - factor) < 1e-5 * abs(factor) else number(factor)


def real(expected: np.ndarray, actual: np.ndarray) -> bool:
    """Whether both are arrays of real numbers."""
    return expected.dtype.kind in "iuf" and actual.dtype.kind in "iuf"


def shape(
    expected: np.ndarray, actual: np.ndarray, same: Callable[[np.ndarray, np.ndarray], bool]
) -> str:
    """What may have happened to an array of the wrong shape; empty where nothing can be said.

    Args:
        expected, actual: arrays of different shapes.
        same: whether two arrays of one shape agree element by element.
    """
    if expected.size != actual.size:
        return ""
    if 1 < expected.ndim == actual.ndim <= 4 and expected.size:
        for axes in itertools.permutations(range(expected.ndim)):
            turned = actual.transpose(axes)
            if turned.shape == expected.shape and same(expected, turned):
                return "right but for the order of the axes: transposed"
    if expected.ndim == actual.ndim == 2 and expected.shape == actual.shape[::-1]:
        return "transposed?"
    if tuple(n for n in expected.shape if n != 1) == tuple(n for n in actual.shape if n != 1):
        if actual.ndim > expected.ndim:
            how = "too many"
        else:
            how = "is missing" if actual.ndim < expected.ndim else "is misplaced"
        return f"an axis of length 1 {how}"
    return "the number of elements is right, the axes are not"


def not_finite(expected: np.ndarray, actual: np.ndarray) -> list[str]:
    """How many elements are nan or infinite where none should be."""
    notes = []
    if real(expected, actual) and actual.ndim:
        for name, test in (("nan", np.isnan), ("infinite", np.isinf)):
            count = int(test(actual).sum())
            if count and not test(expected).any():
                how_many = "all" if count == actual.size else count
                notes.append(f"{how_many} of yours {'are' if count > 1 else 'is'} {name}")
    return notes


def pattern(expected: np.ndarray, actual: np.ndarray) -> list[str]:
    """What is common to all elements of finite arrays of one shape: a factor, a transposition, an
    order.
    """
    largest = float(np.abs(expected).max())

    def agree(e: np.ndarray, a: np.ndarray) -> bool:
        return bool(np.isclose(a, e, rtol=1e-4, atol=1e-5 * largest).all())

    big = np.abs(expected) > 1e-3 * largest
    factor = float(np.median(actual[big] / expected[big])) if big.any() else 0.0
    if not actual.any():
        return ["all of yours are 0"]
    if len(np.unique(expected)) == 1:
        return []  # a constant: any other constant would be a multiple of it
    if abs(factor - 1) > 1e-2 and agree(expected * factor, actual):
        if abs(factor + 1) < 1e-4:
            return ["everywhere the opposite sign"]
        return [f"everywhere {ratio(factor)} times what is expected"]
    if expected.ndim == 2 and expected.shape == expected.T.shape and agree(expected.T, actual):
        return ["equal to the expected values transposed"]
    if expected.size > 3 and agree(np.sort(expected, axis=None), np.sort(actual, axis=None)):
        return ["the values are right, their order is not"]
    return []
