"""Reads what a student handed in, and puts its code into the instructor's notebook.

Only sources are taken: those of the solution cells, and the student's own code cells at their place. Everything
else of a submission (metadata, tags, outputs, attachments, test and demo cells) is left behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

MAX_FILE = 256 << 20
"""Largest notebook file read, in bytes. Outputs are dropped while reading, never held."""
MAX_SOURCE = 1 << 20
"""Largest total of all cells' sources, in characters."""
MAX_CELLS = 2_000
EXCHANGE_FILES = ("timestamp.txt", "submission_secret.txt")
"""What `nbgrader submit` lays next to a notebook."""
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


# Sources stand at depth 4 (notebook, cells, cell, source), nbgrader's ids at depth 5; all that is deeper is dropped.
_DEPTH = 5
_SMALL = 1 << 19
_CHUNK = 1 << 18
_LONG_STRING = 1 << 16
_MAX_KEPT = 8 * MAX_SOURCE
_MAX_STEPS = 2_000_000
_OUTSIDE = re.compile(rb'[^"\[\]{}]*+')
_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
# Deep inside, whole values of up to two levels are stepped over at once; whether their brackets fit is nobody's concern.
_ATOM = rb'[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"'
_FLAT = rb"[\[{](?:%b)*+[\]}]" % _ATOM
_DEEP = re.compile(rb"(?:%b|[\[{](?:%b|%b)*+[\]}])*+" % (_ATOM, _ATOM, _FLAT), re.DOTALL)


def _outline(file: BinaryIO) -> bytes:
    """A notebook's JSON text with everything below :data:`_DEPTH` and long strings at that depth taken out.

    Read in pieces and without recursion, so that neither outputs of hundreds of megabytes nor nesting of any depth
    cost memory.
    """
    kept, rest = bytearray(), b""
    string: bytearray | None = None  # the one being read
    depth = size = steps = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > MAX_FILE:
            raise _TooLarge(f"it is larger than {MAX_FILE >> 20} MB")
        data, at = rest + chunk, 0
        while at < len(data):
            steps += 1
            if string is not None:
                end = _INSIDE.match(data, at).end()  # type: ignore[union-attr]
                if depth < _DEPTH or depth == _DEPTH and len(string) <= _LONG_STRING:
                    string += data[at:end]
                at = end
                if data[at : at + 1] == b"\\":  # the chunk ends within an escape
                    break
                if at < len(data):
                    if depth <= _DEPTH:
                        kept += (
                            b'""'
                            if depth == _DEPTH and len(string) > _LONG_STRING
                            else b'"' + string + b'"'
                        )
                    string, at = None, at + 1
                continue
            end = (_DEEP if depth > _DEPTH else _OUTSIDE).match(data, at).end()  # type: ignore[union-attr]
            if depth <= _DEPTH:
                kept += data[at:end]
            sign, at = data[end : end + 1], end + 1
            if sign == b'"':
                string = bytearray()
            elif sign:
                depth += sign in b"[{"
                if depth <= _DEPTH + 1:
                    kept += sign
                depth -= sign in b"]}"
        if depth < 0:
            raise ValueError("its brackets do not match")
        if len(kept) + len(string or b"") > _MAX_KEPT:
            raise _TooLarge(f"its cells hold more than {MAX_SOURCE >> 20} MB of text")
        if steps > _MAX_STEPS:
            raise _TooLarge("its outputs are too complex to read")
        rest = data[at:]
    return bytes(kept)


def _document(file: BinaryIO) -> object:
    """A notebook's JSON as objects, bounded in memory.

    Raises:
        ValueError: it is no JSON.
    """
    start = file.read(_SMALL + 1)
    if (
        len(start) <= _SMALL
    ):  # cannot take much memory, and need not go through the outline unless it is strange
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(start.decode("utf-8-sig"))
    file.seek(0)
    return json.loads(_outline(file).decode("utf-8-sig"))


def _text(value: object) -> str:
    """A cell's source, a text or a list of lines; what is neither counts for nothing."""
    lines = value if isinstance(value, list) else [value]
    return (
        "".join(line for line in lines if isinstance(line, str)).encode("utf-8", "replace").decode()
    )


