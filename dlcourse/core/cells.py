"""The cells of an assignment's notebook: their ids, the markers in them, and the metadata that they
carry.

Nothing outside this module knows how an id is spelt, which text marks a solution, or under which
key nbgrader or this package keeps something in a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Literal, NamedTuple, get_args

from .explain import Outcome

Kind = Literal[
    "text", "hints", "answer", "given", "question", "extra", "helpers", "test", "predict", "demo"
]  # fmt: skip
"""What a cell is: prose, hints in folds, an answer in words, code given by the author, a question's stub, a student's
own code, what public tests share, a probe, a student's guess, a payoff.
"""
PROSE: frozenset[Kind] = frozenset({"text", "hints", "answer"})
"""Markdown cells; the others hold code."""
NOT_GRADED: frozenset[Kind] = frozenset({"helpers", "demo"})
"""Code cells that are never run when grading."""
_FOLDED: frozenset[Kind] = frozenset({"helpers", "demo"})

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
FOLD = {"source_hidden": True}
"""What JupyterLab keeps under ``jupyter`` in a cell's metadata where its source is folded."""
STUB = "raise NotImplementedError"
"""What a student finds in place of a solution."""
DEMO_TAG, PREDICT_TAG = "demo", "predict"

NBGRADER, OURS = "nbgrader", "dlcourse"
"""Under which key of a cell's metadata nbgrader keeps what it needs, and this package."""
NBGRADER_KEYS = frozenset(
    ["grade", "grade_id", "locked", "schema_version", "solution", "task", "points", "cell_type", "checksum"]
)  # fmt: skip
"""Every key that nbgrader writes into the cells of a source or release notebook."""


class CellId(NamedTuple):
    """nbgrader's id of a cell, taken apart: a question's or probe's name, or a number of two
    digits.
    """

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.name}"


def question_id(name: str) -> str:
    """nbgrader's id of the cell that holds a question's stubs."""
    return str(CellId("question", name))


def probe_id(name: str) -> str:
    """nbgrader's id of the cell that holds a probe."""
    return str(CellId("test", name))


def helpers_id(question: str) -> str:
    """nbgrader's id of the cell of what a question's public tests, and later ones, share."""
    return str(CellId("helpers", question))


def hints_id(question: str) -> str:
    """nbgrader's id of the cell of a question's hints."""
    return str(CellId("hints", question))


def numbered_id(kind: Kind, number: int) -> str:
    """nbgrader's id of a cell that has no name, the ``number``-th of its kind (from 1)."""
    return str(CellId(kind, f"{number:02d}"))


def parse_id(grade_id: str | None) -> CellId | None:
    """Take an id apart; None where it is none of ours."""
    kind, dash, name = (grade_id or "").partition("-")
    return CellId(kind, name) if dash and kind in get_args(Kind) else None  # type: ignore[arg-type]


def student_view(source: str) -> str:
    """A cell's source as students get it: solutions replaced by the stub, hidden tests left out."""
    lines: list[str] = []
    end = ""
    for line in source.splitlines():
        text = line.strip()
        if end:
            end = "" if text == end else end
        elif text == BEGIN_SOLUTION:
            lines.append(line[: len(line) - len(line.lstrip())] + STUB)
            end = END_SOLUTION
        elif text == BEGIN_HIDDEN:
            end = END_HIDDEN
        elif text not in (END_SOLUTION, END_HIDDEN):
            lines.append(line)
    return "\n".join(lines)


def reference_view(source: str) -> str:
    """A question's cell with the reference in it and without the author's markers."""
    lines = source.splitlines()
    return "\n".join(line for line in lines if line.strip() not in (BEGIN_SOLUTION, END_SOLUTION))


def nbgrader_metadata(grade_id: str, kind: Kind, points: float | None = None) -> dict[str, Any]:
    """nbgrader's metadata of a new cell.

    Args:
        grade_id: its id.
        kind: what it is; students write in questions, answers, and guesses, which are no part of
            a solution.
        points: what it is worth, where it is graded.
    """
    data: dict[str, Any] = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": kind not in ("question", "answer", "predict"),
        "schema_version": 3,
        "solution": kind in ("question", "answer"),
        "task": False,
    }
    if points is not None:
        data["points"] = int(points) if points == int(points) else points
    return data


