"""core/cells.py: ids, markers and metadata of cells."""

import re
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import dlcourse
from dlcourse.core.cells import (
    FOLD,
    CellId,
    CellView,
    Kind,
    NotebookView,
    nbgrader_metadata,
    numbered_id,
    parse_id,
    probe_id,
    question_id,
    student_view,
)


def test_ids_are_what_released_notebooks_hold_and_can_be_taken_apart() -> None:
    ids = [question_id("softmax"), probe_id("one_row"), numbered_id("text", 1)]
    assert ids == ["question-softmax", "test-one_row", "text-01"]
    assert [parse_id(i) for i in ids] == [
        CellId("question", "softmax"),
        CellId("test", "one_row"),
        CellId("text", "01"),
    ]


@pytest.mark.parametrize("foreign", [None, "", "question", "cell-1a2b", "QUESTION-x", "essay-1"])
def test_foreign_ids_are_none_of_ours(foreign: Any) -> None:
    assert parse_id(foreign) is None


def test_hidden_tests_and_solutions_are_left_out() -> None:
    source = "# Hidden\n### BEGIN HIDDEN TESTS\nsecret\n### END HIDDEN TESTS\nseen"
    assert student_view(source) == "# Hidden\nseen"
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\nx = 1"
    assert student_view(source) == "def f():\n    raise NotImplementedError\n\nx = 1"


def test_a_region_without_end_shows_nothing_of_it() -> None:
    assert student_view("a\n### BEGIN HIDDEN TESTS\nb\n### END SOLUTION\nc") == "a"


@pytest.mark.parametrize(
    "kind,grade_id,points,name",
    [
        ("question", "question-f", None, "f"),
        ("test", "test-p", 2.0, "p"),
        ("given", "given-01", None, ""),
        ("helpers", "helpers-f", None, ""),
        ("predict", "predict-01", None, ""),
        ("demo", "demo-01", None, ""),
    ],
)
def test_kind_and_name_come_from_nbgraders_metadata(
    kind: Kind, grade_id: str, points: float | None, name: str
) -> None:
    cell = CellView(new_code_cell("x"))
    cell.mark_built(nbgrader_metadata(grade_id, kind, points), kind)
    assert (cell.kind, cell.name, cell.grade_id) == (kind, name, grade_id)


def test_students_write_in_questions_and_guesses_and_read_no_demo() -> None:
    kinds: tuple[Kind, ...] = ("given", "question", "helpers", "test", "predict", "demo")
    cells = {kind: CellView(new_code_cell("x")) for kind in kinds}
    for kind, cell in cells.items():
        cell.mark_built(nbgrader_metadata(f"{kind}-x", kind, 1 if kind == "test" else None), kind)
    locked = {k for k, c in cells.items() if c.cell["metadata"]["nbgrader"]["locked"]}
    folded = {k for k, c in cells.items() if c.cell["metadata"].get("jupyter") == FOLD}
    assert locked == {"given", "helpers", "test", "demo"}
    assert {k for k, c in cells.items() if c.is_answer} == {"question", "test"}
    assert folded == {"helpers", "demo"}


def test_demo_and_extra_cells() -> None:
    demo, extra, text = (
        CellView(c) for c in (new_code_cell(), new_code_cell(), new_markdown_cell())
    )
    demo.mark_built(nbgrader_metadata("demo-01", "demo"), "demo")
    extra.mark_extra()
    assert [c.kind for c in (demo, extra, text)] == ["demo", "extra", "text"]
    assert extra.is_ours and not demo.is_ours and not text.is_ours


@pytest.mark.parametrize(
    "metadata", [{}, [], 7, {"nbgrader": [1]}, {"nbgrader": {"grade_id": 7}, "dlcourse": "x"}]
)
def test_whatever_a_student_puts_into_metadata_reads_as_absent(metadata: Any) -> None:
    cell = CellView({"metadata": metadata, "source": "x"})
    assert (cell.grade_id, cell.points, cell.outcome) == (None, None, None)
    assert not cell.is_extra


def test_whole_points_are_whole_numbers() -> None:
    values = [nbgrader_metadata("test-p", "test", points=p)["points"] for p in (2.0, 1, 0.5)]
    assert values == [2, 1, 0.5] and [type(v) for v in values] == [int, int, float]


def test_a_notebooks_notes_stay_when_the_key_of_the_grader_is_added() -> None:
    view = NotebookView(new_notebook())
    assert not view.is_ours and view.readable and view.build == ""
    view.write(slug="s", notes=["n"], readable=False)
    view.write(build="key")
    assert (view.slug, view.notes, view.readable, view.build) == ("s", ["n"], False, "key")
    assert view.is_ours


def test_no_other_module_spells_ids_markers_or_keys() -> None:
    spelt = re.compile(
        r"""["'](question|test)-["'{]|### (BEGIN|END)|["'f]raise NotImplementedError["']"""
        r"""|metadata(\.get\(|\[)["'](nbgrader|dlcourse)["']|\.metadata\.(nbgrader|dlcourse)\b"""
    )
    folder = Path(dlcourse.__file__).parent
    found = [
        f"{path.relative_to(folder)}:{number}: {line.strip()}"
        for path in sorted(folder.rglob("*.py"))
        if path.name != "cells.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if spelt.search(line)
    ]
    assert found == []
