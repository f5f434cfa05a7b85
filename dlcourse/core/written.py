"""Written answers: cells of Markdown that a student fills with words and a person grades."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .cells import (
    BEGIN_SOLUTION,
    END_SOLUTION,
    CellId,
    CellView,
    NotebookView,
    parse_id,
    student_view,
)
from .names import squeezed
from .notebook_file import SubmittedCell

TEXT_STUB = "*Write your answer here.*"
"""What a student finds in the cell of a written answer."""
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\](?=[(\[:])")
_HREF = re.compile(r"\\(?=href\b)")


@dataclass(frozen=True)
class Written:
    """How far a written answer is.

    Args:
        points: what a person may give for it.
        written: whether there is one; None where nobody can tell.
    """

    points: float
    written: bool | None

    def __str__(self) -> str:
        state = {True: "written", False: "open", None: "not known before the notebook is saved"}
        return f"{state[self.written]}; a person gives up to {self.points:g} points for it"


def answer_id(name: str) -> str:
    """nbgrader's id of the cell of a written answer."""
    return str(CellId("answer", name))


def answer_name(grade_id: str | None) -> str:
    """The written answer that an id stands for; empty for all other ids."""
    found = parse_id(grade_id)
    return found.name if found and found.kind == "answer" else ""


def is_written(text: str) -> bool:
    """Whether somebody wrote something into the cell of a written answer."""
    return squeezed(text) not in ("", squeezed(TEXT_STUB))


def written_in(notebook: NotebookView) -> dict[str, bool]:
    """By written answer of a notebook that was rebuilt, whether there is one."""
    return {c.name: is_written(c.source) for c in notebook.cells if c.kind == "answer"}


def gathered(cells: Sequence[SubmittedCell], ids: Sequence[str | None]) -> dict[str, str]:
    """The texts of written answers in a notebook, by name; empty where nothing is written.

    Whoever goes on in a new cell of prose below the one for the answer has written there, too. What a
    cell has become, code perhaps, makes no difference.

    Args:
        cells: of the notebook, in order.
        ids: nbgrader's id per cell, or any other text for a cell that is the instructor's; None for
            one of the student's own.
    """
    found: dict[str, list[str]] = {}
    below = ""
    for cell, grade_id in zip(cells, ids, strict=True):
        name = answer_name(grade_id)
        if name:
            found.setdefault(name, [])
        if grade_id is not None:
            below = name
        elif cell.kind == "code":
            continue
        if below and is_written(cell.source):
            found[below].append(cell.source)
    return {name: "\n\n".join(texts) for name, texts in found.items()}


def harmless(text: str) -> str:
    """A student's Markdown without what a grader's browser would run, fetch or follow: a space takes
    tags, links and pictures apart and leaves them to be read.
    """
    return _HREF.sub(r"\\ ", _LINK.sub("] ", _TAG.sub("< ", text)))


def kept_apart(rubric: str) -> str:
    """An instructor's text as the cell of a written answer holds it in source/: building a release
    leaves the stub in its place.
    """
    return f"{BEGIN_SOLUTION}\n{rubric}\n{END_SOLUTION}"


def rubric_of(cell: CellView) -> str:
    """What the instructor's cell of a written answer says to graders; empty where it is not the
    instructor's.
    """
    _, begin, rest = cell.source.partition(f"{BEGIN_SOLUTION}\n")
    return rest.rpartition(f"\n{END_SOLUTION}")[0] if begin else ""


def released(cell: CellView) -> str:
    """A cell's source as students get it."""
    return TEXT_STUB if cell.kind == "answer" else student_view(cell.source)
