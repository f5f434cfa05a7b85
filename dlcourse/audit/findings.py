"""What an audit says: findings, the numbers of each question, and their JSON form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .mutants import Mutant


@dataclass(frozen=True, order=True)
class Finding:
    """One bar that is missed.

    Args:
        question: whose; empty for the whole assignment.
        check: which check says so.
        subject: the probe, argument, mistake … it is about. Together the three name the finding in
            equivalent.toml.
        text: what is wrong, in words.
    """

    question: str
    check: str
    subject: str
    text: str


@dataclass
class Numbers:
    """The row of one question.

    Args:
        points: of all its probes.
        public: number of public probes.
        hidden: number of hidden probes.
        mistakes: misconceptions.
        others: alternative implementations.
        cheats: cheap cheats that were tried.
        forms: accepted forms of the right answer that were tried.
        habits: bad habits that were tried.
        shortcuts: functions of libraries that compute an answer or a part of it.
        types: results in another type that were tried.
        mutants: mutants made.
        killed: killed by a probe of the question itself.
        hinted: killed mutants whose first failing test gives what a misconception gives.
        elsewhere: survivors that only probes of later questions notice.
        explained: survivors listed in equivalent.toml.
        chance: largest chance of one of its tests that right work fails by bad luck.
        skipped: what could not be tried, and why.
        seconds: of the question's probes on the reference; not part of the JSON.
    """

    points: float = 0
    public: int = 0
    hidden: int = 0
    mistakes: int = 0
    others: int = 0
    cheats: int = 0
    forms: int = 0
    habits: int = 0
    shortcuts: int = 0
    types: int = 0
    mutants: int = 0
    killed: int = 0
    hinted: int = 0
    elsewhere: int = 0
    explained: int = 0
    chance: float = 0.0
    skipped: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        plain = {k: v for k, v in vars(self).items() if k != "seconds"}
        return {**plain, "chance": float(f"{self.chance:.0e}")}


@dataclass(frozen=True)
class Unhinted:
    """One wrong result that no misconception gives.

    Args:
        question: whose.
        count: how many killed mutants give it.
        subject: one of them, as ``stub: before  →  after``.
    """

    question: str
    count: int
    subject: str


@dataclass
class AuditReport:
    """The audit of one assignment.

    Args:
        slug: the assignment.
        key: names what was audited, and by which audit.
        questions: a row each.
        findings: bars that are missed.
        excused: findings that equivalent.toml allows, with the reason.
        open: findings that open.json lists: known, and still to be mended.
        survivors: mutants without explanation; not part of the JSON.
        unhinted: killed mutants without a hint, by their wrong results; not part of the JSON.
        slow: demos and notebooks over their time, in words; not part of the JSON.
        notebook_seconds: CPU seconds of the whole notebook with its demos; not part of the JSON.
        seconds: what the audit itself took; not part of the JSON.
        taken: seconds of each check; not part of the JSON.
    """

    slug: str
    key: str
    questions: dict[str, Numbers]
    findings: list[Finding] = field(default_factory=list)
    excused: list[tuple[Finding, str]] = field(default_factory=list)
    open: list[Finding] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)
    unhinted: list[Unhinted] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    notebook_seconds: float = 0.0
    seconds: float = 0.0
    taken: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.findings and not self.slow

    def to_json(self) -> dict[str, Any]:
        """Deterministic: no times, no order of arrival."""
        return {
            "key": self.key,
            "questions": {name: numbers.to_json() for name, numbers in self.questions.items()},
            "findings": [vars(f) for f in sorted(self.findings)],
            "excused": [{**vars(f), "reason": reason} for f, reason in sorted(self.excused)],
            "open": [vars(f) for f in sorted(self.open)],
        }
