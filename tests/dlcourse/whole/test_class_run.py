"""`dlcourse grade`: the same scores as nbgrader's, nothing twice, nobody lost, whatever is killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dlcourse import cli
from dlcourse.authoring.course import Course, read_course
from dlcourse.errors import AuthorError, CourseError, SetupError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.warm import Warm
from dlcourse.grading import pool
from dlcourse.grading.class_run import grade_class
from dlcourse.grading.plan import Inbox, Settings
from dlcourse.nbgrader_port.exchange import submitted_at
from dlcourse.nbgrader_port.generate import build
from dlcourse.nbgrader_port.gradebook import open_gradebook
from dlcourse.nbgrader_port.pages import make_pages
from tests.support.commands import dlcourse, environment
from tests.support.course import answered, copy_course, hand_in, perfect, released
from tests.support.gradebooks import gradebook_tables, totals
from tests.support.students import EXPECTED, FULL, UNREADABLE, hand_in_samples, handed_in

# ---- the sample class: the same as nbgrader autograde ----------------------------------------------------------------


@pytest.mark.parametrize("table", ["grades", "comments", "submissions", "students", "cells"])
def test_gradebook_is_the_one_that_nbgrader_writes(
    nbgraded: tuple[Course, str], classgraded: tuple[Course, str], table: str
) -> None:
    one, two = (
        gradebook_tables(course.root / "gradebook.db")[table]
        for course, _ in (nbgraded, classgraded)
    )
    assert len(one) > 0 and one == two


def test_graded_notebooks_are_those_of_nbgrader(
    nbgraded: tuple[Course, str], classgraded: tuple[Course, str]
) -> None:
    for student in sorted(
        set(EXPECTED) - {"loops", "killed", "memory"}
    ):  # their outputs name times and processes
        one, two = (
            nbformat.read(
                course.root / "autograded" / student / "vectors" / "vectors.ipynb", as_version=4
            )
            for course, _ in (nbgraded, classgraded)
        )
        assert one.metadata["dlcourse"] == two.metadata["dlcourse"]
        for a, b in zip(one.cells, two.cells, strict=True):
            assert (a.source, a.metadata.get("dlcourse")) == (b.source, b.metadata.get("dlcourse"))


def test_files_are_those_of_nbgrader(
    nbgraded: tuple[Course, str], classgraded: tuple[Course, str]
) -> None:
    one, two = (
        sorted(
            p.relative_to(course.root).as_posix() for p in (course.root / "autograded").rglob("*")
        )
        for course, _ in (nbgraded, classgraded)
    )
    assert one == two


def test_every_student_has_the_right_score(classgraded: tuple[Course, str]) -> None:
    assert totals(classgraded[0].root / "gradebook.db", "vectors") == EXPECTED


def test_table_names_scores_diagnoses_and_what_needs_a_look(
    classgraded: tuple[Course, str],
) -> None:
    output = classgraded[1]
    lines = {
        line.split("│")[1].strip(): line for line in output.splitlines() if line.count("│") == 4
    }
    assert set(lines) == set(EXPECTED)
    assert "6.5/16.5" in lines["columns"] and "normalise: columns normalised" in lines["columns"]
    assert "16.5/16.5" in lines["perfect"]
    for student in UNREADABLE:
        assert f"submitted/{student}/vectors: " in output
    assert (
        f"{len(EXPECTED)} graded now, 0 unchanged, 0 failed" in output and "slowest loops" in output
    )


def test_submitted_files_are_never_changed(classgraded: tuple[Course, str]) -> None:
    course, _ = classgraded
    assert handed_in(course) == json.loads((course.root / "handed_in.json").read_text())


def test_no_temporary_folder_stays(classgraded: tuple[Course, str]) -> None:
    assert not list((classgraded[0].root / "autograded").rglob(".*"))


# ---- what is run again and what is not -------------------------------------------------------------------------------


@pytest.fixture
def small(built_course: Course, tmp_path: Path, inline: None) -> Course:
    """A course with three submissions, not graded yet."""
    course = copy_course(built_course, tmp_path / "course")
    hand_in_samples(course, {"perfect", "columns", "half"})
    return course


def grade(course: Course, **settings: Any) -> Any:
    with open_gradebook(course, "vectors") as gradebook:
        return grade_class(course, "vectors", Settings(**settings), gradebook)


def test_unchanged_submissions_are_not_run_again(small: Course) -> None:
    first = grade(small)
    assert sorted(first.graded) == ["columns", "half", "perfect"] and first.failed == {}
    before = gradebook_tables(small.root / "gradebook.db")
    second = grade(small)
    assert second.graded == [] and second.entries == first.entries
    assert gradebook_tables(small.root / "gradebook.db") == before


def test_nothing_to_do_starts_no_worker(small: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    grade(small)
    monkeypatch.setattr("dlcourse.grading.class_run.start_workers", None)
    assert set(grade(small).entries) == {"columns", "half", "perfect"}


def test_again_runs_all(small: Course) -> None:
    grade(small)
    assert sorted(grade(small, again=True).graded) == ["columns", "half", "perfect"]


def test_only_named_students(small: Course) -> None:
    report = grade(small, only=("half",))
    assert report.graded == ["half"] and set(report.entries) == {"half"}
    assert set(totals(small.root / "gradebook.db", "vectors")) == {"half"}


def test_only_an_unknown_student(small: Course) -> None:
    with pytest.raises(CourseError, match="no submission of vectors by hlaf, nobody in submitted/"):
        grade(small, only=("nobody", "hlaf", "half"))


def test_since_takes_what_was_handed_in_at_or_after(small: Course) -> None:
    # half: midnight of 2 March in central Europe is 23:00 of 1 March in UTC; columns has no
    # timestamp: its folder's age counts
    os.utime(small.root / "submitted" / "columns" / "vectors", (0, 0))
    assert grade(small, since=datetime(2026, 3, 1, 23, 0)).graded == ["half"]
    assert grade(small, since=datetime(2026, 3, 1, 23, 1)).graded == []
    assert sorted(grade(small, since=datetime(2026, 3, 1, 12, 0)).graded) == ["perfect"]
    os.utime(small.root / "submitted" / "columns" / "vectors")
    assert sorted(grade(small, since=datetime(2026, 3, 1, 12, 1)).graded) == ["columns"]


@pytest.mark.parametrize("change", ["source", "timestamp", "unreadable"])
def test_changed_submission_is_graded_again(small: Course, change: str) -> None:
    grade(small)
    content = {"source": released(small, "vectors"), "timestamp": None, "unreadable": b"junk"}[
        change
    ]
    hand_in(
        small,
        "perfect",
        "vectors",
        content,
        "2026-05-05 00:00:00 UTC" if change == "timestamp" else None,
    )
    report = grade(small)
    assert report.graded == ["perfect"]
    assert report.entries["perfect"].score == (FULL if change == "timestamp" else 0)
    assert report.entries["perfect"].readable == (change != "unreadable")


def test_outputs_and_execution_counts_are_no_change(small: Course) -> None:
    grade(small)
    notebook = nbformat.read(
        small.root / "submitted" / "half" / "vectors" / "vectors.ipynb", as_version=4
    )
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")]
    notebook.cells[1].execution_count = 9
    hand_in(small, "half", "vectors", notebook)
    assert grade(small).graded == []


def test_changed_build_grades_all_again(small: Course, warm: Warm) -> None:
    grade(small)
    script = small.root / "tests" / "vectors" / "probes.py"
    script.write_text(script.read_text().replace("points=4, public", "points=5, public"))
    with pytest.raises(AuthorError, match="source/vectors/vectors.ipynb is stale"):
        grade(small)
    build(small, "vectors", warm)
    report = grade(small)
    assert sorted(report.graded) == ["columns", "half", "perfect"]
    assert report.entries["perfect"].score == report.entries["perfect"].points == 17.5


def test_new_term_draws_new_inputs_and_grades_all_again(small: Course) -> None:
    grade(small)
    path = small.root / "course.toml"
    path.write_text(path.read_text().replace('seed = "a seed"', 'seed = "another"'))
    report = grade(read_course(small.root))
    assert (
        sorted(report.graded) == ["columns", "half", "perfect"]
        and report.entries["perfect"].score == FULL
    )


def test_lost_notebook_or_lost_grade_is_made_again(small: Course) -> None:
    grade(small)
    (small.root / "autograded" / "half" / "vectors" / "vectors.ipynb").unlink()
    with sqlite3.connect(small.root / "gradebook.db") as database:
        database.execute(
            "update grade set auto_score = null where notebook_id in (select n.id from submitted_notebook n "
            "join submitted_assignment s on n.assignment_id = s.id where s.student_id = 'columns')"
        )
    assert sorted(grade(small).graded) == ["columns", "half"]
    assert totals(small.root / "gradebook.db", "vectors") == {
        s: EXPECTED[s] for s in ("columns", "half", "perfect")
    }


def test_manual_grades_and_comments_survive(small: Course) -> None:
    grade(small)
    with sqlite3.connect(small.root / "gradebook.db") as database:
        database.execute(
            "update grade set manual_score = 0.5, extra_credit = 2 where auto_score = 4"
        )
        database.execute("update comment set manual_comment = 'well done'")
    report = grade(small, again=True)
    assert report.entries["perfect"].score == FULL - 4 + 0.5
    assert not any(needs for *_, needs in gradebook_tables(small.root / "gradebook.db")["grades"])
    for student in ("columns", "half", "perfect"):  # handed in again, what a grader saw is no more
        hand_in(small, student, "vectors", perfect(small, "vectors"), "2027-03-01 12:00:00 UTC")
    report = grade(small)
    tables = gradebook_tables(small.root / "gradebook.db")
    touched = [
        (auto, manual, extra, needs)
        for _, _, cell, auto, manual, extra, needs in tables["grades"]
        if cell == "test-mean_and_spread"
    ]
    assert touched == [(4.0, 0.5, 2.0, 1)] * 3
    assert {manual for *_, manual in tables["comments"]} == {"well done"}
    assert all(
        needs == 0 for _, _, cell, *_, needs in tables["grades"] if cell != "test-mean_and_spread"
    )


def test_what_students_hold_later_replaces_what_they_had(small: Course) -> None:
    """Wrong, then right: the gradebook shows the last submission only."""
    hand_in(small, "columns", "vectors", perfect(small, "vectors"))
    assert grade(small).entries["columns"].score == FULL
    assert (
        len(
            [
                g
                for g in gradebook_tables(small.root / "gradebook.db")["grades"]
                if g[0] == "columns"
            ]
        )
        == 9
    )


# ---- what stops a run, what does not ---------------------------------------------------------------------------------


def test_no_submissions(course: Course, inline: None) -> None:
    with pytest.raises(
        CourseError,
        match="no submission of vectors in submitted/; collect them with `nbgrader collect vectors`",
    ):
        grade(course)


def test_assignment_that_is_not_in_the_gradebook(small: Course) -> None:
    (small.root / "gradebook.db").unlink()
    with pytest.raises(
        CourseError,
        match=r"assignment 'vectors' is not in the gradebook .*; run `dlcourse build vectors`",
    ):
        grade(small)


def test_gradebook_of_another_build(small: Course) -> None:
    with sqlite3.connect(small.root / "gradebook.db") as database:
        database.execute(
            "update grade_cells set max_score = 9 where id in (select id from base_cell where name = 'test-right_angle')"
        )
    with pytest.raises(
        CourseError,
        match="the gradebook holds another build of 'vectors'; run `dlcourse build vectors`",
    ):
        grade(small)


def test_missing_source(small: Course) -> None:
    (small.root / "source" / "vectors" / "vectors.ipynb").unlink()
    with pytest.raises(
        AuthorError, match=r"source/vectors/vectors\.ipynb is missing; run `dlcourse build vectors`"
    ):
        grade(small)


def test_file_in_the_way_fails_one_student_only(small: Course) -> None:
    (small.root / "autograded").mkdir()
    (small.root / "autograded" / "half").write_text("in the way")
    report = grade(small)
    assert sorted(report.graded) == ["columns", "perfect"]
    assert set(report.failed) == {"half"} and "Error" in report.failed["half"]


def test_folder_names_that_no_gradebook_can_hold_fail_one_student_only(small: Course) -> None:
    raw = os.path.join(os.fsencode(small.root), b"submitted", b"\xff\xfe")
    os.makedirs(os.path.join(raw, b"vectors"))
    report = grade(small)
    assert sorted(report.graded) == ["columns", "half", "perfect"]
    assert len(report.failed) == 1 and "UnicodeEncodeError" in next(iter(report.failed.values()))
    assert totals(small.root / "gradebook.db", "vectors") == {
        s: EXPECTED[s] for s in ("columns", "half", "perfect")
    }


def test_stray_files_in_submitted_are_no_students(small: Course) -> None:
    (small.root / "submitted" / ".DS_Store").write_text("x")
    (small.root / "submitted" / "other").mkdir()
    assert set(Inbox(small, "vectors", submitted_at).folders) == {"perfect", "columns", "half"}


def commanded(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit status of the command line as it stands in sys.argv, and what it printed."""
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, said.out + said.err


