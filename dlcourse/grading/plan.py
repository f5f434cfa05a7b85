"""What a class run has to do: who handed in what, and whose grade is up to date. Nothing is written
here.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import unicodedata
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import nbformat

from ..authoring.course import Course
from ..core.handed_in import MAC_ARCHIVE, read_submission, stubs_of
from ..core.notebook_file import EXCHANGE_FILES, Submission
from ..errors import CourseError
from ..executor.isolation import SANDBOX, Isolation
from .journal import JournalEntry

TIMESTAMP = EXCHANGE_FILES[0]


def _composed(name: str) -> str:
    """A name with its accents put together (Unicode's NFC)."""
    return unicodedata.normalize("NFC", name)


def read_timed(course: Course, slug: str, folder: Path, timestamp: datetime | None) -> Submission:
    """What a student handed in, with a note where its time is not to be read.

    Args:
        course: the course.
        slug: the assignment.
        folder: the submitted folder.
        timestamp: what was read of its time.

    Raises:
        SeveralNotebooks: several notebooks hold answers.
    """

    def stubs() -> tuple[str, ...]:
        return stubs_of(nbformat.read(course.files(slug).source_notebook, as_version=4))

    submission = read_submission(folder, slug, stubs)
    if timestamp is None and os.path.lexists(folder / TIMESTAMP):
        submission.notes.append(f"{TIMESTAMP} holds no time; when this was handed in is unknown")
    return submission


@dataclass(frozen=True)
class Settings:
    """What an instructor chose for one run.

    Args:
        only: students to grade; empty for all.
        again: grade unchanged submissions, too.
        since: only what was handed in at or after this time, in UTC.
        jobs: worker processes; 0 for one per core.
        cluster: address of a Dask scheduler; empty for this machine.
        isolation: of student code.
    """

    only: tuple[str, ...] = ()
    again: bool = False
    since: datetime | None = None
    jobs: int = 0
    cluster: str = ""
    isolation: Isolation = SANDBOX


@dataclass(frozen=True)
class HandedIn:
    """What one student handed in, read at one moment.

    Args:
        student: student id.
        submission: the cells.
        timestamp: when it was handed in, in UTC, where that is known.
    """

    student: str
    submission: Submission
    timestamp: datetime | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the time and of all that grading takes from the notebook."""
        digest = hashlib.sha256(str(self.timestamp).encode())
        for note in self.submission.notes:
            digest.update(note.encode("utf-8", "replace") + b"\0")
        for cell in self.submission.cells:
            text = f"{cell.kind}\0{cell.grade_id}\0{cell.source}\0"
            digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


class Inbox:
    """The submissions of one assignment.

    A student's id is the name of their folder, as the gradebook spells it where the two are the
    same but for the way in which accents are encoded: a zip archive from a Mac takes them apart.

    Args:
        course: the course.
        slug: the assignment.
        submitted_at: gives the time of a submission, in UTC, or None.
        students: everybody whom the gradebook knows.
        roster: those of them whom a person entered.

    Attributes:
        folders: by student id.
        strangers: ids that are not on the roster, with the nearest one that is, or nothing; none
            where nobody has entered a roster.
    """

    def __init__(
        self,
        course: Course,
        slug: str,
        submitted_at: Callable[[Path], datetime | None],
        students: AbstractSet[str] = frozenset(),
        roster: AbstractSet[str] = frozenset(),
    ) -> None:
        self._course, self._slug, self._submitted_at = course, slug, submitted_at
        spelt = {_composed(student): student for student in students}
        self.folders: dict[str, Path] = {}
        self._doubled: dict[str, list[str]] = {}
        for name, folder in course.submissions(slug).items():
            if name == MAC_ARCHIVE:
                continue
            student = spelt.get(_composed(name), _composed(name))
            if student in self.folders:
                self._doubled.setdefault(student, [self.folders[student].parent.name]).append(name)
            self.folders[student] = folder
        self.strangers = {
            student: next(iter(difflib.get_close_matches(student, roster, 1)), "")
            for student in self.folders
            if roster and student not in roster
        }

    def check(self, only: tuple[str, ...]) -> None:
        """Make sure that there is something to grade.

        Raises:
            CourseError: nobody, or not all of those named, handed in.
        """
        unknown = set(only) - set(self.folders)
        if unknown:
            raise CourseError(
                f"no submission of {self._slug} by {', '.join(sorted(unknown))} in submitted/"
            )
        if not self.folders:
            raise CourseError(
                f"no submission of {self._slug} in submitted/; collect them with `nbgrader collect {self._slug}`"
            )

    def read(self, student: str) -> HandedIn:
        """What a student handed in, as it is now.

        Raises:
            OSError: the folder cannot be read.
        """
        if student in self._doubled:
            folders = " and ".join(ascii(name) for name in self._doubled[student])
            raise OSError(f"the folders {folders} are one student's; keep one of them")
        folder = self.folders[student]
        timestamp = self._submitted_at(folder)
        return HandedIn(student, read_timed(self._course, self._slug, folder, timestamp), timestamp)

    def time(self, student: str) -> datetime:
        """When a student handed in, in UTC: the age of the folder where nothing else says so."""
        folder = self.folders[student]
        changed = datetime.fromtimestamp(folder.lstat().st_mtime, UTC).replace(tzinfo=None)
        return self._submitted_at(folder) or changed


@dataclass(frozen=True)
class Known:
    """What is there from earlier runs.

    Args:
        build: key of the build that is graded against now.
        entries: the journal's, by student.
        graded: students whose grades the gradebook holds.
        notebook: gives the place of a student's autograded notebook.
    """

    build: str
    entries: dict[str, JournalEntry]
    graded: set[str]
    notebook: Callable[[str], Path]

    def entry_of(self, student: str, read: Callable[[str], HandedIn]) -> JournalEntry | None:
        """The journal's entry of a student whose grade is up to date."""
        entry = self.entries.get(student)
        if entry is None or entry.build != self.build or student not in self.graded:
            return None
        if not self.notebook(student).is_file():
            return None
        with contextlib.suppress(OSError):  # who reads it to grade it will say so
            if read(student).digest == entry.digest:
                return entry
        return None


@dataclass(frozen=True)
class Plan:
    """What a class run will do.

    Args:
        todo: students to grade, in order.
        unchanged: entries of students whose grades are up to date.
    """

    todo: list[str]
    unchanged: dict[str, JournalEntry]


def plan_class(inbox: Inbox, settings: Settings, known: Known) -> Plan:
    """Who is to be graded. Submissions are read only of students who have a grade already."""
    plan = Plan([], {})
    for student in inbox.folders:
        if settings.only and student not in settings.only:
            continue
        if settings.since and inbox.time(student) < settings.since:
            continue
        entry = None if settings.again else known.entry_of(student, inbox.read)
        if entry is None:
            plan.todo.append(student)
        else:
            plan.unchanged[student] = entry
    return plan
