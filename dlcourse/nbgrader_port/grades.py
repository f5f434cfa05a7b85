"""Scores and comments of graded notebooks, read from nbgrader's gradebook in a few statements.

nbgrader's own classes ask for each cell by itself, through four tables.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import GetGrades
from sqlalchemy import NullPool, Select, and_, case, create_engine, select
from sqlalchemy.orm import Session


class CellGrade(NamedTuple):
    """Points of a cell: earned, None where it waits for a person; and to earn."""

    score: float | None
    max_score: float


class CellComment(NamedTuple):
    """What a grader wrote to a cell; None where nobody did."""

    comment: str | None


_ungraded = and_(
    Grade.auto_score.is_(None), Grade.manual_score.is_(None), Grade.extra_credit.is_(None)
)
_Found = TypeVar("_Found", CellGrade, CellComment)


@dataclass(frozen=True)
class NotebookGrades:
    """What the gradebook holds of one submitted notebook.

    Args:
        scores: by cell.
        comments: by cell.
        points: of the whole notebook.
        extra: points that a grader gave beyond the tests; among the scores.
        penalty: for handing in late; None where there is none.
    """

    scores: dict[str, CellGrade]
    comments: dict[str, CellComment]
    points: float
    extra: float
    penalty: float | None


def session(db_url: str) -> Session:
    """A session for reading; its connection ends with it."""
    return Session(create_engine(db_url, poolclass=NullPool))


def read_grades(db_url: str, student: str, assignment: str, notebook: str) -> NotebookGrades:
    """Grades of one submitted notebook.

    Args:
        db_url: nbgrader's database.
        student: student id.
        assignment: its name in the gradebook.
        notebook: its name there.

    Raises:
        MissingEntry: nbgrader's own error: no such submission.
    """
    with session(db_url) as db:
        found = db.execute(
            _submitted(SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty, Notebook.max_score)
            .where(SubmittedAssignment.student_id == student)
            .where(Assignment.name == assignment, Notebook.name == notebook)
        ).first()  # fmt: skip
        if found is None:
            raise MissingEntry(f"No such submission: {assignment} of {student}")
        submitted, penalty, points = found
        scores = db.execute(
            select(
                BaseCell.name,
                case((_ungraded, None), else_=Grade.score),
                Grade.max_score,
                Grade.extra_credit,
            )
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .where(Grade.notebook_id == submitted)
        ).all()
        comments = db.execute(
            select(BaseCell.name, Comment.comment)
            .join(BaseCell, BaseCell.id == Comment.cell_id)
            .where(Comment.notebook_id == submitted)
        )
        return NotebookGrades(
            {
                name: CellGrade(None if score is None else float(score), float(most))
                for name, score, most, _ in scores
            },
            {name: CellComment(comment) for name, comment in comments},
            float(points),
            float(sum(extra or 0.0 for *_, extra in scores)),
            penalty,
        )


def digests(db_url: str, assignment: str) -> dict[str, str]:
    """By student, a digest of all that the gradebook says of their work on an assignment."""
    by_student: dict[str, list[str]] = defaultdict(list)
    with session(db_url) as db:
        for query in _all_of(assignment):
            for student, *row in db.execute(query):
                by_student[student].append(repr(row))
    return {
        student: hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()
        for student, rows in by_student.items()
    }


def _submitted(*columns: Any) -> Select[Any]:
    """Columns of submitted notebooks with the assignments that they belong to."""
    return (
        select(*columns)
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    )


def _all_of(assignment: str) -> Iterator[Select[Any]]:
    student = SubmittedAssignment.student_id
    of_this = Assignment.name == assignment
    yield _submitted(student, SubmittedNotebook.late_submission_penalty, Notebook.max_score).where(
        of_this
    )
    yield (
        _submitted(student, Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .where(of_this)
    )
    yield (
        _submitted(student, Comment.cell_id, Comment.auto_comment, Comment.manual_comment)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .where(of_this)
    )


class ReadGrades(GetGrades):
    """nbgrader's preprocessor that puts scores and comments into a notebook's cells, for any
    notebook; it asks what was read at once in place of the gradebook.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.student_id = about["student"]
        grades = read_grades(about["db_url"], self.student_id, self.assignment_id, self.notebook_id)
        self.gradebook = _AtOnce(grades)
        nb, resources = super(GetGrades, self).preprocess(nb, resources)
        penalty = grades.penalty or 0.0
        about["score"] = sum(grade.score or 0.0 for grade in grades.scores.values()) - penalty
        about["max_score"], about["late_penalty"] = grades.points, penalty
        about["extra_credit"] = grades.extra
        return nb, resources


class _AtOnce:
    """What GetGrades asks of nbgrader's gradebook."""

    def __init__(self, grades: NotebookGrades) -> None:
        self._grades = grades

    def find_grade(self, cell: str, *_: str) -> CellGrade:
        return _of(cell, self._grades.scores)

    def find_comment(self, cell: str, *_: str) -> CellComment:
        return _of(cell, self._grades.comments)


def _of(cell: str, found: dict[str, _Found]) -> _Found:
    """What the gradebook holds of a cell.

    Raises:
        MissingEntry: nothing.
    """
    if cell not in found:
        raise MissingEntry(f"No such cell in the gradebook: {cell}")
    return found[cell]
