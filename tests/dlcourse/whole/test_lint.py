"""The release linter catches what must not be handed out, however it came there; a clean release
passes.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.course import Course
from dlcourse.authoring.lint import lint_release, secrets
from dlcourse.authoring.read import load
from dlcourse.core.encoding import to_json
from dlcourse.nbgrader_port.generate import generate_release
from tests.support.course import cell_of

REFERENCE = "squared_lengths = (x * x).sum(axis=1, keepdims=True)"
SHORT = "d = len(x)"
HIDDEN = "return SECRET_SCALE * rows"


@pytest.fixture(scope="module")
def assignment(built_course: Course) -> Assignment:
    return load(built_course.root, "vectors")


@pytest.fixture
def release(built_course: Course, tmp_path: Path) -> Path:
    """A copy of the released folder."""
    shutil.copytree(built_course.root / "release" / "vectors", tmp_path / "vectors")
    return tmp_path / "vectors"


@pytest.fixture
def lint(assignment: Assignment, release: Path) -> Callable[[], list[str]]:
    return lambda: lint_release(assignment, release)


@pytest.fixture
def edit(release: Path) -> Callable[..., Any]:
    """Applies a function to the released notebook."""

    def change(function: Any) -> None:
        path = release / "vectors.ipynb"
        notebook = nbformat.read(path, as_version=4)
        function(notebook)
        path.write_text(json.dumps(notebook))

    return change


@pytest.mark.parametrize("slug", ["toy", "vectors"])
def test_clean_release_passes(built_course: Course, slug: str) -> None:
    assert lint_release(load(built_course.root, slug), built_course.root / "release" / slug) == []


def test_instructors_notebook_does_not_pass(built_course: Course, assignment: Assignment) -> None:
    found = "\n".join(lint_release(assignment, built_course.root / "source" / "vectors"))
    for name in ("normalise", "cosine", "centroid", "jitter"):
        assert f"a line of the reference of {name}" in found
    for name in (
        "rows_have_length_one",
        "vectors_are_refused",
        "measured_rows",
        "rows_come_in_parts",
        "mean_and_spread",
    ):
        assert f"a line of hidden probe {name}" in found
    assert "BEGIN SOLUTION" in found and "BEGIN HIDDEN TESTS" in found


def test_secrets_hold_references_probes_helpers_and_judges(assignment: Assignment) -> None:
    found = secrets(assignment)
    assert found["ifx.ndim!=2:"] == "the reference of normalise"
    assert found["SECRET_SCALE=7.25"] == "hidden probe rows_have_length_one"
    assert found["lengths_squared=(result**2).sum(axis=1)"] == "hidden probe rows_have_length_one"
    assert not any("three_four" in line or line.startswith("importnumpy") for line in found)


# ---- files: most come through nbgrader's own generate_assignment -----------------------------------------------------

PLANTED = [
    ".env", ".git/config", ".git/objects/ab/cd", "vectors.ipynb.bak", "vectors.py", "vectors_solution.ipynb", "tests_hidden.py", "answers.txt",
    "data/vectors/extra.csv", "data/other/table.csv", "nested/folder/key.txt", ".ipynb_checkpoints/vectors-checkpoint.ipynb", "Vectors.ipynb",
    "probes.py", "nested/__init__.py", "~vectors.ipynb", "gradebook.db", "cheques.json", "checks.json~", "data/vectors/.table.csv.swp",
]  # fmt: skip


@pytest.fixture(scope="module")
def leaked(
    built_course: Course, assignment: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """A release that nbgrader made from a source folder with secrets in it, and what the linter
    says about it.
    """
    root = tmp_path_factory.mktemp("leaks")
    shutil.copytree(built_course.root / "source" / "vectors", root / "source" / "vectors")
    for name in PLANTED:
        path = root / "source" / "vectors" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            nbformat.writes(nbformat.v4.new_notebook()) if name.endswith(".ipynb") else "secret"
        )
    generate_release(root, "vectors", f"sqlite:///{root}/gradebook.db")
    folder = root / "release" / "vectors"
    return folder, lint_release(assignment, folder)


def test_nbgrader_does_copy_most_of_what_is_planted(leaked: tuple[Path, list[str]]) -> None:
    folder, _ = leaked
    assert sum((folder / name).exists() for name in PLANTED) >= 16


@pytest.mark.parametrize("name", PLANTED)
def test_planted_file_is_caught(
    leaked: tuple[Path, list[str]], release: Path, lint: Callable[[], list[str]], name: Any
) -> None:
    folder, found = leaked
    if not (
        folder / name
    ).exists():  # nbgrader's own list of what to leave out: then it was put there by hand
        (release / name).parent.mkdir(parents=True, exist_ok=True)
        (release / name).write_text("secret")
        found = lint()
    assert f"{name}: not on the list of what a release may hold" in found


def test_empty_folder_is_caught(lint: Callable[[], list[str]], release: Path) -> None:
    (release / ".git" / "refs").mkdir(parents=True)
    assert ".git/: a folder not on the list of what a release may hold" in lint()


@pytest.mark.parametrize("target", ["vectors.ipynb", "/etc/passwd", "nowhere", "."])
def test_symbolic_link_is_caught(lint: Callable[[], list[str]], release: Path, target: str) -> None:
    (release / "link").symlink_to(target)
    assert "link: a symbolic link" in lint()


def test_link_in_place_of_an_expected_file_is_caught(
    lint: Callable[[], list[str]], release: Path, built_course: Course
) -> None:
    (release / "checks.json").unlink()
    (release / "checks.json").symlink_to(built_course.root / "source" / "vectors" / "checks.json")
    assert {"checks.json: a symbolic link", "checks.json: missing"} <= set(lint())


def test_release_folder_that_is_a_link_is_caught(assignment: Assignment, release: Path) -> None:
    link = release.parent / "link"
    link.symlink_to(release)
    assert lint_release(assignment, link) == ["link: a symbolic link"]


def test_fifo_is_caught(lint: Callable[[], list[str]], release: Path) -> None:
    os.mkfifo(release / "pipe")
    assert lint() == ["pipe: neither a file nor a folder"]


@pytest.mark.parametrize("name", ["vectors.ipynb", "checks.json", "data/vectors/table.csv"])
def test_missing_file_is_caught(lint: Callable[[], list[str]], release: Path, name: str) -> None:
    (release / name).unlink()
    assert lint() == [f"{name}: missing"]


def test_changed_data_file_is_caught(lint: Callable[[], list[str]], release: Path) -> None:
    (release / "data" / "vectors" / "table.csv").write_text("1,2,3\n")
    (problem,) = lint()
    assert problem.startswith("data/vectors/table.csv: differs from solutions/")


def test_missing_folder(assignment: Assignment, tmp_path: Path) -> None:
    assert lint_release(assignment, tmp_path / "vectors") == [
        "vectors: no such folder; run `dlcourse build vectors`"
    ]


# ---- the notebook ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "grade_id",
    ["text-02", "given-01", "question-cosine", "test-three_four", "test-measured_rows", "demo-01"],
)
@pytest.mark.parametrize(
    "line",
    [
        REFERENCE,
        SHORT,
        HIDDEN,
        "   squared_lengths=(x*x) .sum(axis = 1,keepdims=True)",
        "c.add(rows[:3])",
    ],
)
def test_line_of_a_reference_or_hidden_probe_in_any_cell(
    edit: Callable[..., Any], lint: Callable[[], list[str]], grade_id: str, line: Any
) -> None:
    edit(
        lambda nb: cell_of(nb, grade_id).update(
            source=cell_of(nb, grade_id).source + "\n# see:\n" + line
        )
    )
    assert any(": a line of " in problem for problem in lint())


def test_line_in_a_source_given_as_a_list(
    edit: Callable[..., Any], lint: Callable[[], list[str]]
) -> None:
    edit(
        lambda nb: cell_of(nb, "text-02").update(source=["text\n", REFERENCE[:20], REFERENCE[20:]])
    )
    assert any("a line of the reference of normalise" in p for p in lint())


@pytest.mark.parametrize(
    "marker",
    [
        "### BEGIN SOLUTION", "### END SOLUTION", "### begin solution", "### Begin Solution", "# BEGIN SOLUTION", "### BEGIN_SOLUTION", "### BEGINSOLUTION",
        "### BEGIN SOLUTON", "### BEGIN SOLUTIN", "### BEGN SOLUTION", "### BEGIN HIDDEN TESTS", "### BEGIN HIDEN TESTS", "### end hidden tests",
        "=== BEGIN MARK SCHEME ===", "    ### BEGIN SOLUTION ###",
    ],
)  # fmt: skip
def test_markers_right_or_wrong(
    edit: Callable[..., Any], lint: Callable[[], list[str]], marker: str
) -> None:
    edit(
        lambda nb: cell_of(nb, "question-normalise").update(
            source=f"def normalise(x):\n    pass\n{marker}\n"
        )
    )
    assert any("marker" in p for p in lint())


def test_marker_in_a_markdown_cell(edit: Callable[..., Any], lint: Callable[[], list[str]]) -> None:
    edit(lambda nb: cell_of(nb, "text-02").update(source="text\n### BEGIN SOLUTION\nanswer"))
    assert any("a solution or hidden-test marker: '### BEGIN SOLUTION'" in p for p in lint())


@pytest.mark.parametrize(
    "text",
    [
        "We append hidden states and extend hidden layers.",
        "# The end\n\nSolutions are unique.",
        "The legend marks both.",
    ],
)
def test_prose_is_no_marker(
    edit: Callable[..., Any], lint: Callable[[], list[str]], text: str
) -> None:
    edit(lambda nb: cell_of(nb, "text-02").update(source=text))
    assert lint() == []


def first(notebook: NotebookNode, kind: str) -> Any:
    return next(c for c in notebook.cells if c.cell_type == kind)


CHANGES = {
    "raw cell": lambda nb: nb.cells.append(nbformat.v4.new_raw_cell("secret")),
    "cell of a new kind": lambda nb: nb.cells.append({"cell_type": "heading", "source": "x", "metadata": {}}),
    "cell that is no cell": lambda nb: nb.cells.append("secret"),
    "attachment of markdown": lambda nb: first(nb, "markdown").update(attachments={"a.png": {"image/png": "AAAA"}}),
    "attachment of code": lambda nb: first(nb, "code").update(attachments={}),
    "cell metadata": lambda nb: first(nb, "code").metadata.update(answer="secret"),
    "markdown cell metadata": lambda nb: first(nb, "markdown").metadata.update(jupyter={"source_hidden": True}),
    "nbgrader metadata": lambda nb: first(nb, "code").metadata.nbgrader.update(remove="secret"),
    "text in nbgrader metadata": lambda nb: first(nb, "code").metadata.nbgrader.update(checksum="the answer is 42"),
    "tree in nbgrader metadata": lambda nb: first(nb, "code").metadata.nbgrader.update(points={"secret": 1}),
    "nbgrader metadata of no form": lambda nb: first(nb, "code").metadata.update(nbgrader="secret"),
    "cell metadata of no form": lambda nb: first(nb, "code").update(metadata=["secret"]),
    "tags": lambda nb: first(nb, "code").metadata.update(tags=["skip-execution"]),
    "two tags": lambda nb: first(nb, "code").metadata.update(tags=["demo", "secret"]),
    "tags of no form": lambda nb: first(nb, "code").metadata.update(tags={"demo": "secret"}),
    "outputs": lambda nb: first(nb, "code").update(outputs=[nbformat.v4.new_output("stream", text="42")]),
    "execution count": lambda nb: first(nb, "code").update(execution_count=3),
    "notebook metadata": lambda nb: nb.metadata.update(celltoolbar="Create Assignment"),
    "widget state": lambda nb: nb.metadata.update(widgets={"application/vnd.jupyter.widget-state+json": {"state": {}}}),
    "jupytext pairing": lambda nb: nb.metadata.update(jupytext={"formats": "ipynb,py:percent"}),
    "kernelspec with more": lambda nb: nb.metadata.kernelspec.update(env={"KEY": "secret"}),
    "language info with more": lambda nb: nb.metadata.language_info.update(version="secret"),
    "top-level key": lambda nb: nb.update(secret="answer"),
    "reference as a grade id": lambda nb: first(nb, "code").metadata.nbgrader.update(grade_id=REFERENCE),
    "reference as a kernel's name": lambda nb: nb.metadata.kernelspec.update(display_name=REFERENCE),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_secret_in_the_notebook_is_caught(
    edit: Callable[..., Any], lint: Callable[[], list[str]], what: Any
) -> None:
    edit(CHANGES[what])
    assert lint() != []


@pytest.mark.parametrize(
    "content", [b"", b"no json", b"[]", b"3", b"{}", b'{"cells": 3}', b"\xff\xfe", b"[" * 100_000]
)
def test_notebook_that_is_none_is_caught(
    lint: Callable[[], list[str]], release: Path, content: Any
) -> None:
    (release / "vectors.ipynb").write_bytes(content)
    assert any(line.startswith("vectors.ipynb: no ") for line in lint())


def test_quotes_and_backslashes_do_not_hide_a_line(
    edit: Callable[..., Any], lint: Callable[[], list[str]]
) -> None:
    line = 'raise ValueError(f"a matrix, please, not {x.ndim} axes")'
    edit(lambda nb: nb.metadata.kernelspec.update(display_name=line))
    assert any(
        "outside the cells' sources: a line of the reference of normalise" in p for p in lint()
    )


# ---- checks.json -----------------------------------------------------------------------------------------------------


def _hidden(document: Any) -> None:
    document["probes"]["measured_rows"] = document["probes"]["right_angle"]


RESULTS = {
    "hidden probe": (_hidden, "results of 'measured_rows', which is no public probe"),
    "unknown probe": (
        lambda d: d["probes"].update(extra=d["probes"]["right_angle"]),
        "'extra' is not on the list",
    ),
    "top-level key": (lambda d: d.update(hidden={"a": 1}), "'hidden' is not on the list"),
    "key of a probe": (
        lambda d: d["probes"]["right_angle"].update(answer=to_json(1.0)),
        "'answer' is not on the list",
    ),
    "key of a question": (
        lambda d: d["questions"]["cosine"].update(reference="..."),
        "'reference' is not on the list",
    ),
    "unknown question": (lambda d: d["questions"].update(other={}), "'other' is not on the list"),
    "foreign mistake": (
        lambda d: d["probes"]["right_angle"]["mistakes"].append(
            {"name": "measured_rows", "hint": "", "result": to_json(2.0)}
        ),
        "a mistake of right_angle that is none of misconceptions.py",
    ),
    "key of a mistake": (
        lambda d: d["probes"]["right_angle"]["mistakes"][0].update(edit="..."),
        "'edit' is not on the list",
    ),
    "reference as a title": (
        lambda d: d["probes"]["right_angle"].update(title=REFERENCE),
        "a line of the reference of normalise",
    ),
    "reference as a hint": (
        lambda d: d["probes"]["right_angle"]["mistakes"][0].update(hint=HIDDEN),
        "a line of hidden probe",
    ),
    "key of a cell": (lambda d: d["cells"][0].update(outputs=[]), "'outputs' is not on the list"),
    "reference in a cell": (
        lambda d: d["cells"][0].update(source=REFERENCE),
        "checks.json: cell 1: a line of the reference of normalise",
    ),
    "cells of no form": (lambda d: d.update(cells={"secret": 1}), "'secret' is not on the list"),
    "mistakes of no form": (
        lambda d: d["probes"]["right_angle"].update(mistakes={"secret": 1}),
        "'secret' is not on the list",
    ),
    "probes of no form": (lambda d: d.update(probes=["secret"]), "no dictionary"),
}


@pytest.mark.parametrize("what", RESULTS)
def test_secret_in_checks_is_caught(
    lint: Callable[[], list[str]], release: Path, what: Any
) -> None:
    change, message = RESULTS[what]
    path = release / "checks.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    assert any(message in line for line in lint()), lint()


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"\xff\xfe", b"null"])
def test_checks_that_are_none_are_caught(
    lint: Callable[[], list[str]], release: Path, content: bytes
) -> None:
    (release / "checks.json").write_bytes(content)
    assert any(line.startswith("checks.json: no ") for line in lint())
