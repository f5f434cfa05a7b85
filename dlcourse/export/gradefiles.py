"""Grade files for spreadsheets, Canvas and Moodle, from nbgrader's gradebook.

Canvas: the columns that its gradebook export writes and its import asks for (guide "How do I import
    grades in the
Gradebook?": Student, ID, SIS User ID, SIS Login ID, Section, then a column per assignment, headed
``Title`` or ``Title (number)``, and a row "Points Possible"). Moodle: those of its grade export
("Grade import": "the import file format is the same as the corresponding export format"), of which
an instructor maps *Email address* or *ID number*.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Student as Person
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from ..authoring.course import Course
from ..errors import CourseError
from ..nbgrader_port.database import open_database
from ..nbgrader_port.grades import session
from ..nbgrader_port.standings import by_hand

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FORMULA = "=+-@"
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me")
"""Unicode categories of what a reader does not see at the beginning of a cell."""


@dataclass(frozen=True)
class Student:
    """One row. A score is missing where nothing was handed in or graded."""

    id: str
    first_name: str
    last_name: str
    email: str
    lms_id: str
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One assignment: its title in the LMS, its number there if known, and its points."""

    slug: str
    title: str
    points: float
    number: str = ""


@dataclass(frozen=True)
class Entry:
    """What the gradebook says of one student's work on one assignment.

    Args:
        slug: the assignment.
        student: student id.
        duedate: of the assignment, in UTC; None where it has none.
        timestamp: when it was handed in, in UTC; None where that is not known.
        raw: points earned, extra credit among them.
        extra: points that a grader gave beyond the tests.
        penalty: taken off for handing in late.
    """

    slug: str
    student: str
    duedate: datetime | None
    timestamp: datetime | None
    raw: float
    extra: float
    penalty: float

    @property
    def score(self) -> float:
        """What is left; never below 0."""
        return max(0.0, self.raw - self.penalty)


@dataclass(frozen=True)
class Grades:
    """What the gradebook holds, and what an instructor should know before importing it."""

    columns: tuple[Column, ...]
    students: tuple[Student, ...]
    notes: tuple[str, ...]
    entries: tuple[Entry, ...] = ()


def read_gradebook(
    course: Course, db_url: str, slugs: Sequence[str] = (), numbers: Mapping[str, str] | None = None
) -> Grades:
    """Read scores, late penalties subtracted, in a few statements however large the class is.

    Args:
        course: the course.
        db_url: nbgrader's database.
        slugs: the assignments; all of the course that are in the gradebook if empty.
        numbers: an assignment's number in Canvas, by slug.

    Raises:
        CourseError: a named assignment, or every one, is not in the gradebook.
    """
    open_database(db_url, course.course_id).close()
    with session(db_url) as db:
        found = {
            name: (float(points), duedate)
            for name, points, duedate in db.execute(
                select(Assignment.name, Assignment.max_score, Assignment.duedate)
            )
        }
        missing = [slug for slug in slugs if slug not in found]
        chosen = [slug for slug in slugs or course.entries if slug in found]
        if missing or not chosen:
            name = missing[0] if missing else "nothing of this course"
            raise CourseError(f"{name} is not in the gradebook; run `dlcourse build`")
        entries, notes = _entries(db, {slug: found[slug][1] for slug in chosen})
        scores: dict[str, dict[str, float]] = defaultdict(dict)
        for entry in entries:
            scores[entry.student][entry.slug] = entry.score
        people = db.execute(
            select(Person.id, Person.first_name, Person.last_name, Person.email, Person.lms_user_id)
        )
        students = [
            Student(who, first or "", last or "", email or "", lms_id or "", scores.get(who, {}))
            for who, first, last, email, lms_id in people
        ]
    columns = [
        Column(slug, course.entry(slug).title, found[slug][0], (numbers or {}).get(slug, ""))
        for slug in chosen
    ]
    return Grades(
        tuple(columns), tuple(sorted(students, key=lambda s: s.id)), tuple(notes), tuple(entries)
    )


