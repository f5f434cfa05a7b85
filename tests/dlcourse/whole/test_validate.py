"""`nbgrader validate` of a course's notebook: a line for each test that does not pass."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dlcourse.authoring.course import Course
from dlcourse.authoring.read import load
from dlcourse.nbgrader_port.validate import CourseValidator, checked_test, what_is_wrong
from tests.support.commands import nbgrader
from tests.support.course import answered, perfect, released

TEST = 'def two_axes(f):\n    """A right angle."""\n\n\ncheck(two_axes)'


@pytest.fixture
def validated(built_course: Course, tmp_path: Path) -> Iterator[Any]:
    """Validates a notebook next to its release; gives the lines."""
    folder = built_course.root / tmp_path.name
    shutil.copytree(built_course.root / "release" / "vectors", folder)

    def run(notebook: nbformat.NotebookNode) -> list[str]:
        nbformat.write(notebook, folder / "vectors.ipynb")
        said = nbgrader(built_course, "validate", str(folder / "vectors.ipynb"))
        return [line for line in said.splitlines() if line and not line.startswith("[")]

    yield run
    shutil.rmtree(folder)


def test_right_work_is_a_success(validated: Any, built_course: Course) -> None:
    assert validated(perfect(built_course, "vectors")) == [
        "Success! Your notebook passes all the tests."
    ]


def test_a_wrong_function_is_a_line_for_each_test(validated: Any, built_course: Course) -> None:
    assignment = load(built_course.root, "vectors")
    wrong = next(m for m in assignment.misconceptions if m.name == "not_normalised")
    answers = {q.name: q.source for q in assignment.questions.values()}
    notebook = answered(built_course, "vectors", answers | {"cosine": assignment.edited(wrong)})
    head, of, right_angle, one_row = validated(notebook)
    assert head.startswith("VALIDATION FAILED ON 2 CELL(S)!") and of == "receive full credit."
    assert right_angle == (
        "right_angle: 1 of 2 values differs (shape (2, 1)); the largest difference is 1, at [1, 0]: yours 2, expected 1. "
        "Looks like not normalised: A product of rows that have not length 1 is no cosine."
    )
    assert one_row == (
        "one_row: the value differs (shape (1,)): yours 1, expected 0.707107. "
        "This question uses cosine, whose own tests fail: look there first."
    )


def test_what_is_not_written_is_a_line(validated: Any, built_course: Course) -> None:
    public = [p for p in load(built_course.root, "vectors").probes.values() if p.spec.public]
    assert validated(released(built_course, "vectors"))[2:] == [
        f"{p.spec.name}: not written yet" for p in public
    ]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("✗ failed · f · A right\n  angle.\n  yours is 1,\n  expected 2\n  at cell f, line 2: f(1)", "yours is 1, expected 2"),
        ("✗ failed · f · A right angle.", "failed"),
        ("\x1b[31m---\x1b[0m\nTraceback\n\nNameError: name 'check' is not defined\n", "NameError: name 'check' is not defined"),
        ("checks.json is missing", "checks.json is missing"),
        ("", "failed"),
    ],
)  # fmt: skip
def test_the_line_says_what_is_wrong(error: str, line: str) -> None:
    test = checked_test(TEST)
    assert test is not None and what_is_wrong(error, test) == line


@pytest.mark.parametrize("source", ["assert f(1) == 2", "check(two_axes)", "check(", "x = 1", ""])
def test_what_is_no_test_of_ours(source: str) -> None:
    assert checked_test(source) is None


def test_cells_of_other_courses_are_shown_as_nbgrader_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cell = nbformat.v4.new_code_cell("assert 1 == 2, 'no'")
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "grade": True, "solution": False, "locked": False, "task": False, "points": 1, "grade_id": "x", "cell_type": "code",
    }  # fmt: skip
    path = tmp_path / "other.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    said = io.StringIO()
    monkeypatch.setattr(CourseValidator, "stream", said)
    CourseValidator().validate_and_print(str(path))
    assert "The following cell failed:\n\n    assert 1 == 2, 'no'" in said.getvalue()
    assert "Traceback" in said.getvalue()
