"""What a class run needs of a gradebook; nbgrader's is :mod:`dlcourse.nbgrader_port.gradebook`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from .deadlines import Deadline


class NotEntered(Exception):
    """The gradebook does not take a student's result and holds nothing of it; the text says why."""


@dataclass(frozen=True)
class Standing:
    """What a student has of an assignment, as the gradebook counts it.

    Args:
        tests: points of tests and of manual grades.
        extra: points that a grader gave beyond.
        penalty: taken off for handing in late.
        waiting: how many written answers no person has graded yet.
    """

    tests: float
    extra: float = 0.0
    penalty: float = 0.0
    waiting: int = 0

    @property
    def total(self) -> float:
        return max(0.0, self.tests + self.extra - self.penalty)

    def __str__(self) -> str:
        """`94 − 10 late = 84`; the points alone where nothing comes on top and nothing goes off. What
        waits for a person is said after them.
        """
        text = f"{self.tests:g}"
        if self.extra:
            text += f" + {self.extra:g} extra"
        if self.penalty:
            text += f" − {self.penalty:g} late"
        sum_ = text if text == f"{self.tests:g}" else f"{text} = {self.total:g}"
        return f"{sum_} ({self.waiting} not graded yet)" if self.waiting else sum_


class Gradebook(Protocol):
    """The gradebook of one assignment, and what its owner lays next to a submitted notebook."""

    def check_points(self, points: Mapping[str, float]) -> None:
        """Compare the gradebook's graded cells with those of the build.

        Raises:
            CourseError: they differ, so that scores would be written against another build.
        """

    def graded_students(self) -> set[str]:
        """Students who have a complete automatic grade of this assignment."""

    def students(self) -> set[str]:
        """Everybody in the gradebook, those among them whom grading entered."""

    def roster(self) -> set[str]:
        """Those whom a person entered; nobody where no person entered anybody."""

    def standings(self) -> dict[str, Standing]:
        """What every student with a complete grade has."""

    def settle(self, deadline: Deadline | None) -> dict[str, tuple[float, float]]:
        """Bring due date, extensions and late penalties up to date; nothing is run for it.

        Args:
            deadline: of course.toml; where there is none, the gradebook's own date stays.

        Returns:
            Penalties before and after, by student, where they differ.
        """

    def submitted_at(self, folder: Path) -> datetime | None:
        """When a submission was handed in, in UTC; None where nothing in its folder says so."""

    def exchange_files(self, folder: Path) -> Mapping[str, str]:
        """Small text files that belong into autograded/ next to the notebook, by name."""

    def write(
        self,
        student: str,
        timestamp: datetime | None,
        scores: Mapping[str, float | None],
        untouched: Mapping[str, bool],
        changed: bool = True,
    ) -> float:
        """Enter one student's result in one transaction; returns the notebook's score, manual
        scores included. A score of None waits for a person. Where the submission has not changed, manual grades need no second look.

        Raises:
            NotEntered: the gradebook does not take it.
        """
