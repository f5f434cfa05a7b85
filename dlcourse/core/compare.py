"""The four ways to hold a student's result against the reference's.

A comparison is a small value that can be written to JSON, so that the same rule serves the
notebook, nbgrader and otter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np

from . import hints, kinds
from .difference import Mismatch, arrays, difference
from .evidence import Evidence
from .moments import chance_of_rejection, moments

_LOW = {
    "float16": (2e-2, 1e-3),
    "bfloat16": (2e-2, 1e-3),
    "float32": (1e-4, 1e-5),
    "complex64": (1e-4, 1e-5),
}
_FULL = (1e-6, 1e-8)
_TINY = {"float16": 1e-6, "float32": 1e-7, "complex64": 1e-7}


class _Differs(Exception):
    """Two arrays do."""


@dataclass(frozen=True)
class Comparison(ABC):
    """How a student's result is held against the reference's; kinds of numbers are told apart."""

    kind: ClassVar[str]
    """Its name in JSON."""
    statistical: ClassVar[bool] = False
    """Whether results that differ by chance pass."""
    dtypes: bool | None = field(default=None, kw_only=True)
    """Whether floats must have the reference's dtype; set where the notebook promises it."""

    def difference(self, expected: Evidence, actual: Any) -> Mismatch | None:
        """The first difference between two decoded trees, or None."""
        return difference(expected, actual, self._arrays)

    def agrees(self, expected: Evidence, actual: Any) -> bool:
        """Whether two decoded trees do not differ; what differs is not put into words."""
        try:
            return difference(expected, actual, self._agreeing) is None
        except _Differs:
            return False

    def for_mistakes(self) -> Comparison:
        """The rule under which a wrong result is the one that a misconception gives."""
        return Close()

    def chance_of_rejection(self, groups: Sequence[Sequence[Evidence]]) -> float:
        """The chance that bad luck rejects a right result, from right ones in groups by input."""
        return 0.0

    def to_json(self) -> dict[str, Any]:
        """As a JSON-ready dict; what is not set is left out."""
        options = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"kind": self.kind, **{k: v for k, v in options.items() if v is not None}}

    @staticmethod
    def from_json(document: dict[str, Any]) -> Comparison:
        """The rule of a dict that :meth:`to_json` made."""
        options = dict(document)
        return _KINDS[options.pop("kind")](**options)

    def _arrays(self, expected: np.ndarray, actual: np.ndarray) -> str | None:
        if expected.shape != actual.shape:
            hint = hints.shape(expected, actual, self._same_elements)
            found = f"yours has shape {actual.shape}, expected {expected.shape}"
            return f"{found} ({hint})" if hint else found
        if expected.size:
            return self._values(expected, actual) or kinds.difference(expected, actual, self.dtypes)
        return None

    def _agreeing(self, expected: np.ndarray, actual: np.ndarray) -> None:
        """The first arrays that differ end the comparison."""
        if expected.shape != actual.shape or not self._agree(expected, actual):
            raise _Differs

    def _agree(self, expected: np.ndarray, actual: np.ndarray) -> bool:
        """Whether two arrays of one shape agree."""
        return self._arrays(expected, actual) is None

    @abstractmethod
    def _values(self, expected: np.ndarray, actual: np.ndarray) -> str | None:
        """What differs between two arrays of one shape, which is not empty."""

    def _same_elements(self, expected: np.ndarray, actual: np.ndarray) -> bool:
        """Whether arrays of one shape agree element by element; False where a rule cannot tell."""
        return False


