"""The one writer of nbgrader's gradebook: its own classes, one transaction per student."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from ..authoring.course import Course
from ..errors import CourseError
from ..grading.deadlines import Deadline
from ..grading.gradebook import NotEntered, Standing
from . import exchange, standings
from .config import gradebook_url, nbgrader_config
from .database import checkpoint, open_database


def open_gradebook(course: Course, slug: str, db_url: str = "") -> GradebookWriter:
    """The gradebook of one assignment as the course's nbgrader_config.py sets it up.

    Args:
        course: the course.
        slug: the assignment.
        db_url: another gradebook than the one that nbgrader_config.py names.

    Raises:
        CourseError: nbgrader_config.py is missing or fails, or see :class:`GradebookWriter`.
    """
    config = nbgrader_config(course.root)
    url = db_url or gradebook_url(course, config)
    return GradebookWriter(url, course.course_id, slug, config)


class GradebookWriter:
    """Writes the scores of a whole class through one connection.

    Args:
        db_url: nbgrader's ``CourseDirectory.db_url``, SQLite or PostgreSQL.
        course_id: nbgrader's course id.
        slug: the assignment, entered by ``dlcourse build`` or ``nbgrader generate_assignment``.
        config: nbgrader's configuration, for the late-penalty plugin.

    Raises:
        CourseError: the gradebook cannot be opened, or the assignment is not in it.
    """

    def __init__(
        self, db_url: str, course_id: str, slug: str, config: Config | None = None
    ) -> None:
        self._gradebook = open_database(db_url, course_id)
        self._slug = slug
        engine = self._gradebook.engine
        try:
            assignment = self._gradebook.find_assignment(slug)
        except MissingEntry:
            self._gradebook.close()
            raise CourseError(
                f"assignment {slug!r} is not in the gradebook {engine.url.render_as_string()}; run `dlcourse build {slug}`"
            ) from None
        notebook = next((n for n in assignment.notebooks if n.name == slug), None)
        if notebook is None:
            self._gradebook.close()
            raise CourseError(
                f"the gradebook has no notebook {slug!r} under assignment {slug!r}; run `dlcourse build {slug}`"
            )
        self._max = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
        self._cells = {
            cell.id: cell.name for cell in [*notebook.grade_cells, *notebook.solution_cells]
        }
        self._assignment_id, self._notebook_id = assignment.id, notebook.id
        self._graded = {
            n.id: [c.id for c in (*n.grade_cells, *n.task_cells)] for n in assignment.notebooks
        }
        self._commented = {
            n.id: [c.id for c in (*n.solution_cells, *n.task_cells)] for n in assignment.notebooks
        }
        self._late = AssignLatePenalties(config=config or Config())
        self._late.init_plugin()

    def check_points(self, points: Mapping[str, float]) -> None:
        """Compare the gradebook's graded cells with those of the build.

        Raises:
            CourseError: they differ, so that scores would be written against another build.
        """
        if dict(points) != self._max:
            raise CourseError(
                f"the gradebook holds another build of {self._slug!r}; run `dlcourse build {self._slug}`"
            )

    def write(
        self,
        student: str,
        timestamp: datetime | None,
        scores: Mapping[str, float | None],
        untouched: Mapping[str, bool],
        changed: bool = True,
    ) -> float:
        """Enter one student's result in one transaction.

        Manual scores and comments of graders are kept; where the submission is another one than
        they saw, a cell with a manual score is marked for another look, as nbgrader does.

        Args:
            student: student id; created if unknown.
            timestamp: of the submission, in UTC.
            scores: points by graded cell; None for a written answer, which waits for a person.
            untouched: by solution cell, whether it still is the released stub.
            changed: whether the submission is another one than at the last time.

        Returns:
            The notebook's score, manual scores included.

        Raises:
            NotEntered: the database does not take it, a name that it cannot hold perhaps.
        """
        try:
            return self._write(student, timestamp, scores, untouched, changed)
        except BaseException as error:
            self._gradebook.db.rollback()
            self._gradebook.db.expunge_all()
            if isinstance(error, (ValueError, SQLAlchemyError)):
                said = str(error).partition("\n")[0]
                raise NotEntered(f"{type(error).__name__}: {said}") from error
            raise

    def _write(
        self,
        student: str,
        timestamp: datetime | None,
        scores: Mapping[str, float | None],
        untouched: Mapping[str, bool],
        changed: bool,
    ) -> float:
        db = self._gradebook.db
        if db.execute(select(Student.id).where(Student.id == student)).first() is None:
            self._gradebook.add_student(student)
        row = db.execute(
            select(SubmittedAssignment.id, SubmittedNotebook.id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .where(
                SubmittedAssignment.assignment_id == self._assignment_id,
                SubmittedAssignment.student_id == student,
            )
            .where(SubmittedNotebook.notebook_id == self._notebook_id)
        ).first()
        if row is None:
            submission_id, notebook_id = self._add_submission(student)
        else:
            submission_id, notebook_id = row
        if timestamp:
            db.execute(update(SubmittedAssignment), [{"id": submission_id, "timestamp": timestamp}])
        total, grades = 0.0, []
        for grade in db.execute(
            select(Grade.id, Grade.cell_id, Grade.manual_score, Grade.needs_manual_grade).where(
                Grade.notebook_id == notebook_id
            )
        ):
            score = scores[self._cells[grade.cell_id]]
            total += (score or 0.0) if grade.manual_score is None else grade.manual_score
            grades.append(
                {
                    "id": grade.id,
                    "auto_score": score,
                    "needs_manual_grade": score is None
                    if grade.manual_score is None
                    else changed or grade.needs_manual_grade,
                }
            )
        comments = [
            {
                "id": comment.id,
                "auto_comment": "No response."
                if untouched.get(self._cells[comment.cell_id])
                else None,
            }
            for comment in db.execute(
                select(Comment.id, Comment.cell_id).where(Comment.notebook_id == notebook_id)
            )
        ]
        db.execute(update(Grade), grades)
        if comments:
            db.execute(update(Comment), comments)
        penalty = self._penalty(student, submission_id, notebook_id)
        db.execute(
            update(SubmittedNotebook), [{"id": notebook_id, "late_submission_penalty": penalty}]
        )
        db.commit()
        return float(total)

    def _add_submission(self, student: str) -> tuple[str, str]:
        """Make the rows that nbgrader's ``add_submission`` makes, in four statements; give the ids
        of submission and notebook.
        """
        db = self._gradebook.db
        submission = uuid4().hex
        notebooks = {n: uuid4().hex for n in self._graded}
        db.execute(
            insert(SubmittedAssignment),
            [{"id": submission, "assignment_id": self._assignment_id, "student_id": student}],
        )
        db.execute(
            insert(SubmittedNotebook),
            [
                {"id": i, "assignment_id": submission, "notebook_id": n}
                for n, i in notebooks.items()
            ],
        )
        for table, cells in ((Grade, self._graded), (Comment, self._commented)):
            rows = [
                {"id": uuid4().hex, "notebook_id": notebooks[n], "cell_id": cell}
                for n, of in cells.items()
                for cell in of
            ]
            if rows:
                db.execute(insert(table), rows)
        return submission, notebooks[self._notebook_id]

    def _penalty(self, student: str, submission_id: str, notebook_id: str) -> float | None:
        """What the configured plugin takes off for a late submission."""
        db = self._gradebook.db
        late = db.execute(
            select(Assignment.duedate, SubmittedAssignment.timestamp)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(SubmittedAssignment.id == submission_id)
        ).one()
        if late.duedate is None or late.timestamp is None:
            return None
        seconds = db.get(SubmittedAssignment, submission_id).total_seconds_late
        penalty = None
        if seconds > 0:
            notebook = db.get(SubmittedNotebook, notebook_id)
            given = self._late.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
            penalty = None if given is None else self._late._check_late_penalty(notebook, given)
        db.expunge_all()
        return penalty

    def students(self) -> set[str]:
        return standings.students(self._gradebook.db)

    def roster(self) -> set[str]:
        return standings.roster(self._gradebook.db)

    def standings(self) -> dict[str, Standing]:
        return standings.of_class(self._gradebook.db, self._assignment_id)

    def settle(self, deadline: Deadline | None) -> dict[str, tuple[float, float]]:
        """Bring due date, extensions and late penalties up to date.

        Args:
            deadline: of course.toml; where there is none, the gradebook's own date stays.

        Returns:
            Penalties before and after, by student, where they differ.
        """
        db = self._gradebook.db
        if deadline is not None:
            due = {"id": self._assignment_id, "duedate": deadline.due}
            db.execute(update(Assignment), [due])
        changed: dict[str, tuple[float, float]] = {}
        duedate = db.scalar(select(Assignment.duedate).where(Assignment.id == self._assignment_id))
        rows = db.execute(
            select(
                SubmittedAssignment.id,
                SubmittedAssignment.student_id,
                SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
                SubmittedNotebook.id,
                SubmittedNotebook.late_submission_penalty,
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .where(
                SubmittedAssignment.assignment_id == self._assignment_id,
                SubmittedNotebook.notebook_id == self._notebook_id,
            )
        ).all()
        for submission, student, timestamp, extension, notebook, before in rows:
            if deadline is not None:
                until = deadline.extensions.get(student)
                longer = until - deadline.due if until else None
                if longer != extension:
                    extension, row = longer, {"id": submission, "extension": longer}
                    db.execute(update(SubmittedAssignment), [row])
            late = duedate and timestamp and timestamp > duedate + (extension or timedelta())
            after = self._penalty(student, submission, notebook) if late else None
            if after != before:
                row = {"id": notebook, "late_submission_penalty": after}
                db.execute(update(SubmittedNotebook), [row])
            if (before or 0.0) != (after or 0.0):
                changed[student] = (before or 0.0, after or 0.0)
        db.commit()
        return changed

    def submitted_at(self, folder: Path) -> datetime | None:
        return exchange.submitted_at(folder)

    def exchange_files(self, folder: Path) -> dict[str, str]:
        return exchange.exchange_files(folder)

    def graded_students(self) -> set[str]:
        """Students who have a complete automatic grade of this assignment."""
        return set(self.standings())

    def close(self) -> None:
        """Close the gradebook; an SQLite file then holds all of it, so that a copy is a backup."""
        if self._gradebook.engine.dialect.name == "sqlite":
            checkpoint(self._gradebook)
        self._gradebook.close()

    def __enter__(self) -> GradebookWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
