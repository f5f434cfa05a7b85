"""Putting the code of a submission into the instructor's notebook."""

import copy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from dlcourse.authoring.course import Course
from dlcourse.core.cells import NotebookView
from dlcourse.core.handed_in import read_submission
from dlcourse.core.notebook_file import Submission
from dlcourse.student.rebuild import rebuild
from tests.support.course import cell_of, hand_in, perfect, released, submission_of


@pytest.fixture(scope="module")
def source(built_course: Course) -> NotebookNode:
    return nbformat.read(built_course.root / "source" / "vectors" / "vectors.ipynb", as_version=4)


@pytest.fixture
def notebook(built_course: Course) -> NotebookNode:
    return perfect(built_course, "vectors")


def runs(rebuilt: Any) -> Any:
    """What would run, as (kind, first line)."""
    return [
        (cell.kind, cell.source.strip().split("\n")[0])
        for cell in NotebookView(rebuilt).code
        if cell.kind != "demo"
    ]


def skeleton(rebuilt: Any) -> Any:
    """The rebuilt notebook without the student's own cells."""
    return [
        (c.metadata["nbgrader"]["grade_id"], c.source)
        for c in rebuilt.cells
        if "nbgrader" in c.metadata
    ]


def shape(source: NotebookNode, notebook: NotebookNode, **changes: Any) -> Any:
    return rebuild(source, submission_of(notebook), "vectors")


