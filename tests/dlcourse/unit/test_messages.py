"""What travels between grader and workers: everything comes back, and nothing else gets in."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.core.explain import FailingNeed, Outcome
from dlcourse.core.notebook_file import Submission, SubmittedCell
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.verdict import FAILED, Verdict
from dlcourse.grading.grader import GradedNotebook
from dlcourse.grading.messages import (
    MAX_REASON,
    NotGraded,
    read_answer,
    read_submission,
    write_answer,
    write_submission,
)
from tests.support.trees import paths

TEXT = st.text(max_size=20)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def graded() -> GradedNotebook:
    spec = ProbeSpec("rows", "softmax", "Rows of a batch.", 2.0, False)
    verdict = Verdict(FAILED, "no", (("axis", "Another axis."),), (("softmax", 3, "x = 1"),))
    outcome = Outcome.of(spec, verdict, [FailingNeed("shift", "failed")])
    return GradedNotebook('{"cells": []}', {"rows": outcome}, {"softmax": True}, ("a note",), 0.5)


def test_a_result_comes_back_whole() -> None:
    assert read_answer(write_answer(graded())) == graded()
    assert read_answer(write_answer(None)) is None
    assert read_answer(write_answer(NotGraded("why"))) == NotGraded("why")


@settings(deadline=None)
@given(st.lists(st.builds(SubmittedCell, TEXT, TEXT, st.none() | TEXT)), st.lists(TEXT), st.booleans())  # fmt: skip
def test_a_submission_comes_back_whole(
    cells: list[SubmittedCell], notes: list[str], readable: bool
) -> None:
    one = Submission(cells, notes, readable)
    assert read_submission(write_submission(one)) == one


@given(st.one_of(TEXT, ANYTHING.map(json.dumps), ANYTHING, st.binary()))
@settings(max_examples=300, deadline=None)
def test_what_is_no_answer_is_one(sent: Any) -> None:
    assert read_answer(sent) is None or isinstance(read_answer(sent), NotGraded)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_one_damaged_part_of_a_result(data: st.DataObject) -> None:
    """Whatever stands in one place of a true answer, an answer comes out of it."""
    document = json.loads(write_answer(graded()))
    path = data.draw(st.sampled_from(list(paths(document))))
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = data.draw(ANYTHING)
    answer = read_answer(json.dumps(document))
    assert answer is None or isinstance(answer, (GradedNotebook, NotGraded))
    if isinstance(answer, GradedNotebook):
        assert isinstance(write_answer(answer), str) and sum(answer.scores.values()) >= 0  # fmt: skip


def test_a_pickle_is_not_opened() -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return pytest.fail, ("was executed",)

    assert isinstance(read_answer(pickle.dumps(Trap())), NotGraded)


def test_an_exception_may_have_any_text() -> None:
    class Mean(Exception):
        def __str__(self) -> str:
            raise ValueError("no text")

    assert NotGraded.of(Mean()).reason == "Mean: (its text raised ValueError)"
    assert len(NotGraded.of(ValueError("x" * 10_000)).reason) < MAX_REASON + 20
