"""From verdicts to outcomes: one misconception per question, and which earlier question to look at
first.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dlcourse.core.compare import within_se
from dlcourse.core.explain import (
    NOT_RUN,
    FailingNeed,
    Outcome,
    explain,
    failing_needs,
    needs_text,
)
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.verdict import FAILED, PASSED, UNWRITTEN, Verdict

QUESTIONS = {"a": (), "b": ("a",), "c": ("b",), "d": ("c", "a")}
WRONG, OPEN = Verdict(FAILED, "m"), Verdict(UNWRITTEN, "not written yet")


def probe(name: str, question: str, points: float = 1) -> ProbeSpec:
    return ProbeSpec(name, question, f"Title of {name}.", points, True)


def test_a_misconception_is_named_that_explains_every_test() -> None:
    a, b = ("a", "hint a"), ("b", "hint b")
    found = explain(
        {
            probe("p1", "q"): Verdict(FAILED, "m", (a, b), (("cell", 1, "x"),)),
            probe("p2", "q"): Verdict(FAILED, "m", (b,)),
            probe("p3", "q"): Verdict(PASSED, excluded=frozenset({"a", "c"})),
            probe("p4", "q"): OPEN,
            probe("r1", "r"): Verdict(FAILED, "m", (a, b)),
        },
        {"q": (), "r": ()},
    )
    assert {n: o.verdict.mistakes for n, o in found.items() if n != "r1"} == {
        "p1": (b,),
        "p2": (b,),
        "p3": (),
        "p4": (),
    }
    assert found["r1"].verdict.mistakes == (a,), (
        "another question's tests do not count; among equals the author's order decides"
    )
    assert [found[n].misconception for n in ("p1", "p3")] == ["b", ""]
    assert found["p1"].verdict.trace == (("cell", 1, "x"),)


@pytest.mark.parametrize(
    "other",
    [
        Verdict(FAILED, "m", (("b", "another"),)),
        Verdict(FAILED, "m"),
        Verdict(PASSED, excluded=frozenset({"a"})),
    ],
    ids=["fails as another", "fails as none", "passes what it fails"],
)
def test_a_misconception_that_one_test_contradicts_is_not_named(other: Verdict) -> None:
    verdicts = {probe("p1", "q"): Verdict(FAILED, "m", (("a", "hint a"),)), probe("p2", "q"): other}
    found = explain(verdicts, {"q": ()})
    assert [o.verdict.mistakes for o in found.values()] == [(), ()]


def test_no_misconception_is_named_where_an_earlier_question_fails() -> None:
    hint = (("x", "hint"),)
    verdicts = {probe("a1", "a"): WRONG, probe("b1", "b"): Verdict(FAILED, "m", hint)}
    found = explain(verdicts, QUESTIONS)
    assert found["b1"].verdict.mistakes == () and found["b1"].needs == (("a", FAILED),)
    verdicts = {probe("a1", "a"): Verdict(PASSED), probe("b1", "b"): Verdict(FAILED, "m", hint)}
    assert explain(verdicts, QUESTIONS)["b1"].verdict.mistakes == hint


def test_points_are_earned_by_passing() -> None:
    found = explain({probe("p", "a", 2): Verdict(PASSED), probe("r", "a", 3): WRONG}, QUESTIONS)
    assert {name: outcome.score for name, outcome in found.items()} == {"p": 2.0, "r": 0.0}


def test_earlier_questions_that_do_not_pass_are_named_in_order() -> None:
    found = explain(
        {
            probe("a1", "a"): WRONG,
            probe("a2", "a"): OPEN,
            probe("b1", "b"): Verdict(PASSED),
            probe("c1", "c"): OPEN,
            probe("c2", "c"): Verdict(PASSED),
            probe("d1", "d"): WRONG,
            probe("d2", "d"): Verdict(PASSED),
        },
        QUESTIONS,
    )
    assert found["d1"].needs == (FailingNeed("a", FAILED), FailingNeed("c", UNWRITTEN))
    assert found["d2"].needs == (), "what passes waits for nothing"
    assert found["c1"].needs == (FailingNeed("a", FAILED),), "directly or not"
    assert found["a1"].needs == ()


def test_failing_needs_are_followed_to_the_end_and_ordered() -> None:
    def names(question: str, questions: Any, failed: set[str]) -> list[str]:
        status = dict.fromkeys(failed, FAILED)
        return [need.question for need in failing_needs(question, questions, status)]

    assert names("d", QUESTIONS, {"a", "c", "d"}) == ["a", "c"]
    assert names("b", QUESTIONS, {"c"}) == []
    assert names("x", {"x": ("y",), "y": ("x",)}, {"x", "y"}) == ["x", "y"]


def test_needs_in_words() -> None:
    assert needs_text([]) == ""
    assert needs_text([FailingNeed("a", FAILED), FailingNeed("b", UNWRITTEN)]) == (
        "This question uses a, whose own tests fail; and b, which is not written yet: look there first."
    )


OUTCOMES = [
    Outcome.of(probe("p", "q", 0.5), Verdict(PASSED)),
    Outcome.of(probe("p", "q"), WRONG, [FailingNeed("a", FAILED), FailingNeed("b", UNWRITTEN)]),
    Outcome(
        ProbeSpec("p", "q", "Größe <b>", 2, False, within_se(3, 1)),
        Verdict(FAILED, "m\u2028", (("name", "hint"),), (("cell In[1]", 3, "x = 1"),)),
        (),
        1.5,
        ("RuntimeWarning: overflow",),
        ("f", "g"),
    ),
]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_survives_metadata(outcome: Outcome) -> None:
    document = json.loads(json.dumps(outcome.to_metadata()))
    assert Outcome.from_metadata(document) == outcome


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("verdict"),
        lambda d: d.update(verdict=None),
        lambda d: d.update(verdict={"status": "passed"}),
        lambda d: d["verdict"].update(status="strange"),
        lambda d: d["verdict"].update(mistakes=[1]),
        lambda d: d["verdict"].update(trace=[["cell"]]),
        lambda d: d.pop("needs"),
        lambda d: d.update(needs=["a"]),
        lambda d: d.update(score="all"),
        lambda d: d.update(notes=3),
    ],
)
def test_a_damaged_outcome_was_not_run(damage: Callable[[Any], Any]) -> None:
    document = json.loads(json.dumps(OUTCOMES[0].to_metadata()))
    damage(document)
    assert Outcome.from_metadata(document) == Outcome.of(OUTCOMES[0].probe, NOT_RUN)


@pytest.mark.parametrize("found", ["p", None, 3, {}, {"name": "p"}, ["p"]])
def test_an_outcome_of_nobody_knows_what_earns_nothing(found: Any) -> None:
    outcome = Outcome.from_metadata({**OUTCOMES[0].to_metadata(), "probe": found})
    assert outcome.verdict == NOT_RUN and outcome.score == 0 and not outcome.probe.public
