"""`progress()` in a notebook and `dlcourse status`: which points are sure, hang on hidden tests or are
open; what a session says of slow tests, older versions and left-over stubs.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from rich.console import Console

from dlcourse.authoring.course import Course
from dlcourse.errors import CourseError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.student import check as module
from dlcourse.student.checks_file import ChecksFile, QuestionInfo
from dlcourse.student.notebook_session import Tally
from dlcourse.student.status import notebooks_in, show_status
from tests.support.course import perfect, released


@pytest.mark.parametrize(
    "sure, empty, expected",
    [
        (0.0, True, (0, 0, 5)),
        (0.0, False, (0, 0, 5)),
        (1.0, False, (1, 0, 4)),
        (2.0, False, (2, 3, 0)),
        (2.0, True, (0, 0, 5)),
    ],
)
def test_hidden_points_hang_on_all_public_ones(sure: float, empty: bool, expected: Any) -> None:
    found = Tally.of(QuestionInfo(("f",), (), 2.0, 3.0), sure, empty)
    assert (found.sure, found.hidden, found.open) == expected


def test_words() -> None:
    total = Tally(2, 3, 1) + Tally(1, 0, 0)
    assert str(total) == (
        "3 of 7 points are sure; 3 hang on hidden tests, which grading alone runs; 1 are open"
    )
    assert str(Tally(7, 0, 0)) == "7 of 7 points are sure"


@pytest.fixture
def folder(built_course: Course, tmp_path: Path) -> Path:
    """Folders of `vectors` and `toy`, as a student has them."""
    for slug in ("vectors", "toy"):
        shutil.copytree(built_course.files(slug).release, tmp_path / slug)
    nbformat.write(perfect(built_course, "vectors"), tmp_path / "vectors" / "vectors.ipynb")
    return tmp_path


def status(path: Path, as_json: bool = False) -> str:
    out = io.StringIO()
    show_status(path, Console(file=out, width=200), UNSAFE, as_json)
    return out.getvalue()


def test_status_of_a_folder_and_of_one_notebook(folder: Path) -> None:
    text = status(folder)
    questions = ChecksFile.read(folder / "vectors" / "checks.json").questions.values()
    sure, hidden = (f"{sum(getattr(q, n) for q in questions):g}" for n in ("points", "hidden"))
    row = next(line for line in text.splitlines() if "vectors.ipynb" in line)
    assert row.split()[1:] == [sure, hidden, "0"]
    other = next(line for line in text.splitlines() if "toy.ipynb" in line)
    assert other.split()[1:3] == ["0", "0"] and f"{sure} of " in text.splitlines()[-1]
    one = status(folder / "vectors" / "vectors.ipynb")
    assert "normalise" in one and "toy" not in one
    document = json.loads(status(folder, as_json=True))
    assert {Path(name).name for name in document} == {"vectors.ipynb", "toy.ipynb"}
    vectors = document[str(folder / "vectors" / "vectors.ipynb")]
    assert all(q["open"] == 0 for q in vectors.values())


def test_a_notebook_that_cannot_be_used_does_not_hide_the_others(folder: Path) -> None:
    (folder / "toy" / "toy.ipynb").write_text("{}")
    text = status(folder)
    assert "toy.ipynb is no notebook" in text and "vectors.ipynb" in text
    with pytest.raises(CourseError, match="is no notebook"):
        status(folder / "toy")


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no notebook with a checks.json"):
        status(tmp_path)
    assert notebooks_in(tmp_path) == []


# ---- in a notebook -------------------------------------------------------------------------------------------------


def notebook_code(course: Course, slug: str, whole: bool) -> list[str]:
    notebook = perfect(course, slug) if whole else released(course, slug)
    return [c.source for c in notebook.cells if c.cell_type == "code" and "@demo" not in c.source]


def in_ipython(folder: Path, cells: list[str], kind: str = "text/plain") -> str:
    """What an IPython session shows that runs some cells."""
    script = f"""
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.display_pub.publish = lambda data, **kwargs: print(data.get({kind!r}))
for cell in json.load(sys.stdin):
    shell.run_cell(cell, store_history=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, input=json.dumps(cells), text=True,
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def test_progress_in_a_notebook(built_course: Course, folder: Path) -> None:
    cells = notebook_code(built_course, "vectors", whole=True)
    code = [*cells, "from dlcourse import progress\nprogress()"]
    said = in_ipython(folder / "vectors", code)
    assert "points are sure" in said and "hang on hidden tests" in said and "are open" not in said
    stubs = notebook_code(built_course, "vectors", whole=False)
    said = in_ipython(folder / "vectors", [*stubs, "from dlcourse import progress\nprogress()"])
    assert "0 of 16.5 points are sure; 16.5 are open" in said
    said = in_ipython(folder / "vectors", code, "text/html")
    assert "<table>" in said and "<td>normalise</td>" in said


def test_progress_without_checks_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import dlcourse

    monkeypatch.chdir(tmp_path)
    dlcourse.progress()
    said = capsys.readouterr().out
    assert said.startswith("○ not checked: ") and said.count("\n") == 1


def cell_with(cells: list[str], text: str) -> int:
    return next(n for n, cell in enumerate(cells) if text in cell)


def test_a_cell_that_failed_leaves_an_older_version_and_it_is_said(
    built_course: Course, folder: Path
) -> None:
    cells = notebook_code(built_course, "vectors", whole=True)
    at, test = cell_with(cells, "def normalise("), cell_with(cells, "check(three_four)")
    clean = in_ipython(folder / "vectors", [*cells[: test + 1], cells[at], cells[test]])
    assert "older version" not in clean
    broken = cells[at].replace("def normalise(", "1 / 0\ndef normalise(")
    said = " ".join(in_ipython(folder / "vectors", [*cells[:test], broken, cells[test]]).split())
    assert "the cell of `normalise` that was run last did not get as far as to define it" in said


def test_a_left_over_stub_is_named_with_its_line(built_course: Course, folder: Path) -> None:
    cells = notebook_code(built_course, "vectors", whole=True)
    at, test = cell_with(cells, "def normalise("), cell_with(cells, "check(three_four)")
    own = "def normalise(x):\n    y = abs(x)\n    raise NotImplementedError\n"
    said = " ".join(in_ipython(folder / "vectors", [*cells[:at], own, cells[test]]).split())
    assert "a `raise NotImplementedError` is left over in cell In[" in said and "line 3" in said


def test_an_interrupted_test_is_one_line(
    built_course: Course, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = notebook_code(built_course, "vectors", whole=True)
    at, test = cell_with(cells, "def normalise("), cell_with(cells, "check(three_four)")
    own = "def normalise(x):\n    while True:\n        y = 1\n"
    stop = (
        "import signal, threading\n"
        "threading.Timer(2, lambda: signal.raise_signal(signal.SIGINT)).start()\n"
        "import dlcourse.student.check as c\nc.SLOW = 0.5"
    )
    said = in_ipython(folder / "vectors", [*cells[:at], own, stop, cells[test]])
    assert "three_four has run for 0.5 s" in said
    assert "○ stopped after 2 s in normalise, line " in said and "Traceback" not in said


def test_a_quick_test_says_nothing_of_time(capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    with module._patience("t"):
        pass
    assert capsys.readouterr().out == "" and threading.active_count() <= before + 1
