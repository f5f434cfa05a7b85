"""Item analysis: what the tests of an assignment say of a class, as numbers.

Pass rates and discrimination are those of classical test theory (Lord and Novick, *Statistical Theories of Mental
Test Scores*, 1968): discrimination is the point-biserial correlation between passing a test and the score on all
others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.probe import ProbeSpec
from ..core.verdict import PASSED
from ..grading.journal import JournalEntry


@dataclass(frozen=True)
class Item:
    """One test.

    Args:
        probe: the test.
        passed: share of the class that passes it.
        discrimination: correlation of passing it with the score on all other tests; None where one of the two
            does not vary.
    """

    probe: ProbeSpec
    passed: float
    discrimination: float | None


@dataclass(frozen=True)
class Mistake:
    """A misconception and how many have it.

    Args:
        question: where.
        name: its name.
        students: who.
    """

    question: str
    name: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class ClassItems:
    """An assignment's tests over a class.

    Args:
        students: ids, in order.
        scores: points earned by tests, by student.
        points: that there are.
        items: by test, in the notebook's order.
        questions: share of its points that the class earns, by question.
        mistakes: the commonest first.
        public_only: by student, questions of which public tests pass and no hidden one.
        look: by student, what an instructor should look at.
        seconds: wall time of each run.
    """

    students: tuple[str, ...]
    scores: Mapping[str, float]
    points: float
    items: tuple[Item, ...]
    questions: Mapping[str, float]
    mistakes: tuple[Mistake, ...]
    public_only: Mapping[str, tuple[str, ...]]
    look: Mapping[str, tuple[str, ...]]
    seconds: tuple[float, ...]


def point_biserial(passed: Sequence[bool], score: Sequence[float]) -> float | None:
    """Correlation of a yes or no with a number; None where one of them does not vary."""
    x, y = np.asarray(passed, float), np.asarray(score, float)
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) < 1e-12:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def class_items(probes: Sequence[ProbeSpec], entries: Mapping[str, JournalEntry]) -> ClassItems:
    """Count what a class run found.

    Args:
        probes: the assignment's, in order.
        entries: of the journal, by student.
    """
    students = tuple(sorted(entries))
    passes = {s: {v.probe: v.status == PASSED for v in entries[s].verdicts} for s in students}
    earned = {s: sum(float(p.points) for p in probes if passes[s].get(p.name)) for s in students}
    items = []
    for probe in probes:
        column = [passes[s].get(probe.name, False) for s in students]
        worth = [float(probe.points) * right for right in column]
        rest = [earned[s] - part for s, part in zip(students, worth, strict=True)]
        share = float(np.mean(column)) if column else 0.0
        items.append(Item(probe, share, point_biserial(column, rest)))
    names = dict.fromkeys(p.question for p in probes)
    questions = {}
    for name in names:
        of = [i for i in items if i.probe.question == name]
        total = sum(float(i.probe.points) for i in of)
        questions[name] = (
            sum(i.passed * float(i.probe.points) for i in of) / total if total else 0.0
        )
    return ClassItems(
        students,
        earned,
        sum(float(p.points) for p in probes),
        tuple(items),
        questions,
        _mistakes(entries),
        {s: own for s in students if (own := _public_only(probes, passes[s]))},
        {s: tuple(entries[s].notes) for s in students if entries[s].notes},
        tuple(entries[s].seconds for s in students),
    )


def _mistakes(entries: Mapping[str, JournalEntry]) -> tuple[Mistake, ...]:
    found: dict[tuple[str, str], set[str]] = {}
    for student, entry in entries.items():
        for verdict in entry.verdicts:
            if verdict.misconception:
                key = verdict.question, verdict.misconception
                found.setdefault(key, set()).add(student)
    ordered = sorted(found, key=lambda key: (-len(found[key]), key))
    return tuple(Mistake(*key, tuple(sorted(found[key]))) for key in ordered)


def _public_only(probes: Sequence[ProbeSpec], passed: Mapping[str, bool]) -> tuple[str, ...]:
    questions = []
    for name in dict.fromkeys(p.question for p in probes):
        public = [passed.get(p.name, False) for p in probes if p.question == name and p.public]
        hidden = [passed.get(p.name, False) for p in probes if p.question == name and not p.public]
        if any(public) and hidden and not any(hidden):
            questions.append(name)
    return tuple(questions)
