"""`dlcourse check` says in a terminal what the notebook says, and names file and cure when it
cannot.
"""

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from rich.console import Console

from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.errors import CourseError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.student.terminal import check_notebook
from dlcourse.tour.samples import sample_class
from tests.support.commands import environment
from tests.support.course import REPOSITORY, answered, cell_of, perfect, released

SLUGS = list(read_course(REPOSITORY).entries)


@pytest.fixture
def student(built_course: Course, tmp_path: Path) -> Callable[..., Path]:
    """A student's folder of `vectors`; call it with the notebook to be checked."""
    folder = tmp_path / "vectors"
    shutil.copytree(built_course.root / "release" / "vectors", folder)

    def put(notebook: NotebookNode) -> Any:
        path = folder / "vectors.ipynb"
        if isinstance(notebook, bytes):
            path.write_bytes(notebook)
        else:
            nbformat.write(notebook, path)
        return path

    return put


def check(path: Path) -> Any:
    """Failures and what was printed."""
    said = io.StringIO()
    console = Console(file=said, width=100)
    failed = check_notebook(path, console, UNSAFE)
    return failed, said.getvalue()


def public(built_course: Course) -> Any:
    return [p.spec for p in load(built_course.root, "vectors").probes.values() if p.spec.public]


def wrong_cosine(built_course: Course) -> Any:
    assignment = load(built_course.root, "vectors")
    one = next(m for m in assignment.misconceptions if m.name == "not_normalised")
    return answered(
        built_course,
        "vectors",
        {q.name: q.source for q in assignment.questions.values()}
        | {"cosine": assignment.edited(one)},
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_right_work_passes_in_the_sandbox(slug: Any, tmp_path: Path) -> None:
    folder = tmp_path / slug
    shutil.copytree(REPOSITORY / "release" / slug, folder)
    path = folder / f"{slug}.ipynb"
    nbformat.write(perfect(read_course(REPOSITORY), slug), path)
    said = io.StringIO()
    console = Console(file=said, width=200)
    assert check_notebook(path, console) == 0, said.getvalue()
    assert "all public tests passed" in said.getvalue()


def test_parts_of_a_result_have_the_names_of_the_docstring(tmp_path: Path) -> None:
    course, folder = read_course(REPOSITORY), tmp_path / "transformer"
    shutil.copytree(REPOSITORY / "release" / "transformer", folder)
    answers = {q.name: q.source for q in load(REPOSITORY, "transformer").questions.values()}
    wrong = "\n    src, tgt = full_masks(src, tgt, pad_id)\n    return src, tgt[:, :, :1]"
    answers["make_masks"] = (
        answers["make_masks"].replace("def make_masks", "def full_masks")
        + "\n\n\ndef make_masks(src, tgt, pad_id):"
        + wrong
    )
    nbformat.write(answered(course, "transformer", answers), folder / "transformer.ipynb")
    said = check(folder / "transformer.ipynb")[1]
    assert "\n  tgt_mask: yours has shape (1, 1, 1, 3), expected (1, 1, 3, 3)" in said
    assert "result[1]" not in said


def test_right_work_passes_every_public_test(
    built_course: Course, student: Callable[..., Path]
) -> None:
    failed, said = check(student(perfect(built_course, "vectors")))
    assert failed == 0 and "all public tests passed" in said
    for probe in public(built_course):
        assert any(line.startswith("✓") and probe.title in line for line in said.splitlines())


def test_an_untouched_notebook_is_not_written_yet(
    built_course: Course, student: Callable[..., Path]
) -> None:
    failed, said = check(student(released(built_course, "vectors")))
    assert failed == len(public(built_course))
    assert "not written yet" in said and "Traceback" not in said


def test_a_misconception_gets_its_hint_and_what_builds_on_it_says_so(
    built_course: Course, student: Callable[..., Path]
) -> None:
    failed, said = check(student(wrong_cosine(built_course)))
    assert failed == 2, "the tests of cosine and of centroid, which uses it"
    assert "This question uses cosine, whose own tests fail: look there first" in " ".join(
        said.split()
    )
    assert "Looks like not normalised: A product of rows that have not length 1" in " ".join(
        said.split()
    )


def test_messages_are_those_of_the_notebook(
    built_course: Course, student: Callable[..., Path], tmp_path: Path
) -> None:
    path = student(wrong_cosine(built_course))
    script = "\n".join(
        c.source
        for c in nbformat.read(path, as_version=4).cells
        if c.cell_type == "code" and "@demo" not in c.source
    )
    plain = subprocess.run(
        [sys.executable, "-c", script],
        cwd=path.parent,
        text=True,
        capture_output=True,
        timeout=120,
        check=True,
    )
    _, said = check(path)
    assert said.splitlines()[:-1] == plain.stdout.splitlines()


@pytest.mark.parametrize(
    "who, failures",
    [("own_cells", 0), ("warnings", 0), ("duplicate", 1), ("exit", None), ("endless", None)],
)
def test_work_of_the_sample_class(
    built_course: Course, student: Callable[..., Path], who: str, failures: Any
) -> None:
    release = released(built_course, "vectors")
    sample = next(
        s for s in sample_class(load(built_course.root, "vectors"), release) if s.id == who
    )
    failed, said = check(student(sample.files["vectors.ipynb"]))
    if who == "duplicate":
        # its last cell, a hidden test's, is gone; the copied public test counts once
        failures = 0
    assert failed == failures if failures is not None else 0 < failed < len(public(built_course))
    if who == "exit":
        assert "ended the Python process (exit code 3); it was left out" in said
    if who == "endless":
        assert "took more than" in said


def test_a_deleted_test_is_run_all_the_same(
    built_course: Course, student: Callable[..., Path]
) -> None:
    notebook = wrong_cosine(built_course)
    title = cell_of(notebook, "test-three_four").source
    assert "three_four" in title
    for cell in [c for c in notebook.cells if "check(" in c.source]:
        notebook.cells.remove(cell)
    failed, said = check(student(notebook))
    assert failed == 2 and "✓ normalise · " in said


def test_work_is_put_into_the_released_notebook_as_in_grading(
    built_course: Course, student: Callable[..., Path]
) -> None:
    notebook = perfect(built_course, "vectors")
    given = next(c for c in notebook.cells if c.cell_type == "code" and "import numpy" in c.source)
    given.source += "\nimport math as mathematics"
    test = cell_of(notebook, "test-three_four")
    test.source = test.source.replace("check(", "print(")
    failed, said = check(student(notebook))
    assert failed == 0 and "all public tests passed" in said
    assert re.search(r"note: lines added to the cell \S+ were run as a cell of your own", said)
    assert "note: the cell test-three_four was changed; the change was not used" in said


def test_files_outside_of_the_folder_are_not_read(
    built_course: Course, student: Callable[..., Path], tmp_path: Path
) -> None:
    path = student(perfect(built_course, "vectors"))
    secret = tmp_path / "secret.txt"
    secret.write_text("not for students")
    (path.parent / "data").mkdir(exist_ok=True)
    (path.parent / "data" / "link.txt").symlink_to(secret)
    (path.parent / "data" / "own.txt").write_text("own")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(
        nbformat.v4.new_code_cell("raise KeyError(*sorted(__import__('os').listdir('data')))")
    )
    nbformat.write(notebook, path)
    said = check(path)[1]
    assert "own.txt" in said and "link.txt" not in said
    checks = path.parent / "checks.json"
    (tmp_path / "elsewhere.json").write_bytes(checks.read_bytes())
    checks.unlink()
    checks.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(CourseError, match="leads out of the folder"):
        check(path)


@pytest.mark.parametrize("python, said_so", [("3.4", True), ("3.99", False), ("?", False)])
def test_a_newer_python_than_that_of_the_graders_is_said_once(
    built_course: Course, student: Callable[..., Path], python: str, said_so: bool
) -> None:
    path = student(perfect(built_course, "vectors"))
    checks = path.parent / "checks.json"
    document = json.loads(checks.read_text())
    checks.write_text(json.dumps(document | {"python": python}))
    failed, said = check(path)
    assert failed == 0 and " ".join(said.split()).count("grading uses 3.4") == int(said_so)


def test_an_error_in_a_cell_of_the_students_own_is_shown_and_no_more(
    built_course: Course, student: Callable[..., Path]
) -> None:
    notebook = perfect(built_course, "vectors")
    notebook.cells.insert(1, nbformat.v4.new_code_cell("[bold] = 1/0"))
    failed, said = check(student(notebook))
    assert failed == 0 and "ZeroDivisionError: division by zero" in said and "[bold]" in said


def test_a_notebook_without_metadata_is_checked_all_the_same(
    built_course: Course, student: Callable[..., Path]
) -> None:
    notebook = perfect(built_course, "vectors")
    for cell in notebook.cells:
        cell["metadata"] = {}
    assert check(student(notebook))[0] == 0


def test_a_forbidden_call_is_found(built_course: Course, student: Callable[..., Path]) -> None:
    assignment = load(built_course.root, "vectors")
    barred = next((q for q in assignment.questions.values() if q.forbid), None)
    assert barred is not None, "the fixture has a question with forbid"
    call = barred.forbid[0]
    module, _, name = call.rpartition(".")
    own = f"import {module} as sly\n" + barred.source.replace(
        "### BEGIN SOLUTION", f"### BEGIN SOLUTION\n    sly.{name}(np.ones(3))", 1
    )
    notebook = answered(
        built_course,
        "vectors",
        {q.name: q.source for q in assignment.questions.values()} | {barred.name: own},
    )
    failed, said = check(student(notebook))
    assert failed and call in said


def test_a_test_that_ends_badly_is_named_like_any_other(
    built_course: Course, student: Callable[..., Path]
) -> None:
    ends = "import os\ndef normalise(x):\n    os._exit(3)"
    said = check(student(answered(built_course, "vectors", {"normalise": ends})))[1]
    assert (
        "✗ failed · normalise · The worked example.\n  your code ended the Python process (exit code 3)"
        in said
    )
    broken = perfect(built_course, "vectors")
    broken.cells.insert(2, nbformat.v4.new_code_cell("check = None"))
    assert (
        "✗ failed · normalise · The worked example.\n  TypeError: 'NoneType' object is not callable"
        in check(student(broken))[1]
    )


def test_cells_are_called_as_in_grading(built_course: Course, student: Callable[..., Path]) -> None:
    notebook = perfect(built_course, "vectors")
    notebook.cells += [nbformat.v4.new_code_cell(text) for text in ("y = 1", "x = 1 / 0")]
    assert "✗ your cell 2:" in check(student(notebook))[1]


def run_cli(built_course: Course, *arguments: Any, encoding: str = "utf-8") -> Any:
    """The real command; its exit status and what it said, which must be of the encoding that the
    terminal has.
    """
    done = subprocess.run(
        [sys.executable, "-m", "dlcourse.cli", "check", "--unsafe-no-sandbox", *arguments],
        cwd=built_course.root,
        env={**environment(built_course.root), "PYTHONIOENCODING": encoding},
        encoding=encoding,
        capture_output=True,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


def one_line(built_course: Course, *arguments: Any) -> Any:
    """What a refused command says: one line on stderr, exit status 1, no traceback."""
    status, out, err = run_cli(built_course, *arguments)
    assert status == 1 and out == "", (status, out, err)
    assert err.count("\n") == 1 and err.startswith("error: "), err
    return err


def test_a_folder_is_refused_by_name(built_course: Course, student: Callable[..., Path]) -> None:
    path = student(released(built_course, "vectors"))
    assert "is a folder; name the notebook in it: vectors.ipynb" in one_line(
        built_course, str(path.parent)
    )


def test_a_folder_without_a_notebook_is_refused(built_course: Course, tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder" in one_line(built_course, str(tmp_path))


def test_a_missing_notebook_is_refused_with_those_that_are_there(
    built_course: Course, student: Callable[..., Path]
) -> None:
    path = student(released(built_course, "vectors"))
    assert (
        "no such file; in" in (said := one_line(built_course, str(path.parent / "vector.ipynb")))
        and "vectors.ipynb" in said
    )


@pytest.mark.parametrize(
    "content", [b"", b"[1, 2]", b'{"a": 1}', b'{"cells": [', b"\x89PNG\r\n", b"\xff\xfe{\x00}\x00"]
)
def test_a_file_that_is_no_notebook_is_refused(
    student: Callable[..., Path], content: bytes
) -> None:
    with pytest.raises(CourseError, match="vectors.ipynb is no notebook") as caught:
        check(student(content))
    assert "\n" not in str(caught.value)


def test_json_that_is_no_notebook_is_one_line_on_the_command_line(
    built_course: Course, student: Callable[..., Path]
) -> None:
    assert "vectors.ipynb is no notebook" in one_line(built_course, str(student(b'{"a": 1}')))


def test_fifty_megabytes_of_outputs_do_not_matter(
    built_course: Course, student: Callable[..., Path]
) -> None:
    notebook = perfect(built_course, "vectors")
    cell_of(notebook, "test-three_four").outputs = [
        nbformat.v4.new_output("stream", text="x" * 50_000_000)
    ]
    status, out, err = run_cli(built_course, str(student(notebook)))
    assert status == 0 and "all public tests passed" in out, err


def test_a_missing_checks_file_is_named(built_course: Course, student: Callable[..., Path]) -> None:
    path = student(released(built_course, "vectors"))
    (path.parent / "checks.json").unlink()
    assert "checks.json is missing: it comes with the assignment" in one_line(
        built_course, str(path)
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"probes": 3}', "\x00"])
def test_a_damaged_checks_file_is_named(
    built_course: Course, student: Callable[..., Path], text: str
) -> None:
    path = student(released(built_course, "vectors"))
    (path.parent / "checks.json").write_text(text)
    with pytest.raises(CourseError, match=r"checks\.json is damaged"):
        check(path)


def test_an_unknown_test_is_named_and_the_others_are_checked(
    built_course: Course, student: Callable[..., Path]
) -> None:
    path = student(perfect(built_course, "vectors"))
    checks = path.parent / "checks.json"
    document = json.loads(checks.read_text())
    del document["probes"]["three_four"]
    checks.write_text(json.dumps(document))
    failed, said = check(path)
    assert failed == 1
    assert "has no test 'three_four'" in " ".join(said.split())
    assert said.count("✓") == len(public(built_course)) - 1


def test_a_notebook_of_something_else_is_refused(
    built_course: Course, student: Callable[..., Path]
) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    assert "none of the cells of assignment vectors" in one_line(
        built_course, str(student(notebook))
    )


def test_exit_status_tells_failure(built_course: Course, student: Callable[..., Path]) -> None:
    status, out, _ = run_cli(built_course, str(student(released(built_course, "vectors"))))
    assert status == 1 and "public tests do not pass" in out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_marks_in_a_terminal_that_lacks_them(
    built_course: Course, student: Callable[..., Path], encoding: str
) -> None:
    path = str(student(wrong_cosine(built_course)))
    status, out, err = run_cli(built_course, path, encoding=encoding)
    dot = "-" if encoding == "ascii" else "·"
    assert status == 1 and not err
    assert f"\n+ normalise {dot} " in f"\n{out}" and f"\nx failed {dot} cosine {dot} " in f"\n{out}"


@pytest.mark.parametrize(
    "file, old, new, expected",
    [
        (
            "tests/vectors/probes.py",
            "points=1,",
            'points="one",',
            "tests/vectors/probes.py: a probe of question",
        ),
        ("solutions/vectors.py", None, None, "solutions/vectors.py: no such file"),
    ],
)
def test_an_authors_error_is_one_line_and_nothing_is_lost(
    course: Course, file: str, old: Any, new: Any, expected: str
) -> None:
    path = course.root / file
    if old is None:
        path.unlink()
    else:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
    before = {
        p: p.read_bytes()
        for kind in ("source", "release")
        for p in (course.root / kind).rglob("*")
        if p.is_file()
    }
    done = subprocess.run(
        [sys.executable, "-m", "dlcourse.cli", "build", "vectors"],
        cwd=course.root, env=environment(course.root), text=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert (
        done.returncode == 1 and done.stderr.strip().count("\n") == 0 and expected in done.stderr
    ), done.stderr
    assert {
        p: p.read_bytes()
        for kind in ("source", "release")
        for p in (course.root / kind).rglob("*")
        if p.is_file()
    } == before
