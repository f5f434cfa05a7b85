"""Comparison of two decoded result trees, with a message a student can act on.

A comparison is a small value (:class:`Comparison`) that can be written to JSON, so that the same rule
serves the notebook, nbgrader and otter.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from .encoding import safe_repr
from .evidence import NotRun, Opaque, Raised

_LOW = {
    "float16": (2e-2, 1e-3),
    "bfloat16": (2e-2, 1e-3),
    "float32": (1e-4, 1e-5),
    "complex64": (1e-4, 1e-5),
}
_FULL = (1e-6, 1e-8)
_TINY = {"float16": 1e-6, "float32": 1e-7, "complex64": 1e-7}


@dataclass(frozen=True)
class Comparison:
    """How a student's result is held against the reference's.

    Args:
        kind: ``close``, ``exact``, ``at_most`` or ``within_se``.
        options: the numbers that belong to the kind.
    """

    kind: str
    options: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **self.options}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Comparison:
        options = dict(document)
        return cls(options.pop("kind"), options)


def close(rtol: float | None = None, atol: float | None = None) -> Comparison:
    """Equal up to rounding; the default of every probe.

    Without arguments the tolerance follows the coarser dtype of the two: for float64 1e-6 relative and
    1e-8 of the largest expected magnitude, for float32 1e-4 and 1e-5 of it.

    Args:
        rtol: relative tolerance per element.
        atol: absolute tolerance per element.
    """
    return Comparison("close", {k: v for k, v in (("rtol", rtol), ("atol", atol)) if v is not None})


def exact() -> Comparison:
    """Equal value for value, for ids, strings and counts."""
    return Comparison("exact")


def at_most(slack: float = 0.0) -> Comparison:
    """Numbers no larger than ``expected + slack * |expected|`` (a loss); finite.

    A number can be sent by anybody: return evidence and use ``judge=`` where points hang on it.
    """
    return Comparison("at_most", {"slack": slack})


def within_se(k: float = 5.0, moments: int = 2) -> Comparison:
    """Samples along axis 0 whose moments agree within ``k`` standard errors.

    The standard errors are those of the reference's samples, so a student's spread cannot widen them;
    the number of samples must be the same. ``moments=2`` compares means and variances.
    """
    return Comparison("within_se", {"k": k, "moments": moments})


@dataclass(frozen=True)
class Mismatch:
    """One difference: where it is and what to say about it."""

    where: str
    text: str

    def __str__(self) -> str:
        if not self.where:
            return self.text
        return f"{'result' if self.where.startswith('[') else ''}{self.where}: {self.text}"


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


def difference(expected: Any, actual: Any, rule: Comparison, where: str = "") -> Mismatch | None:
    """The first difference of ``actual`` from ``expected`` under ``rule``, or None.

    Both are decoded trees (see :mod:`dlcourse.core.encoding`). Lists equal tuples, numbers equal 0-d arrays;
    integers, truth values and floats are compared by value, never by dtype alone.
    """
    expected, actual = _unboxed(expected), _unboxed(actual)
    if isinstance(actual, NotRun):
        return Mismatch(where, actual.message)
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
        return _sequence_difference(expected, actual, rule, where)
    if isinstance(expected, (set, frozenset)):
        if isinstance(actual, (set, frozenset)) and expected == actual:
            return None
        return Mismatch(where, f"yours {_yours(actual, where)}, expected {describe(expected)}")
    if isinstance(expected, dict):
        return _dict_difference(expected, actual, rule, where)
    if _is_number(expected):
        if not _is_number(actual):
            return Mismatch(where, f"yours {_yours(actual, where)}, expected {_kind(expected)}")
        return _array_difference(np.asarray(expected), np.asarray(actual), rule, where)
    if isinstance(expected, Opaque):
        if isinstance(actual, Opaque) and (expected.type, expected.text) == (
            actual.type,
            actual.text,
        ):
            return None
        return Mismatch(where, f"yours {_yours(actual, where)}, expected {_kind(expected)}")
    raise TypeError(f"cannot compare with {type(expected).__name__}")


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
    expected: Sequence[Any], actual: Any, rule: Comparison, where: str
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
        found = difference(e, a, rule, f"{where}[{i}]")
        if found:
            return found
    return None


def _short(value: Sequence[Any]) -> str:
    if all(isinstance(v, (str, int, float, type(None))) for v in value):
        return f" ({safe_repr(list(value), 80)})"
    return ""


def _dict_difference(
    expected: dict[Any, Any], actual: Any, rule: Comparison, where: str
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
            e, actual[key], rule, f"{where}[{key!r}]" if where or not isinstance(key, str) else key
        )
        if found:
            return found
    return None


def _list(items: Sequence[str], most: int = 5) -> str:
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")


def _array_difference(
    expected: np.ndarray, actual: np.ndarray, rule: Comparison, where: str
) -> Mismatch | None:
    if expected.shape != actual.shape:
        hint = _shape_hint(expected, actual, rule)
        return Mismatch(
            where,
            f"yours has shape {actual.shape}, expected {expected.shape}{f' ({hint})' if hint else ''}",
        )
    if expected.size == 0:
        return None
    if rule.kind == "within_se" and expected.ndim:
        return _moments_difference(expected, actual, rule, where)
    if (
        rule.kind in ("close", "exact")
        and expected.dtype == actual.dtype
        and expected.tobytes() == actual.tobytes()
    ):
        return None  # as most right answers are
    wrong, gap = _wrong(expected, actual, rule)
    if not wrong.any():
        return None
    rank = np.where(wrong, np.where(np.isnan(gap), np.inf, gap), -1.0)
    place = np.unravel_index(int(np.argmax(rank)), rank.shape)
    yours, theirs = _num(actual[place]), _num(expected[place])
    notes = [] if rule.kind == "at_most" else _diagnose(expected, actual, rule, wrong)
    if expected.dtype != actual.dtype:
        notes.append(f"yours is {actual.dtype}, expected {expected.dtype}")
    if rule.kind == "at_most":
        text = f"yours is {yours}, at most {theirs} is expected"
    elif expected.ndim == 0:
        text = f"yours is {yours}, expected {theirs}"
    else:
        at = f"[{', '.join(str(int(i)) for i in place)}]"
        count = int(wrong.sum())
        if wrong.size == 1:
            text = f"the value differs (shape {expected.shape})"
        else:
            text = f"{'all' if count == wrong.size else f'{count} of'} {wrong.size} values differ{'s' * (count == 1)} (shape {expected.shape})"
        if rule.kind == "exact" or not np.isfinite(gap[place]):
            text += f"; for example at {at}: yours {yours}, expected {theirs}"
        elif wrong.size == 1:
            text += f": yours {yours}, expected {theirs}"
        else:
            text += f"; the largest difference is {_num(gap[place])}, at {at}: yours {yours}, expected {theirs}"
    return Mismatch(where, "; ".join([text, *notes]))


def _wrong(
    expected: np.ndarray, actual: np.ndarray, rule: Comparison
) -> tuple[np.ndarray, np.ndarray]:
    """Which elements of two arrays of one shape differ under ``rule``, and by how much."""
    if rule.kind == "exact" and expected.dtype.kind in "iub" and actual.dtype.kind in "iub":
        differs = np.asarray(expected != actual)
        return differs, differs.astype(np.float64)
    number = np.complex128 if "c" in (expected.dtype.kind, actual.dtype.kind) else np.float64
    e, a = expected.astype(number), actual.astype(number)
    with np.errstate(all="ignore"):
        gap = np.abs(e - a)
        if rule.kind == "exact":
            return np.asarray(~((e == a) | (np.isnan(e) & np.isnan(a)))), gap
        if rule.kind == "at_most":
            bound = e.real + rule.options.get("slack", 0.0) * np.abs(e)
            return np.asarray(~(a.real <= bound) | ~np.isfinite(a)), gap
        rtol, atol = _tolerance(e, expected.dtype.name, actual.dtype.name, rule)
        same = (e == a) | (np.isnan(e) & np.isnan(a))
        finite = np.isfinite(e) & np.isfinite(a)
        return np.asarray(~(same | (finite & (gap <= atol + rtol * np.abs(e))))), gap


def _shape_hint(expected: np.ndarray, actual: np.ndarray, rule: Comparison) -> str:
    """What may have happened to an array of the wrong shape."""
    if expected.size != actual.size:
        return ""
    if 1 < expected.ndim == actual.ndim <= 4 and rule.kind in ("close", "exact") and expected.size:
        for axes in itertools.permutations(range(expected.ndim)):
            turned = actual.transpose(axes)
            if turned.shape == expected.shape and not _wrong(expected, turned, rule)[0].any():
                return "right but for the order of the axes: transposed"
    if expected.ndim == actual.ndim == 2 and expected.shape == actual.shape[::-1]:
        return "transposed?"
    if tuple(n for n in expected.shape if n != 1) == tuple(n for n in actual.shape if n != 1):
        how = (
            "too many"
            if actual.ndim > expected.ndim
            else "is missing"
            if actual.ndim < expected.ndim
            else "is misplaced"
        )
        return f"an axis of length 1 {how}"
    return "the number of elements is right, the axes are not"


def _diagnose(
    expected: np.ndarray, actual: np.ndarray, rule: Comparison, wrong: np.ndarray
) -> list[str]:
    """What can be said of all elements at once."""
    if (
        expected.dtype.kind == "b"
        or actual.dtype.kind not in "iuf"
        or expected.dtype.kind not in "iuf"
    ):
        return []
    e, a = expected.astype(np.float64), actual.astype(np.float64)
    notes = []
    for name, test in (("nan", np.isnan), ("infinite", np.isinf)):
        if test(a).any() and not test(e).any():
            count = int(test(a).sum())
            if a.ndim:
                notes.append(
                    f"{'all' if count == a.size else count} of yours {'are' if count > 1 else 'is'} {name}"
                )
    if (
        rule.kind != "close"
        or np.count_nonzero(wrong) < 2
        or not (np.isfinite(e).all() and np.isfinite(a).all())
    ):
        return notes
    loose = Comparison("close", {"rtol": 1e-4, "atol": 1e-5 * float(np.abs(e).max())})
    big = np.abs(e) > 1e-3 * np.abs(e).max()
    factor = float(np.median(a[big] / e[big])) if big.any() else 0.0
    if not a.any():
        notes.append("all of yours are 0")
    elif len(np.unique(e)) == 1:
        pass  # a constant: any other constant would be a multiple of it
    elif abs(factor - 1) > 1e-2 and not _wrong(e * factor, a, loose)[0].any():
        notes.append(
            "everywhere the opposite sign"
            if abs(factor + 1) < 1e-4
            else f"everywhere {_ratio(factor)} times what is expected"
        )
    elif e.ndim == 2 and e.shape == e.T.shape and not _wrong(e.T, a, loose)[0].any():
        notes.append("equal to the expected values transposed")
    elif e.size > 3 and not _wrong(np.sort(e, axis=None), np.sort(a, axis=None), loose)[0].any():
        notes.append("the values are right, their order is not")
    return notes


def _tolerance(e: np.ndarray, expected: str, actual: str, rule: Comparison) -> tuple[float, float]:
    names = [n for n in (expected, actual) if n in _LOW]
    rtol, share = max((_LOW[n] for n in names), default=_FULL)
    finite = np.abs(e[np.isfinite(e)])
    scale = float(finite.max()) if finite.size else 0.0
    atol = max(share * scale, max((_TINY.get(n, 1e-7) for n in names), default=1e-12))
    return rule.options.get("rtol", rtol), rule.options.get("atol", atol)


def _moments_difference(
    expected: np.ndarray, actual: np.ndarray, rule: Comparison, where: str
) -> Mismatch | None:
    n = expected.shape[0]
    if "c" in (expected.dtype.kind, actual.dtype.kind):
        expected, actual = (np.stack([x.real, x.imag], axis=-1) for x in (expected, actual))
    e, a = expected.astype(np.float64), actual.astype(np.float64)
    if not np.isfinite(a).all():
        return Mismatch(
            where, f"{int((~np.isfinite(a)).sum())} of {a.size} samples are nan or infinite"
        )
    k = rule.options.get("k", 5.0)
    squares = (e - e.mean(0)) ** 2
    var = squares.mean(0)
    checks = [("mean", e.mean(0), a.mean(0), np.sqrt(2 * var / n))]
    if rule.options.get("moments", 2) >= 2:
        spread = np.sqrt(2 * np.maximum((squares * squares).mean(0) - var**2, 0) / n)
        checks.append(("variance", var, a.var(0), spread))
    for name, theirs, yours, se in checks:
        off = np.abs(theirs - yours) - k * se - 1e-9 * (1 + np.abs(theirs))
        if (off > 0).any():
            place = np.unravel_index(int(np.argmax(off)), off.shape) if off.ndim else ()
            at = f" at [{', '.join(str(int(i)) for i in place)}]" if place else ""
            return Mismatch(
                where,
                f"the {name} of {n} samples{at} is {_num(yours[place])}, expected {_num(theirs[place])} "
                f"within {k:g} standard errors of {_num(se[place])}",
            )
    return None


def _ratio(factor: float) -> str:
    """A factor as people write it: 2, 5/6, 0.7391."""
    fraction = Fraction(factor).limit_denominator(64)
    return str(fraction) if abs(float(fraction) - factor) < 1e-5 * abs(factor) else _num(factor)


def _num(value: Any) -> str:
    value = np.asarray(value).item()
    if isinstance(value, float) and value == 0:
        value = 0.0  # not -0
    return f"{value:.6g}" if isinstance(value, (float, complex)) else str(value)
