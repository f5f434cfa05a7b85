"""Reads a notebook that somebody handed in, whatever the file holds, in bounded memory.

Only kinds, sources and nbgrader's ids of cells are taken. Everything else (other metadata, outputs,
attachments) is dropped while reading.
"""

from __future__ import annotations

import os
import stat
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from .cells import CellView, NotebookView
from .outline import MAX_SOURCE, TooLarge, read_json

MAX_CELLS = 2_000
CHECKS = "checks.json"
"""What lies next to a released notebook: expected results of its public tests."""
EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")
"""What `nbgrader submit` lays next to a notebook."""
LARGE_FILE = 20 << 20
"""From this size on, instructor and student are told."""


def notebook_name(slug: str) -> str:
    """Name of an assignment's notebook file, wherever it lies."""
    return f"{slug}.ipynb"


@dataclass(frozen=True)
class SubmittedCell:
    """One cell as far as it matters: kind, source, and nbgrader's id if it has one."""

    kind: str
    source: str
    grade_id: str | None = None


@dataclass
class Submission:
    """The cells of a submission and what had to be said while reading it.

    Args:
        cells: in the student's order; empty when nothing could be read.
        notes: for the student's feedback page and the instructor's report.
        readable: False where no notebook could be read, so that all that can be given is 0.
    """

    cells: list[SubmittedCell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    readable: bool = True

    @classmethod
    def unreadable(cls, note: str) -> Submission:
        return cls([], [note], readable=False)

    def wrap(self) -> dict[str, Any]:
        """The document of a notebook that holds this submission and nothing else."""
        cells = []
        for number, cell in enumerate(self.cells):
            document: dict[str, Any] = {
                "cell_type": "code" if cell.kind == "code" else "markdown",
                "id": f"submitted-{number}",
                "metadata": {},
                "source": cell.source,
            }
            if cell.kind == "code":
                document |= {"execution_count": None, "outputs": []}
            if cell.grade_id:
                CellView(document).mark_id(cell.grade_id)
            cells.append(document)
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        NotebookView(notebook).write(notes=list(self.notes), readable=self.readable)
        return notebook

    @classmethod
    def unwrap(cls, notebook: MutableMapping[str, Any]) -> Submission:
        """What :meth:`wrap` made a notebook of; of any other notebook in memory, its cells."""
        view = NotebookView(notebook)
        return cls([_cell(cell) for cell in notebook["cells"]], view.notes, view.readable)


def _text(value: object) -> str:
    """A cell's source, a text or a list of lines; what is neither counts for nothing."""
    lines = value if isinstance(value, list) else [value]
    return (
        "".join(line for line in lines if isinstance(line, str)).encode("utf-8", "replace").decode()
    )


def _cell(cell: MutableMapping[str, Any]) -> SubmittedCell:
    kind = cell.get("cell_type")
    return SubmittedCell(
        kind if isinstance(kind, str) else "",
        _text(cell.get("source")),
        _text(CellView(cell).grade_id)[:200] or None,
    )


def _cells(document: object) -> list[SubmittedCell] | None:
    """The cells of a notebook's document; None where it is no notebook."""
    found = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(found, list):
        return None
    if len(found) > MAX_CELLS:
        raise TooLarge(f"it has more than {MAX_CELLS} cells")
    cells = [_cell(cell) for cell in found if isinstance(cell, dict)]
    if sum(len(c.source) for c in cells) > MAX_SOURCE:
        raise TooLarge(f"its cells hold more than {MAX_SOURCE >> 20} MB of text")
    return cells


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file that is reached without following a link at its end."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError("not a regular file")
    return os.fdopen(fd, "rb")


def shown(name: str) -> str:
    """A file's name as text that can be written anywhere; on Linux it may be any bytes."""
    return name.encode("utf-8", "backslashreplace").decode()


def read_notebook(path: Path) -> Submission:
    """Read one submitted notebook file, whatever it is.

    Memory stays bounded by :data:`MAX_SOURCE`, however large the file's outputs are.
    """
    name = shown(path.name)
    if path.is_symlink():
        return Submission.unreadable(f"{name} is a symbolic link; hand in the notebook file itself")
    try:
        with open_regular(path) as file:
            return read_open(file, name, os.fstat(file.fileno()).st_size)
    except FileNotFoundError:
        return Submission.unreadable(
            f"{name} is not there; hand in the notebook under its own name"
        )
    except OSError as error:
        return Submission.unreadable(
            f"{name} cannot be read ({error.strerror or error}); save the notebook in JupyterLab and hand it in again"
        )


def read_open(file: BinaryIO, name: str, size: int = 0) -> Submission:
    """Read one submitted notebook from an open file, whatever it holds.

    Args:
        file: the file.
        name: what notes call it.
        size: of the file in bytes, where that is known.

    Raises:
        OSError: it cannot be read.
    """
    try:
        cells = _cells(read_json(file))
    except TooLarge as error:
        return Submission.unreadable(
            f"{name} was not graded: {error}; clear its outputs, save it and hand it in again"
        )
    except UnicodeDecodeError:
        return Submission.unreadable(
            f"{name} is no notebook (it is not UTF-8 text); save it in JupyterLab and hand it in again"
        )
    except ValueError as error:
        return Submission.unreadable(
            f"{name} is no notebook ({str(error)[:120]}); save it in JupyterLab and hand it in again"
        )
    if cells is None:
        return Submission.unreadable(
            f"{name} is no notebook (it has no list of cells); save it in JupyterLab and hand it in again"
        )
    notes = []
    if size > LARGE_FILE:
        notes.append(
            f"{name} holds {size >> 20} MB, nearly all of it outputs, which were dropped; clear outputs before handing in"
        )
    return Submission(cells, notes)