def _part(node: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """One part of a node's metadata; empty where there is none, or something else in its place."""
    metadata = node.get("metadata")
    # that it is a dict is found out ten times as fast as that it is some other mapping
    part = metadata.get(key) if isinstance(metadata, (dict, Mapping)) else None
    return part if isinstance(part, (dict, Mapping)) else {}


class CellView:
    """A cell as this package reads and writes it.

    Args:
        cell: in nbformat's form, whoever wrote it; what is missing or of another type reads as
            absent. The ``mark_…`` methods change it in place.
    """

    def __init__(self, cell: MutableMapping[str, Any]) -> None:
        self.cell = cell
        self._nbgrader = _part(cell, NBGRADER)
        self._ours = _part(cell, OURS)

    @property
    def id(self) -> str:
        """nbformat's id of the cell."""
        return str(self.cell.get("id", ""))

    @property
    def source(self) -> str:
        return str(self.cell.get("source", ""))

    @property
    def grade_id(self) -> str | None:
        """nbgrader's id of the cell."""
        found = self._nbgrader.get("grade_id")
        return found if isinstance(found, str) else None

    @property
    def kind(self) -> Kind:
        if self.cell.get("cell_type") != "code":
            by_hand = self._nbgrader.get("grade") and self._nbgrader.get("solution")
            return "answer" if by_hand else "text"
        if self.is_extra:
            return "extra"
        if self._nbgrader.get("grade"):
            return "test"
        if self._nbgrader.get("solution"):
            return "question"
        tags = self.cell.get("metadata", {}).get("tags", [])
        if DEMO_TAG in tags:
            return "demo"
        found = parse_id(self.grade_id)
        return found.kind if found and found.kind in ("helpers", "predict") else "given"

    @property
    def name(self) -> str:
        """The question's, answer's or probe's name; empty for cells of other kinds."""
        found, named = parse_id(self.grade_id), ("question", "answer", "test")
        return found.name if found and found.kind == self.kind in named else ""

    @property
    def is_extra(self) -> bool:
        """Whether it is a cell of the student's own, put at its place by the grader."""
        return bool(self._ours.get("extra"))

    @property
    def points(self) -> float | None:
        """What the cell is worth; None where nbgrader does not grade it."""
        return _number(self._nbgrader.get("points"))

    @property
    def score(self) -> float | None:
        """What the gradebook gave for it, once nbgrader has put it there."""
        return _number(self._nbgrader.get("score"))

    @property
    def comment(self) -> str:
        """What the gradebook says of it to the student."""
        return str(self._nbgrader.get("comment") or "")

    @property
    def is_answer(self) -> bool:
        """Whether students write in it or somebody grades it, in a notebook of whatever origin."""
        return any(self._nbgrader.get(key) for key in ("solution", "task", "grade"))

    @property
    def is_worth_points(self) -> bool:
        """Whether nbgrader asks for a score of it, in a notebook of whatever origin."""
        graded = self._nbgrader.get("grade") or self._nbgrader.get("task")
        return bool(graded) and "points" in self._nbgrader

    @property
    def is_ours(self) -> bool:
        """Whether the grader of this package has put something into its metadata."""
        return OURS in self.cell.get("metadata", {})

    @property
    def answered(self) -> str | None:
        """The question that a cell of a rebuilt notebook answers; None for all other cells."""
        found = self._ours.get("question")
        return None if found is None or self.is_judged else str(found)

    @property
    def is_judged(self) -> bool:
        """Whether grading has left an outcome in it."""
        return "probe" in self._ours

    @property
    def outcome(self) -> Outcome | None:
        """What grading left in a test cell; None where it has not come by."""
        return Outcome.from_metadata(self._ours) if self.is_judged else None

    @property
    def as_built(self) -> tuple[Mapping[str, Any], str]:
        """What the builder decides of a cell: nbgrader's metadata and the source."""
        return self._nbgrader, self.source

    def mark_id(self, grade_id: str) -> None:
        """Give it nbgrader's id and nothing else of nbgrader's."""
        self._set(NBGRADER, {"grade_id": grade_id})

    def mark_built(self, data: Mapping[str, Any], kind: Kind) -> None:
        """Give it nbgrader's metadata, the tag of a payoff or a guess, and the fold of what is not
        for reading.
        """
        self._set(NBGRADER, data)
        if kind in (DEMO_TAG, PREDICT_TAG):
            self.cell["metadata"]["tags"] = [kind]
        if kind in _FOLDED:
            self.cell["metadata"]["jupyter"] = dict(FOLD)

    def mark_answer(self, question: str) -> None:
        """Say that it holds the student's answer to a question."""
        self._set(OURS, {"question": question})

    def mark_extra(self) -> None:
        """Say that it is a cell of the student's own."""
        self._set(OURS, {"extra": True})

    def mark_outcome(self, outcome: Outcome) -> None:
        """Leave what grading found in a test cell."""
        self._set(OURS, outcome.to_metadata())

    def clear_nbgrader(self) -> None:
        """Take nbgrader's metadata away, as pasting a cell in JupyterLab does."""
        self._set(NBGRADER, {})

    def _set(self, key: str, data: Mapping[str, Any]) -> None:
        self.cell["metadata"][key] = dict(data)
        self._nbgrader, self._ours = _part(self.cell, NBGRADER), _part(self.cell, OURS)


class NotebookView:
    """A notebook as this package reads and writes it.

    Args:
        notebook: in nbformat's form; the methods and setters change it in place.
    """

    def __init__(self, notebook: MutableMapping[str, Any]) -> None:
        self.notebook = notebook

    @property
    def cells(self) -> Iterator[CellView]:
        return map(CellView, self.notebook["cells"])

    @property
    def code(self) -> Iterator[CellView]:
        return (cell for cell in self.cells if cell.cell.get("cell_type") == "code")

    @property
    def is_ours(self) -> bool:
        """Whether the grader of this package has been at it."""
        return OURS in self.notebook["metadata"] or any(c.is_ours for c in self.cells)

    @property
    def slug(self) -> str:
        return str(self._ours.get("slug") or "")

    @property
    def title(self) -> str:
        """A title that stands in the metadata; empty where the first heading is the title."""
        return str(self._ours.get("title") or "")

    @property
    def notes(self) -> list[str]:
        """What student and instructor are told of the submission as a whole."""
        return list(self._ours.get("notes", []))

    @property
    def readable(self) -> bool:
        """False where no notebook could be read, so that all that can be given is 0."""
        return bool(self._ours.get("readable", True))

    @property
    def build(self) -> str:
        """Key of the grader that has judged it; empty where none has."""
        return str(self._ours.get("graded") or "")

    def write(
        self,
        *,
        slug: str | None = None,
        notes: list[str] | None = None,
        readable: bool | None = None,
        build: str | None = None,
    ) -> None:
        """Set what is given; the rest stays."""
        values = {"slug": slug, "notes": notes, "readable": readable, "graded": build}
        given = {key: value for key, value in values.items() if value is not None}
        self.notebook["metadata"][OURS] = {**self._ours, **given}

    @property
    def _ours(self) -> Mapping[str, Any]:
        return _part(self.notebook, OURS)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
