"""A student alone: `dlcourse selfgrade`. An instructor after the deadline: `dlcourse release-solutions`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dlcourse.authoring.course import Course
from dlcourse.authoring.model_solution import write_model_solution
from dlcourse.authoring.read import load
from dlcourse.core.handed_in import read_submission
from dlcourse.errors import CourseError
from dlcourse.executor.warm import Warm
from dlcourse.nbgrader_port.selfgrade import selfgrade
from dlcourse.student.submit import Parcel, parcel, write_zip
from tests.support.commands import environment
from tests.support.course import answered, perfect, released


def put(folder: Path, notebook: Any, name: str = "vectors.ipynb") -> Path:
    path = folder / name
    nbformat.write(notebook, path)
    return path


def test_right_work_has_all_points(built_course: Course, tmp_path: Path, warm: Warm) -> None:
    found = selfgrade(built_course, put(tmp_path, perfect(built_course, "vectors")), warm)
    assert found.score == found.points == 16.5
    assert "16.5" in found.page and "vectors.ipynb" in found.page


def test_hidden_tests_count_and_the_page_says_which(
    built_course: Course, tmp_path: Path, warm: Warm
) -> None:
    wrong = {"normalise": "import numpy as np\ndef normalise(x):\n    return x / np.sqrt(25)"}
    path = put(tmp_path, answered(built_course, "vectors", wrong), "mine.ipynb")
    found = selfgrade(built_course, path, warm, "vectors")
    failed = [o for o in found.graded.outcomes.values() if not o.verdict.passed]
    assert 0 < found.score < found.points and any(not o.probe.public for o in failed)
    assert all(o.probe.title in found.page for o in failed)


def test_no_gradebook_and_no_student(built_course: Course, tmp_path: Path, warm: Warm) -> None:
    before = sorted(p for p in built_course.root.rglob("*") if ".dlcourse" not in p.parts)
    selfgrade(built_course, put(tmp_path, released(built_course, "vectors")), warm)
    after = sorted(p for p in built_course.root.rglob("*") if ".dlcourse" not in p.parts)
    assert before == after


@pytest.mark.parametrize("content, said", [("{}", "is no notebook"), (None, "is not there")])
def test_what_cannot_be_read(
    built_course: Course, tmp_path: Path, warm: Warm, content: Any, said: str
) -> None:
    if content is not None:
        (tmp_path / "vectors.ipynb").write_text(content)
    with pytest.raises(CourseError, match=said):
        selfgrade(built_course, tmp_path / "vectors.ipynb", warm)


def test_a_notebook_of_no_assignment(built_course: Course, tmp_path: Path, warm: Warm) -> None:
    path = put(tmp_path, released(built_course, "vectors"), "something.ipynb")
    with pytest.raises(CourseError, match="something"):
        selfgrade(built_course, path, warm)


def run(course: Course, *arguments: str) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "dlcourse.cli", *arguments], cwd=course.root,
        env=environment(course.root), text=True, capture_output=True, timeout=300, check=False,
    )  # fmt: skip


def test_the_command(built_course: Course, tmp_path: Path) -> None:
    path = put(tmp_path, perfect(built_course, "vectors"))
    done = run(built_course, "selfgrade", str(path), "--no-open")
    assert done.returncode == 0 and "vectors: 16.5 of 16.5 points" in done.stdout, done.stderr
    assert (tmp_path / "vectors.feedback.html").read_text().startswith("<!DOCTYPE html>")
    path = put(tmp_path, released(built_course, "vectors"))
    assert run(built_course, "selfgrade", str(path), "--no-open").returncode == 2


def test_a_model_solution_runs_and_shows_other_ways(built_course: Course, tmp_path: Path) -> None:
    assignment = load(built_course.root, "vectors")
    path = write_model_solution(assignment, tmp_path / "out")
    notebook = nbformat.read(path, as_version=4)
    code = [c.source for c in notebook.cells if c.cell_type == "code"]
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert not any("NotImplementedError" in c or "### BEGIN" in c or "check(" in c for c in code)
    assert all(other.source.strip() in prose for other in assignment.alternatives)
    assert all(m.hint in prose for m in assignment.misconceptions)
    script = "\n".join(c for c in code if "@demo" not in c)
    subprocess.run([sys.executable, "-c", script], cwd=path.parent, check=True, timeout=60)
    done = run(built_course, "release-solutions", "vectors", "-o", str(tmp_path / "other"))
    assert done.returncode == 0 and (tmp_path / "other" / "vectors.ipynb").is_file()


# ---- handing in ------------------------------------------------------------------------------------------------------


@pytest.fixture
def mine(built_course: Course, tmp_path: Path) -> Path:
    """A student's folder under another name than the assignment's."""
    folder = tmp_path / "mine"
    shutil.copytree(built_course.files("vectors").release, folder)
    own = {"normalise": "import numpy as np\ndef normalise(x):\n    return x"}
    nbformat.write(answered(built_course, "vectors", own), folder / "vectors.ipynb")
    return folder


def test_a_parcel_says_what_was_answered(mine: Path) -> None:
    one = parcel(mine / "vectors.ipynb")
    assert one.answered == ("normalise",) and "cosine" in one.open
    path = write_zip(one, mine / "out")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["vectors.ipynb", "receipt.txt"]
        content = archive.read("vectors.ipynb")
        receipt = archive.read("receipt.txt").decode()
    assert hashlib.sha256(content).hexdigest() in receipt and "answered    normalise" in receipt


def test_the_graders_find_the_notebook_in_the_parcel(mine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "submitted"
    write_zip(parcel(mine / "vectors.ipynb"), folder)
    assert read_submission(folder, "vectors").readable


def test_what_is_not_handed_in(built_course: Course, mine: Path) -> None:
    nbformat.write(released(built_course, "vectors"), mine / "vectors.ipynb")
    with pytest.raises(CourseError, match="holds no answer to vectors"):
        parcel(mine / "vectors.ipynb")
    (mine / "vectors.ipynb").write_text("{}")
    with pytest.raises(CourseError, match="is no notebook"):
        parcel(mine / "vectors.ipynb")
    (mine / "vectors.ipynb").write_bytes(b" " * ((20 << 20) + 1) + b'{"cells": []}')
    one = Parcel("vectors", mine / "vectors.ipynb", (), (), "", datetime(2026, 1, 1))
    with pytest.raises(CourseError, match="clear its outputs"):
        write_zip(one, mine)


def test_the_command_writes_a_zip_where_there_is_no_exchange(
    built_course: Course, mine: Path, tmp_path: Path
) -> None:
    done = run(built_course, "submit", str(mine / "vectors.ipynb"), "-o", str(tmp_path / "out"))
    assert done.returncode == 0 and "answered: normalise" in done.stdout, done.stderr
    assert "sha256" in done.stderr and len(list((tmp_path / "out").glob("vectors-*.zip"))) == 1
    named = mine.rename(mine.parent / "vectors")
    shutil.copytree(named, tmp_path / "elsewhere")
    for folder, reason in (
        (named, "unwritable directory"),
        (tmp_path / "elsewhere", "a folder named vectors"),
    ):
        done = run(built_course, "submit", str(folder / "vectors.ipynb"), "-o", str(tmp_path))
        assert done.returncode == 0 and "no exchange took it" in done.stderr
        assert reason in done.stderr.partition("took it")[2].partition("\n")[0].lower()
