"""Puts the submissions of a learning-management system's archive into submitted/."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from nbgrader.api import Student
from sqlalchemy import select

from ..authoring.course import Course
from ..core.notebook_file import EXCHANGE_FILES
from ..errors import CourseError
from ..grading.lms import (
    MAX_FILE,
    MAX_FILES,
    Person,
    System,
    Upload,
    sort_uploads,
    uploads_of,
)
from .config import gradebook_url, nbgrader_config
from .database import open_database
from .exchange import submitted_at


@dataclass
class Collected:
    """What became of an archive.

    Args:
        taken: students whose submission is in submitted/ now, with the time it was handed in, in UTC.
        kept: students of whom submitted/ holds one that is as new, or newer.
        strangers: whoever is not on the roster, with the nearest id.
        unread: files of no known form.
        failed: students whose files could not be taken, and why.
    """

    taken: dict[str, datetime] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    strangers: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def collect(
    course: Course, slug: str, system: System, archive: Path, zone: str = "", db_url: str = ""
) -> Collected:
    """Take the last attempt of each student of the roster out of an archive.

    Args:
        course: the course.
        slug: the assignment.
        system: that wrote the archive.
        archive: the zip file.
        zone: time zone of the times in it; this machine's if empty.
        db_url: another gradebook than the one that nbgrader_config.py names.

    Raises:
        CourseError: it is no zip file, nothing in it is of the system's form, or nobody is on the roster.
    """
    roster = _roster(db_url or gradebook_url(course, nbgrader_config(course.root)), course)
    if not roster:
        raise CourseError(
            "the gradebook has no students; add them first: nbgrader db student import FILE.csv"
        )
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            if len(members) > MAX_FILES:
                raise CourseError(f"{archive} holds more than {MAX_FILES} files")
            uploads, unread = uploads_of(system, members)
            if not uploads:
                raise CourseError(
                    f"{archive}: no file in it is named as {system} names submissions"
                )
            found = sort_uploads(uploads, roster)
            report = Collected(strangers=found.strangers, unread=unread)
            for student, own in found.uploads.items():
                _take(course, slug, student, own, opened, zone, report)
    except (OSError, zipfile.BadZipFile) as error:
        raise CourseError(f"{archive} is no zip file that can be read: {error}") from error
    return report


def _roster(url: str, course: Course) -> list[Person]:
    with open_database(url, course.course_id) as gradebook:
        columns = (
            Student.id,
            Student.first_name,
            Student.last_name,
            Student.email,
            Student.lms_user_id,
        )
        rows = gradebook.db.execute(select(*columns).order_by(Student.id))
        return [Person(*(text or "" for text in row)) for row in rows]


def _take(
    course: Course,
    slug: str,
    student: str,
    uploads: list[Upload],
    archive: zipfile.ZipFile,
    zone: str,
    report: Collected,
) -> None:
    """Write one student's files, in one step, if they are newer than what is there."""
    time = max(upload.time for upload in uploads)
    local = time.replace(tzinfo=ZoneInfo(zone)) if zone else time
    handed_in = local.astimezone(UTC).replace(tzinfo=None)
    folder = course.submitted(student, slug)
    before = submitted_at(folder)
    if before is not None and before >= handed_in:
        report.kept.append(student)
        return
    fresh = folder.parent / f".{slug}.new"
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for upload in uploads:
            _extract(archive, upload, fresh)
        (fresh / EXCHANGE_FILES[0]).write_text(
            f"{handed_in:%Y-%m-%d %H:%M:%S} UTC\n", encoding="utf-8"
        )
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        shutil.rmtree(fresh, ignore_errors=True)
        report.failed[student] = str(error)
        return
    report.taken[student] = handed_in


def _extract(archive: zipfile.ZipFile, upload: Upload, folder: Path) -> None:
    """Write one file under its own name, whatever path stands in the archive."""
    name = Path(upload.file.replace("\\", "/")).name
    if name in ("", ".", "..") or name in EXCHANGE_FILES:
        raise ValueError(f"a file named {upload.file!r}")
    if archive.getinfo(upload.member).flag_bits & 1:
        raise ValueError(f"{name} is encrypted")
    size = 0
    with archive.open(upload.member) as source, (folder / name).open("wb") as target:
        while chunk := source.read(1 << 20):
            size += len(chunk)
            if size > MAX_FILE:
                raise ValueError(f"{name} is larger than {MAX_FILE >> 20} MB")
            target.write(chunk)
