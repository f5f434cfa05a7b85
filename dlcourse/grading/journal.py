"""The journal of a class run: what is in the gradebook, one JSON line per submission, which makes a
run resumable.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..core.explain import Outcome
from ..core.verdict import PASSED


class ProbeVerdict(NamedTuple):
    """How one probe ended, in one short line."""

    question: str
    probe: str
    status: str
    misconception: str
    """Its name; empty where none explains the result."""

    @classmethod
    def of(cls, outcome: Outcome) -> ProbeVerdict:
        probe = outcome.probe
        return cls(probe.question, probe.name, outcome.verdict.status, outcome.misconception)


@dataclass(frozen=True)
class JournalEntry:
    """A submission whose grade is in the gradebook.

    Args:
        student: student id.
        digest: SHA-256 of what was handed in; see :attr:`dlcourse.grading.plan.HandedIn.digest`.
        build: key of the build that it was graded against.
        score: the notebook's score in the gradebook.
        points: maximum score.
        verdicts: one per probe.
        notes: what student and instructor are told.
        readable: False where no notebook could be read.
        seconds: wall time of the run.
    """

    student: str
    digest: str
    build: str
    score: float
    points: float
    verdicts: list[ProbeVerdict]
    notes: list[str]
    readable: bool
    seconds: float

    @property
    def diagnoses(self) -> list[str]:
        """The misconceptions found, as ``question: misconception`` in words."""
        found = (
            f"{v.question}: {v.misconception.replace('_', ' ')}"
            for v in self.verdicts
            if v.misconception
        )
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Change:
    """What a second grade of one student says that the first did not.

    Args:
        student: student id.
        before: score at the first time.
        after: score now.
        gained: tests that pass now and did not.
        lost: tests that do not pass any more.
    """

    student: str
    before: float
    after: float
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @classmethod
    def between(cls, before: JournalEntry, after: JournalEntry) -> Change:
        first, now = ({v.probe for v in e.verdicts if v.status == PASSED} for e in (before, after))
        return cls(
            after.student,
            before.score,
            after.score,
            tuple(sorted(now - first)),
            tuple(sorted(first - now)),
        )

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost or self.before != self.after)

    def __str__(self) -> str:
        tests = [f"+ {name}" for name in self.gained] + [f"− {name}" for name in self.lost]
        return f"{self.before:g} → {self.after:g}" + (f" ({', '.join(tests)})" if tests else "")


class Journal:
    """Append-only file of entries; the last one of a student counts, and a torn last line is
    dropped.

    Args:
        path: the file; it and its folder need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[str, JournalEntry] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            if text and not text.endswith("\n"):
                # the grader was killed while writing; what comes next must not join it
                with path.open("a", encoding="utf-8") as file:
                    file.write("\n")
            for line in text.split("\n"):
                entry = _read(line)
                if entry is not None:
                    self.entries[entry.student] = entry

    def add(self, entry: JournalEntry) -> None:
        self.entries[entry.student] = entry
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(vars(entry), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _read(line: str) -> JournalEntry | None:
    """The entry in a line; None where it is torn or of another version."""
    try:
        document = json.loads(line)
        verdicts = [ProbeVerdict(*v) for v in document["verdicts"]]
        return JournalEntry(**{**document, "verdicts": verdicts})
    except (ValueError, TypeError, KeyError):
        return None