def _cells(document: object) -> list[SubmittedCell] | None:
    """The cells of a notebook's document; None where it is no notebook."""
    found = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(found, list):
        return None
    if len(found) > MAX_CELLS:
        raise _TooLarge(f"it has more than {MAX_CELLS} cells")
    cells = []
    for cell in found:
        if not isinstance(cell, dict):
            continue
        kind, metadata = cell.get("cell_type"), cell.get("metadata")
        nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
        cells.append(
            SubmittedCell(
                kind if isinstance(kind, str) else "",
                _text(cell.get("source")),
                _text(grade_id)[:200] or None,
            )
        )
    if sum(len(c.source) for c in cells) > MAX_SOURCE:
        raise _TooLarge(f"its cells hold more than {MAX_SOURCE >> 20} MB of text")
    return cells


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file that is reached without following a link at its end."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError("not a regular file")
    return os.fdopen(fd, "rb")


def _shown(path: Path) -> str:
    """A file's name as text that can be written anywhere; on Linux it may be any bytes."""
    return path.name.encode("utf-8", "backslashreplace").decode()


def read_notebook(path: Path) -> Submission:
    """Read one submitted notebook file, whatever it is.

    Memory stays bounded by :data:`MAX_SOURCE`, however large the file's outputs are.
    """
    name = _shown(path)
    if path.is_symlink():
        return Submission.unreadable(f"{name} is a symbolic link; hand in the notebook file itself")
    try:
        with _open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            cells = _cells(_document(file))
    except FileNotFoundError:
        return Submission.unreadable(
            f"{name} is not there; hand in the notebook under its own name"
        )
    except OSError as error:
        return Submission.unreadable(
            f"{name} cannot be read ({error.strerror or error}); save the notebook in JupyterLab and hand it in again"
        )
    except _TooLarge as error:
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


def read_submission(folder: Path, slug: str) -> Submission:
    """Read the notebook of ``slug`` from a submitted folder.

    Where the notebook was renamed and is the only one, it is taken, and a note says so.
    """
    if folder.is_symlink():
        return Submission.unreadable(f"{folder.name} is a symbolic link; hand in the folder itself")
    path = folder / f"{slug}.ipynb"
    notes = []
    if not path.is_symlink() and not path.exists():
        others = (
            sorted(p for p in folder.glob("*.ipynb") if p.is_file() and not p.is_symlink())
            if folder.is_dir()
            else []
        )
        if len(others) != 1:
            found = ", ".join(_shown(p) for p in others[:5])
            return Submission.unreadable(
                f"no {slug}.ipynb was handed in"
                + (f" (there are {found}); hand in one notebook under that name" if others else "")
            )
        path = others[0]
        notes.append(f"{_shown(path)} was taken as {slug}.ipynb; keep the notebook's name")
    if folder.is_dir():
        expected = (path.name, *EXCHANGE_FILES, "checks.json", "data", ".ipynb_checkpoints")
        extra = sorted(_shown(p) for p in folder.iterdir() if p.name not in expected)
        if extra:
            notes.append(
                f"other files were not used: {', '.join(extra[:8])}{' …' if len(extra) > 8 else ''}"
            )
    submission = read_notebook(path)
    submission.notes = notes + submission.notes
    return submission


def from_notebook(notebook: nbformat.NotebookNode) -> Submission:
    """A submission from a notebook that is in memory already."""
    cells = []
    for cell in notebook.cells:
        grade_id = cell.get("metadata", {}).get("nbgrader", {})
        grade_id = grade_id.get("grade_id") if isinstance(grade_id, dict) else None
        cells.append(
            SubmittedCell(
                str(cell.get("cell_type", "")),
                str(cell.get("source", "")),
                grade_id if isinstance(grade_id, str) else None,
            )
        )
    return Submission(cells)


def to_notebook(submission: Submission) -> nbformat.NotebookNode:
    """A notebook that holds nothing but what :class:`Submission` holds."""
    notebook = nbformat.v4.new_notebook()
    for number, cell in enumerate(submission.cells):
        new = new_code_cell if cell.kind == "code" else new_markdown_cell
        node = new(cell.source, id=f"submitted-{number}")
        if cell.grade_id:
            node.metadata["nbgrader"] = {"grade_id": cell.grade_id}
        notebook.cells.append(node)
    notebook.metadata["dlcourse"] = {"notes": submission.notes, "readable": submission.readable}
    return notebook


def _squeeze(source: str) -> str:
    return "".join(source.split())


def _stubs(source: str) -> set[str]:
    """Names of the functions and classes that a cell defines, even where it is no valid Python."""
    return set(re.findall(r"^(?:async +)?(?:def|class) +(\w+)", source, re.MULTILINE))


