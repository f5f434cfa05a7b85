"""`dlcourse submit`: look once more at what is handed in, and wrap it with a receipt."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..core.cells import question_id
from ..core.handed_in import holds_answers, holds_words
from ..core.notebook_file import CHECKS, LARGE_FILE, notebook_name, read_notebook
from ..errors import CourseError
from .checks_file import ChecksFile, NotChecked

RECEIPT = "receipt.txt"


@dataclass(frozen=True)
class Parcel:
    """What is handed in.

    Args:
        slug: the assignment.
        notebook: the file.
        answered: questions in which something is written, in order.
        open: the others.
        digest: SHA-256 of the file.
        time: now, in UTC.
        by_hand: questions that a person grades.
    """

    slug: str
    notebook: Path
    answered: tuple[str, ...]
    open: tuple[str, ...]
    digest: str
    time: datetime
    by_hand: tuple[str, ...] = ()

    @property
    def receipt(self) -> str:
        """What a student keeps."""
        return (
            f"assignment  {self.slug}\n"
            f"file        {self.notebook.name}\n"
            f"time        {self.time:%Y-%m-%d %H:%M:%S} UTC\n"
            f"sha256      {self.digest}\n"
            f"answered    {', '.join(self.answered)}\n"
            f"open        {', '.join(self.open) or 'nothing'}\n"
            + (f"by hand     {', '.join(self.by_hand)}\n" if self.by_hand else "")
        )


def parcel(notebook: Path) -> Parcel:
    """Look at a notebook that is to be handed in.

    Args:
        notebook: the file; its checks.json lies next to it.

    Raises:
        CourseError: it cannot be opened, holds no answer, or there is no checks.json.
    """
    submission = read_notebook(notebook)
    if not submission.readable:
        raise CourseError(submission.notes[0].replace("hand it in again", "try again"))
    try:
        checks = ChecksFile.read(notebook.parent / CHECKS)
    except NotChecked as error:
        raise CourseError(str(error)) from error
    stubs = {c["id"]: c["source"] for c in checks.cells if c["kind"] == "question"}
    if not holds_answers(submission, tuple(stubs.values())) and not holds_words(submission):
        raise CourseError(
            f"{notebook} holds no answer to {checks.slug}; is it the right file, and saved?"
        )
    written = {
        name
        for name in checks.questions
        if holds_answers(submission, [stubs.get(question_id(name), "")])
    }
    words = checks.written(submission)
    written |= {name for name, state in words.items() if state.written}
    asked = (*checks.questions, *words)
    return Parcel(
        checks.slug,
        notebook,
        tuple(q for q in asked if q in written),
        tuple(q for q in asked if q not in written),
        hashlib.sha256(notebook.read_bytes()).hexdigest(),
        datetime.now(UTC).replace(tzinfo=None),
        tuple(words),
    )


def write_zip(one: Parcel, folder: Path) -> Path:
    """Write the zip archive that a student hands in: the notebook under its own name, and the receipt.

    Raises:
        CourseError: the notebook is so large that many systems refuse it.
    """
    if one.notebook.stat().st_size > LARGE_FILE:
        raise CourseError(
            f"{one.notebook} holds more than {LARGE_FILE >> 20} MB; clear its outputs and save it"
        )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{one.slug}-{one.time:%Y%m%d-%H%M%S}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(one.notebook, notebook_name(one.slug))
        archive.writestr(RECEIPT, one.receipt)
    return path
