"""nbgrader's own commands on the scratch course, run as an instructor runs them."""

import copy
import csv
import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dlcourse.authoring.course import Course
from dlcourse.authoring.read import load
from dlcourse.core.evidence import NotRun
from dlcourse.core.notebook_file import Submission
from dlcourse.executor.warm import Warm
from tests.support.commands import nbgrader
from tests.support.course import (
    answered,
    cell_of,
    copy_course,
    hand_in,
    perfect,
    rebuilt,
    released,
    write_config,
)
from tests.support.gradebooks import gradebook_tables, totals
from tests.support.students import (
    BAD_STAMPS,
    EXPECTED,
    FULL,
    GOOD_STAMPS,
    UNREADABLE,
    hand_in_samples,
    handed_in,
)


def graded(course: Course, student: str, slug: str = "vectors") -> Any:
    return nbformat.read(
        course.root / "autograded" / student / slug / f"{slug}.ipynb", as_version=4
    )


# ---- the sample class ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("student", EXPECTED)
def test_student_gets_what_a_person_would_give(nbgraded: tuple[Course, str], student: Any) -> None:
    course, _ = nbgraded
    assert totals(course.root / "gradebook.db", "vectors")[student] == EXPECTED[student]


def test_nobody_is_left_for_manual_grading(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    grades = gradebook_tables(course.root / "gradebook.db")["grades"]
    assert len(grades) == 9 * len(EXPECTED)
    assert {(manual, extra, needs) for *_, manual, extra, needs in grades} == {(None, None, 0)}


@pytest.mark.parametrize("probe", ["three_four", "rows_have_length_one", "vectors_are_refused", "right_angle", "measured_rows", "one_row", "rows_come_in_parts", "shape_of_noise", "mean_and_spread"])  # fmt: skip
def test_each_probe_fails_on_the_stub_and_passes_on_the_reference(
    nbgraded: tuple[Course, str], probe: str
) -> None:
    course, _ = nbgraded
    found = {
        s: score
        for s, _, cell, score, *_ in gradebook_tables(course.root / "gradebook.db")["grades"]
        if cell == f"test-{probe}"
    }
    assert found["untouched"] == 0
    assert (
        found["perfect"]
        == found["alternative"]
        == load(course.root, "vectors").probes[probe].spec.points
    )


def test_untouched_cells_are_commented_as_nbgrader_does(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    comments = {
        (s, cell): auto
        for s, _, cell, auto, _ in gradebook_tables(course.root / "gradebook.db")["comments"]
    }
    assert comments["untouched", "question-cosine"] == "No response."
    assert comments["half", "question-cosine"] == "No response."
    assert (
        comments["half", "question-jitter"] is None
        and comments["perfect", "question-cosine"] is None
    )


def test_timestamps_that_are_none_are_ignored_and_good_ones_kept(
    nbgraded: tuple[Course, str],
) -> None:
    course, _ = nbgraded
    stamps = {
        s: stamp for s, _, stamp, _ in gradebook_tables(course.root / "gradebook.db")["submissions"]
    }
    assert stamps["perfect"].startswith("2026-03-01 12:00:00") and stamps["half"].startswith(
        "2026-03-0"
    )
    assert all(stamps[s] for s in GOOD_STAMPS)
    assert {stamps[s] for s in BAD_STAMPS} == {None}


def test_submitted_files_are_never_changed(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    assert handed_in(course) == json.loads((course.root / "handed_in.json").read_text())


@pytest.mark.parametrize("student", sorted(UNREADABLE))
def test_unreadable_submission_is_said_on_its_page(
    nbgraded: tuple[Course, str], student: Any
) -> None:
    course, output = nbgraded
    notes = graded(course, student).metadata["dlcourse"]["notes"]
    assert notes and f"{student}: {notes[0]}" in output


def test_graded_notebooks_hold_nothing_of_the_submission_but_sources(
    nbgraded: tuple[Course, str],
) -> None:
    course, _ = nbgraded
    forged, plain = graded(course, "forged"), graded(course, "untouched")
    assert [
        (c.source, c.metadata.get("nbgrader")) for c in forged.cells if "nbgrader" in c.metadata
    ] == [(c.source, c.metadata.get("nbgrader")) for c in plain.cells]
    assert not any(
        c.metadata.get("tags")
        for c in forged.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") != "demo-01"
    )
    notes = forged.metadata["dlcourse"]["notes"]
    assert notes and all(note.endswith("was changed; the change was not used") for note in notes)


def test_graded_notebooks_are_valid(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    for student in EXPECTED:
        nbformat.validate(graded(course, student))


def test_test_cells_hold_verdicts_and_hints(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    (output,) = cell_of(graded(course, "columns"), "test-three_four").outputs
    assert output.output_type == "error" and output.ename == "columns_normalised"
    assert "It is the rows that get length 1." in output.traceback
    (output,) = cell_of(graded(course, "perfect"), "test-three_four").outputs
    assert output.output_type == "display_data"


def test_reason_names_the_earlier_question(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    (output,) = cell_of(graded(course, "ends_python"), "test-one_row").outputs
    assert any("This question uses cosine" in line for line in output.traceback)


def test_nothing_of_a_submission_is_copied(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    for student in ("missing", "perfect", "renamed"):
        names = sorted(
            p.name
            for p in (course.root / "autograded" / student / "vectors").rglob("*")
            if p.is_file()
        )
        assert [n for n in names if not n.endswith(("timestamp.txt", "submission_secret.txt"))] == [
            "checks.json",
            "table.csv",
            "vectors.ipynb",
        ]


def test_no_process_and_no_folder_is_left_behind(nbgraded: tuple[Course, str]) -> None:
    course, _ = nbgraded
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            assert str(course.root) not in os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue


# ---- running again ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_graded(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = copy_course(built_course, tmp_path_factory.mktemp("two") / "course")
    hand_in_samples(course, {"perfect", "columns"})
    nbgrader(course, "autograde", "vectors")
    return course


@pytest.fixture
def small(two_graded: Course, tmp_path: Path) -> Course:
    """A class of two, graded."""
    return copy_course(two_graded, tmp_path / "course")


def test_interrupted_and_newer_submissions_are_graded_again_and_others_are_not(
    small: Course,
) -> None:
    hand_in(small, "third", "vectors", perfect(small, "vectors"))
    # killed before the verdicts: the folder is there, the notebook in it is only sanitised, the
    # database has no grades
    path = small.root / "autograded" / "columns" / "vectors" / "vectors.ipynb"
    path.chmod(0o644)
    shutil.copy(small.root / "submitted" / "columns" / "vectors" / "vectors.ipynb", path)
    with sqlite3.connect(small.root / "gradebook.db") as database:
        database.execute("update grade set auto_score = null")
    # killed even earlier: an empty folder
    (small.root / "autograded" / "third" / "vectors").mkdir(parents=True)
    nbgrader(small, "autograde", "vectors")
    found = {
        s: score
        for s, _, cell, score, *_ in gradebook_tables(small.root / "gradebook.db")["grades"]
        if cell == "test-mean_and_spread"
    }
    assert found == {
        "columns": 4.0,
        "third": 4.0,
        "perfect": None,
    }  # perfect was complete and is left alone
    hand_in(
        small, "perfect", "vectors", released(small, "vectors"), "2026-04-01 12:00:00.000000 UTC"
    )
    nbgrader(small, "autograde", "vectors")
    assert totals(small.root / "gradebook.db", "vectors") == {
        "columns": 6.5,
        "third": FULL,
        "perfect": 0.0,
    }


def test_force_grades_again_and_keeps_manual_grades(small: Course) -> None:
    with sqlite3.connect(small.root / "gradebook.db") as database:
        database.execute("update grade set auto_score = 0.25, manual_score = 1.25")
    nbgrader(small, "autograde", "vectors", "--force", "--student", "columns")
    grades = gradebook_tables(small.root / "gradebook.db")["grades"]
    assert {
        (auto, manual, needs)
        for s, _, c, auto, manual, _, needs in grades
        if s == "columns" and c == "test-shape_of_noise"
    } == {(1.0, 1.25, 1)}
    assert {auto for s, _, _, auto, *_ in grades if s == "perfect"} == {0.25}


def test_stale_source_is_refused_with_the_cure(small: Course) -> None:
    script = small.root / "solutions" / "vectors.py"
    script.write_text(
        script.read_text().replace("import numpy as np\n", "import math\n\nimport numpy as np\n", 1)
    )
    output = nbgrader(small, "autograde", "vectors", "--force", status=1)
    assert (
        "source/vectors/vectors.ipynb is stale: solutions/ or tests/ changed; run `dlcourse build vectors`"
        in output
    )
    assert totals(small.root / "gradebook.db", "vectors") == {"columns": 6.5, "perfect": FULL}
    assert (small.root / "autograded" / "perfect" / "vectors" / "vectors.ipynb").is_file()


def test_no_submission_at_all(course: Course) -> None:
    assert "No notebooks were matched by" in nbgrader(course, "autograde", "vectors", status=1)


# ---- a term: release, fetch, submit, collect, autograde, feedback, export --------------------------------------------


@pytest.fixture(scope="module")
def term(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Any]:
    """The course after one student went all the way through the exchange."""
    course = copy_course(built_course, tmp_path_factory.mktemp("term") / "course")
    shutil.rmtree(course.root / "release")
    (course.root / "gradebook.db").unlink()
    nbgrader(course, "generate_assignment", "vectors")
    nbgrader(course, "release_assignment", "vectors")
    desk = tmp_path_factory.mktemp("desk")
    write_config(course.root)
    shutil.copy(course.root / "nbgrader_config.py", desk)
    nbgrader(course, "fetch_assignment", "vectors", "--course", "scratch", cwd=desk)
    path = desk / "vectors" / "vectors.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for question in ("normalise", "cosine"):
        cell_of(notebook, f"question-{question}").source = (
            load(course.root, "vectors").questions[question].source
        )
    nbformat.write(notebook, path)
    fetched = sorted(
        p.relative_to(desk / "vectors").as_posix()
        for p in (desk / "vectors").rglob("*")
        if p.is_file()
    )
    nbgrader(course, "submit", "vectors", "--course", "scratch", cwd=desk)
    nbgrader(course, "collect", "vectors")
    nbgrader(course, "autograde", "vectors")
    nbgrader(course, "generate_feedback", "vectors")
    nbgrader(course, "release_feedback", "vectors")
    nbgrader(course, "export")
    return course, fetched


def test_student_fetches_what_was_released(term: tuple[Course, Any]) -> None:
    assert term[1] == ["checks.json", "data/vectors/table.csv", "vectors.ipynb"]


def test_term_ends_with_the_right_score(term: tuple[Course, Any]) -> None:
    (score,) = totals(term[0].root / "gradebook.db", "vectors").values()
    assert score == 7.5


def test_export_lists_the_student(term: tuple[Course, Any]) -> None:
    with (term[0].root / "grades.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [
        (r["assignment"], r["score"], r["max_score"]) for r in rows if r["assignment"] == "vectors"
    ] == [("vectors", "7.5", "16.5")]
    assert rows[0]["timestamp"]


def test_feedback_page_is_there_and_shows_no_hidden_test(term: tuple[Course, Any]) -> None:
    (page,) = (term[0].root / "feedback").rglob("vectors.html")
    text = page.read_text()
    assert "Two thousand copies." in text and "7.5" in text
    for word in ("SECRET_SCALE", "_wide", "BEGIN HIDDEN", "rng.standard_normal"):
        assert word not in text


# ---- P6: a plain nbgrader assignment in the same course --------------------------------------------------------------

_PLAIN: list[tuple[str, str, str, dict[str, Any]]] = [
    ("answer", "code", "### BEGIN SOLUTION\nx = 2\n### END SOLUTION", {"solution": True}),
    (
        "right",
        "code",
        "### BEGIN HIDDEN TESTS\nassert x == 2\n### END HIDDEN TESTS",
        {"grade": True, "locked": True, "points": 1},
    ),
    ("partial", "code", "min(max(x, 0), 4)", {"grade": True, "locked": True, "points": 4}),
    ("essay", "markdown", "Answer", {"grade": True, "solution": True, "points": 3}),
]


@pytest.fixture(scope="module")
def plain(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A course with an assignment of nbgrader's own kind, which course.toml does not name, graded."""
    course = copy_course(built_course, tmp_path_factory.mktemp("plain") / "course")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for grade_id, kind, source, more in _PLAIN:
        new: Any = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        cell = new(source)
        cell.metadata["nbgrader"] = {
            "grade": False,
            "solution": False,
            "locked": False,
            "task": False,
            "schema_version": 3,
            "grade_id": grade_id,
            **more,
        }
        notebook.cells.append(cell)
    folder = course.root / "source" / "plain"
    folder.mkdir()
    nbformat.write(notebook, folder / "plain.ipynb")
    nbgrader(course, "generate_assignment", "plain")
    sources: dict[str, str | None] = {"right": "x = 2", "some": "x = 3", "stub": None}
    for student, answer in sources.items():
        theirs = released(course, "plain")
        if answer:
            cell_of(theirs, "answer").source = answer
            cell_of(theirs, "essay").source = "My essay"
        (hand_in(course, student, "plain", theirs) / "own.txt").write_text("kept")
    broken = hand_in(course, "broken", "plain", b"junk")
    output = nbgrader(course, "autograde", "plain", status=1)
    return course, output, broken


def test_plain_assignment_is_released_as_nbgrader_does(plain: Any) -> None:
    found = released(plain[0], "plain")
    assert (
        cell_of(found, "answer").source == "raise NotImplementedError"
        and cell_of(found, "right").source == ""
    )


def test_plain_assignment_keeps_partial_credit_and_manual_cells(plain: Any) -> None:
    grades = {
        (s, c): (auto, needs)
        for s, a, c, auto, _, _, needs in gradebook_tables(plain[0].root / "gradebook.db")["grades"]
        if a == "plain"
    }
    assert grades["right", "right"] == (1, 0) and grades["right", "partial"] == (2, 0)
    assert grades["some", "right"] == (0, 0) and grades["some", "partial"] == (3, 0)
    assert grades["stub", "right"] == (0, 0) and grades["stub", "partial"] == (0, 0)
    assert grades["right", "essay"] == (None, 1) and grades["stub", "essay"] == (0, 0)


def test_plain_assignment_keeps_outputs_and_the_students_files(plain: Any) -> None:
    assert (
        cell_of(graded(plain[0], "some", "plain"), "partial").outputs[0].output_type
        == "execute_result"
    )
    assert (plain[0].root / "autograded" / "right" / "plain" / "own.txt").read_text() == "kept"
    assert "dlcourse" not in graded(plain[0], "right", "plain").metadata


def test_plain_assignments_unreadable_notebook_fails_as_nbgrader_says(plain: Any) -> None:
    assert "There was an error processing assignment 'plain' for student 'broken'" in plain[1]


# ---- inside one process ----------------------------------------------------------------------------------------------


def test_configuration_names_our_preprocessors_in_nbgraders_lists() -> None:
    from nbgrader.converters import Autograde
    from traitlets.config import Config

    from dlcourse.nbgrader_port import configure
    from dlcourse.nbgrader_port import plugins as autograde

    config = Config()
    configure(config)
    sanitise, run = (
        config.Autograde.sanitize_preprocessors,
        config.Autograde.autograde_preprocessors,
    )
    assert (
        sanitise[0] is autograde.Rebuild
        and sanitise[1:] == Autograde.sanitize_preprocessors.default()
    )
    names = [c.__name__ for c in run]
    assert (
        names.index("Execute") + 1 == names.index("WriteVerdicts") < names.index("SaveAutoGrades")
    )
    assert autograde.StockExecute not in run


def test_grader_is_made_again_when_the_course_changes(
    course: Course, monkeypatch: pytest.MonkeyPatch, warm: Warm
) -> None:
    from dlcourse.nbgrader_port import plugins as autograde
    from dlcourse.nbgrader_port.generate import build

    monkeypatch.chdir(course.root)
    monkeypatch.setattr(autograde, "WARM", warm)
    first = autograde.grader_for("vectors")
    assert autograde.grader_for("vectors") is first and autograde.grader_for("plain") is None
    script = course.root / "solutions" / "vectors.py"
    script.write_text(
        script.read_text().replace("import numpy as np\n", "import math\n\nimport numpy as np\n", 1)
    )
    os.utime(script, (4e9, 4e9))
    build(course, "vectors", warm)
    second = autograde.grader_for("vectors")
    assert first is not None and second is not None and second is not first
    assert second.references.key != first.references.key


def test_no_grader_outside_of_a_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlcourse.nbgrader_port import plugins as autograde

    monkeypatch.chdir(tmp_path)
    assert autograde.grader_for("vectors") is None


def test_dead_warm_process_is_replaced(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlcourse.nbgrader_port import plugins as autograde

    monkeypatch.chdir(course.root)
    grader = autograde.grader_for("vectors")
    assert grader is not None
    notebook = rebuilt(grader, Submission.unwrap(perfect(course, "vectors")))
    resources: dict[str, Any] = {"nbgrader": {"assignment": "vectors", "student": "a"}}
    with Warm() as warm:
        monkeypatch.setattr(autograde, "WARM", warm)
        for _ in ("before anything was run", "later"):
            first = warm.start()
            os.kill(first._process.pid, 9)
            first._process.wait()
            autograde.Execute().preprocess(copy.deepcopy(notebook), resources)
            assert warm.start() is not first
            results = resources["dlcourse_judged"].record.results
            assert set(results) == set(load(course.root, "vectors").probes) and json.dumps(
                sorted(results)
            )
            assert not any(isinstance(r, NotRun) for r in results.values())


def test_answered_helper_replaces_the_named_cell_only(built_course: Course) -> None:
    notebook = answered(built_course, "vectors", {"cosine": "x"})
    assert (
        cell_of(notebook, "question-cosine").source == "x"
        and "NotImplementedError" in cell_of(notebook, "question-jitter").source
    )
