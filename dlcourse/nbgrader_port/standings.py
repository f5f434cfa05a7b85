"""Who is in a class and what they have, in a statement or two for all of them."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Grade, GradeCell, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import ColumnElement, and_, func, or_, select

from ..grading.gradebook import Standing


def students(db: Any) -> set[str]:
    """Everybody in the gradebook, those among them whom grading entered."""
    return set(db.scalars(select(Student.id)))


def roster(db: Any) -> set[str]:
    """Those whom a person entered; nobody where no person entered anybody.

    Grading enters whoever handed in, by the id alone. A person's entry has a name, an address or a
    number of another system; or it is there before anything is handed in.
    """
    about = (Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
    named = set(db.scalars(select(Student.id).where(or_(*(c.is_not(None) for c in about)))))
    if named:
        return named
    handed_in = set(db.scalars(select(SubmittedAssignment.student_id).distinct()))
    everybody = students(db)
    return everybody if everybody - handed_in else set()


def by_hand() -> ColumnElement[bool]:
    """Of a grade joined with its cell, whether a person gives it: the cell holds words."""
    return GradeCell.cell_type == "markdown"


def of_class(db: Any, assignment_id: str) -> dict[str, Standing]:
    """What every student with a complete grade of an assignment has; written answers may wait for a
    person.
    """
    of_this = SubmittedAssignment.assignment_id == assignment_id
    late = dict(
        db.execute(
            select(
                SubmittedAssignment.student_id, func.sum(SubmittedNotebook.late_submission_penalty)
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .where(of_this)
            .group_by(SubmittedAssignment.student_id)
        ).all()
    )
    ungraded = Grade.auto_score.is_(None)
    graded = db.execute(
        select(
            SubmittedAssignment.student_id,
            func.sum(Grade.score),
            func.sum(func.coalesce(Grade.extra_credit, 0.0)),
            func.count().filter(and_(by_hand(), ungraded, Grade.manual_score.is_(None))),
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .where(of_this)
        .group_by(SubmittedAssignment.student_id)
        .having(func.count().filter(and_(~by_hand(), ungraded)) == 0)
    )
    return {
        student: Standing(score - extra, extra, late.get(student) or 0.0, waiting)
        for student, score, extra, waiting in graded
    }
