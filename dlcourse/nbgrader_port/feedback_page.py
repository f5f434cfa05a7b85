"""What a feedback page shows of a graded notebook, as data.

Scores and comments are those of the gradebook (nbgrader's GetGrades puts them into the cells), verdicts those that
grading left in the cells' metadata. Of the student's work the source is shown, and the first line of an error. What
cells print or display is left out: a cell that runs after a hidden test could print what it saw of it. Hidden tests
appear by title and message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from ..core.cells import CellView, NotebookView
from ..core.rendering import MARKS, WORDS, Shown, clean, message_of, needs_text, words
from ..core.verdict import FAILED, PASSED, UNWRITTEN, Verdict

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
    """One graded test."""

    title: str
    public: bool
    score: float
    points: float
    by_hand: bool
    shown: Shown

    @property
    def status(self) -> str:
        return self.shown.verdict.status

    @property
    def mark(self) -> str:
        return MARKS[self.status]

    @property
    def word(self) -> str:
        return WORDS[self.status]

    @property
    def message(self) -> str:
        return message_of(self.shown)

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        return [
            (words(clean(name, 100)), clean(hint)) for name, hint in self.shown.verdict.mistakes
        ]

    @property
    def needs(self) -> str:
        return clean(needs_text(self.shown.needs))

    @property
    def trace(self) -> list[str]:
        if self.status != FAILED:
            return []
        return [
            clean(f"{cell}, line {line}:  {source}", 300)
            for cell, line, source in self.shown.verdict.trace
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
    penalty: float
    notes: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def graded(self) -> list[Section]:
        return [s for s in self.sections if s.tests or s.by_hand]


def _error(outputs: Iterable[Mapping[str, Any]]) -> str:
    """The error that a cell ended with, in one bounded line; empty if it ended well."""
    for output in outputs:
        if output.get("output_type") == "error":
            text = f"{output.get('ename', '')}: {output.get('evalue', '')}".strip()
            return clean(strip_ansi(" ".join(text.split())), MAX_ERROR)
    return ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _verdict(document: Any) -> Verdict:
    try:
        verdict = Verdict.from_json(document)
    except (KeyError, TypeError, ValueError):
        return Verdict(FAILED, "this test was not run")
    return verdict if verdict.status in MARKS else Verdict(FAILED, verdict.message)


def page(notebook: NotebookNode, resources: Mapping[str, Any]) -> Page:
    """What the page of a graded notebook shows.

    Args:
        notebook: the autograded notebook after nbgrader's GetGrades.
        resources: of nbconvert; ``resources["nbgrader"]`` holds student, total score and late penalty.
    """
    ours = NotebookView(notebook)
    graded = resources.get("nbgrader", {})
    sections: dict[str, Section] = {}
    current = ""

    def section(name: str) -> Section:
        return sections.setdefault(name, Section(name, f"q{len(sections) + 1}"))

    failing = _failing(ours)
    for cell in ours.cells:
        comment = clean(cell.comment).strip()
        if cell.outcome is not None:
            name = str(cell.outcome.get("question", "other"))
            section(name).tests.append(_test(cell, cell.outcome, failing))
        elif cell.is_extra or cell.answered is not None:
            current = current if cell.is_extra else str(cell.answered)
            if cell.is_extra and not cell.source.strip():
                continue
            error = _error(cell.cell.get("outputs", []))
            code = Code(clean(cell.source.rstrip("\n"), MAX_CODE), error, comment, cell.is_extra)
            section(current or "Before the first question").codes.append(code)
        elif cell.is_answer:
            part = section(cell.grade_id or "other")
            part.answers.append((clean(cell.source, MAX_CODE), comment))
            if cell.is_worth_points:
                part.by_hand.append((cell.score or 0.0, cell.points or 0.0))
    slug = ours.slug or str(graded.get("notebook", ""))
    return Page(
        title=clean(ours.title or _heading(notebook) or words(slug), 200),
        student=clean(str(graded.get("student", "")), 200),
        score=_number(graded.get("score")),
        points=_number(graded.get("max_score")),
        penalty=_number(graded.get("late_penalty")),
        notes=tuple(clean(str(note)) for note in ours.notes),
        sections=tuple(sections.values()),
    )


def _failing(notebook: NotebookView) -> dict[str, str]:
    """Status of each question of which a test did not pass: unwritten where all of those are."""
    failing: dict[str, str] = {}
    for data in (cell.outcome for cell in notebook.cells):
        if data is None:
            continue
        status = _verdict(data.get("verdict")).status
        if status != PASSED:
            question = str(data.get("question", ""))
            failing[question] = (
                UNWRITTEN if failing.get(question, UNWRITTEN) == status == UNWRITTEN else FAILED
            )
    return failing


def _heading(notebook: NotebookNode) -> str:
    first = next((c.source for c in notebook.cells if c.cell_type == "markdown"), "")
    found = _HEADING.search(first)
    return found[1].replace("`", "") if found else ""


def _test(cell: CellView, data: Mapping[str, Any], failing: Mapping[str, str]) -> Test:
    verdict = _verdict(data.get("verdict"))
    found = data.get("verdict")
    needs = found.get("needs", []) if isinstance(found, Mapping) else []
    title = clean(str(data.get("title") or data.get("probe")), 300)
    points = _number(data.get("points")) if cell.points is None else cell.points
    score = cell.score or 0.0
    return Test(
        title=title,
        public=bool(data.get("public")),
        score=score,
        points=points,
        by_hand=abs(score - (points if verdict.passed else 0.0)) > 1e-9,
        shown=Shown(
            str(data.get("question", "")),
            title,
            verdict,
            tuple((str(q), failing.get(str(q), FAILED)) for q in needs),
        ),
    )
