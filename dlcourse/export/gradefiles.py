"""Grade files for Canvas and Moodle, from nbgrader's gradebook.

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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbgrader.api import Gradebook, MissingEntry

from ..authoring.course import Course
from ..errors import CourseError
from ..nbgrader_port.config import find_alembic

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


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
class Grades:
    """What the gradebook holds, and what an instructor should know before importing it."""

    columns: tuple[Column, ...]
    students: tuple[Student, ...]
    notes: tuple[str, ...]


def read_gradebook(
    course: Course, db_url: str, slugs: Sequence[str], numbers: Mapping[str, str] | None = None
) -> Grades:
    """Read scores, late penalties subtracted.

    Args:
        course: the course.
        db_url: nbgrader's database.
        slugs: the assignments.
        numbers: an assignment's number in Canvas, by slug.

    Raises:
        CourseError: an assignment is not in the gradebook.
    """
    find_alembic()
    scores: dict[str, dict[str, float]] = {}
    columns, notes = [], []
    with Gradebook(db_url, course.course_id) as gradebook:
        for slug in slugs:
            try:
                assignment = gradebook.find_assignment(slug)
            except MissingEntry:
                raise CourseError(
                    f"{slug} is not in the gradebook; run `dlcourse build {slug}`"
                ) from None
            columns.append(
                Column(
                    slug,
                    course.entry(slug).title,
                    float(assignment.max_score),
                    (numbers or {}).get(slug, ""),
                )
            )
            for submission in gradebook.assignment_submissions(slug):
                who = submission.student.id
                grades = [g for n in submission.notebooks for g in n.grades]
                if any(g.auto_score is None and g.manual_score is None for g in grades):
                    notes.append(f"{who}: {slug} is not graded yet; the cell is left empty")
                    continue
                if submission.needs_manual_grade:
                    notes.append(
                        f"{who}: {slug} waits for manual grading; the score so far is given"
                    )
                scores.setdefault(who, {})[slug] = max(
                    0.0, float(submission.score) - float(submission.late_submission_penalty)
                )
        students = [
            Student(
                s.id,
                s.first_name or "",
                s.last_name or "",
                s.email or "",
                s.lms_user_id or "",
                scores.get(s.id, {}),
            )
            for s in gradebook.students
        ]
    return Grades(tuple(columns), tuple(sorted(students, key=lambda s: s.id)), tuple(notes))


def safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, on one line.

    An apostrophe before ``=``, ``+``, ``-`` and ``@`` is what spreadsheets themselves write for
    "this is text".
    """
    text = _CONTROL.sub(" ", text).strip()
    return f"'{text}" if text.startswith(_FORMULA) else text


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


def _scores(grades: Grades, one: Student) -> list[str]:
    return [_number(one.scores[c.slug]) if c.slug in one.scores else "" for c in grades.columns]


def altered(grades: Grades) -> list[str]:
    """Students by whose id, LMS id or address the LMS cannot find them, since a cell had to be
    changed.
    """
    return [s.id for s in grades.students if any(safe(t) != t for t in (s.id, s.lms_id, s.email))]
