"""The one writer of nbgrader's gradebook: its own classes, one transaction per student."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SAWarning, SQLAlchemyError
from sqlalchemy.orm import selectinload
from traitlets.config import Config

from .authoring import AuthorError
from .nbconfig import find_alembic


class GradebookWriter:
    """Writes the scores of a whole class through one connection.

    Args:
        db_url: nbgrader's ``CourseDirectory.db_url``, SQLite or PostgreSQL.
        course_id: nbgrader's course id.
        slug: the assignment, entered by ``dlcourse build`` or ``nbgrader generate_assignment``.
        config: nbgrader's configuration, for the late-penalty plugin.

    Raises:
        AuthorError: the gradebook cannot be opened, or the assignment is not in it.
    """

    def __init__(self, db_url: str, course_id: str, slug: str, config: Config | None = None) -> None:
        find_alembic()
        try:
            self._gradebook = Gradebook(db_url, course_id)
        except (SQLAlchemyError, ImportError) as error:
            said = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise AuthorError(f"the gradebook {_without_password(db_url)} cannot be opened: {said}") from error
        self._slug = slug
        engine = self._gradebook.engine
        if engine.dialect.name == "sqlite":
            # readers (formgrader) go on while we write, and a writer waits instead of failing
            event.listen(engine, "connect", _sqlite_pragmas)
            self._gradebook.db.remove()
            engine.dispose()
        try:
            assignment = self._gradebook.find_assignment(slug)
        except MissingEntry:
            self._gradebook.close()
            raise AuthorError(
                f"assignment {slug!r} is not in the gradebook {engine.url.render_as_string()}; run `dlcourse build {slug}`"
            ) from None
        notebook = next((n for n in assignment.notebooks if n.name == slug), None)
        if notebook is None:
            self._gradebook.close()
            raise AuthorError(f"the gradebook has no notebook {slug!r} under assignment {slug!r}; run `dlcourse build {slug}`")
        self._max = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
        self._late = AssignLatePenalties(config=config or Config())
        self._late.init_plugin()

    def check_points(self, points: Mapping[str, float]) -> None:
        """Compare the gradebook's graded cells with those of the build.

        Raises:
            AuthorError: they differ, so that scores would be written against another build.
        """
        if dict(points) != self._max:
            raise AuthorError(f"the gradebook holds another build of {self._slug!r}; run `dlcourse build {self._slug}`")

    def write(self, student: str, timestamp: datetime | None, scores: Mapping[str, float], untouched: Mapping[str, bool]) -> float:
        """Enter one student's result in one transaction.

        Manual scores and comments of graders are kept; a cell with a manual score is marked for another look, as
        nbgrader does.

        Args:
            student: student id; created if unknown.
            timestamp: of the submission, in UTC.
            scores: points by graded cell.
            untouched: by solution cell, whether it still is the released stub.

        Returns:
            The notebook's score, manual scores included.
        """
        gradebook = self._gradebook
        gradebook.update_or_create_student(student)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own classes under SQLAlchemy 2
            submission = gradebook.update_or_create_submission(self._slug, student, **({"timestamp": timestamp} if timestamp else {}))
        query = gradebook.db.query(SubmittedNotebook).options(
            selectinload(SubmittedNotebook.grades), selectinload(SubmittedNotebook.comments)
        )
        notebook = next(n for n in query.filter(SubmittedNotebook.assignment_id == submission.id) if n.name == self._slug)
        for grade in notebook.grades:
            grade.auto_score = scores[grade.name]
            grade.needs_manual_grade = grade.manual_score is not None
        for comment in notebook.comments:
            comment.auto_comment = "No response." if untouched.get(comment.name) else None
        gradebook.db.flush()
        notebook.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            gradebook.db.refresh(notebook)
            penalty = self._late.plugin_inst.late_submission_penalty(student, notebook.score, submission.total_seconds_late)
            if penalty is not None:
                notebook.late_submission_penalty = self._late._check_late_penalty(notebook, penalty)
        gradebook.db.commit()
        total = sum(g.manual_score if g.manual_score is not None else scores[g.name] for g in notebook.grades)
        gradebook.db.expunge_all()  # memory stays flat over a large class
        return float(total)

    def undo(self) -> None:
        """Forget what a failed :meth:`write` began."""
        self._gradebook.db.rollback()
        self._gradebook.db.expunge_all()

    def graded_students(self) -> set[str]:
        """Students who have a complete automatic grade of this assignment."""
        submissions = self._gradebook.assignment_submissions(self._slug)
        return {s.student.id for s in submissions if all(g.auto_score is not None for n in s.notebooks for g in n.grades)}

    def close(self) -> None:
        self._gradebook.close()

    def __enter__(self) -> GradebookWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _without_password(db_url: str) -> str:
    try:
        return make_url(db_url).render_as_string()
    except ArgumentError:
        return "(the address has no form that SQLAlchemy knows)"


def _sqlite_pragmas(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()