@pytest.fixture
def typed(small: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course in which `dlcourse grade vectors` is typed."""
    (small.submitted("columns", "vectors") / "timestamp.txt").unlink()  # it holds no time
    monkeypatch.chdir(small.root)
    monkeypatch.setattr("sys.argv", ["dlcourse", "grade", "vectors"])
    monkeypatch.setenv("COLUMNS", "300")
    return small


def test_a_regrade_says_who_gained_and_makes_their_pages_anew(
    typed: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commanded(capsys)[0] == 0
    page = typed.feedback("columns", "vectors")
    make_pages(typed, "vectors")
    before = page.read_text()
    hand_in(typed, "columns", "vectors", perfect(typed, "vectors"))
    status, output = commanded(capsys)
    assert status == 0 and "1 feedback pages made anew" in output
    (line,) = [line for line in output.splitlines() if line.startswith("columns: ")]
    assert f"→ {FULL:g} (+ " in line and "−" not in line
    assert page.read_text() != before


def test_a_run_as_data(
    typed: Course, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["dlcourse", "grade", "vectors", "--json"])
    hand_in(typed, "nobody", "vectors", b"no notebook")
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    document = json.loads(said.out)
    found = {name: one["total"] for name, one in document["students"].items()}
    assert found["perfect"] == FULL and found["nobody"] == 0
    assert found["columns"] < FULL == document["students"]["columns"]["points"]
    named = {v["misconception"] for v in document["students"]["columns"]["verdicts"]}
    assert "columns_normalised" in named
    assert (
        not document["students"]["nobody"]["readable"] and document["students"]["nobody"]["notes"]
    )
    assert end.value.code == 2 and "submitted/nobody/vectors" in said.err


def test_a_due_date_of_course_toml_reaches_the_table(
    typed: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    with (typed.root / "nbgrader_config.py").open("a") as config:
        config.write(
            "from nbgrader.plugins import BasePlugin\n"
            "class Four(BasePlugin):\n"
            "    def late_submission_penalty(self, student, score, seconds):\n"
            "        return 4.0\n"
            "c.AssignLatePenalties.plugin_class = Four\n"
        )
    hand_in(typed, "perfect", "vectors", perfect(typed, "vectors"), "2026-03-01 12:00:00 UTC")
    assert commanded(capsys)[0] == 0
    with (typed.root / "course.toml").open("a") as toml:
        toml.write("[deadline]\ntimezone = 'UTC'\nvectors = 2026-02-28T12:00:00\n")
    status, output = commanded(capsys)
    assert status == 0 and "0 graded now, 3 unchanged" in output
    assert f"{FULL:g} − 4 late = {FULL - 4:g}/{FULL:g}" in output
    assert "perfect: 4 points off for handing in late, 0 before" in output


def test_who_passes_public_tests_alone_is_listed(
    typed: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    """Expected results of public tests are in checks.json; whoever returns them has solved nothing."""
    looked_up = "def cosine(a, b):\n    return np.array([[0.0], [1.0]])"
    hand_in(typed, "ada", "vectors", answered(typed, "vectors", {"cosine": looked_up}))
    status, output = commanded(capsys)
    (line,) = [x for x in output.splitlines() if x.startswith("public tests pass and no hidden")]
    assert "ada: cosine" in line and "perfect" not in line and status == 0


def test_nothing_that_a_student_named_steers_the_terminal(
    typed: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "\x1b[31m[bold]eve\u202e\r"
    folder = hand_in(typed, name, "vectors", perfect(typed, "vectors"))
    (folder / "a\nb\x1b]0;title\x07[link=x]y.txt").touch()
    status, output = commanded(capsys)
    assert status == 2 and "[bold]eve" in output and "[link=x]y.txt" in output
    assert not set("\x1b\r\x07\u202e") & set(output)
    assert not any(line.startswith("b") for line in output.splitlines())


def test_exit_status_0_1_2(typed: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """0: all have a grade. 2: all have one, some need a look. 1: somebody has none."""
    small = typed
    status, output = commanded(capsys)
    assert status == 0 and "3 graded now, 0 unchanged, 0 failed" in output
    hand_in(small, "junk", "vectors", b"junk")
    status, output = commanded(capsys)
    assert (
        status == 2
        and "1 graded now, 3 unchanged, 0 failed" in output
        and "submitted/junk/vectors: vectors.ipynb is no notebook" in output
    )
    hand_in(small, "new", "vectors", released(small, "vectors"))
    (small.root / "autograded" / "new").write_text("in the way")
    status, output = commanded(capsys)
    assert (
        status == 1
        and "0 graded now, 4 unchanged, 1 failed" in output
        and "submitted/new/vectors: no grade: " in output
    )


# ---- killed ----------------------------------------------------------------------------------------------------------

_KILLED = {
    "perfect",
    "columns",
    "half",
    "alternative",
    "not_normalised",
    "ends_python",
    "noisy",
    "reordered",
    "stripped",
    "junk",
    "untouched",
}


def _children(pid: int) -> Any:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(name))
    return found


def _command_line(pid: int) -> Any:
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _start(course: Course) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "dlcourse.cli",
        "grade",
        "vectors",
        "--jobs",
        "2",
        "--unsafe-no-sandbox",
    ]
    return subprocess.Popen(
        command,
        cwd=course.root,
        env=environment(course.root),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _progress(course: Course) -> Any:
    path = course.root / ".dlcourse" / "journal" / "vectors.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0


@pytest.fixture(scope="module")
def killed(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A class whose grader was killed five times, each time a little later, and then finished its
    work.
    """
    course = copy_course(built_course, tmp_path_factory.mktemp("killed") / "course")
    hand_in_samples(course, _KILLED)
    orphans: list[int] = []
    marks: list[int] = []
    for goal in (0, 1, 3, 4, 8):
        process = _start(course)
        deadline = time.monotonic() + 120
        while _progress(course) < goal or not _children(process.pid):
            assert process.stdout is not None
            assert process.poll() is None, process.stdout.read().decode()
            assert time.monotonic() < deadline
            time.sleep(0.002)
        family = _children(process.pid)
        family += [c for child in family for c in _children(child)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        orphans += family
        marks.append(_progress(course))
    output = dlcourse(course, "grade", "vectors", "--jobs", "2", "--unsafe-no-sandbox", status=2)
    return course, output, marks, orphans


def test_kills_came_in_the_middle(killed: Any) -> None:
    _, _, marks, _ = killed
    assert marks == sorted(marks) and marks[0] == 0 and 8 <= marks[-1] < len(_KILLED)


def test_killed_run_goes_on_where_it_was(killed: Any) -> None:
    _, output, marks, _ = killed
    unchanged = int(output.rpartition(" unchanged")[0].rpartition(", ")[2])
    assert marks[-1] - 1 <= unchanged <= marks[-1] + 1


def test_killed_runs_end_in_the_same_gradebook(
    killed: Any, classgraded: tuple[Course, str]
) -> None:
    course, _, _, _ = killed
    found, want = (
        gradebook_tables(course.root / "gradebook.db"),
        gradebook_tables(classgraded[0].root / "gradebook.db"),
    )
    for table in ("grades", "comments", "submissions", "students"):
        assert found[table] == [row for row in want[table] if row[0] in _KILLED], table
    assert found["cells"] == want["cells"]


def test_killed_runs_leave_whole_notebooks(killed: Any, classgraded: tuple[Course, str]) -> None:
    course, *_ = killed
    for student in _KILLED:
        one, two = (
            (c.root / "autograded" / student / "vectors" / "vectors.ipynb")
            for c in (course, classgraded[0])
        )
        one, two = (nbformat.read(path, as_version=4) for path in (one, two))
        assert [c.get("metadata", {}).get("dlcourse") for c in one.cells] == [
            c.get("metadata", {}).get("dlcourse") for c in two.cells
        ]
    assert not list((course.root / "autograded").rglob(".*"))


def test_killed_grader_takes_its_workers_with_it(killed: Any) -> None:
    *_, orphans = killed
    deadline = time.monotonic() + 20
    while any(map(_alive, orphans)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(orphans) >= 5 and not [pid for pid in orphans if _alive(pid)]


# ---- workers that die or are not there ---------------------------------------------------------------------------


def test_machine_without_a_sandbox_is_one_clear_error(
    small: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(pool, "available", lambda: ("no user namespaces",))
    with pytest.raises(
        SetupError,
        match="cannot be sandboxed on this machine: no user namespaces.*--unsafe-no-sandbox",
    ):
        grade(small)


def test_worker_and_its_warm_process_killed_in_the_middle_of_a_class(
    built_course: Course, tmp_path: Path
) -> None:
    course = copy_course(built_course, tmp_path / "course")
    students = _KILLED - {"junk"}
    hand_in_samples(course, students)
    killed = []

    def progress(what: str, done: int | None = None, total: int | None = None) -> None:
        workers = [c for c in _children(os.getpid()) if b"spawn_main" in _command_line(c)]
        if done == 2:  # a worker: its pool is made anew
            killed.append(workers[0])
        if done == 5:  # the zygote of a worker
            killed.append(
                next(c for w in workers for c in _children(w) if b"zygote" in _command_line(c))
            )
        if done in (2, 5):
            os.kill(killed[-1], signal.SIGKILL)

    settings = Settings(jobs=2, isolation=UNSAFE)
    with open_gradebook(course, "vectors") as gradebook:
        report = grade_class(course, "vectors", settings, gradebook, progress)
    assert len(killed) == 2 and report.failed == {}
    assert sorted(report.graded) == sorted(students)
    assert totals(course.root / "gradebook.db", "vectors") == {s: EXPECTED[s] for s in students}
