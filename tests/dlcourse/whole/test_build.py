"""Building: the same bytes every time, valid for nbgrader, and stale files are noticed."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.build import cell_id, source_notebook
from dlcourse.authoring.checks_text import layout, same_checks
from dlcourse.authoring.course import Course
from dlcourse.authoring.read import load
from dlcourse.core.encoding import to_json
from dlcourse.errors import AuthorError
from dlcourse.executor.warm import Warm
from dlcourse.nbgrader_port.generate import build, stale
from tests.support.commands import environment, nbgrader
from tests.support.course import cell_of, copy_course, released


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def assignment(built_course: Course) -> Assignment:
    return load(built_course.root, "vectors")


@pytest.fixture(scope="module")
def notebook(assignment: Assignment) -> NotebookNode:
    return source_notebook(assignment)


# ---- the same bytes --------------------------------------------------------------------------------------------------

_BUILD = """
import sys
from pathlib import Path
from dlcourse.nbgrader_port.generate import build
from dlcourse.authoring.course import read_course
from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.warm import Warm
with Warm(UNSAFE) as warm:
    for slug in ("toy", "vectors"):
        build(read_course(Path(sys.argv[1])), slug, warm)
"""


def test_another_folder_and_hash_seed_give_the_same_bytes(
    built_course: Course, tmp_path: Path
) -> None:
    root = tmp_path / "elsewhere" / "with space"
    root.mkdir(parents=True)
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copy(built_course.root / name, root)
    for name in ("solutions", "tests"):
        shutil.copytree(built_course.root / name, root / name)
    env = {**environment(tmp_path), "PYTHONHASHSEED": "4242", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run(
        [sys.executable, "-c", _BUILD, str(root)], env=env, cwd=tmp_path, check=True, timeout=120
    )
    for kind in ("source", "release"):
        assert files(root / kind) == files(built_course.root / kind)


def test_building_again_changes_nothing(course: Course, warm: Warm) -> None:
    before = {kind: files(course.root / kind) for kind in ("source", "release")}
    build(course, "vectors", warm)
    assert {kind: files(course.root / kind) for kind in ("source", "release")} == before


def test_ids_depend_on_the_place_in_the_assignment_only(notebook: NotebookNode) -> None:
    ids = [c.id for c in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert ids == [cell_id("vectors", c.metadata["nbgrader"]["grade_id"]) for c in notebook.cells]
    assert all(re.fullmatch("[0-9a-f]{12}", i) for i in ids)


# ---- what is built ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["toy", "vectors"])
@pytest.mark.parametrize("kind", ["source", "release"])
def test_notebooks_are_valid(built_course: Course, slug: str, kind: str) -> None:
    path = built_course.root / kind / slug / f"{slug}.ipynb"
    found = nbformat.read(path, as_version=4)
    nbformat.validate(found)
    for cell in found.cells:
        MetadataValidator().validate_cell(cell)
    grade_ids = [c.metadata["nbgrader"]["grade_id"] for c in found.cells]
    assert len(set(grade_ids)) == len(grade_ids)
    assert all(not c.get("outputs") and c.get("execution_count") is None for c in found.cells)
    assert str(built_course.root) not in path.read_text()


def test_every_probe_is_one_graded_cell_with_its_points(
    notebook: NotebookNode, assignment: Assignment
) -> None:
    graded = {
        c.metadata["nbgrader"]["grade_id"]: c
        for c in notebook.cells
        if c.metadata["nbgrader"]["grade"]
    }
    assert {i: c.metadata["nbgrader"]["points"] for i, c in graded.items()} == {
        f"test-{n}": p.spec.points for n, p in assignment.probes.items()
    }
    assert all(
        c.metadata["nbgrader"]["locked"] and not c.metadata["nbgrader"]["solution"]
        for c in graded.values()
    )
    assert {
        type(c.metadata["nbgrader"]["points"])
        for i, c in graded.items()
        if i != "test-vectors_are_refused"
    } == {int}


def test_questions_are_followed_by_their_probes_public_ones_first(notebook: NotebookNode) -> None:
    order = [c.metadata["nbgrader"]["grade_id"] for c in notebook.cells]
    at = order.index("question-normalise")
    assert order[at : at + 4] == [
        "question-normalise",
        "test-three_four",
        "test-rows_have_length_one",
        "test-vectors_are_refused",
    ]


def test_solution_cells_are_the_only_open_ones(notebook: NotebookNode) -> None:
    open_cells = [
        c.metadata["nbgrader"]["grade_id"]
        for c in notebook.cells
        if not c.metadata["nbgrader"]["locked"]
    ]
    assert open_cells == [
        "question-normalise",
        "question-cosine",
        "question-centroid",
        "question-jitter",
    ]


def test_demo_is_tagged_and_nothing_else_is(notebook: NotebookNode) -> None:
    assert [
        c.metadata["nbgrader"]["grade_id"] for c in notebook.cells if c.metadata.get("tags")
    ] == ["demo-01"]


def test_release_shows_public_tests_and_one_line_of_hidden_ones(
    built_course: Course, assignment: Assignment
) -> None:
    found = released(built_course, "vectors")
    assert (
        cell_of(found, "test-measured_rows").source
        == "# Hidden test, 2 points: The rows of the table."
    )
    assert (
        cell_of(found, "test-vectors_are_refused").source
        == "# Hidden test, 1.5 points: A ValueError for what is no matrix."
    )
    shown = cell_of(found, "test-right_angle").source
    assert shown.startswith(
        '@probe("cosine", points=1, seconds=2)\ndef right_angle(cosine):'
    ) and shown.endswith("\n\n\ncheck(right_angle)")


@pytest.mark.parametrize("slug", ["toy", "vectors"])
def test_released_stubs_are_the_authors_stubs(built_course: Course, slug: str) -> None:
    found = released(built_course, slug)
    for question in load(built_course.root, slug).questions.values():
        assert cell_of(found, f"question-{question.name}").source == question.stub


def test_no_line_of_a_hidden_probe_is_released(built_course: Course) -> None:
    text = "".join(
        p.read_text()
        for p in (built_course.root / "release").rglob("*")
        if p.suffix in (".ipynb", ".json")
    )
    for word in (
        "SECRET_SCALE",
        "_wide",
        "_unit_rows",
        "vectors_are_refused(",
        "2000, rng",
        "1000.0, 0.0",
        "lengths_squared",
    ):
        assert word not in text, word


def test_checks_hold_public_results_only(built_course: Course) -> None:
    document = json.loads((built_course.root / "release" / "vectors" / "checks.json").read_text())
    assert set(document["probes"]) == {"three_four", "right_angle", "one_row", "shape_of_noise"}
    probes = load(built_course.root, "vectors").probes_of("centroid")

    def sum_of(public: bool) -> float:
        return float(sum(p.spec.points for p in probes if p.spec.public == public))

    assert document["questions"]["centroid"] == {
        "functions": ["Centroid"],
        "needs": ["normalise", "cosine"],
        "points": sum_of(True),
        "hidden": sum_of(False),
    }
    assert sum_of(False) > 0
    assert [m["name"] for m in document["probes"]["right_angle"]["mistakes"]] == ["not_normalised"]


def test_release_holds_the_data_files(built_course: Course) -> None:
    assert sorted(files(built_course.root / "release" / "vectors")) == [
        "checks.json",
        "data/vectors/table.csv",
        "vectors.ipynb",
    ]


def test_reference_that_fails_a_probe_is_refused(course: Course, warm: Warm) -> None:
    path = course.root / "solutions" / "vectors.py"
    path.write_text(
        path.read_text().replace(
            "squared_lengths = (x * x)", "squared_lengths = (x * undefined_name)"
        )
    )
    with pytest.raises(
        AuthorError,
        match=r"solutions/vectors\.py: probe three_four fails on the reference: NameError.*undefined_name",
    ):
        build(course, "vectors", warm)


# ---- staleness -------------------------------------------------------------------------------------------------------


def _append(path: Path, text: str = "\n") -> None:
    path.write_text(path.read_text() + text)


EDITED = [
    f"{kind}/vectors/{name}"
    for kind in ("source", "release")
    for name in ("vectors.ipynb", "data/vectors/table.csv")
]
ADDED = [
    "source/vectors/notes.txt",
    "source/vectors/deep/er/.hidden",
    "release/vectors/notes.txt",
    "release/vectors/data/vectors/more.csv",
]
REMOVED = [
    f"{kind}/vectors/{name}"
    for kind in ("source", "release")
    for name in ("checks.json", "vectors.ipynb", "data/vectors/table.csv")
]


def damaged(built_course: Course, folder: Path, warm: Warm, damage: Any) -> Any:
    """What is said about a copy of the course with some files damaged; building takes seconds, so
    one copy serves many.
    """
    course = copy_course(built_course, folder)
    damage(course.root)
    return stale(course, "vectors", warm)


@pytest.fixture(scope="module")
def said_of_edits(
    built_course: Course, tmp_path_factory: pytest.TempPathFactory, warm: Warm
) -> list[str]:
    def damage(root: Path) -> None:
        for name in EDITED:
            _append(root / name)
        for name in ADDED:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("x")

    return damaged(built_course, tmp_path_factory.mktemp("edits") / "c", warm, damage)


@pytest.fixture(scope="module")
def said_of_removals(
    built_course: Course, tmp_path_factory: pytest.TempPathFactory, warm: Warm
) -> list[str]:
    def damage(root: Path) -> None:
        for name in REMOVED:
            (root / name).unlink()

    return damaged(built_course, tmp_path_factory.mktemp("removals") / "c", warm, damage)


@pytest.mark.parametrize("name", EDITED)
def test_edited_file_is_stale(said_of_edits: list[str], name: Any) -> None:
    assert f"{name} is stale" in said_of_edits


@pytest.mark.parametrize("name", ADDED)
def test_extra_file_is_named(said_of_edits: list[str], name: Any) -> None:
    assert f"{name} is not built from anything" in said_of_edits


@pytest.mark.parametrize("name", REMOVED)
def test_missing_file_is_named(said_of_removals: list[str], name: Any) -> None:
    assert f"{name} is missing" in said_of_removals


def test_nothing_else_is_said(said_of_edits: list[str], said_of_removals: list[str]) -> None:
    lint = (
        "notes.txt: not on the list",
        "data/vectors/more.csv: not on the list",
        "data/vectors/table.csv: ",
        "checks.json: missing",
        "vectors.ipynb: missing",
    )
    for found, many in ((said_of_edits, EDITED + ADDED), (said_of_removals, REMOVED)):
        assert not [
            line for line in found if not line.startswith(tuple(many)) and not line.startswith(lint)
        ]


def test_release_that_is_not_there(course: Course, warm: Warm) -> None:
    shutil.rmtree(course.root / "release")
    assert "vectors: no such folder; run `dlcourse build vectors`" in stale(course, "vectors", warm)


def test_edited_authored_files_make_the_build_stale(course: Course, warm: Warm) -> None:
    script, hints = (
        course.root / "solutions" / "vectors.py",
        course.root / "tests" / "vectors" / "misconceptions.py",
    )
    script.write_text(
        script.read_text().replace("A running mean of directions", "A moving mean of directions")
    )
    hints.write_text(hints.read_text().replace("is no cosine", "is not a cosine"))
    found = stale(course, "vectors", warm)
    assert [line for line in found if line.endswith(" is stale")] == [
        f"{kind}/vectors/{name} is stale"
        for kind in ("source", "release")
        for name in ("checks.json", "vectors.ipynb")
    ]


def test_checking_writes_nothing(course: Course, warm: Warm) -> None:
    def state() -> Any:
        kinds = {kind: files(course.root / kind) for kind in ("source", "release")}
        return kinds, (course.root / "gradebook.db").read_bytes()

    (course.root / "release" / "vectors" / "extra.txt").write_text("x")
    before = state()
    assert stale(course, "toy", warm) == [] and stale(course, "vectors", warm)
    assert state() == before


# ---- layout of checks.json -------------------------------------------------------------------------------------------


def test_one_line_for_each_question_test_and_known_mistake(built_course: Course) -> None:
    text = (built_course.root / "source" / "vectors" / "checks.json").read_text()
    document = json.loads(text)
    assert layout(document) == text
    lines = {line.strip().rstrip(",]}") for line in text.splitlines()}
    for name, probe in document["probes"].items():
        assert sum(line.startswith(f'"{name}": {{"compare"') for line in lines) == 1
        for mistake in probe["mistakes"]:
            assert json.dumps(mistake, sort_keys=True).rstrip("]}") in lines
    for name in document["questions"]:
        assert sum(line.startswith(f'"{name}": {{"functions"') for line in lines) == 1
    mistakes = sum(len(p["mistakes"]) for p in document["probes"].values())
    for cell in document["cells"]:
        assert json.dumps(cell, ensure_ascii=False, sort_keys=True).rstrip("]}") in lines
    blocks = [document[key] for key in ("questions", "probes", "cells")]
    assert len(lines) == 4 + sum(map(len, blocks)) + mistakes


@pytest.mark.parametrize(
    ("questions", "probes"),
    [
        ({}, {}),
        ({"é": {"needs": []}}, {"ø": {"title": "“1”\n", "mistakes": []}}),
        ({"f": {}, "a": {}}, {"p": {"z": 1, "mistakes": [{"hint": "h"}, {"hint": "i"}]}, "b": {"mistakes": []}}),
    ],
)  # fmt: skip
def test_layout_loses_nothing(questions: Any, probes: Any) -> None:
    document = {"format": 1, "questions": questions, "probes": probes, "cells": [{"id": "é"}]}
    assert json.loads(layout(document)) == document


# ---- rounding in checks.json -----------------------------------------------------------------------------------------


def checks(value: Any, hint: str = "h", **more: Any) -> Any:
    tree = to_json({"a": np.asarray(value), "b": [1, "x"]})
    return json.dumps(
        {
            "probes": {
                "p": {
                    "expected": tree,
                    "mistakes": [{"hint": hint, "result": to_json(2.0)}],
                    **more,
                }
            },
            "format": 1,
        }
    )


def test_rounding_of_another_machine_is_the_same() -> None:
    assert same_checks(checks([1.0, 2.0]), checks([1.0 + 1e-12, 2.0 - 1e-12]))
    assert same_checks(
        checks(np.array([1.0, 2.0], np.float32)), checks(np.array([1.0000002, 2.0], np.float32))
    )
    assert same_checks(checks([np.nan, np.inf]), checks([np.nan, np.inf]))


@pytest.mark.parametrize(
    "other",
    [
        checks([1.0, 2.001]), checks([1.0, 2.0, 3.0]), checks([[1.0, 2.0]]), checks([1.0, np.nan]), checks([1.0, 2.0], hint="g"),
        checks([1.0, 2.0], title="t"), checks(np.array([1.0, 2.0], np.float32)), checks(np.array([1, 2], np.int64)), "{}", "no json", "[]", "",
        checks([1.0, 2.0]).replace('"x"', '"y"'), checks([1.0, 2.0]).replace("float64", "float99"), '{"tree": 1, "buffers": 2}',
        '{"tree": {"t": "ndarray"}, "buffers": []}', "[" * 100_000,
    ],
    ids=lambda v: v[-40:],
)  # fmt: skip
def test_real_changes_are_not_the_same(other: Any) -> None:
    want = checks([1.0, 2.0])
    assert same_checks(want, want)
    assert not same_checks(want, other) and not same_checks(other, want)


def test_rounding_keeps_the_committed_file(course: Course, warm: Warm) -> None:
    path = course.root / "source" / "vectors" / "checks.json"
    document = json.loads(path.read_text())
    document["probes"]["three_four"]["expected"] = to_json(np.array([[0.6 + 1e-13, 0.8]]))
    text = layout(document)
    assert text != path.read_text()
    path.write_text(text)
    shutil.copy(path, course.root / "release" / "vectors" / "checks.json")
    assert stale(course, "vectors", warm) == []
    build(course, "vectors", warm)
    assert (
        path.read_text()
        == text
        == (course.root / "release" / "vectors" / "checks.json").read_text()
    )


def test_committed_numbers_in_another_layout_are_stale(course: Course, warm: Warm) -> None:
    path = course.root / "source" / "vectors" / "checks.json"
    good = path.read_text()
    path.write_text(json.dumps(json.loads(good), indent=1))
    assert "source/vectors/checks.json is stale" in stale(course, "vectors", warm)
    build(course, "vectors", warm)
    assert path.read_text() == good


def test_changed_result_replaces_the_committed_file(course: Course, warm: Warm) -> None:
    path = course.root / "source" / "vectors" / "checks.json"
    good, document = path.read_text(), json.loads(path.read_text())
    document["probes"]["three_four"]["expected"] = to_json(np.array([[0.61, 0.8]]))
    path.write_text(json.dumps(document))
    assert "source/vectors/checks.json is stale" in stale(course, "vectors", warm)
    build(course, "vectors", warm)
    assert path.read_text() == good


# ---- a release that must not be --------------------------------------------------------------------------------------


def test_build_with_a_secret_in_source_fails_and_releases_nothing_new(
    course: Course, warm: Warm
) -> None:
    before = files(course.root / "release")
    (course.root / "source" / "vectors" / "answers.txt").write_text("secret")
    with pytest.raises(
        AuthorError, match=r"release/vectors holds what students must not get:\n  answers\.txt"
    ):
        build(course, "vectors", warm)
    assert files(course.root / "release") == before


def test_release_of_an_earlier_build_is_cleaned(course: Course, warm: Warm) -> None:
    (course.root / "release" / "vectors" / "old.txt").write_text("x")
    build(course, "vectors", warm)
    assert "old.txt" not in files(course.root / "release" / "vectors")


def test_nbgraders_own_command_writes_the_same_release(course: Course) -> None:
    before = files(course.root / "release" / "vectors")
    shutil.rmtree(course.root / "release")
    nbgrader(course, "generate_assignment", "vectors")
    assert files(course.root / "release" / "vectors") == before
