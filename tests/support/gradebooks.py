"""What stands in a gradebook, read without the package under test."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy

_TABLES = {
    "grades": """
        select s.student_id, a.name, b.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
        from grade g join submitted_notebook n on g.notebook_id = n.id join submitted_assignment s on n.assignment_id = s.id
        join base_cell b on g.cell_id = b.id join assignment a on s.assignment_id = a.id order by 1, 2, 3""",
    "comments": """
        select s.student_id, a.name, b.name, c.auto_comment, c.manual_comment
        from comment c join submitted_notebook n on c.notebook_id = n.id join submitted_assignment s on n.assignment_id = s.id
        join base_cell b on c.cell_id = b.id join assignment a on s.assignment_id = a.id order by 1, 2, 3""",
    "submissions": """
        select s.student_id, a.name, s.timestamp, n.late_submission_penalty
        from submitted_notebook n join submitted_assignment s on n.assignment_id = s.id
        join assignment a on s.assignment_id = a.id order by 1, 2""",
    "students": "select id from student order by 1",
    "cells": """
        select a.name, b.name, g.max_score, g.cell_type from base_cell b join grade_cells g on g.id = b.id
        join notebook n on b.notebook_id = n.id join assignment a on n.assignment_id = a.id order by 1, 2""",
}


def gradebook_tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a gradebook that grading decides; random row ids left out."""
    connection = sqlite3.connect(path)
    try:
        return {
            name: [tuple(row) for row in connection.execute(query)]
            for name, query in _TABLES.items()
        }
    finally:
        connection.close()


def gradebook_rows(db_url: str) -> dict[str, list[tuple[Any, ...]]]:
    """The same from a database server."""
    engine = sqlalchemy.create_engine(db_url)
    try:
        with engine.connect() as connection:
            return {
                name: [tuple(row) for row in connection.execute(sqlalchemy.text(query))]
                for name, query in _TABLES.items()
            }
    finally:
        engine.dispose()


def totals(path: Path, slug: str) -> dict[str, float]:
    """Score of each student, from the gradebook itself; a cell without a grade is an error."""
    found: dict[str, float] = {}
    for student, assignment, cell, auto, manual, extra, _ in gradebook_tables(path)["grades"]:
        if assignment != slug:
            continue
        score = manual if manual is not None else auto
        assert score is not None, f"{student} has no grade for {cell}"
        found[student] = found.get(student, 0.0) + score + (extra or 0.0)
    return found
