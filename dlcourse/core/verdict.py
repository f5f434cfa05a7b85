"""From two results to a verdict: the one place where points are decided, for every runner.

Numpy only: the notebook's `check` uses it with the data of checks.json, the graders with live
results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .compare import Close, Comparison
from .difference import describe
from .encoding import from_json, to_json
from .evidence import GLOBAL_GENERATORS, Evidence, NotRun, Raised, Result, failure, split_changes
from .probe import Judge, ProbeSpec

MAX_HIDDEN = 300
"""Characters of a message about a hidden test; parts of it are the student's own text, which could
carry the test out.
"""

STATUSES = PASSED, FAILED, UNWRITTEN = "passed", "failed", "unwritten"


@dataclass(frozen=True)
class KnownMistake:
    """A misconception and what a probe gives under it."""

    name: str
    hint: str
    result: Result


@dataclass(frozen=True)
class Expectation:
    """All that is needed to judge one probe.

    Args:
        spec: the probe.
        expected: the reference's result.
        mistakes: misconceptions of the question whose result differs from it.
        judge: replaces the comparison where the probe has one.
    """

    spec: ProbeSpec
    expected: Evidence
    mistakes: tuple[KnownMistake, ...] = ()
    judge: Judge | None = None

    def to_json(self) -> dict[str, Any]:
        """As data for checks.json (without the judge, which is code in the notebook)."""
        known = self.spec.to_json()
        return {
            **{key: known[key] for key in ("question", "title", "points", "compare")},
            "expected": to_json(self.expected),
            "mistakes": [
                {"name": m.name, "hint": m.hint, "result": to_json(m.result)} for m in self.mistakes
            ],
        }

    @classmethod
    def from_json(cls, name: str, document: dict[str, Any]) -> Expectation:
        """The expectation of a public probe in checks.json."""
        return cls(
            spec=ProbeSpec.from_json({**document, "name": name, "public": True}),
            expected=from_json(document["expected"]),
            mistakes=tuple(
                KnownMistake(m["name"], m["hint"], from_json(m["result"]))
                for m in document["mistakes"]
            ),
        )


@dataclass(frozen=True)
class Verdict:
    """What is said about one probe of one student.

    Args:
        status: ``passed``, ``failed`` or ``unwritten``.
        message: what is wrong, in words; empty when passed.
        mistakes: ``(name, hint)`` of the misconceptions that give the same wrong result.
        excluded: names of misconceptions that would have failed, where this test passed; for
            :func:`.explain.explain` alone.
        trace: the student's part of a traceback, as ``(cell, line, source)``.
    """

    status: str
    message: str = ""
    mistakes: tuple[tuple[str, str], ...] = ()
    trace: tuple[tuple[str, int, str], ...] = field(default=())
    excluded: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def passed(self) -> bool:
        return self.status == PASSED

    def to_json(self) -> dict[str, Any]:
        """As data for the metadata of a graded notebook."""
        return {
            "status": self.status,
            "message": self.message,
            "mistakes": [list(m) for m in self.mistakes],
            "trace": [list(frame) for frame in self.trace],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Verdict:
        """The verdict of a dict that :meth:`to_json` made.

        Raises:
            ValueError: its status is unknown.
        """
        status = document["status"]
        if status not in STATUSES:
            raise ValueError(f"no status {status!r}")
        return cls(
            status=status,
            message=document["message"],
            mistakes=tuple((str(name), str(hint)) for name, hint in document["mistakes"]),
            trace=tuple(
                (str(cell), int(line), str(source)) for cell, line, source in document["trace"]
            ),
        )


def wrong(expectation: Expectation, result: Result) -> str | None:
    """What is wrong with ``result``, or None. Without evidence something always is."""
    failed = failure(result)
    if failed is not None:
        return str(failed) if isinstance(failed, NotRun) else f"your code raised {failed}"
    changed, evidence = split_changes(result)
    may_change, expected = split_changes(expectation.expected)
    if unwanted := [name for name in changed if name not in may_change]:
        return _spoilt(unwanted)
    if expectation.judge is None:
        found = expectation.spec.compare.difference(expected, evidence)
        return None if found is None else str(found)
    try:
        return expectation.judge(evidence, expected)
    except Exception as error:
        # a judge meets whatever a student's process sent; what it cannot read is wrong
        return f"the result cannot be judged ({type(error).__name__}: {error}); yours is {describe(evidence)}"


def _spoilt(names: Sequence[str]) -> str:
    """What is said of changed arguments."""
    arguments = [f"`{name}`" for name in names if name != GLOBAL_GENERATORS]
    if arguments:
        return f"{' and '.join(arguments)} {'was' if len(arguments) == 1 else 'were'} changed"
    return "the result depends on a global generator, not on the generator that was passed alone"


def same_mistake(mistake: KnownMistake, result: Result, rule: Comparison) -> bool:
    """Whether a wrong result is the one that ``mistake`` gives."""
    known, given = failure(mistake.result), failure(result)
    if known is not None or given is not None:
        # wherever it was raised
        return type(known) is type(given) and str(known) == str(given)
    changed, evidence = split_changes(result)
    changed_by_mistake, evidence_of_mistake = split_changes(mistake.result)
    return set(changed) == set(changed_by_mistake) and rule.agrees(evidence_of_mistake, evidence)


def judge(expectation: Expectation, result: Result) -> Verdict:
    """Judge one result.

    Args:
        expectation: what the reference gave, and the known mistakes.
        result: the decoded result of the student's process.
    """
    verdict = _judge(expectation, result)
    return (
        verdict
        if expectation.spec.public
        else replace(verdict, message=verdict.message[:MAX_HIDDEN])
    )


def _judge(expectation: Expectation, result: Result) -> Verdict:
    if isinstance(result, Raised) and not result.expected:
        if result.type == "NotImplementedError":
            return Verdict(UNWRITTEN, "not written yet", trace=result.trace)
        if result.type == "MissingFunction":
            return Verdict(
                UNWRITTEN, f"{result.message}; run the cell that defines it, and keep its name"
            )
    text = wrong(expectation, result)
    if text is None:
        return Verdict(PASSED, excluded=frozenset(m.name for m in expectation.mistakes))
    # a statistic is matched by the mistake's own value, not within its own spread
    rule = expectation.spec.compare.for_mistakes() if expectation.judge is None else Close()
    mistakes = tuple(
        (m.name, m.hint) for m in expectation.mistakes if same_mistake(m, result, rule)
    )
    trace = result.trace if isinstance(result, Raised) else ()
    return Verdict(FAILED, text, mistakes, trace)