class _ByElement(Comparison):
    """A comparison that looks at each element by itself."""

    @abstractmethod
    def wrong(self, expected: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which elements of two arrays of one shape differ, and by how much."""

    def _said(
        self, wrong: np.ndarray, gap: np.ndarray, at: tuple[Any, ...], yours: str, theirs: str
    ) -> str:
        """Where arrays differ, in words: which elements, by how much, and what stands ``at`` the worst."""
        if wrong.ndim == 0:
            return f"yours is {yours}, expected {theirs}"
        if wrong.size == 1:
            text = f"the value differs (shape {wrong.shape})"
        else:
            count = int(wrong.sum())
            how_many = "all" if count == wrong.size else f"{count} of"
            text = (
                f"{how_many} {wrong.size} values differ{'s' * (count == 1)} (shape {wrong.shape})"
            )
        place = f"[{', '.join(str(int(i)) for i in at)}]"
        if not self._shows_gap(gap[at]):
            return f"{text}; for example at {place}: yours {yours}, expected {theirs}"
        if wrong.size == 1:
            return f"{text}: yours {yours}, expected {theirs}"
        return f"{text}; the largest difference is {hints.number(gap[at])}, at {place}: yours {yours}, expected {theirs}"

    def _shows_gap(self, gap: float) -> bool:
        return bool(np.isfinite(gap))

    def _notes(self, expected: np.ndarray, actual: np.ndarray, wrong: np.ndarray) -> list[str]:
        """What can be said of all elements at once."""
        return hints.not_finite(expected, actual)

    def _values(self, expected: np.ndarray, actual: np.ndarray) -> str | None:
        wrong, gap = self.wrong(expected, actual)
        if not wrong.any():
            return None
        rank = np.where(wrong, np.where(np.isnan(gap), np.inf, gap), -1.0)
        at = np.unravel_index(int(np.argmax(rank)), rank.shape)
        parts = [self._said(wrong, gap, at, hints.number(actual[at]), hints.number(expected[at]))]
        parts += self._notes(expected, actual, wrong)
        if expected.dtype != actual.dtype:
            parts.append(f"yours is {actual.dtype}, expected {expected.dtype}")
        return "; ".join(parts)


class _Equality(_ByElement):
    """A comparison under which everything equals itself."""

    def for_mistakes(self) -> Comparison:
        return self

    def _same_elements(self, expected: np.ndarray, actual: np.ndarray) -> bool:
        return not self.wrong(expected, actual)[0].any()

    def _agree(self, expected: np.ndarray, actual: np.ndarray) -> bool:
        if expected.size and not self._same_elements(expected, actual):
            return False
        return super()._agree(expected, actual)

    def _values(self, expected: np.ndarray, actual: np.ndarray) -> str | None:
        if expected.dtype == actual.dtype and expected.tobytes() == actual.tobytes():
            return None  # as most right answers are
        return super()._values(expected, actual)


@dataclass(frozen=True)
class Close(_Equality):
    """Equal up to rounding.

    Args:
        rtol: relative tolerance per element; that of the coarser dtype if None.
        atol: absolute tolerance per element; a share of the largest expected magnitude if None.
    """

    kind = "close"
    rtol: float | None = None
    atol: float | None = None

    def wrong(self, expected: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        e, a = _numbers(expected, actual)
        with np.errstate(all="ignore"):
            gap = np.abs(e - a)
            rtol, atol = self._tolerance(e, expected.dtype.name, actual.dtype.name)
            same = (e == a) | (np.isnan(e) & np.isnan(a))
            finite = np.isfinite(e) & np.isfinite(a)
            return np.asarray(~(same | (finite & (gap <= atol + rtol * np.abs(e))))), gap

    def _tolerance(self, e: np.ndarray, expected: str, actual: str) -> tuple[float, float]:
        """Relative and absolute tolerance, from the names of the dtypes where they are not set."""
        names = [n for n in (expected, actual) if n in _LOW]
        rtol, share = max((_LOW[n] for n in names), default=_FULL)
        finite = np.abs(e[np.isfinite(e)])
        scale = float(finite.max()) if finite.size else 0.0
        atol = max(share * scale, max((_TINY.get(n, 1e-7) for n in names), default=1e-12))
        return (
            rtol if self.rtol is None else self.rtol,
            atol if self.atol is None else self.atol,
        )

    def _notes(self, expected: np.ndarray, actual: np.ndarray, wrong: np.ndarray) -> list[str]:
        notes = super()._notes(expected, actual, wrong)
        if not hints.real(expected, actual) or np.count_nonzero(wrong) < 2:
            return notes
        e, a = expected.astype(np.float64), actual.astype(np.float64)
        if not (np.isfinite(e).all() and np.isfinite(a).all()):
            return notes
        return notes + hints.pattern(e, a)


@dataclass(frozen=True)
class Exact(_Equality):
    """Equal value for value, for ids, strings and counts."""

    kind = "exact"

    def wrong(self, expected: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if expected.dtype.kind in "iub" and actual.dtype.kind in "iub":
            differs = np.asarray(expected != actual)
            return differs, differs.astype(np.float64)
        e, a = _numbers(expected, actual)
        with np.errstate(all="ignore"):
            return np.asarray(~((e == a) | (np.isnan(e) & np.isnan(a)))), np.abs(e - a)

    def _shows_gap(self, gap: float) -> bool:
        return False


@dataclass(frozen=True)
class AtMost(_ByElement):
    """Finite numbers, larger than expected by at most the share ``slack`` of its magnitude."""

    kind = "at_most"
    slack: float = 0.0

    def wrong(self, expected: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        e, a = _numbers(expected, actual)
        with np.errstate(all="ignore"):
            bound = e.real + self.slack * np.abs(e)
            return np.asarray(~(a.real <= bound) | ~np.isfinite(a)), np.abs(e - a)

    def _said(
        self, wrong: np.ndarray, gap: np.ndarray, at: tuple[Any, ...], yours: str, theirs: str
    ) -> str:
        return f"yours is {yours}, at most {theirs} is expected"

    def _notes(self, expected: np.ndarray, actual: np.ndarray, wrong: np.ndarray) -> list[str]:
        return []


@dataclass(frozen=True)
class WithinSE(Comparison):
    """Samples along axis 0 whose moments agree within standard errors, which are those of the
    reference's samples.

    Args:
        k: how many standard errors.
        moments: 1 compares means, 2 means and variances.
    """

    kind = "within_se"
    statistical = True
    k: float = 6.0
    moments: int = 2

    def _values(self, expected: np.ndarray, actual: np.ndarray) -> str | None:
        if expected.ndim == 0:  # no samples
            return Close()._values(expected, actual)
        n = expected.shape[0]
        number = _number(expected, actual)
        e, a = (_real(x.astype(number)) for x in (expected, actual))
        if not np.isfinite(a).all():
            return f"{int((~np.isfinite(a)).sum())} of {a.size} samples are nan or infinite"
        pairs = zip(moments(e, self.k, self.moments), moments(a, self.k, self.moments), strict=True)
        for theirs, yours in pairs:
            off = np.abs(theirs.value - yours.value) - theirs.allowed
            if (off > 0).any():
                place = np.unravel_index(int(np.argmax(off)), off.shape) if off.ndim else ()
                at = f" at [{', '.join(str(int(i)) for i in place)}]" if place else ""
                return (
                    f"the {theirs.name} of {n} samples{at} is {hints.number(yours.value[place])}, expected "
                    f"{hints.number(theirs.value[place])} within {self.k:g} standard errors of {hints.number(theirs.allowed[place] / self.k)}"
                )
        return None

    def chance_of_rejection(self, groups: Sequence[Sequence[Evidence]]) -> float:
        rng = np.random.default_rng(0)
        found = 0.0
        trees = [[arrays(result) for result in group] for group in groups]
        for leaf in zip(*(zip(*group, strict=True) for group in trees), strict=True):
            if leaf[0][0].ndim:
                samples = [np.concatenate([_real(s) for s in group]) for group in leaf]
                found += chance_of_rejection(samples, len(leaf[0][0]), self.k, self.moments, rng)
        return min(found, 1.0)


_KINDS = {rule.kind: rule for rule in (Close, Exact, AtMost, WithinSE)}


def close(rtol: float | None = None, atol: float | None = None) -> Comparison:
    """Equal up to rounding, within a relative and an absolute tolerance per element; the default of
    every probe.

    Without arguments the tolerance follows the coarser dtype of the two: for float64 1e-6 relative
    and 1e-8 of the largest expected magnitude, for float32 1e-4 and 1e-5 of it.
    """
    return Close(rtol, atol)


def exact() -> Comparison:
    """Equal value for value, for ids, strings and counts."""
    return Exact()


def at_most(slack: float = 0.0) -> Comparison:
    """Finite numbers no larger than ``expected + slack * |expected|``, as of a loss. Anybody can send
    a number: return evidence and use ``judge=`` where points hang on it.
    """
    return AtMost(slack)


def within_se(k: float = 6.0, moments: int = 2) -> Comparison:
    """As many samples along axis 0, whose moments agree within ``k`` standard errors of the
    reference's samples, so that a student's spread cannot widen them. ``moments=2`` compares means
    and variances.
    """
    return WithinSE(k, moments)


def _numbers(expected: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both arrays as float64, or as complex128 where one is complex."""
    number = _number(expected, actual)
    return expected.astype(number), actual.astype(number)


def _number(*arrays: np.ndarray) -> type[np.number]:
    return np.complex128 if any(a.dtype.kind == "c" for a in arrays) else np.float64


def _real(samples: np.ndarray) -> np.ndarray:
    """Samples as real numbers; complex ones as pairs."""
    if samples.dtype.kind == "c":
        samples = np.stack([samples.real, samples.imag], axis=-1)
    return samples.astype(np.float64)
