"""Finds the notebook in what somebody handed in: under another name, in a zip archive, one folder
deeper, beside the untouched original.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from .cells import NotebookView, student_view
from .names import defined, squeezed
from .notebook_file import (
    CHECKS,
    EXCHANGE_FILES,
    Submission,
    notebook_name,
    open_regular,
    read_notebook,
    read_open,
    shown,
)
from .written import gathered

MAC_ARCHIVE = "__MACOSX"
"""A folder of a Mac's zip archives; nobody's name, and no work of anybody's."""
MAX_ENTRIES = 2_000
"""Files and folders that are looked at."""
MAX_NOTEBOOKS = 12
"""Notebooks that are read to find the one with answers."""
MAX_ARCHIVE = 64 << 20
"""Bytes of the largest zip archive that is opened."""
MAX_DIRECTORY = 256 << 10
"""Bytes of the largest table of contents of a zip archive."""
DEPTH = 2
"""Folders within the submitted one that are looked into."""
_NOTEBOOK = re.compile(r"(?!\.).*\.ipynb(\.(json|txt))?", re.IGNORECASE | re.DOTALL)
_COMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others may ask for gigabytes to be unpacked."""


class SeveralNotebooks(OSError):
    """Several notebooks hold answers; a person decides which is graded."""


@dataclass(frozen=True)
class _Candidate:
    """A file that may be the notebook.

    Args:
        path: of the file.
        name: what notes call it.
        member: its name within a zip archive; empty for a plain file.
    """

    path: Path
    name: str
    member: str = ""

    def read(self) -> Submission:
        if not self.member:
            return _renamed(read_notebook(self.path), shown(self.path.name), self.name)
        try:
            with (
                open_regular(self.path) as file,
                zipfile.ZipFile(file) as archive,
                archive.open(self.member) as inner,
            ):
                return read_open(cast(BinaryIO, inner), self.name)
        except _NO_ARCHIVE as error:
            return Submission.unreadable(f"{self.name} cannot be read ({type(error).__name__})")


_NO_ARCHIVE = (OSError, zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, EOFError)


def _renamed(submission: Submission, old: str, new: str) -> Submission:
    """The notes about a file that is called otherwise in them."""
    if old == new:
        return submission
    return replace(submission, notes=[note.replace(old, new, 1) for note in submission.notes])


def stubs_of(source: MutableMapping[str, Any]) -> tuple[str, ...]:
    """The stubs of an instructor's notebook as students get them."""
    view = NotebookView(source)
    return tuple(student_view(cell.source) for cell in view.code if cell.kind == "question")


def holds_answers(submission: Submission, stubs: Collection[str]) -> bool:
    """Whether a notebook holds anything that its student wrote for a question.

    Args:
        submission: what was read.
        stubs: the released stubs; where there are none, any code counts.
    """
    if not stubs:
        return any(cell.kind == "code" and cell.source.strip() for cell in submission.cells)
    names = set().union(*map(defined, stubs))
    released = set(map(squeezed, stubs))
    return any(
        defined(cell.source) & names and squeezed(cell.source) not in released
        for cell in submission.cells
    )


def holds_words(submission: Submission) -> bool:
    """Whether a notebook holds a written answer."""
    return any(gathered(submission.cells, [cell.grade_id for cell in submission.cells]).values())


