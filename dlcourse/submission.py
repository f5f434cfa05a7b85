"""Reads what a student handed in, and puts its code into the instructor's notebook.

Only sources are taken: those of the solution cells, and the student's own code cells at their place. Everything
else of a submission (metadata, tags, outputs, attachments, test and demo cells) is left behind.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import ijson
import nbformat
from nbformat.v4 import new_code_cell

MAX_FILE = 256 << 20
"""Largest notebook file read, in bytes. Outputs are skipped while reading, never held."""
MAX_SOURCE = 1 << 20
"""Largest total of all cells' sources, in characters."""
MAX_CELLS = 2_000
LARGE_FILE = 20 << 20
"""From this size on, instructor and student are told."""


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


class _TooLarge(Exception):
    pass


class _Bounded:
    """A binary file that ends with an error past a number of bytes."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file, self._left = file, limit

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise _TooLarge(f"it is larger than {MAX_FILE >> 20} MB")
        return data


class _Reader:
    """Collects cells from the events of a streaming JSON parser, holding sources only."""

    def __init__(self) -> None:
        self.cells: list[SubmittedCell] = []
        self.size = 0
        self.outputs = 0
        self._kind: str | None = None
        self._parts: list[str] = []
        self._grade_id: str | None = None
        self.saw_cells = False

    def event(self, prefix: str, event: str, value: Any) -> None:
        if not prefix.startswith("cells"):
            return
        if prefix == "cells" and event == "start_array":
            self.saw_cells = True
        elif prefix == "cells.item" and event == "start_map":
            self._kind, self._parts, self._grade_id = None, [], None
        elif prefix in ("cells.item.source", "cells.item.source.item") and event == "string":
            self.size += len(value)
            if self.size > MAX_SOURCE:
                raise _TooLarge(f"its cells hold more than {MAX_SOURCE >> 20} MB of text")
            self._parts.append(value)
        elif prefix == "cells.item.cell_type" and event == "string":
            self._kind = value
        elif prefix == "cells.item.metadata.nbgrader.grade_id" and event == "string":
            self._grade_id = value[:200]
        elif prefix == "cells.item" and event == "end_map":
            if len(self.cells) >= MAX_CELLS:
                raise _TooLarge(f"it has more than {MAX_CELLS} cells")
            self.cells.append(SubmittedCell(self._kind or "", "".join(self._parts), self._grade_id))


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file that is reached without following a link at its end."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError("not a regular file")
    return os.fdopen(fd, "rb")


def read_notebook(path: Path) -> Submission:
    """Read one submitted notebook file, whatever it is.

    Memory stays bounded by :data:`MAX_SOURCE`, however large the file's outputs are.
    """
    name = path.name
    if path.is_symlink():
        return Submission.unreadable(f"{name} is a symbolic link; hand in the notebook file itself")
    try:
        with _open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            reader = _Reader()
            for prefix, event, value in ijson.parse(_Bounded(file, MAX_FILE), use_float=True):
                reader.event(prefix, event, value)
    except FileNotFoundError:
        return Submission.unreadable(f"{name} is not there; hand in the notebook under its own name")
    except OSError as error:
        return Submission.unreadable(f"{name} cannot be read ({error.strerror or error}); save the notebook in JupyterLab and hand it in again")
    except _TooLarge as error:
        return Submission.unreadable(f"{name} was not graded: {error}; clear its outputs, save it and hand it in again")
    except (ijson.JSONError, ValueError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return Submission.unreadable(f"{name} is no notebook ({reason}); save it in JupyterLab and hand it in again")
    if not reader.saw_cells:
        return Submission.unreadable(f"{name} is no notebook (it has no list of cells); save it in JupyterLab and hand it in again")
    notes = []
    if size > LARGE_FILE:
        notes.append(f"{name} holds {size >> 20} MB, nearly all of it outputs, which were dropped; clear outputs before handing in")
    return Submission(reader.cells, notes)


def read_submission(folder: Path, slug: str) -> Submission:
    """Read the notebook of ``slug`` from a submitted folder.

    Where the notebook was renamed and is the only one, it is taken, and a note says so.
    """
    if folder.is_symlink():
        return Submission.unreadable(f"{folder.name} is a symbolic link; hand in the folder itself")
    path = folder / f"{slug}.ipynb"
    notes = []
    if not path.is_symlink() and not path.exists():
        others = sorted(p for p in folder.glob("*.ipynb") if p.is_file() and not p.is_symlink()) if folder.is_dir() else []
        if len(others) != 1:
            found = ", ".join(p.name for p in others[:5])
            return Submission.unreadable(f"no {slug}.ipynb was handed in" + (f" (there are {found}); hand in one notebook under that name" if others else ""))
        path = others[0]
        notes.append(f"{path.name} was taken as {slug}.ipynb; keep the notebook's name")
    if folder.is_dir():
        extra = sorted(p.name for p in folder.iterdir() if p.name not in (path.name, "timestamp.txt", "checks.json", "data", ".ipynb_checkpoints"))
        if extra:
            notes.append(f"other files were not used: {', '.join(extra[:8])}{' …' if len(extra) > 8 else ''}")
    submission = read_notebook(path)
    submission.notes = notes + submission.notes
    return submission


def from_notebook(notebook: nbformat.NotebookNode) -> Submission:
    """A submission from a notebook that is in memory already."""
    cells = []
    for cell in notebook.cells:
        grade_id = cell.get("metadata", {}).get("nbgrader", {})
        grade_id = grade_id.get("grade_id") if isinstance(grade_id, dict) else None
        cells.append(SubmittedCell(str(cell.get("cell_type", "")), str(cell.get("source", "")), grade_id if isinstance(grade_id, str) else None))
    return Submission(cells)


def to_notebook(submission: Submission) -> nbformat.NotebookNode:
    """A notebook that holds nothing but what :class:`Submission` holds."""
    notebook = nbformat.v4.new_notebook()
    for number, cell in enumerate(submission.cells):
        if cell.kind != "code":
            continue
        node = new_code_cell(cell.source, id=f"submitted-{number}")
        if cell.grade_id:
            node.metadata["nbgrader"] = {"grade_id": cell.grade_id}
        notebook.cells.append(node)
    notebook.metadata["dlcourse"] = {"notes": submission.notes, "readable": submission.readable}
    return notebook


def _squeeze(source: str) -> str:
    return "".join(source.split())


def rebuild(source: nbformat.NotebookNode, submission: Submission, slug: str) -> nbformat.NotebookNode:
    """The instructor's notebook with the student's code in it.

    A solution cell is found by nbgrader's id; of several with one id the first is the solution cell and the others
    run at their place, as they do in the student's own notebook. A cell without a known id is the student's own and
    comes after the known cell that precedes it; copies of given, test and demo cells are left out.

    Args:
        source: the instructor's notebook (source/<slug>/<slug>.ipynb).
        submission: what was handed in.
        slug: the assignment.

    Returns:
        A new notebook; ``metadata.dlcourse`` holds the notes, and marks question and extra cells.
    """
    known = {c.metadata["nbgrader"]["grade_id"]: c for c in source.cells}
    solutions = {i for i, c in known.items() if c.metadata["nbgrader"]["solution"]}
    given = {_squeeze(c.source) for i, c in known.items() if c.cell_type == "code" and i not in solutions}
    given |= {_squeeze(clear_hidden(c.source)) for i, c in known.items() if i not in solutions}
    answers: dict[str, str] = {}
    extras: dict[str | None, list[str]] = {}
    anchor: str | None = None
    for cell in submission.cells:
        if cell.grade_id in known:
            if cell.grade_id in solutions and cell.kind == "code":
                if cell.grade_id not in answers:
                    answers[cell.grade_id] = cell.source
                else:
                    extras.setdefault(anchor, []).append(cell.source)
            anchor = cell.grade_id if cell.grade_id not in solutions or cell.kind == "code" else anchor
            continue
        if cell.kind == "code" and cell.source.strip() and _squeeze(cell.source) not in given:
            extras.setdefault(anchor, []).append(cell.source)
    cells = []
    notes = list(submission.notes)

    def add_extras(after: str | None) -> None:
        for text in extras.get(after, []):
            digest = hashlib.sha256(f"{slug}/{after}/{len(cells)}".encode()).hexdigest()[:12]
            node = new_code_cell(text, id=f"x{digest}")
            node.metadata["dlcourse"] = {"extra": True}
            cells.append(node)

    add_extras(None)
    for grade_id, original in known.items():
        node = nbformat.from_dict({**original, "metadata": {**original.metadata, "nbgrader": dict(original.metadata["nbgrader"])}})
        if grade_id in solutions:
            node.source = answers.get(grade_id, "")
            node.metadata["dlcourse"] = {"question": grade_id.removeprefix("question-")}
            if grade_id not in answers and submission.readable:
                notes.append(f"the cell of question {grade_id.removeprefix('question-')} is not in the notebook")
        cells.append(node)
        add_extras(grade_id)
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={k: v for k, v in source.metadata.items()})
    notebook.metadata["dlcourse"] = {"slug": slug, "notes": notes, "readable": submission.readable}
    return notebook


def clear_hidden(source: str) -> str:
    """A test cell as students got it: without what stands between the hidden-test markers."""
    lines, inside = [], False
    for line in source.splitlines():
        if line.strip() == "### BEGIN HIDDEN TESTS":
            inside = True
        elif line.strip() == "### END HIDDEN TESTS":
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def code_of(notebook: nbformat.NotebookNode) -> Iterable[tuple[nbformat.NotebookNode, str]]:
    """The code cells of a rebuilt notebook with their kind: given, question, extra, test or demo."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.metadata.get("dlcourse", {}).get("extra"):
            yield cell, "extra"
        elif nbgrader.get("grade"):
            yield cell, "test"
        elif nbgrader.get("solution"):
            yield cell, "question"
        else:
            yield cell, "demo" if "demo" in cell.metadata.get("tags", []) else "given"