def test_rebuilt_notebook_is_the_instructors_with_the_students_cells(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    rebuilt = shape(source, notebook)
    assert skeleton(rebuilt) == [
        (c.metadata["nbgrader"]["grade_id"], c.source) for c in source.cells
    ]
    assert [k for k, _ in runs(rebuilt) if k == "extra"] == []
    assert rebuilt.metadata["dlcourse"] == {"slug": "vectors", "notes": [], "readable": True}
    nbformat.validate(rebuilt)


def test_untouched_release_gives_stubs_and_the_instructors_tests(
    source: NotebookNode, built_course: Course
) -> None:
    rebuilt = shape(source, released(built_course, "vectors"))
    assert "### BEGIN SOLUTION" not in cell_of(rebuilt, "question-cosine").source
    assert (
        cell_of(rebuilt, "test-measured_rows").source
        == cell_of(source, "test-measured_rows").source
    )


def test_only_sources_survive(source: NotebookNode, notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "remove-input"]
        cell.metadata["collapsed"] = True
        cell.metadata["nbgrader"]["points"] = 100
        cell.metadata["nbgrader"]["solution"] = True
        cell["id"] = "mine-" + cell["id"]
        if cell.cell_type == "code":
            cell.outputs = [
                nbformat.v4.new_output("execute_result", {"text/plain": "5"}, execution_count=1)
            ]
            cell.execution_count = 3
        else:
            cell["attachments"] = {"a.png": {"image/png": "AAAA"}}
    notebook.metadata["kernelspec"] = {"name": "evil", "display_name": "evil"}
    notebook.metadata["widgets"] = {"state": {}}
    rebuilt = shape(source, notebook)
    assert skeleton(rebuilt) == [
        (c.metadata["nbgrader"]["grade_id"], c.source) for c in source.cells
    ]
    for ours, theirs in zip(rebuilt.cells, source.cells, strict=True):
        assert ours.id == theirs.id
        assert {k: v for k, v in ours.metadata.items() if k != "dlcourse"} == theirs.metadata
        assert (
            "attachments" not in ours
            and not ours.get("outputs")
            and ours.get("execution_count") is None
        )
    assert {k: v for k, v in rebuilt.metadata.items() if k != "dlcourse"} == source.metadata


def test_rebuilding_changes_neither_source_nor_submission(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    before, submission = copy.deepcopy(source), submission_of(notebook)
    cells = list(submission.cells)
    rebuilt = rebuild(source, submission, "vectors")
    for cell in rebuilt.cells:
        cell.metadata["changed"] = cell.metadata.setdefault("nbgrader", {})["points"] = 77
    assert source == before and submission.cells == cells


def test_test_given_and_demo_cells_cannot_be_changed(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    for grade_id in ("given-01", "test-three_four", "test-measured_rows", "demo-01"):
        cell_of(notebook, grade_id).source = "print('mine')"
    assert skeleton(shape(source, notebook)) == [
        (c.metadata["nbgrader"]["grade_id"], c.source) for c in source.cells
    ]


def test_deleted_cells_come_back(source: NotebookNode, notebook: NotebookNode) -> None:
    notebook.cells = [c for c in notebook.cells if c.metadata["nbgrader"]["solution"]]
    rebuilt = shape(source, notebook)
    assert skeleton(rebuilt) == [
        (c.metadata["nbgrader"]["grade_id"], c.source) for c in source.cells
    ]


def test_deleted_solution_cell_is_empty_and_said(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    notebook.cells = [
        c for c in notebook.cells if c.metadata["nbgrader"]["grade_id"] != "question-cosine"
    ]
    rebuilt = shape(source, notebook)
    assert cell_of(rebuilt, "question-cosine").source == ""
    assert rebuilt.metadata["dlcourse"]["notes"] == [
        "the cell of question cosine is not in the notebook"
    ]


def test_reordered_notebook_is_put_in_order(source: NotebookNode, notebook: NotebookNode) -> None:
    notebook.cells = notebook.cells[::-1]
    assert skeleton(shape(source, notebook)) == [
        (c.metadata["nbgrader"]["grade_id"], c.source) for c in source.cells
    ]


def test_duplicated_solution_cell_runs_at_its_place(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    at = notebook.cells.index(cell_of(notebook, "question-cosine"))
    second = copy.deepcopy(notebook.cells[at])
    second.source = "def cosine(a, b):\n    return 1"
    notebook.cells.insert(at + 1, second)
    found = runs(shape(source, notebook))
    where = found.index(("extra", "def cosine(a, b):"))
    assert found[where - 1][0] == "question" and found[where - 1][1].startswith(
        "def cosine(a: Float"
    )


def test_duplicated_test_cell_is_left_out(source: NotebookNode, notebook: NotebookNode) -> None:
    at = notebook.cells.index(cell_of(notebook, "test-three_four"))
    copies = [copy.deepcopy(notebook.cells[at]) for _ in range(2)]
    copies[1].metadata["nbgrader"] = {}  # as JupyterLab leaves a pasted cell
    notebook.cells[at:at] = copies
    assert [c.source for c in shape(source, notebook).cells] == [c.source for c in source.cells]


def test_own_cells_keep_their_place(source: NotebookNode, notebook: NotebookNode) -> None:
    first = notebook.cells.index(cell_of(notebook, "question-cosine"))
    notebook.cells.insert(0, new_code_cell("import math"))
    notebook.cells.insert(first + 1, new_code_cell("helper = 1"))
    notebook.cells.insert(first + 3, new_code_cell("after = 2"))
    notebook.cells.append(new_code_cell("last = 3"))
    notebook.cells.append(new_markdown_cell("no code"))
    notebook.cells.append(new_code_cell("   \n"))
    found = runs(shape(source, notebook))
    assert [line for kind, line in found if kind == "extra"] == [
        "import math",
        "helper = 1",
        "after = 2",
        "last = 3",
    ]
    assert found[0] == ("extra", "import math") and found[-1] == ("extra", "last = 3")
    where = found.index(("extra", "helper = 1"))
    assert found[where + 1][1].startswith("def cosine(")
    assert found[where + 2] == ("extra", "after = 2")


def test_ids_of_own_cells_are_unique_and_stable(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    for n in range(3):
        notebook.cells.append(new_code_cell(f"x = {n}"))
    one, two = shape(source, notebook), shape(source, notebook)
    assert [c.id for c in one.cells] == [c.id for c in two.cells]
    assert len({c.id for c in one.cells}) == len(one.cells)
    nbformat.validate(one)


def test_split_solution_cell_runs_in_order(source: NotebookNode, notebook: NotebookNode) -> None:
    at = notebook.cells.index(cell_of(notebook, "question-centroid"))
    head, _, tail = notebook.cells[at].source.partition("    def score")
    second = copy.deepcopy(notebook.cells[at])
    notebook.cells[at].source, second.source = head, "def extra():\n    pass\n#" + tail
    notebook.cells.insert(at + 1, second)
    found = runs(shape(source, notebook))
    where = found.index(("extra", "def extra():"))
    assert found[where - 1] == ("question", "class Centroid:")


def test_merged_solution_cells_run_at_the_first_ones_place(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    one, two = cell_of(notebook, "question-normalise"), cell_of(notebook, "question-cosine")
    one.source += "\n\n" + two.source
    notebook.cells.remove(two)
    rebuilt = shape(source, notebook)
    assert cell_of(rebuilt, "question-normalise").source == one.source
    assert cell_of(rebuilt, "question-cosine").source == ""


def test_metadata_dropped_by_an_editor(source: NotebookNode, notebook: NotebookNode) -> None:
    notebook.cells.insert(2, new_code_cell("own = 1"))
    for cell in notebook.cells:
        cell.metadata = {}
    rebuilt = shape(source, notebook)
    assert skeleton(rebuilt) == [
        (c.metadata["nbgrader"]["grade_id"], c.source) for c in source.cells
    ]
    assert [r for r in runs(rebuilt) if r[0] == "extra"] == [("extra", "own = 1")]
    assert runs(rebuilt)[1] == ("extra", "own = 1")
    assert rebuilt.metadata["dlcourse"]["notes"] == []


def test_without_metadata_the_last_definition_counts(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    at = notebook.cells.index(cell_of(notebook, "question-cosine"))
    notebook.cells.insert(at, new_code_cell("def cosine(a, b):\n    return 'first try'"))
    for cell in notebook.cells:
        cell.metadata = {}
    rebuilt = shape(source, notebook)
    assert "einsum" in cell_of(rebuilt, "question-cosine").source
    assert ("extra", "def cosine(a, b):") in runs(rebuilt)


def test_class_without_metadata_must_be_the_named_one(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    cell_of(notebook, "question-centroid").source = "class Other:\n    def Centroid(self): pass"
    for cell in notebook.cells:
        cell.metadata = {}
    rebuilt = shape(source, notebook)
    assert cell_of(rebuilt, "question-centroid").source == ""
    assert ("extra", "class Other:") in runs(rebuilt)


def test_old_release_with_unknown_ids(source: NotebookNode, notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["nbgrader"]["grade_id"] = "cell-" + cell.metadata["nbgrader"]["grade_id"]
    notebook.cells.insert(
        5,
        new_code_cell(
            "check(removed_probe)",
            metadata={"nbgrader": {"grade_id": "test-removed_probe", "grade": True}},
        ),
    )
    rebuilt = shape(source, notebook)
    assert skeleton(rebuilt) == [
        (c.metadata["nbgrader"]["grade_id"], c.source) for c in source.cells
    ]
    assert [r for r in runs(rebuilt) if r[0] == "extra"] == [("extra", "check(removed_probe)")]


@pytest.mark.parametrize("kind, called", [("markdown", "Markdown"), ("raw", "raw")])
@pytest.mark.parametrize("keeps_id", [True, False])
def test_solution_cell_of_another_kind(
    source: NotebookNode, notebook: NotebookNode, kind: str, called: str, keeps_id: bool
) -> None:
    cell = cell_of(notebook, "question-cosine")
    cell.cell_type = kind
    if not keeps_id:
        cell.metadata = {}
    rebuilt = shape(source, notebook)
    found = cell_of(rebuilt, "question-cosine")
    assert found.source == cell.source and found.cell_type == "code"
    said = f"the cell of question cosine was a {called} cell; its text was run as code"
    assert said in rebuilt.metadata["dlcourse"]["notes"]


def test_solution_cell_that_carries_a_locked_cells_id(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    cell = cell_of(notebook, "question-cosine")
    test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade"))
    cell.metadata = test.metadata
    rebuilt = shape(source, notebook)
    assert cell_of(rebuilt, "question-cosine").source == cell.source
    notes = rebuilt.metadata["dlcourse"]["notes"]
    grade_id = test.metadata["nbgrader"]["grade_id"]
    said = (
        f"the cell of question cosine carried the id of {grade_id}; it was found by what it defines"
    )
    assert said in notes and not any("was changed" in note for note in notes)


def test_prose_about_a_function_is_no_answer(source: NotebookNode, notebook: NotebookNode) -> None:
    notebook.cells.append(new_markdown_cell("def cosine(x, y):\n    return 0"))
    assert shape(source, notebook).metadata["dlcourse"]["notes"] == []


def test_unreadable_submission_is_the_empty_notebook_and_blames_no_question(
    source: NotebookNode,
) -> None:
    rebuilt = rebuild(source, Submission.unreadable("toy.ipynb is not there"), "vectors")
    assert all(cell.source == "" for cell in NotebookView(rebuilt).code if cell.kind == "question")
    assert rebuilt.metadata["dlcourse"] == {
        "slug": "vectors",
        "notes": ["toy.ipynb is not there"],
        "readable": False,
    }


def test_nbgraders_way_and_ours_rebuild_the_same(
    source: NotebookNode, notebook: NotebookNode, tmp_path: Path
) -> None:
    cell = cell_of(notebook, "question-cosine")
    notebook.cells[notebook.cells.index(cell)] = new_markdown_cell(
        cell.source, metadata=cell.metadata
    )
    notebook.cells.insert(3, new_code_cell("def cosine(a, b): ..."))
    notebook.cells.insert(8, nbformat.v4.new_raw_cell("raw"))
    nbformat.write(notebook, tmp_path / "vectors.ipynb")
    direct = read_submission(tmp_path, "vectors")
    wrapped = nbformat.from_dict(direct.wrap())
    nbformat.validate(wrapped)
    through = Submission.unwrap(nbformat.reads(nbformat.writes(wrapped), as_version=4))
    one, two = rebuild(source, direct, "vectors"), rebuild(source, through, "vectors")
    assert one.cells == two.cells


def test_hand_in_helper_leaves_what_nbgrader_collect_leaves(course: Course) -> None:
    folder = hand_in(
        course, "ada", "vectors", released(course, "vectors"), "2026-01-01 00:00:00 UTC"
    )
    assert sorted(p.name for p in folder.iterdir()) == ["timestamp.txt", "vectors.ipynb"]
    assert read_submission(folder, "vectors").readable


# ---- cells that are not the student's to change ----------------------------------------------------------------------


def given_id(notebook: NotebookNode) -> str:
    return next(
        c.metadata["nbgrader"]["grade_id"]
        for c in notebook.cells
        if c.cell_type == "code" and c.metadata.get("nbgrader", {}).get("grade_id", "").startswith("given")
    )  # fmt: skip


@pytest.mark.parametrize("place", ["before", "after", "both"])
def test_lines_added_to_a_given_cell_run_as_a_cell_of_the_students_own(
    source: NotebookNode, notebook: NotebookNode, place: str
) -> None:
    grade_id = given_id(notebook)
    cell = cell_of(notebook, grade_id)
    if place in ("before", "both"):
        cell.source = f"import math\n\n{cell.source}"
    if place in ("after", "both"):
        cell.source = f"{cell.source}\n\ndef mine(x):\n    return 2 * x\n"
    rebuilt = shape(source, notebook)
    (extra,) = [c.source for c in NotebookView(rebuilt).code if c.kind == "extra"]
    assert ("import math" in extra, "return 2 * x" in extra) == (
        place != "after",
        place != "before",
    )
    assert rebuilt.metadata["dlcourse"]["notes"] == [
        f"lines added to the cell {grade_id} were run as a cell of your own"
    ]
    assert cell_of(rebuilt, grade_id).source == cell_of(source, grade_id).source


@pytest.mark.parametrize("kind", ["given", "test"])
def test_what_was_changed_in_a_cell_is_not_used_and_that_is_said(
    source: NotebookNode, notebook: NotebookNode, kind: str
) -> None:
    grade_id = given_id(notebook) if kind == "given" else "test-three_four"
    cell = cell_of(notebook, grade_id)
    cell.source = cell.source.replace(cell.source.splitlines()[-1], "pass")
    rebuilt = shape(source, notebook)
    assert [k for k, _ in runs(rebuilt) if k == "extra"] == []
    assert rebuilt.metadata["dlcourse"]["notes"] == [
        f"the cell {grade_id} was changed; the change was not used"
    ]


def test_a_line_within_a_block_of_the_given_code_is_a_change(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    cell = cell_of(notebook, "test-three_four")
    lines = cell.source.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("def "))
    cell.source = "\n".join([*lines[: at + 1], "    return 1", *lines[at + 1 :]])
    assert shape(source, notebook).metadata["dlcourse"]["notes"] == [
        "the cell test-three_four was changed; the change was not used"
    ]


def test_white_space_an_emptied_and_a_deleted_cell_are_no_change(
    source: NotebookNode, notebook: NotebookNode
) -> None:
    grade_id = given_id(notebook)
    cell_of(notebook, grade_id).source += "\n\n  \n"
    cell_of(notebook, "test-three_four").source = ""
    notebook.cells = [
        c
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") != "test-one_row"
    ]
    assert shape(source, notebook).metadata["dlcourse"]["notes"] == []
