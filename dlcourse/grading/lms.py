"""What the zip archives of learning-management systems hold: whose file, which attempt, when.

Canvas ("Download Submissions"): ``doejane_LATE_12345_67890_notebook-1.ipynb``, which is the name without
spaces, a mark, the user's number, the attempt's number and the file's name; the ``-1`` is Canvas' own and
counts uploads. Moodle ("Download all submissions"): ``Jane Doe_12345_assignsubmission_file_notebook.ipynb``, or
a folder of that name. Blackboard ("Assignment File Download"): ``Homework 1_jdoe_attempt_2026-11-20-14-33-05_notebook.ipynb``
beside a ``.txt`` that describes the attempt.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

System = Literal["canvas", "moodle", "blackboard"]
MAX_FILES = 100_000
"""Entries of the largest archive that is read."""
MAX_FILE = 300 << 20
"""Bytes of the largest file that is taken out of an archive."""
_CANVAS = re.compile(
    r"(?P<who>[^_]+)(?:_(?P<late>LATE))?_(?P<number>\d+)_(?P<attempt>\d+)_(?P<file>.+)"
)
_MOODLE = re.compile(r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_|/)(?P<file>.*)")
_BLACKBOARD = re.compile(
    r".+?_(?P<who>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)"
)
_UPLOADS = re.compile(r"-\d+(?=\.[A-Za-z]+$)")


@dataclass(frozen=True)
class Person:
    """One student of the roster.

    Args:
        id: student id.
        first_name: as the roster has it.
        last_name: likewise.
        email: address.
        lms_id: number in the learning-management system.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""


@dataclass(frozen=True)
class Upload:
    """One file of an archive.

    Args:
        member: its name in the archive.
        file: its name as the student gave it.
        who: the name or user name that stands in the archive.
        number: the system's number of the student; empty where there is none.
        time: when it was handed in, in the system's time.
        attempt: orders attempts of one student.
    """

    member: str
    file: str
    who: str
    number: str
    time: datetime
    attempt: tuple[str, datetime, int]


@dataclass
class Sorted:
    """An archive's files by student.

    Args:
        uploads: of each student's last attempt, by student id.
        strangers: whoever is in the archive and not on the roster, with the nearest id.
        unread: names of files that are of no known form.
    """

    uploads: dict[str, list[Upload]] = field(default_factory=dict)
    strangers: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def uploads_of(
    system: System, members: Iterable[zipfile.ZipInfo]
) -> tuple[list[Upload], list[str]]:
    """The files of an archive, and the names of those that are none of a student's."""
    read: Callable[[zipfile.ZipInfo], Upload | None] = {
        "canvas": _canvas,
        "moodle": _moodle,
        "blackboard": _blackboard,
    }[system]
    found, unread = [], []
    for info in members:
        parts = info.filename.split("/")
        if info.is_dir() or "__MACOSX" in parts or parts[-1].startswith("._"):
            continue
        upload = read(info)
        if upload is None:
            unread.append(info.filename)
        elif upload.file:
            found.append(upload)
    return found, unread


def _changed(info: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*info.date_time)
    except ValueError:  # an archive may hold any number
        return datetime(1980, 1, 1)


def _canvas(info: zipfile.ZipInfo) -> Upload | None:
    match = _CANVAS.fullmatch(info.filename.rpartition("/")[2])
    if match is None:
        return None
    time = _changed(info)
    attempt = ("", time, int(match["attempt"]))
    file = _UPLOADS.sub("", match["file"])
    return Upload(info.filename, file, match["who"], match["number"], time, attempt)


def _moodle(info: zipfile.ZipInfo) -> Upload | None:
    match = _MOODLE.fullmatch(info.filename)
    if match is None:
        return None
    time = _changed(info)
    # Moodle hands out the last attempt alone; all its files belong together
    file = match["file"].rpartition("/")[2]
    return Upload(info.filename, file, match["who"], match["number"], time, ("", datetime.min, 0))


def _blackboard(info: zipfile.ZipInfo) -> Upload | None:
    match = _BLACKBOARD.fullmatch(info.filename.rpartition("/")[2])
    if match is None:
        return None
    try:
        time = datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return None
    return Upload(info.filename, match["file"] or "", match["who"], "", time, ("", time, 0))


def sort_uploads(uploads: Sequence[Upload], roster: Sequence[Person]) -> Sorted:
    """Files by student of the roster; of several attempts the last one.

    A student is known by the system's number, by id, by user name (the address before the @), or by a name
    that only one of the roster has.
    """
    found = Sorted()
    keys = _keys(roster)
    names = {
        name: person.id
        for person in reversed(roster)
        for name in (_plain(person.last_name + person.first_name), _plain(person.id))
        if name
    }
    by_student: dict[str, list[Upload]] = {}
    for upload in uploads:
        student = keys.get(f"#{upload.number}") if upload.number else None
        student = student or keys.get(_plain(upload.who))
        if student is None:
            near = difflib.get_close_matches(_plain(upload.who), names, 1)
            found.strangers[upload.who] = names[near[0]] if near else ""
        else:
            by_student.setdefault(student, []).append(upload)
    for student, own in sorted(by_student.items()):
        last = max(upload.attempt for upload in own)
        same = [u for u in own if u.attempt == last or _together(u, last)]
        latest: dict[str, Upload] = {}
        for upload in sorted(same, key=lambda u: (u.time, u.member)):
            latest[upload.file] = upload  # one more upload of the same name replaces the first
        found.uploads[student] = list(latest.values())
    return found


def _together(upload: Upload, last: tuple[str, datetime, int]) -> bool:
    """Whether a file belongs to the last attempt: Canvas numbers each file of one attempt anew."""
    return bool(last[2]) and upload.attempt[1] == last[1]


def _keys(roster: Sequence[Person]) -> Mapping[str, str]:
    """Student ids by what may stand in an archive; what two students share is left out."""
    keys: dict[str, set[str]] = {}
    for person in roster:
        first, last = _plain(person.first_name), _plain(person.last_name)
        own = {_plain(person.id), _plain(person.email.partition("@")[0])}
        if first or last:
            own |= {last + first, first + last}
        if person.lms_id:
            own.add(f"#{person.lms_id}")
        for key in own - {""}:
            keys.setdefault(key, set()).add(person.id)
    unique = {key: next(iter(ids)) for key, ids in keys.items() if len(ids) == 1}
    return unique | {_plain(p.id): p.id for p in roster}  # an id is nobody else's


def _plain(text: str) -> str:
    """A name without case, accents, spaces and signs, as Canvas writes it."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if c.isalnum())
