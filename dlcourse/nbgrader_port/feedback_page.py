"""What a feedback page shows of a graded notebook, as data.

Scores and comments are those of the gradebook (nbgrader's GetGrades puts them into the cells),
verdicts those that grading left in the cells' metadata. Of the student's work the source is shown,
and the first line of an error. What cells print or display is left out: a cell that runs after a
hidden test could print what it saw of it. Hidden tests appear by title and message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from ..core.cells import NotebookView
from ..core.explain import Outcome, needs_text
from ..core.rendering import MARKS, WORDS, clean, message_of, words
from ..core.verdict import FAILED, PASSED
from ..grading.gradebook import Standing
from ..grading.told import Told

MAX_CODE = 60_000
"""Characters of one cell that are shown."""
MAX_ERROR = 160
"""Characters of a cell's error that are shown; its text is the student's own."""
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True)
class Code:
    """A cell of the student's, and the error it ended with."""

    source: str
    error: str
    comment: str
    own: bool = False


@dataclass(frozen=True)
class Test:
    """One graded test, and what the gradebook gave for it."""

    outcome: Outcome
    score: float
    points: float

    @property
    def title(self) -> str:
        return clean(self.outcome.probe.title, 300)

    @property
    def public(self) -> bool:
        return self.outcome.probe.public

    @property
    def by_hand(self) -> bool:
        """Whether a person has set another score."""
        return abs(self.score - self.outcome.score) > 1e-9

    @property
    def status(self) -> str:
        return self.outcome.verdict.status

    @property
    def mark(self) -> str:
        return MARKS[self.status]

    @property
    def word(self) -> str:
        return WORDS[self.status]

    @property
    def message(self) -> str:
        return message_of(self.outcome)

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        return [
            (words(clean(name, 100)), clean(hint)) for name, hint in self.outcome.verdict.mistakes
        ]

    @property
    def needs(self) -> str:
        return clean(needs_text(self.outcome.needs))

    @property
    def notes(self) -> list[str]:
        return [clean(note, 300) for note in self.outcome.notes]

    @property
    def trace(self) -> list[str]:
        if self.status != FAILED:
            return []
        return [
            clean(f"{cell}, line {line}:  {source}", 300)
            for cell, line, source in self.outcome.verdict.trace
        ]


@dataclass
class Section:
    """A question, or a part that was graded by hand."""

    name: str
    anchor: str
    codes: list[Code] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    by_hand: list[tuple[float, float]] = field(default_factory=list)
    waiting: float = 0.0
    """Points of a written answer that no person has graded yet; none of them is earned."""
    in_words: bool = False

    @property
    def score(self) -> float:
        return sum(t.score for t in self.tests) + sum(s for s, _ in self.by_hand)

    @property
    def points(self) -> float:
        return sum(t.points for t in self.tests) + sum(p for _, p in self.by_hand)

    @property
    def comments(self) -> list[str]:
        return [c.comment for c in self.codes if c.comment] + [
            comment for _, comment in self.answers if comment
        ]

    @property
    def passed(self) -> int:
        return sum(t.status == PASSED for t in self.tests)

    @property
    def title(self) -> str:
        return words(self.name) if self.in_words else self.name

    @property
    def state(self) -> str:
        """``full``, ``part`` or ``none`` of the points."""
        return "full" if self.score >= self.points else "part" if self.score > 0 else "none"


@dataclass(frozen=True)
class Page:
    """Everything that the template shows."""

    title: str
    student: str
    score: float
    points: float
    standing: str
    """`94 − 10 late = 84`; empty where the score is that of the tests."""
    notes: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def waiting(self) -> float:
        """Points that a person has yet to give or not."""
        return sum(s.waiting for s in self.sections)

    @property
    def graded(self) -> list[Section]:
        return [s for s in self.sections if s.tests or s.by_hand]


def _error(outputs: Iterable[Mapping[str, Any]], told: Told) -> str:
    """The error that a cell ended with, in one bounded line; empty if it ended well. The cell may
    have run after a hidden test.
    """
    for output in outputs:
        if output.get("output_type") == "error":
            text = f"{output.get('ename', '')}: {output.get('evalue', '')}".strip()
            return told.exception(strip_ansi(text), MAX_ERROR)
    return ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def page(notebook: NotebookNode, resources: Mapping[str, Any]) -> Page:
    """What the page of a graded notebook shows.

    Args:
        notebook: the autograded notebook after nbgrader's GetGrades.
        resources: of nbconvert; ``resources["nbgrader"]`` holds student, total score and late
            penalty.
    """
    ours = NotebookView(notebook)
    graded = resources.get("nbgrader", {})
    sections: dict[str, Section] = {}
    told = Told()
    current = ""

    def section(name: str) -> Section:
        return sections.setdefault(name, Section(name, f"q{len(sections) + 1}"))

    for cell in ours.cells:
        comment = clean(cell.comment).strip()
        outcome = cell.outcome
        if outcome is not None:
            points = outcome.probe.points if cell.points is None else cell.points
            test = Test(outcome, cell.score or 0.0, points)
            section(outcome.probe.question).tests.append(test)
        elif cell.is_extra or cell.answered is not None:
            current = current if cell.is_extra else str(cell.answered)
            if cell.is_extra and not cell.source.strip():
                continue
            error = _error(cell.cell.get("outputs", []), told)
            code = Code(clean(cell.source.rstrip("\n"), MAX_CODE), error, comment, cell.is_extra)
            section(current or "Before the first question").codes.append(code)
        elif cell.is_answer:
            part = section(cell.name or cell.grade_id or "other")
            part.answers.append((clean(cell.source, MAX_CODE), comment))
            part.in_words = bool(cell.name)
            if part.in_words and cell.score is None:
                part.waiting = cell.points or 0.0
            if cell.is_worth_points:
                part.by_hand.append((cell.score or 0.0, cell.points or 0.0))
    slug = ours.slug or str(graded.get("notebook", ""))
    return Page(
        title=clean(ours.title or _heading(notebook) or words(slug), 200),
        student=clean(str(graded.get("student", "")), 200),
        score=max(0.0, _number(graded.get("score"))),
        points=_number(graded.get("max_score")),
        standing=_standing(graded),
        notes=tuple(clean(str(note)) for note in ours.notes),
        sections=tuple(sections.values()),
    )


def _standing(graded: Mapping[str, Any]) -> str:
    penalty, extra = (_number(graded.get(name)) for name in ("late_penalty", "extra_credit"))
    tests = _number(graded.get("score")) + penalty - extra
    return (
        str(Standing(round(tests, 2), round(extra, 2), round(penalty, 2)))
        if penalty or extra
        else ""
    )


def _heading(notebook: NotebookNode) -> str:
    first = next((c.source for c in notebook.cells if c.cell_type == "markdown"), "")
    found = _HEADING.search(first)
    return found[1].replace("`", "") if found else ""
