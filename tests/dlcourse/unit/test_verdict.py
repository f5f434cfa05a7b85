"""From results to verdicts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from dlcourse.core.compare import Comparison, close, exact, within_se
from dlcourse.core.evidence import REASONS, NotRun, Raised, Reason
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.verdict import (
    FAILED,
    MAX_HIDDEN,
    PASSED,
    UNWRITTEN,
    Expectation,
    KnownMistake,
    Verdict,
    judge,
)

GOOD = np.array([1.0, 2.0])
HALF = KnownMistake("halved", "Do not halve.", GOOD / 2)
CRASH = KnownMistake(
    "crashes", "Mind the empty case.", Raised("IndexError", ("IndexError",), "out of range")
)


def expectation(
    expected: Any = GOOD,
    compare: Comparison | None = None,
    mistakes: Any = (HALF, CRASH),
    judge: Any = None,
) -> Expectation:
    return Expectation(
        ProbeSpec("p", "q", "Title.", 2, True, compare or close()),
        expected,
        tuple(mistakes),
        judge,
    )


def error(kind: str, message: str = "", expected: bool = False, trace: Any = ()) -> Raised:
    return Raised(kind, (kind, "Exception"), message, trace, expected)


def test_right_result_passes() -> None:
    assert judge(expectation(), GOOD.copy()) == Verdict(PASSED)


def test_wrong_result_fails_with_a_message() -> None:
    verdict = judge(expectation(), GOOD + 1)
    assert verdict.status == FAILED and "differ" in verdict.message and verdict.mistakes == ()


def test_mistake_is_named() -> None:
    assert judge(expectation(), GOOD / 2).mistakes == (("halved", "Do not halve."),)


def test_same_exception_is_the_same_mistake() -> None:
    trace = (("q", 3, "x[9]"),)
    verdict = judge(expectation(), error("IndexError", "out of range", trace=trace))
    assert verdict.message == "your code raised IndexError: out of range"
    assert verdict.mistakes == (("crashes", "Mind the empty case."),) and verdict.trace == trace
    assert judge(expectation(), error("IndexError", "another")).mistakes == ()
    assert judge(expectation(), error("KeyError", "out of range")).mistakes == ()


def test_a_hidden_test_repeats_little_of_what_student_code_says() -> None:
    hidden = Expectation(ProbeSpec("p", "q", "Title.", 2, False), GOOD)
    for result in (
        error("ValueError", "x" * 5000),
        NotRun("died", "x" * 5000),
        error("MissingFunction", "x" * 5000),
        error("T" * 500, "x"),
    ):
        assert len(judge(hidden, result).message) <= MAX_HIDDEN
    assert len(judge(expectation(), error("ValueError", "x" * 1000)).message) > 1000


def test_stub_is_unwritten() -> None:
    assert judge(expectation(), error("NotImplementedError")).status == UNWRITTEN
    verdict = judge(expectation(), error("MissingFunction", "softmax is not defined"))
    assert verdict.status == UNWRITTEN and verdict.message.startswith("softmax is not defined")


def test_expected_exception() -> None:
    wanted = expectation(error("ValueError", expected=True), mistakes=())
    assert judge(wanted, error("ValueError", "any text", expected=True)).passed
    assert (
        judge(wanted, error("TypeError", expected=True)).message
        == "should raise ValueError, but raised TypeError"
    )
    assert judge(wanted, 3.0).message == "should raise ValueError, but returned 3.0"
    # an exception that escaped from somewhere else is no answer, even of the right type
    assert judge(wanted, error("ValueError")).status == FAILED


@pytest.mark.parametrize("reason", REASONS)
def test_what_the_runner_says_is_passed_on(reason: Reason) -> None:
    verdict = judge(expectation(), NotRun(reason, "took more than 2 s"))
    assert verdict == Verdict(FAILED, "took more than 2 s")


def test_student_code_cannot_speak_for_the_runner() -> None:
    for name in ("RunEnded", "NotRun", "ResultTooLarge", "ForbiddenCall", "MalformedResult"):
        message = judge(expectation(), error(name, "took more than 2 s")).message
        assert message == f"your code raised {name}: took more than 2 s"


def test_a_misconception_that_ends_the_run_is_recognised_and_kept_in_the_file() -> None:
    endless = KnownMistake("endless", "The loop never ends.", NotRun("time", "took more than 2 s"))
    wanted = expectation(mistakes=[endless])
    again = Expectation.from_json("p", json.loads(json.dumps(wanted.to_json())))
    for known in (wanted, again):
        assert judge(known, endless.result).mistakes == (("endless", "The loop never ends."),)
        assert not judge(known, NotRun("memory", "used more than 4 GB of memory")).mistakes
        assert not judge(known, error("KeyError", "took more than 2 s")).mistakes
        assert not judge(known, np.zeros(2)).mistakes


def test_an_exception_that_escaped_is_no_exception_that_was_asked_for() -> None:
    wanted = expectation(
        error("ValueError", expected=True),
        mistakes=[KnownMistake("another", "h", error("TypeError", expected=True))],
    )
    assert judge(wanted, error("TypeError", expected=True)).mistakes
    assert not judge(wanted, error("TypeError")).mistakes


def test_judge_replaces_the_comparison() -> None:
    seen = []

    def by_size(result: Any, expected: Any) -> str | None:
        seen.append(expected)
        return None if len(result) == 2 else f"{len(result)} entries"

    wanted = expectation(judge=by_size)
    assert judge(wanted, GOOD * 7).passed and seen[0] is GOOD
    assert judge(wanted, [1, 2, 3]).message == "3 entries"


def test_judge_that_stumbles_over_a_result_fails_the_test() -> None:
    wanted = expectation(judge=lambda result, expected: None if result["a"] else "no")
    results: tuple[Any, ...] = (None, 3, {}, np.zeros(2))
    for result in results:
        verdict = judge(wanted, result)
        assert verdict.status == FAILED and "cannot be judged" in verdict.message


def test_a_mistake_of_a_statistic_is_matched_by_value() -> None:
    rng = np.random.default_rng(0)
    samples, wrong = rng.normal(size=(500, 2)), rng.normal(size=(500, 2)) + 1
    wanted = expectation(samples, within_se(), (KnownMistake("shifted", "h", wrong),))
    assert judge(wanted, wrong.copy()).mistakes
    assert not judge(wanted, rng.normal(size=(500, 2)) + 1).mistakes


def test_expectation_survives_json() -> None:
    before = expectation(compare=exact())
    after = Expectation.from_json("p", json.loads(json.dumps(before.to_json())))
    assert after.spec == before.spec == ProbeSpec("p", "q", "Title.", 2, True, exact())
    assert (after.expected == GOOD).all() and [m.name for m in after.mistakes] == [
        "halved",
        "crashes",
    ]
    assert judge(after, GOOD / 2).mistakes == (("halved", "Do not halve."),)


def test_verdict_survives_json() -> None:
    before = Verdict(FAILED, "m", (("a", "b"),), (("cell", 3, "x"),))
    assert Verdict.from_json(json.loads(json.dumps(before.to_json()))) == before
    with pytest.raises(ValueError, match="no status 'strange'"):
        Verdict.from_json({**before.to_json(), "status": "strange"})