def _entries(db: Session, duedates: Mapping[str, datetime | None]) -> tuple[list[Entry], list[str]]:
    """All that is graded, and what is not, or not quite."""
    late: dict[str, float] = dict(
        db.execute(
            select(SubmittedNotebook.assignment_id, func.sum(SubmittedNotebook.late_submission_penalty))
            .where(SubmittedNotebook.late_submission_penalty.is_not(None))
            .group_by(SubmittedNotebook.assignment_id)
        ).all()
    )  # fmt: skip
    ungraded = and_(Grade.auto_score.is_(None), Grade.manual_score.is_(None))
    graded = db.execute(
        select(
            SubmittedAssignment.id,
            Assignment.name,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            func.sum(Grade.score),
            func.sum(func.coalesce(Grade.extra_credit, 0.0)),
            func.count().filter(and_(ungraded, ~by_hand())),
            func.count().filter(and_(ungraded, by_hand())),
            func.count().filter(Grade.needs_manual_grade),
        )
        .select_from(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .outerjoin(GradeCell, GradeCell.id == Grade.cell_id)
        .where(Assignment.name.in_(duedates))
        .group_by(SubmittedAssignment.id, Assignment.name, SubmittedAssignment.student_id, SubmittedAssignment.timestamp)
        .order_by(Assignment.name, SubmittedAssignment.student_id)
    )  # fmt: skip
    entries, notes = [], []
    for submission, slug, student, timestamp, raw, extra, open_cells, words, look in graded:
        if open_cells:
            notes.append(f"{student}: {slug} is not graded yet; the cell is left empty")
            continue
        if words:
            what = "a written answer" if words == 1 else f"{words} written answers"
            notes.append(
                f"{student}: {slug}: no person has graded {what} yet; the cell is left empty"
            )
            continue
        if look:
            notes.append(f"{student}: {slug} waits for manual grading; the score so far is given")
        penalty = float(late.get(submission) or 0.0)
        entries.append(
            Entry(slug, student, duedates[slug], timestamp, float(raw), float(extra), penalty)
        )
    return entries, notes


def safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, on one line.

    An apostrophe before ``=``, ``+``, ``-`` and ``@``, in whatever width they are written, is what
    spreadsheets themselves write for "this is text". What cannot be seen before them is dropped.
    """
    text = _CONTROL.sub(" ", text).strip()
    start = next(
        (n for n, c in enumerate(text) if unicodedata.category(c) not in _INVISIBLE), len(text)
    )
    sign = unicodedata.normalize("NFKC", text[start : start + 1])[:1]
    return f"'{text[start:]}" if sign and sign in _FORMULA else text


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _text(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def canvas(grades: Grades) -> str:
    """A file for Canvas: *Grades → Import*."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    titles = [safe(f"{c.title} ({c.number})" if c.number else c.title) for c in grades.columns]
    rows = [
        [*head, *titles],
        ["    Points Possible", "", "", "", "", *(_number(c.points) for c in grades.columns)],
    ]
    for one in grades.students:
        name = ", ".join(n for n in (one.last_name, one.first_name) if n) or one.id
        rows.append([safe(name), safe(one.lms_id), "", safe(one.id), "", *_scores(grades, one)])
    return _text(rows)


def moodle(grades: Grades) -> str:
    """A file for Moodle: *Grades → Import → CSV file*, encoding UTF-8, separator comma."""
    head = ["First name", "Last name", "ID number", "Email address"]
    rows = [[*head, *(safe(f"Assignment: {c.title} (Real)") for c in grades.columns)]]
    for one in grades.students:
        rows.append(
            [
                safe(one.first_name),
                safe(one.last_name),
                safe(one.lms_id or one.id),
                safe(one.email),
                *_scores(grades, one),
            ]
        )
    return _text(rows)


def table(grades: Grades) -> str:
    """Every graded submission in a row, with the columns of `nbgrader export` and extra credit."""
    people = {one.id: one for one in grades.students}
    points = {c.slug: c.points for c in grades.columns}
    rows = [[
        "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
        "raw_score", "extra_credit", "late_submission_penalty", "score", "max_score",
    ]]  # fmt: skip
    for entry in grades.entries:
        one = people[entry.student]
        texts = (one.id, one.last_name, one.first_name, one.email)
        numbers = (entry.raw, entry.extra, entry.penalty, entry.score, points[entry.slug])
        rows.append(
            [
                entry.slug,
                _time(entry.duedate),
                _time(entry.timestamp),
                *map(safe, texts),
                *map(_number, numbers),
            ]
        )
    return _text(rows)


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def _scores(grades: Grades, one: Student) -> list[str]:
    return [_number(one.scores[c.slug]) if c.slug in one.scores else "" for c in grades.columns]


def altered(grades: Grades) -> list[str]:
    """Students by whose id, LMS id or address the LMS cannot find them, since a cell had to be
    changed.
    """
    return [s.id for s in grades.students if any(safe(t) != t for t in (s.id, s.lms_id, s.email))]
