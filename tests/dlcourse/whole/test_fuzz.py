"""Whatever a student's process sends, and whatever a notebook holds: the trusted side reaches a verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse.authoring.course import Course
from dlcourse.core.cells import NotebookView
from dlcourse.core.notebook_file import Submission, read_notebook
from dlcourse.executor.runner import Record
from dlcourse.executor.warm import Warm
from dlcourse.grading.grader import Grader, open_grader
from dlcourse.grading.messages import read_answer, write_answer
from dlcourse.student.rebuild import rebuild
from tests.support.course import perfect, rebuilt, submission_of
from tests.support.trees import paths

FEW = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HUGE = st.integers(-(10**1200), 10**1200)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), HUGE, st.floats(), st.complex_numbers(), st.text(max_size=30),
    st.binary(max_size=8), arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_side=0, max_side=3)),
)  # fmt: skip
NAMES = st.text(max_size=8)
RESULTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(NAMES, inner, max_size=4),
    ),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def grader(built_course: Course, warm: Warm) -> Grader:
    return open_grader(built_course, "vectors", warm)


@pytest.fixture(scope="module")
def notebook(grader: Grader) -> nbformat.NotebookNode:
    return rebuilt(grader, submission_of(perfect(grader.course, "vectors")))


@FEW
@given(data=st.data())
def test_any_result_gets_a_verdict(
    grader: Grader, notebook: nbformat.NotebookNode, data: st.DataObject
) -> None:
    with np.errstate(all="ignore"):
        record = Record(
            results={name: data.draw(RESULTS) for name in grader.references.expectations}
        )
        outcomes = grader.outcomes(notebook, record)
    assert set(outcomes) == set(grader.references.expectations)
    found = grader.finish(notebook, grader.first(notebook, record), 0.1)
    assert read_answer(write_answer(found)) == found


@FEW
@given(depth=st.integers(1, 3000), leaf=LEAVES)
def test_a_deep_result_gets_a_verdict(
    grader: Grader, notebook: nbformat.NotebookNode, depth: int, leaf: Any
) -> None:
    deep = leaf
    for _ in range(depth):
        deep = [deep]
    record = Record(results=dict.fromkeys(grader.references.expectations, deep))
    assert not any(o.verdict.passed for o in grader.outcomes(notebook, record).values())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@FEW
@given(data=st.data())
def test_any_notebook_is_rebuilt(grader: Grader, tmp_path: Path, data: st.DataObject) -> None:
    """A true notebook, in which something stands where it does not belong."""
    document = json.loads(json.dumps(perfect(grader.course, "vectors")))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(paths(document))[:400]))
        node = document
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = data.draw(JSON)
    file = tmp_path / "vectors.ipynb"
    file.write_text(json.dumps(document))
    submission = read_notebook(file)
    assert isinstance(submission, Submission)
    again = rebuild(grader.source, submission, "vectors")
    nbformat.validate(again)
    assert [c.grade_id for c in NotebookView(again).cells if c.kind == "test"] == [
        c.grade_id for c in NotebookView(grader.source).cells if c.kind == "test"
    ]
    assert len(grader.steps(again)) > 0


@FEW
@given(content=st.binary(max_size=300))
def test_any_file_is_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "vectors.ipynb"
    file.write_bytes(content)
    assert isinstance(read_notebook(file), Submission)
