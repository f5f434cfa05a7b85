"""What a signature or docstring fixes about types holds: the right numbers in another kind or dtype
lose points.

Truth values, integers and floats are always told apart. A floating dtype is free unless the
notebook promises it (:mod:`dlcourse.authoring.promises`); then float32 for float64 is no accepted
form any more, but must be noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .audit import Audit
from .findings import Finding
from .stubs import Stub, split_by_wrappable
from .variants import Variant, VariantResult

KIND, DTYPE = "kind", "dtype"
_ARRAY = re.compile(r"(\w+)\[(?:\w+\.)*(?:Tensor|ndarray|Array), '[^']*'\]")
"""An array in an annotation of jaxtyping, and the name of its kind."""
_ANY = {"Tensor", "ndarray", "object", "Any", "Module", ""}
"""Words of an annotation that leave the kind of a number open."""


@dataclass(frozen=True)
class Kinds:
    """Which kinds of numbers an annotation can mean.

    Args:
        booleans, integers, floats: whether it can mean them.
    """

    booleans: bool
    integers: bool
    floats: bool


def kinds_of(annotation: str) -> Kinds:
    """Kinds of numbers in the annotation of a result."""
    plain = _ARRAY.sub(lambda match: match[1], annotation)
    words = set(re.findall(r"\w+", plain)) or {""}
    free = bool(words & _ANY) or re.search(r"\b(dict|list|tuple)\b(?!\[)", plain) is not None
    integers = {"int", *(w for w in words if re.match(r"U?Int(eger)?\d*$", w))}
    return Kinds(
        free or bool(words & {"bool", "Bool", "Shaped", "Num"}),
        free or bool(words & integers),
        free or any(re.match(r"[Ff]loat\d*$", w) for w in words),
    )


@dataclass(frozen=True)
class _Trial:
    """One stub whose answer has another type, and whether a probe must notice or must not."""

    question: str
    stub: str
    mode: str
    check: str
    accepted: bool = False


def modes_of(stub: Stub, dtypes: bool) -> Iterator[tuple[str, str, bool]]:
    """Mode of the instrument, name of the finding, and whether it must be accepted.

    Args:
        stub: the stub.
        dtypes: whether the notebook promises floating dtypes.
    """
    kinds = kinds_of(stub.returns)
    if kinds.booleans:
        yield "bool as int", KIND, False
        yield "bool as float", KIND, False
    if kinds.integers:
        yield "int as bool", KIND, False
    if kinds.integers or kinds.floats:
        # an integer where a float is promised is the reference's fault
        yield "int as float", KIND, not kinds.integers
    if kinds.floats:
        yield "float64 as float32", DTYPE, not dtypes
        yield "float32 as float64", DTYPE, not dtypes


class PromisedTypes:
    """Each stub in turn returns its answer in another type."""

    name, column = "types", "types"
    explains = "the right numbers in another kind or dtype than the signature or the text fixes"
    says = (KIND, DTYPE)

    @staticmethod
    def _trials(audit: Audit) -> list[_Trial]:
        return [
            _Trial(question, stub.name, *mode)
            for question, cell in audit.cells.items()
            for stub in cell.stubs
            if stub.name in split_by_wrappable(cell)[0]
            for mode in modes_of(stub, audit.promises_dtypes(question))
        ]

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return [
            audit.with_wrapped(t.question, t.stub, t.mode, calls=True) for t in self._trials(audit)
        ]

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for trial, result in zip(self._trials(audit), results, strict=True):
            lost = audit.lost(result, list(result.results))
            if not lost and not any(call.get("stub") == trial.stub for call in result.calls):
                continue  # there was nothing of that type to change
            audit.numbers[trial.question].types += 1
            subject = f"{trial.stub}: {trial.mode}"
            if trial.accepted and lost:
                probe, why = next(iter(lost.items()))
                text = f"is rejected by {probe}, though nothing fixes it: {why}"
                yield Finding(trial.question, trial.check, subject, text)
            elif not trial.accepted and not lost:
                text = "no probe of the question notices"
                yield Finding(trial.question, trial.check, subject, text)
