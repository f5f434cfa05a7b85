"""How far a class's written answers are, read from the gradebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select

from ..core.written import answer_name
from .grades import session
from .standings import by_hand


@dataclass(frozen=True)
class ClassAnswer:
    """One written answer over a class.

    Args:
        name: its name.
        points: what a person may give for it.
        scores: that persons gave.
        open: students who wrote nothing.
        waiting: students whose answer no person has graded.
    """

    name: str
    points: float
    scores: Sequence[float]
    open: int
    waiting: int

    @property
    def mean(self) -> float | None:
        """Mean score of those whose score is certain, 0 for nothing written; None where nobody's is."""
        known = len(self.scores) + self.open
        return sum(self.scores) / known if known else None


def class_answers(db_url: str, slug: str) -> list[ClassAnswer]:
    """The written answers of an assignment, in the order of their names.

    Args:
        db_url: nbgrader's database.
        slug: the assignment.
    """
    rows: dict[tuple[str, float], list[tuple[float | None, float | None, float]]] = defaultdict(
        list
    )
    with session(db_url) as db:
        for name, points, *grade in db.execute(
            select(GradeCell.name, GradeCell.max_score, Grade.auto_score, Grade.manual_score, Grade.score)
            .join(Grade, Grade.cell_id == GradeCell.id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(Assignment.name == slug, by_hand())
        ):  # fmt: skip
            rows[answer_name(name), float(points)].append(tuple(grade))
    return [
        ClassAnswer(
            name,
            points,
            tuple(float(score) for _, manual, score in grades if manual is not None),
            sum(manual is None and auto is not None for auto, manual, _ in grades),
            sum(manual is None and auto is None for auto, manual, _ in grades),
        )
        for (name, points), grades in sorted(rows.items())
    ]