def read_submission(
    folder: Path, slug: str, stubs: Callable[[], Collection[str]] = tuple
) -> Submission:
    """Read the notebook of ``slug`` from a submitted folder.

    Where the notebook has another name, lies in a zip archive or a folder further in, or beside an
    untouched one, it is taken, and a note says so.

    Args:
        folder: what was handed in.
        slug: the assignment.
        stubs: gives the released stubs, to tell an untouched notebook; asked for where there are
            several notebooks.

    Raises:
        SeveralNotebooks: several of them hold answers that differ.
    """
    if folder.is_symlink():
        return Submission.unreadable(f"{folder.name} is a symbolic link; hand in the folder itself")
    own = notebook_name(slug)
    path = folder / own
    mine = _Candidate(path, own)
    exact = path.is_symlink() or path.exists()
    if exact and (path.is_symlink() or not path.is_file()):
        return read_notebook(path)
    found = [c for c in _candidates(folder) if c != mine]
    if exact:
        found.insert(0, mine)
    if not found:
        return Submission.unreadable(f"no {own} was handed in")
    taken, submission = (found[0], found[0].read()) if len(found) == 1 else _choose(found, stubs())
    notes = []
    if taken != mine:
        alone = len(found) == 1
        why = "keep the notebook's name" if alone else "it is the only one that holds answers"
        notes.append(f"{taken.name} was taken as {own}; {why}")
    expected = (*EXCHANGE_FILES, CHECKS, "data", MAC_ARCHIVE)
    used = taken.path.relative_to(folder).parts[0]
    extra = sorted(
        shown(name)
        for name in os.listdir(folder)
        if name not in expected and name != used and not name.startswith(".")
    )
    if extra:
        more = " …" if len(extra) > 8 else ""
        notes.append(f"other files were not used: {', '.join(extra[:8])}{more}")
    return replace(submission, notes=[*notes, *submission.notes])


def _choose(candidates: list[_Candidate], stubs: Collection[str]) -> tuple[_Candidate, Submission]:
    """The one that holds answers; the first where none does."""
    read = [(one, one.read()) for one in candidates[:MAX_NOTEBOOKS]]
    answered: dict[tuple[str, ...], tuple[_Candidate, Submission]] = {}
    for one, submission in read:
        if submission.readable and (holds_answers(submission, stubs) or holds_words(submission)):
            text = tuple(filter(None, (squeezed(c.source) for c in submission.cells)))
            answered.setdefault(text, (one, submission))  # a copy is no second notebook
    if len(answered) > 1 or len(candidates) > MAX_NOTEBOOKS:
        names = [one.name for one, _ in (answered.values() or read)]
        raise SeveralNotebooks(
            f"several notebooks hold answers ({', '.join(names)}); keep the one that is to be graded"
        )
    readable = (pair for pair in read if pair[1].readable)
    return next(iter(answered.values()), None) or next(readable, read[0])


def _candidates(folder: Path) -> Iterator[_Candidate]:
    """Every file that may be the notebook, those further out first."""
    todo, seen = [(folder, "")], 0
    for _ in range(DEPTH + 1):
        inner: list[tuple[Path, str]] = []
        for place, prefix in todo:
            try:
                entries = sorted(os.scandir(place), key=lambda entry: entry.name)
            except OSError:  # no folder, or one that may not be read
                continue
            for entry in entries:
                seen += 1
                if seen > MAX_ENTRIES:
                    return
                name = prefix + shown(entry.name)
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in (MAC_ARCHIVE, "data") and not entry.name.startswith("."):
                        inner.append((Path(entry.path), f"{name}/"))
                elif entry.is_file(follow_symlinks=False):
                    yield from _of_file(Path(entry.path), name)
        todo = inner


def _of_file(path: Path, name: str) -> Iterator[_Candidate]:
    if _NOTEBOOK.fullmatch(path.name):
        yield _Candidate(path, name)
    elif path.name.lower().endswith(".zip") and not path.name.startswith("."):
        yield from (_Candidate(path, f"{name}/{shown(m)}", m) for m in _members(path))


def _members(path: Path) -> list[str]:
    """The notebooks in a zip archive; none in what is no archive or too large to be a student's."""
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_ARCHIVE or not _small_directory(file, size):
                return []
            with zipfile.ZipFile(file) as archive:
                return [
                    info.filename
                    for info in archive.infolist()
                    if _NOTEBOOK.fullmatch(info.filename.rpartition("/")[2])
                    and info.compress_type in _COMPRESSED
                    and not {MAC_ARCHIVE, ".ipynb_checkpoints"} & set(info.filename.split("/"))
                ]
    except _NO_ARCHIVE:
        return []


def _small_directory(file: BinaryIO, size: int) -> bool:
    """Whether an archive's table of contents, which is read at once, is small, as its end says."""
    tail_size = min(size, (1 << 16) + 22)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    file.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or b"PK\x06\x07" in tail:  # no end, or one of the form for huge archives
        return False
    return int.from_bytes(tail[at + 12 : at + 16], "little") <= MAX_DIRECTORY
