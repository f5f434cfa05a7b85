"""nbgrader's database, opened with the indexes and settings that a class needs."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ..errors import CourseError
from .config import find_alembic
from .indexes import add_indexes


def open_database(db_url: str, course_id: str) -> Gradebook:
    """nbgrader's gradebook, with the indexes and the settings that a class needs.

    Raises:
        CourseError: it cannot be opened.
    """
    find_alembic()
    gradebook = None
    try:
        gradebook = Gradebook(db_url, course_id)
        if gradebook.engine.dialect.name == "sqlite":
            # readers (formgrader) go on while we write, and a writer waits instead of failing
            event.listen(gradebook.engine, "connect", _sqlite_pragmas)
            gradebook.db.remove()
            gradebook.engine.dispose()
        add_indexes(gradebook.engine)
    except (SQLAlchemyError, ImportError) as error:
        if gradebook is not None:
            gradebook.close()
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CourseError(
            f"the gradebook {_without_password(db_url)} cannot be opened: {said}"
        ) from error
    return gradebook


def checkpoint(gradebook: Gradebook) -> None:
    """Move what SQLite keeps in ``gradebook.db-wal`` into the file itself. What a reader still
    needs stays there until the next time.
    """
    gradebook.db.remove()
    with gradebook.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


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
