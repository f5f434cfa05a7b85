"""What became of each probe, and which earlier question to look at first.

An :class:`Outcome` is all that any page, table, report or journal shows of a probe; :func:`explain`
is the one place where outcomes are made of verdicts, so that every runner says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from .probe import ProbeSpec
from .verdict import FAILED, PASSED, UNWRITTEN, Verdict

NOT_RUN = Verdict(FAILED, "this test was not run")
_UNKNOWN = ProbeSpec("", "other", "an unknown test", 0.0, False)


class FailingNeed(NamedTuple):
    """An earlier question that another builds on and that does not pass."""

    question: str
    status: str
    """``failed`` or ``unwritten``."""


@dataclass(frozen=True)
class Outcome:
    """What became of one probe.

    Args:
        probe: the probe.
        verdict: what was found.
        needs: earlier questions to look at first; none where the probe passed.
        score: points earned.
        notes: further remarks of a check, such as warnings that the student's code gave.
        functions: those of the question that the probe calls, or of them those that are not written
            yet; where known.
    """

    probe: ProbeSpec
    verdict: Verdict
    needs: tuple[FailingNeed, ...]
    score: float
    notes: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()

    @classmethod
    def of(cls, probe: ProbeSpec, verdict: Verdict, needs: Sequence[FailingNeed] = ()) -> Outcome:
        """The outcome of a verdict: all points or none."""
        return cls(probe, verdict, tuple(needs), float(probe.points) if verdict.passed else 0.0)

    def after(self, needs: Sequence[FailingNeed]) -> Outcome:
        """The same, of a question that builds on others which do not pass: where there are any, its
        results are not its own, and no misconception is named.
        """
        if not needs:
            return self
        return replace(self, needs=tuple(needs), verdict=replace(self.verdict, mistakes=()))

    @property
    def misconception(self) -> str:
        """Name of the one that explains the result; empty where none does."""
        return self.verdict.mistakes[0][0] if self.verdict.mistakes else ""

    def to_metadata(self) -> dict[str, Any]:
        """As a JSON-ready dict, for the metadata of a test cell."""
        return {
            "probe": self.probe.to_json(),
            "verdict": self.verdict.to_json(),
            "needs": [list(need) for need in self.needs],
            "score": self.score,
            "notes": list(self.notes),
            "functions": list(self.functions),
        }

    @classmethod
    def from_metadata(cls, document: Mapping[str, Any]) -> Outcome:
        """The outcome of a dict that :meth:`to_metadata` made; of a damaged one, that of a test
        that was not run.
        """
        try:
            probe = ProbeSpec.from_json(document["probe"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return cls.of(_UNKNOWN, NOT_RUN)
        try:
            score = float(document["score"])
            if not 0 <= score <= probe.points:
                return cls.of(probe, NOT_RUN)
            return cls(
                probe,
                Verdict.from_json(document["verdict"]),
                tuple(FailingNeed(str(q), str(status)) for q, status in document["needs"]),
                score,
                tuple(map(str, document["notes"])),
                tuple(map(str, document["functions"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return cls.of(probe, NOT_RUN)


def explain(
    verdicts: Mapping[ProbeSpec, Verdict], questions: Mapping[str, Sequence[str]]
) -> dict[str, Outcome]:
    """Outcomes of all probes of a notebook, by name.

    Args:
        verdicts: of each probe.
        questions: what each question builds on, in the order of the notebook.

    Returns:
        Outcomes that name at most one misconception per question, and one only if it explains every
        test of the question that was run, those that passed among them; among several the author's
        order decides. None is named in a question that builds on one that does not pass: its
        results are not its own.
    """
    status = _status(verdicts)
    named = _named(verdicts)
    outcomes = {}
    for probe, verdict in verdicts.items():
        needs = () if verdict.passed else failing_needs(probe.question, questions, status)
        hints = tuple(m for m in verdict.mistakes if m[0] == named[probe.question])
        outcomes[probe.name] = Outcome.of(probe, replace(verdict, mistakes=hints)).after(needs)
    return outcomes


def _status(verdicts: Mapping[ProbeSpec, Verdict]) -> dict[str, str]:
    """Of each question: ``unwritten`` where all probes that do not pass are that."""
    status: dict[str, str] = {}
    for probe, verdict in verdicts.items():
        before = status.setdefault(probe.question, PASSED)
        if not verdict.passed and before != FAILED:
            status[probe.question] = verdict.status
    return status


def _named(verdicts: Mapping[ProbeSpec, Verdict]) -> dict[str, str]:
    """Of each question, the misconception that explains all that is known of it; empty where none
    does.
    """
    tests: dict[str, list[Verdict]] = {}
    for probe, verdict in verdicts.items():
        tests.setdefault(probe.question, []).append(verdict)
    return {
        question: next((name for name in _candidates(own) if _explains(name, own)), "")
        for question, own in tests.items()
    }


def _candidates(verdicts: Sequence[Verdict]) -> dict[str, None]:
    return dict.fromkeys(name for verdict in verdicts for name, _ in verdict.mistakes)


def _explains(name: str, verdicts: Sequence[Verdict]) -> bool:
    """Whether each test gave what it gives under a misconception; where a function is not written,
    a test tells nothing.
    """
    return all(
        name not in verdict.excluded if verdict.passed else name in dict(verdict.mistakes)
        for verdict in verdicts
        if verdict.status != UNWRITTEN
    )


def failing_needs(
    question: str, questions: Mapping[str, Sequence[str]], status: Mapping[str, str]
) -> tuple[FailingNeed, ...]:
    """Earlier questions that one builds on, directly or not, and that do not pass.

    Args:
        question: the one.
        questions: what each question builds on, in the order of the notebook.
        status: of each question; one that is missing has passed.
    """
    seen: set[str] = set()
    todo = list(questions.get(question, ()))
    while todo:
        earlier = todo.pop()
        if earlier not in seen:
            seen.add(earlier)
            todo.extend(questions.get(earlier, ()))
    return tuple(
        FailingNeed(name, status[name])
        for name in questions
        if name in seen and status.get(name, PASSED) != PASSED
    )


def needs_text(needs: Iterable[FailingNeed]) -> str:
    """Which earlier questions to look at first; empty where there is none."""
    parts = [
        f"{q}, {'which is not written yet' if status == UNWRITTEN else 'whose own tests fail'}"
        for q, status in needs
    ]
    return f"This question uses {'; and '.join(parts)}: look there first." if parts else ""
