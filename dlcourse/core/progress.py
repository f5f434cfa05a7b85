"""How work that takes long says how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called after each step of a piece of work."""

    def __call__(self, what: str, done: int | None = None, total: int | None = None) -> None:
        """Take note of a step.

        Args:
            what: names the step that is done.
            done: how many steps are; one more than before if None.
            total: how many there are to do; None where nobody knows yet.
        """


def silent(what: str, done: int | None = None, total: int | None = None) -> None:
    """Progress that nobody looks at."""
