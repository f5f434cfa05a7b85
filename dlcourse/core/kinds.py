"""Kinds of numbers: truth values, integers and floats are told apart, and dtypes of floats where
they are promised.
"""

from __future__ import annotations

import numpy as np

_KINDS = {
    "b": ("a truth value", "truth values"),
    "i": ("an integer", "integers"),
    "u": ("an integer", "integers"),
    "f": ("a float", "floats"),
    "c": ("a complex number", "complex numbers"),
}


def difference(expected: np.ndarray, actual: np.ndarray, dtypes: bool | None) -> str | None:
    """What is wrong with the kind of some numbers, whose shape is right, or None.

    An integer may stand for a single float, as in Python. How wide integers are makes no
    difference.

    Args:
        expected: the reference's.
        actual: the student's.
        dtypes: whether floats must have the reference's dtype.
    """
    theirs, yours = (_KINDS.get(a.dtype.kind) for a in (expected, actual))
    whole = expected.ndim == 0 and expected.dtype.kind in "fc" and actual.dtype.kind in "iuf"
    if theirs != yours and not whole and theirs is not None and yours is not None:
        if expected.ndim == 0:
            return (
                f"yours is {actual.item()!r}, {yours[0]}; expected {expected.item()!r}, {theirs[0]}"
            )
        return f"yours are {yours[1]} ({actual.dtype}), expected {theirs[1]} ({expected.dtype})"
    if (
        dtypes
        and expected.dtype.kind == actual.dtype.kind == "f"
        and expected.dtype != actual.dtype
    ):
        return f"the values are right, but yours have the dtype {actual.dtype}, expected {expected.dtype}"
    return None
