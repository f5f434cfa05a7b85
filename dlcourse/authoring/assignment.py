"""An assignment as its author wrote it: cells, questions, probes, misconceptions, alternatives."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..core.cells import Kind, student_view
from ..core.probe import Probe, ProbeSpec
from ..core.rules import NO_RULES, Rules
from ..errors import AuthorError
from .claims import Claim, demo_of
from .course import AssignmentFiles
from .helpers import Helper


@dataclass(frozen=True)
class Misconception:
    """A named wrong edit of the reference.

    Args:
        name: unique within the question.
        hint: what a student with this result is told.
        edits: new text by old text, applied one after another; each old text then stands exactly
            once in the cell.
        question: the question whose cell is edited; the reader fills it in.
    """

    name: str
    hint: str
    edits: dict[str, str]
    question: str = ""


@dataclass(frozen=True)
class WrittenAnswer:
    """A question that is answered in words and graded by a person.

    Args:
        name: its name.
        points: what a person may give for it.
        rubric: for graders, in Markdown.
        model: an answer that earns all points; empty where there is none.
    """

    name: str
    points: float
    rubric: str
    model: str = ""


@dataclass(frozen=True)
class ScriptCell:
    """One cell of the script.

    Args:
        kind: what it is.
        source: its text.
        question: name of the question whose stubs, or hints, stand in it.
        line: of the file, in which its text begins.
        answer: what is to be written into it.
    """

    kind: Kind
    source: str
    question: str | None = None
    line: int = 0
    answer: WrittenAnswer | None = None


@dataclass(frozen=True)
class Question:
    """One question: its stubs and the source of its cell.

    Args:
        name: its name.
        functions: its stubs.
        source: its cell, with the reference.
        forbid: what it takes away.
        needs: the questions that it builds on.
        minutes: how long a student needs.
        further: whether it is no core question.
        line: of the file, in which its cell's text begins.
        number: its place in the script, from 1.
        title: the heading of its section, without a number.
        heading: the number in that heading; None where it has none, or heads several questions.
    """

    name: str
    functions: tuple[str, ...]
    source: str
    forbid: tuple[str, ...]
    needs: tuple[str, ...]
    minutes: int = 0
    further: bool = False
    line: int = 0
    number: int = 0
    title: str = ""
    heading: int | None = None

    @cached_property
    def stub(self) -> str:
        """The cell as a student gets it."""
        return student_view(self.source)


@dataclass(frozen=True)
class GradedProbe:
    """A probe with its source in both forms.

    Args:
        probe: as executed in this process.
        cell: imports, what it alone needs, and the decorated function, for the notebook.
        program: all that it needs and the function without decorators, for the student's process.
        helpers: of a public probe, what its cell leaves to a cell of helpers.
    """

    probe: Probe
    cell: str
    program: str
    helpers: tuple[Helper, ...] = ()

    @property
    def spec(self) -> ProbeSpec:
        return self.probe.spec


@dataclass(frozen=True)
class Alternative:
    """Another correct implementation of one question: the whole source of its cell."""

    question: str
    name: str
    source: str


@dataclass(frozen=True)
class Assignment:
    """An assignment as its author wrote it, or as many of its questions as the course has chosen.

    Args:
        slug: its name.
        root: the course folder.
        cells: of the script, in order.
        questions: by name.
        probes: by name.
        misconceptions: of all questions.
        alternatives: of all questions.
        data: its data files.
        rules: what its questions may use.
        left_out: questions of the script that are not chosen.
    """

    slug: str
    root: Path
    cells: tuple[ScriptCell, ...]
    questions: dict[str, Question]
    probes: dict[str, GradedProbe]
    misconceptions: tuple[Misconception, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    data: tuple[Path, ...] = field(default=())
    claims: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)
    rules: Rules = NO_RULES
    left_out: tuple[Question, ...] = ()

    @property
    def files(self) -> AssignmentFiles:
        """Where its files lie."""
        return AssignmentFiles(self.root, self.slug)

    @property
    def demos(self) -> list[str]:
        """Names of the demos in order; the last is the payoff."""
        return [demo_of(cell.source) for cell in self.cells if cell.kind == "demo"]

    @property
    def prose(self) -> str:
        """All cells of text."""
        return "\n\n".join(cell.source for cell in self.cells if cell.kind == "text")

    @property
    def points(self) -> float:
        """What the tests give."""
        return sum(p.spec.points for p in self.probes.values())

    @property
    def answers(self) -> dict[str, WrittenAnswer]:
        """Written answers by name, in order."""
        return {cell.answer.name: cell.answer for cell in self.cells if cell.answer}

    def probes_of(self, question: str) -> list[GradedProbe]:
        return [p for p in self.probes.values() if p.spec.question == question]

    def edited(self, misconception: Misconception) -> str:
        """Source of the question's cell with the misconception in it."""
        file = self.files.name(self.files.misconceptions)
        where = f"{file}: {misconception.question}/{misconception.name}"
        source = self.questions[misconception.question].source
        for old, new in misconception.edits.items():
            if source.count(old) != 1:
                raise AuthorError(
                    f"{where}: "
                    f"{old!r} stands {source.count(old)} times in the question's cell; it must stand once"
                )
            source = source.replace(old, new)
        try:
            ast.parse(source)
        except SyntaxError as error:
            raise AuthorError(f"{where}: the edited cell is no Python: {error.msg}") from error
        return source
