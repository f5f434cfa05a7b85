"""Bad habits: state between calls, changed arguments, squeezed axes, promised exceptions and new
arrays forgotten.

Each stub in turn gets each habit that its signature and docstring exclude; a probe of its own
question must notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..core.evidence import split_changes
from .audit import Audit
from .findings import Finding
from .stubs import ARRAYS, Stub, axes_of, raised_by, split_by_wrappable
from .variants import Variant, VariantResult

_BATCH = re.compile(r"^(B|N|n|m|batch|\*.*|\.\.\.)$")
"""Names of axes that count examples, of which there may be one."""
_KEPT = re.compile(r"^(dict|set|Mapping|MutableMapping)\b")
_CONTAINER = re.compile(r"^(list|dict|set|Sequence|Mapping|MutableMapping|Iterable|Collection)\b")
_NO_DATA = re.compile(r"Callable|Generator|Module|Iterator|Optimizer|dtype|Protocol")
_PLAIN = re.compile(r"^(int|float|bool|str|complex)( \| None)?$")
_NEW = re.compile(
    r"\b(an?|as) (new|fresh) |\bnew (arrays?|tensors?|lists?|dicts?)\b|\bcop(y|ies)\b"
)


@dataclass(frozen=True)
class Habit:
    """One stub with one habit.

    Args:
        question: whose stub it is.
        stub: the stub.
        mode: of :mod:`dlcourse.audit.instrument.habits`.
        check: name of the finding.
        says: what the stub does, after "a stub that".
    """

    question: str
    stub: str
    mode: str
    check: str
    says: str


def habits_of(stub: Stub, changed: set[str]) -> Iterator[tuple[str, str, str]]:
    """Mode, finding and words of each habit that a stub must not have.

    Args:
        stub: the stub.
        changed: arguments that the reference itself changes.
    """
    data = [n for n, a in stub.annotations.items() if not _NO_DATA.search(a)]
    whole = [n for n in data if not _PLAIN.match(stub.annotations[n])]
    first = next(iter(stub.annotations), "")
    if whole or stub.annotations.get(first) == "str":
        yield "kept by form", "state", "keeps its first answer for arguments of equal shapes"
    if first in data and len(stub.annotations) > 1:
        yield "kept by first argument", "state", "keeps its first answer for its first argument"
    for name in whole:
        annotation = stub.annotations[name]
        if len(stub.annotations) > 1:
            yield f"stale: {name}", "state", f"keeps the first {name} of each shape"
        if name not in changed and (ARRAYS.search(annotation) or _CONTAINER.match(annotation)):
            yield f"changes: {name}", "changes", f"changes {name}"
        is_leaf = re.search(r"Float\w*\[(torch\.)?Tensor", annotation) and any(axes_of(annotation))
        if name not in changed and is_leaf:  # a single number mostly comes out of a graph
            yield f"flags: {name}", "changes", f"changes requires_grad of {name}"
    if any(_KEPT.match(stub.annotations[n]) for n in whole):
        yield "kept by identity", "state", "keeps its first answer for the same dict or set"
    if any(_can_be_one(stub.annotations[n]) for n in whole):
        yield "squeezes", "squeeze", "squeezes its arguments first"
    if _can_be_one(stub.returns):
        yield "squeezed", "squeeze", "squeezes its result"
    for name in raised_by(stub.doc):
        yield f"silent: {name}", "raises", f"does not raise {name}"
    if _NEW.search(stub.doc) and ARRAYS.search(stub.returns):
        yield "aliased", "aliased", "returns an argument itself where its value is right"


def _can_be_one(annotation: str) -> bool:
    """Whether an array has an axis of examples, which may be a single one."""
    return any(_BATCH.match(axis) for axes in axes_of(annotation) for axis in axes)


class Habits:
    """Each stub gets each habit alone."""

    name, column = "habits", "habits"
    explains = "stubs that keep state, change arguments, squeeze, do not raise, return an argument for a new array"
    says = ("state", "changes", "squeeze", "raises", "aliased")

    @staticmethod
    def _habits(audit: Audit) -> list[Habit]:
        found = []
        for question in audit.assignment.questions:
            cell = audit.cells[question]
            can, _ = split_by_wrappable(cell)
            changed = {
                name
                for probe in audit.own(question)
                for name in split_changes(audit.expected[audit.seed][probe].expected)[0]
            }
            found += [
                Habit(question, stub.name, *habit)
                for stub in cell.stubs
                if stub.name in can
                for habit in habits_of(stub, changed)
            ]
        return found

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return [
            audit.with_wrapped(h.question, h.stub, h.mode, calls=h.mode == "aliased")
            for h in self._habits(audit)
        ]

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for habit, result in zip(self._habits(audit), results, strict=True):
            audit.numbers[habit.question].habits += 1
            if habit.mode == "aliased" and not result.calls:
                continue  # no answer ever equalled an argument
            if not audit.lost(result, list(result.results)):
                subject = f"{habit.stub}: {habit.mode}"
                text = f"no probe of the question notices a stub that {habit.says}"
                yield Finding(habit.question, habit.check, subject, text)
