"""What a class run has to do: who handed in what, and whose grade is up to date. Nothing is written
here.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from ..authoring.course import Course
from ..core.notebook_file import Submission, read_submission
from ..errors import CourseError
from ..executor.isolation import SANDBOX, Isolation
from .journal import JournalEntry


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

    Args:
        course: the course.
        slug: the assignment.
        submitted_at: gives the time of a submission, in UTC, or None.

    Attributes:
        folders: by student id.
    """

    def __init__(
        self, course: Course, slug: str, submitted_at: Callable[[Path], datetime | None]
    ) -> None:
        self._slug, self._submitted_at = slug, submitted_at
        self.folders = course.submissions(slug)

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
        folder = self.folders[student]
        return HandedIn(student, read_submission(folder, self._slug), self._submitted_at(folder))

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
