"""Indexes that nbgrader's tables lack.

nbgrader looks grades and comments up by notebook, and notebooks by assignment, in columns without an
index: each look reads the whole table, so that a write, a page or an export gets slower with every
assignment of the term. Both SQLite and PostgreSQL use an index once it is there, whoever asks.
"""

from __future__ import annotations

from nbgrader.api import Comment, Grade, SubmittedNotebook
from sqlalchemy import Engine, Index, inspect
from sqlalchemy.schema import CreateIndex

INDEXES = (
    Index("dlcourse_grade_notebook", Grade.notebook_id),
    Index("dlcourse_comment_notebook", Comment.notebook_id),
    Index("dlcourse_notebook_assignment", SubmittedNotebook.assignment_id),
)
"""They belong to nbgrader's tables from now on: a gradebook that this process makes has them."""


def add_indexes(engine: Engine) -> list[str]:
    """Create those that a gradebook lacks.

    Args:
        engine: of a gradebook with nbgrader's tables.

    Returns:
        Names of the indexes made now; none the second time.

    Raises:
        SQLAlchemyError: the database does not let us.
    """
    look = inspect(engine)
    tables = ("grade", "comment", "submitted_notebook")
    there = {index["name"] for table in tables for index in look.get_indexes(table)}
    lacking = [index for index in INDEXES if index.name not in there]
    if lacking:
        with engine.begin() as connection:
            for index in lacking:
                # two graders may come here at once, and the second must not fail
                connection.execute(CreateIndex(index, if_not_exists=True))
    return [str(index.name) for index in lacking]
