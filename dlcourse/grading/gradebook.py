"""What a class run needs of a gradebook; nbgrader's is :mod:`dlcourse.nbgrader_port.gradebook`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol


class NotEntered(Exception):
    """The gradebook does not take a student's result and holds nothing of it; the text says why."""


class Gradebook(Protocol):
    """The gradebook of one assignment, and what its owner lays next to a submitted notebook."""

    def check_points(self, points: Mapping[str, float]) -> None:
        """Compare the gradebook's graded cells with those of the build.

        Raises:
            CourseError: they differ, so that scores would be written against another build.
        """

    def graded_students(self) -> set[str]:
        """Students who have a complete automatic grade of this assignment."""

    def submitted_at(self, folder: Path) -> datetime | None:
        """When a submission was handed in, in UTC; None where nothing in its folder says so."""

    def exchange_files(self, folder: Path) -> Mapping[str, str]:
        """Small text files that belong into autograded/ next to the notebook, by name."""

    def write(
        self,
        student: str,
        timestamp: datetime | None,
        scores: Mapping[str, float],
        untouched: Mapping[str, bool],
    ) -> float:
        """Enter one student's result in one transaction; returns the notebook's score, manual
        scores included.

        Raises:
            NotEntered: the gradebook does not take it.
        """
