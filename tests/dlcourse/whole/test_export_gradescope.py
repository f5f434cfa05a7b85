"""results.json against Gradescope's published format."""

import copy
from typing import Any

import jsonschema
import pytest

from dlcourse.core.explain import FailingNeed, Outcome
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.verdict import FAILED, PASSED, Verdict
from dlcourse.executor.isolation import OTHER_USER, SANDBOX, UNSAFE
from dlcourse.export.gradescope import Graded, results
from dlcourse.export.results_schema import validate

# the example of Gradescope's "Autograder Specifications", value for value
PUBLISHED = {
    "score": 44.0,
    "execution_time": 136,
    "output": "Text relevant to the entire submission",
    "output_format": "simple_format",
    "test_output_format": "text",
    "test_name_format": "text",
    "visibility": "after_due_date",
    "stdout_visibility": "visible",
    "extra_data": {},
    "tests": [
        {
            "score": 2.0,
            "max_score": 2.0,
            "status": "passed",
            "name": "Your name here",
            "name_format": "text",
            "number": "1.1",
            "output": "Giant multiline string that will be placed in a <pre> tag and collapsed by default",
            "output_format": "text",
            "tags": ["tag1", "tag2", "tag3"],
            "visibility": "visible",
            "extra_data": {},
        }
    ],
    "leaderboard": [
        {"name": "Accuracy", "value": 0.926},
        {"name": "Time", "value": 15.1, "order": "asc"},
        {"name": "Stars", "value": "*****"},
    ],
}
STATUS_ONLY = {
    "tests": [
        {"name": "Compilation check", "status": "passed"},
        {"name": "Style check", "status": "failed"},
        {"name": "Test 3", "score": 5, "max_score": 10, "status": "passed"},
    ]
}


@pytest.mark.parametrize(
    "document", [PUBLISHED, STATUS_ONLY, {"score": 0}, {"score": 0, "tests": []}]
)
def test_published_examples_are_valid(document: Any) -> None:
    validate(document)


def changed(path: list[Any], value: Any) -> Any:
    document = copy.deepcopy(PUBLISHED)
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"tests": []},
        {"tests": [{"name": "neither a score nor a status"}]},
        {"output": "no score anywhere", "tests": [{"name": "a", "status": "passed"}]},
        changed(["score"], "44"),
        changed(["score"], None),
        changed(["execution_time"], -1),
        changed(["visibility"], "after_publish"),
        changed(["stdout_visibility"], "true"),
        changed(["output_format"], "markdown"),
        changed(["output"], ["a list"]),
        changed(["tests"], {}),
        changed(["tests", 0, "status"], "pass"),
        changed(["tests", 0, "score"], True),
        changed(["tests", 0, "max_score"], "2"),
        changed(["tests", 0, "visibility"], "public"),
        changed(["tests", 0, "number"], 1.1),
        changed(["tests", 0, "tags"], "tag1"),
        changed(["tests", 0, "max"], 2.0),
        changed(["leaderboard", 0, "order"], "up"),
        changed(["leaderboard"], [{"name": "no value"}]),
        changed(["results"], []),
    ],
)
def test_what_gradescope_does_not_take_is_refused(document: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def outcome(name: str, question: str, public: bool, passed: bool, points: float = 2.0) -> Any:
    verdict = (
        Verdict(PASSED)
        if passed
        else Verdict(FAILED, "yours is 3, expected 4", (("off_by_one", "Count from zero."),))
    )
    probe = ProbeSpec(name, question, f"Title of {name}.", points, public)
    return Outcome.of(probe, verdict, () if passed else (FailingNeed("first", FAILED),))


def graded(kind: Any = SANDBOX.kind) -> Any:
    outcomes = (
        outcome("a", "first", True, True),
        outcome("b", "first", False, False, 3.0),
        outcome("c", "second", True, False),
    )
    return Graded(outcomes, ("a note",), kind, 1.25)


def test_results_of_verdicts() -> None:
    document = results(graded())
    validate(document)
    assert [t["score"] for t in document["tests"]] == [2.0, 0.0, 0.0]
    assert [t["max_score"] for t in document["tests"]] == [2.0, 3.0, 2.0]
    assert [t["visibility"] for t in document["tests"]] == ["visible", "after_published", "visible"]
    assert [t["number"] for t in document["tests"]] == ["1.1", "1.2", "2.1"]
    assert "1 of 2 public tests failed" in document["output"] and "a note" in document["output"]
    text = document["tests"][1]["output"]
    assert (
        "yours is 3, expected 4" in text
        and "off by one" in text
        and "Count from zero." in text
        and "This question uses first" in text
    )
    assert {t["visibility"] for t in results(graded(), "hidden")["tests"]} == {"visible", "hidden"}


def test_a_weaker_isolation_is_reported_to_the_instructor_only() -> None:
    assert all(t["name"] != "Isolation" for t in results(graded())["tests"])
    for kind, status in ((OTHER_USER.kind, "passed"), (UNSAFE.kind, "failed")):
        last = results(graded(kind))["tests"][-1]
        assert (last["name"], last["status"], last["visibility"]) == ("Isolation", status, "hidden")
        assert "score" not in last
