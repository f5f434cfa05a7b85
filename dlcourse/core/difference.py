"""Two decoded result trees side by side: the first difference, in words that a student can act on.

How arrays are compared is the business of the rules in :mod:`dlcourse.core.compare`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, TypeAlias

import numpy as np

from .encoding import safe_repr
from .evidence import Changed, Evidence, NotRun, Opaque, Raised, split_changes

MAX_SWAPPED = 4
"""So many returned values are looked at in every order."""
Arrays: TypeAlias = Callable[[np.ndarray, np.ndarray], str | None]
"""What is different about the second of two arrays or numbers, or None."""


@dataclass(frozen=True)
class Mismatch:
    """One difference: where it is and what to say about it."""

    where: str
    text: str

    def __str__(self) -> str:
        if not self.where:
            return self.text
        return f"{'result' if self.where.startswith('[') else ''}{self.where}: {self.text}"


def arrays(tree: Evidence) -> Iterator[np.ndarray]:
    """All arrays and numbers of a decoded tree, in its order."""
    if isinstance(tree, (list, tuple)):
        for value in tree:
            yield from arrays(value)
    elif isinstance(tree, dict):
        for value in tree.values():
            yield from arrays(value)
    elif _is_number(tree):
        yield np.asarray(tree)


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.number, np.bool_, np.ndarray)) and not (
        isinstance(value, np.ndarray) and value.dtype == object
    )


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else f"a number ({value.dtype})"
    if isinstance(value, Opaque):
        return f"{'an' if value.type[:1] in 'aeiouAEIOU' else 'a'} {value.type}"
    if value is None:
        return "None"
    if isinstance(value, Raised):
        return f"the exception {value.type}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of length {len(value)}"
    return f"a {type(value).__name__}"


def difference(expected: Evidence, actual: Any, arrays: Arrays, where: str = "") -> Mismatch | None:  # noqa: C901  (one case per type of data)
    """The first difference of ``actual`` from ``expected``, or None.

    Both are decoded trees (see :mod:`dlcourse.core.encoding`). Lists equal tuples, numbers equal
    0-d arrays, and lists of numbers arrays.
    """
    expected, actual = _unboxed(expected), _unboxed(actual)
    if isinstance(actual, NotRun):
        return Mismatch(where, actual.message)
    if isinstance(expected, Changed) or isinstance(actual, Changed):
        return _changed_difference(expected, actual, arrays, where)
    if isinstance(expected, Raised):
        return _raised_difference(expected, actual, where)
    if isinstance(actual, Raised):
        return Mismatch(where, f"raised {actual} where {describe(expected)} is expected")
    if isinstance(expected, str) and isinstance(actual, str):
        return _text_difference(expected, actual, where)
    if isinstance(expected, str) or expected is None:
        return (
            None
            if expected is None and actual is None
            else Mismatch(where, f"yours {_yours(actual, where)}, expected {describe(expected)}")
        )
    if isinstance(expected, (list, tuple)):
        return _sequence_difference(expected, actual, arrays, where)
    if isinstance(expected, (set, frozenset)):
        if isinstance(actual, (set, frozenset)) and expected == actual:
            return None
        return Mismatch(where, f"yours {_yours(actual, where)}, expected {describe(expected)}")
    if isinstance(expected, dict):
        return _dict_difference(expected, actual, arrays, where)
    if _is_number(expected):
        actual = _as_array(expected, actual)
        if not _is_number(actual):
            return Mismatch(where, f"yours {_yours(actual, where)}, expected {_kind(expected)}")
        text = arrays(np.asarray(expected), np.asarray(actual))
        return None if text is None else Mismatch(where, text)
    if isinstance(expected, Opaque):
        if isinstance(actual, Opaque) and (expected.type, expected.text) == (
            actual.type,
            actual.text,
        ):
            return None
        return Mismatch(where, f"yours {_yours(actual, where)}, expected {_kind(expected)}")
    raise TypeError(f"cannot compare with {type(expected).__name__}")


def _as_array(expected: Evidence, actual: Any) -> Any:
    """Numbers of Python's, alone or in lists of the right shape, as an array of the reference's;
    anything else as it is.

    They have no dtype, so that a promised one does not bind them, and 1 is Python's 1.0, too.
    """
    if not isinstance(expected, np.ndarray) or not isinstance(actual, (float, list, tuple)):
        return actual
    try:
        array = np.array(actual)
    except (ValueError, OverflowError):  # ragged, or too large for any dtype
        return actual
    if array.shape != expected.shape or array.dtype.kind not in "biufc":
        return actual
    if expected.dtype.kind == "f" and (array.dtype.kind in "iu" or array.dtype == np.float64):
        with np.errstate(over="ignore"):
            return array.astype(expected.dtype)
    return array


def _changed_difference(
    expected: Evidence, actual: Any, arrays: Arrays, where: str
) -> Mismatch | None:
    """Of two results of which at least one comes with changed arguments."""
    names, evidence = split_changes(expected)
    found, other = split_changes(actual)
    if set(names) != set(found):
        return Mismatch(
            where,
            f"changed {', '.join(found) or 'nothing'}, expected {', '.join(names) or 'nothing'}",
        )
    return difference(evidence, other, arrays, where)


def _unboxed(value: Any) -> Any:
    """Arrays of strings or objects as lists."""
    return value.tolist() if isinstance(value, np.ndarray) and value.dtype == object else value


def _yours(value: Any, where: str) -> str:
    """A wrong value as the end of a sentence that begins with "yours"."""
    if value is None and not where:
        return "is None (is a `return` missing?)"
    return f"is {describe(value)}"


def describe(value: Any) -> str:
    """A value in a few words: itself if it is short, else its type and size."""
    return (
        safe_repr(value, 120)
        if isinstance(value, (str, int, float, bool, frozenset)) or value is None
        else _kind(value)
    )


def _raised_difference(expected: Raised, actual: Any, where: str) -> Mismatch | None:
    if not isinstance(actual, Raised):
        return Mismatch(where, f"should raise {expected.type}, but returned {describe(actual)}")
    if expected.type in actual.bases or expected.type == actual.type:
        return None
    return Mismatch(where, f"should raise {expected.type}, but raised {actual}")


def _text_difference(expected: str, actual: str, where: str) -> Mismatch | None:
    if expected == actual:
        return None
    text = f"yours is {describe(actual)}, expected {describe(expected)}"
    if min(len(expected), len(actual)) > 30:
        pairs = zip(expected, actual, strict=False)
        at = next((i for i, (e, a) in enumerate(pairs) if e != a), min(len(expected), len(actual)))
        text = (
            f"the strings differ from character {at} on: yours goes on {safe_repr(actual[at : at + 30])}, "
            f"expected {safe_repr(expected[at : at + 30])}; yours has {len(actual)} characters, expected {len(expected)}"
        )
    return Mismatch(where, text)


def _sequence_difference(
    expected: Sequence[Any], actual: Any, arrays: Arrays, where: str
) -> Mismatch | None:
    if isinstance(actual, np.ndarray) and actual.ndim and len(actual) == len(expected):
        actual = [np.asarray(row) for row in actual]  # an array where the reference gives a list
    if not isinstance(actual, (list, tuple)):
        return Mismatch(where, f"yours {_yours(actual, where)}, expected {_kind(expected)}")
    if len(expected) != len(actual):
        entries = "entry" if len(actual) == 1 else "entries"
        text = f"yours has {len(actual)} {entries}{_short(actual)}, expected {len(expected)}{_short(expected)}"
        return Mismatch(where, text)
    for i, (e, a) in enumerate(zip(expected, actual, strict=True)):
        found = difference(e, a, arrays, f"{where}[{i}]")
        if found:
            return _swapped(expected, actual, arrays, where) or found
    return None


def _swapped(
    expected: Sequence[Any], actual: Sequence[Any], arrays: Arrays, where: str
) -> Mismatch | None:
    """That a few entries are right, but in another order; None where they are not."""
    if not isinstance(expected, tuple) or not 2 <= len(expected) <= MAX_SWAPPED:
        return None
    for order in permutations(range(len(expected))):
        pairs = [(expected[i], actual[j]) for i, j in enumerate(order)]
        if all(difference(e, a, arrays) is None for e, a in pairs):
            return Mismatch(
                where, f"the right values in another order: expected are your {_ordinals(order)}"
            )
    return None


def _ordinals(order: Sequence[int]) -> str:
    return ", ".join(("first", "second", "third", "fourth")[i] for i in order)


def _short(value: Sequence[Any]) -> str:
    if all(isinstance(v, (str, int, float, type(None))) for v in value):
        return f" ({safe_repr(list(value), 80)})"
    return ""


def _dict_difference(
    expected: dict[Any, Any], actual: Any, arrays: Arrays, where: str
) -> Mismatch | None:
    if not isinstance(actual, dict):
        return Mismatch(where, f"yours {_yours(actual, where)}, expected {_kind(expected)}")
    missing = sorted(safe_repr(k, 60) for k in expected if k not in actual)
    excess = sorted(safe_repr(k, 60) for k in actual if k not in expected)
    if missing or excess:
        parts = [
            f"{_list(keys)} {word}"
            for keys, word in ((missing, "missing"), (excess, "not expected"))
            if keys
        ]
        return Mismatch(where, f"the keys differ: {'; '.join(parts)}")
    for key, e in expected.items():
        found = difference(
            e,
            actual[key],
            arrays,
            f"{where}[{key!r}]" if where or not isinstance(key, str) else key,
        )
        if found:
            return found
    return None


def _list(items: Sequence[str], most: int = 5) -> str:
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")