def rebuild(
    source: nbformat.NotebookNode, submission: Submission, slug: str
) -> nbformat.NotebookNode:
    """The instructor's notebook with the student's code in it.

    A solution cell is found by nbgrader's id; of several with one id the first is the solution cell and the others
    run at their place, as they do in the student's own notebook. Where the id is lost, the last cell that defines all
    stubs of the question is its solution cell. A cell without a known id is the student's own and comes after the known
    cell that precedes it; copies of given, test and demo cells are left out.

    Args:
        source: the instructor's notebook (source/<slug>/<slug>.ipynb).
        submission: what was handed in.
        slug: the assignment.

    Returns:
        A new notebook; ``metadata.dlcourse`` holds the notes, and marks question and extra cells.
    """
    known = {c.metadata["nbgrader"]["grade_id"]: c for c in source.cells}
    solutions = {
        i: _stubs(c.source) for i, c in known.items() if c.metadata["nbgrader"]["solution"]
    }
    # some editors drop all metadata: then a given cell is known by its text
    given: dict[str, list[str]] = {}
    for grade_id, cell in known.items():
        if grade_id not in solutions:
            for text in {_squeeze(cell.source), _squeeze(clear_hidden(cell.source))}:
                given.setdefault(text, []).append(grade_id)
    order = list(known)
    ids = [c.grade_id if c.grade_id in known else None for c in submission.cells]
    for grade_id, stubs in solutions.items():
        if stubs and grade_id not in ids:
            for n in reversed(range(len(ids))):
                if (
                    ids[n] is None
                    and submission.cells[n].kind == "code"
                    and stubs <= _stubs(submission.cells[n].source)
                ):
                    ids[n] = grade_id
                    break
    answers: dict[str, str] = {}
    extras: dict[str | None, list[str]] = {}
    anchor: str | None = None
    for cell, found in zip(submission.cells, ids, strict=True):
        copies = given.get(_squeeze(cell.source), []) if found is None else []
        if copies:
            after = order.index(anchor) if anchor else -1
            anchor = next((i for i in copies if order.index(i) > after), anchor)
        elif found is None or found in solutions and found in answers:
            if cell.kind == "code" and cell.source.strip():
                extras.setdefault(anchor, []).append(cell.source)
        elif found not in solutions:
            anchor = found
        elif cell.kind == "code":
            answers[found] = cell.source
            anchor = found
    cells: list[nbformat.NotebookNode] = []
    notes = list(submission.notes)

    def add_extras(after: str | None) -> None:
        for text in extras.get(after, []):
            digest = hashlib.sha256(f"{slug}/{after}/{len(cells)}".encode()).hexdigest()[:12]
            node = new_code_cell(text, id=f"x{digest}")
            node.metadata["dlcourse"] = {"extra": True}
            cells.append(node)

    add_extras(None)
    for grade_id, original in known.items():
        node = nbformat.from_dict(
            {
                **original,
                "metadata": {**original.metadata, "nbgrader": dict(original.metadata["nbgrader"])},
            }
        )
        if grade_id in solutions:
            node.source = answers.get(grade_id, "")
            node.metadata["dlcourse"] = {"question": grade_id.removeprefix("question-")}
            if grade_id not in answers and submission.readable:
                notes.append(
                    f"the cell of question {grade_id.removeprefix('question-')} is not in the notebook"
                )
        cells.append(node)
        add_extras(grade_id)
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=dict(source.metadata))
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


def exchange_text(folder: Path, name: str) -> str:
    """A small text file that the exchange laid into a submission; empty where it is missing or no such file."""
    if folder.is_symlink():
        return ""
    try:
        with _open_regular(folder / name) as file:
            return file.read(1000).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def submitted_at(folder: Path) -> datetime | None:
    """When a submission was handed in, in UTC; None where timestamp.txt does not say."""
    from nbgrader.utils import parse_utc

    text = exchange_text(folder, "timestamp.txt")
    try:
        return parse_utc(text.strip()) if text else None  # type: ignore[no-any-return]
    except (ValueError, OverflowError):
        return None


def exchange_files(folder: Path) -> dict[str, str]:
    """timestamp.txt and submission_secret.txt as they belong into autograded/.

    `nbgrader release_feedback` reads both and stops, for the whole class, where one is missing: one that a student
    removed or spoiled is replaced. Without the true secret nobody can fetch that one page.
    """
    stamp, secret = (
        exchange_text(folder, "timestamp.txt"),
        exchange_text(folder, "submission_secret.txt").strip(),
    )
    return {
        "timestamp.txt": stamp if submitted_at(folder) else "1970-01-01 00:00:00.000000 UTC",
        "submission_secret.txt": secret
        if re.fullmatch(r"[0-9a-f]{32,256}", secret)
        else secrets.token_hex(64),
    }
