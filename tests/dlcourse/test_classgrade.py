"""`dlcourse grade`: the same scores as nbgrader's, nothing twice, nobody lost, whatever is killed."""

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

import nbformat
import pytest
from scratch import (
    EXPECTED,
    UNREADABLE,
    copy_course,
    dlcourse,
    environment,
    gradebook_tables,
    hand_in,
    hand_in_samples,
    handed_in,
    perfect,
    released,
    totals,
)

from dlcourse import cli
from dlcourse.authoring.build import build
from dlcourse.authoring.course import read_course
from dlcourse.core.notebook_file import Submission
from dlcourse.errors import AuthorError, CourseError, SetupError
from dlcourse.grading import class_run as classgrade
from dlcourse.grading.class_run import (
    Entry,
    Journal,
    Settings,
    diagnoses,
    elapsed,
    grade_class,
    question_scores,
    submitted_folders,
)

# ---- the sample class: the same as nbgrader autograde ----------------------------------------------------------------


@pytest.mark.parametrize("table", ["grades", "comments", "submissions", "students", "cells"])
def test_gradebook_is_the_one_that_nbgrader_writes(nbgraded, classgraded, table):
    one, two = (
        gradebook_tables(course.root / "gradebook.db")[table]
        for course, _ in (nbgraded, classgraded)
    )
    assert len(one) > 0 and one == two


def test_graded_notebooks_are_those_of_nbgrader(nbgraded, classgraded):
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


def test_files_are_those_of_nbgrader(nbgraded, classgraded):
    one, two = (
        sorted(
            p.relative_to(course.root).as_posix() for p in (course.root / "autograded").rglob("*")
        )
        for course, _ in (nbgraded, classgraded)
    )
    assert one == two


def test_every_student_has_the_right_score(classgraded):
    assert totals(classgraded[0].root / "gradebook.db", "vectors") == EXPECTED


def test_table_names_scores_diagnoses_and_what_needs_a_look(classgraded):
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


def test_submitted_files_are_never_changed(classgraded):
    course, _ = classgraded
    assert handed_in(course) == json.loads((course.root / "handed_in.json").read_text())


def test_no_temporary_folder_stays(classgraded):
    assert not list((classgraded[0].root / "autograded").rglob(".*"))


# ---- what is run again and what is not -------------------------------------------------------------------------------


@pytest.fixture
def small(built_course, tmp_path, inline):
    """A course with three submissions, not graded yet."""
    course = copy_course(built_course, tmp_path / "course")
    hand_in_samples(course, {"perfect", "columns", "half"})
    return course


def grade(course, **settings):
    return grade_class(course, "vectors", Settings(**settings))


def test_unchanged_submissions_are_not_run_again(small):
    first = grade(small)
    assert sorted(first.graded) == ["columns", "half", "perfect"] and first.failed == {}
    before = gradebook_tables(small.root / "gradebook.db")
    second = grade(small)
    assert second.graded == [] and second.entries == first.entries
    assert gradebook_tables(small.root / "gradebook.db") == before


def test_again_runs_all(small):
    grade(small)
    assert sorted(grade(small, again=True).graded) == ["columns", "half", "perfect"]


def test_only_named_students(small):
    report = grade(small, only=("half",))
    assert report.graded == ["half"] and set(report.entries) == {"half"}
    assert set(totals(small.root / "gradebook.db", "vectors")) == {"half"}


def test_only_an_unknown_student(small):
    with pytest.raises(CourseError, match="no submission of vectors by hlaf, nobody in submitted/"):
        grade(small, only=("nobody", "hlaf", "half"))


def test_since_takes_what_was_handed_in_at_or_after(small):
    # half: midnight of 2 March in central Europe is 23:00 of 1 March in UTC; columns has no timestamp: its folder's age counts
    os.utime(small.root / "submitted" / "columns" / "vectors", (0, 0))
    assert grade(small, since=datetime(2026, 3, 1, 23, 0)).graded == ["half"]
    assert grade(small, since=datetime(2026, 3, 1, 23, 1)).graded == []
    assert sorted(grade(small, since=datetime(2026, 3, 1, 12, 0)).graded) == ["perfect"]
    os.utime(small.root / "submitted" / "columns" / "vectors")
    assert sorted(grade(small, since=datetime(2026, 3, 1, 12, 1)).graded) == ["columns"]


@pytest.mark.parametrize("change", ["source", "timestamp", "unreadable"])
def test_changed_submission_is_graded_again(small, change):
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
    assert report.entries["perfect"].score == (16.5 if change == "timestamp" else 0)
    assert report.entries["perfect"].readable == (change != "unreadable")


def test_outputs_and_execution_counts_are_no_change(small):
    grade(small)
    notebook = nbformat.read(
        small.root / "submitted" / "half" / "vectors" / "vectors.ipynb", as_version=4
    )
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="x")]
    notebook.cells[1].execution_count = 9
    hand_in(small, "half", "vectors", notebook)
    assert grade(small).graded == []


def test_changed_build_grades_all_again(small, zygote):
    grade(small)
    script = small.root / "tests" / "vectors" / "probes.py"
    script.write_text(script.read_text().replace("points=4, public", "points=5, public"))
    with pytest.raises(AuthorError, match="source/vectors/vectors.ipynb is stale"):
        grade(small)
    build(small, "vectors", lambda: zygote)
    report = grade(small)
    assert sorted(report.graded) == ["columns", "half", "perfect"]
    assert report.entries["perfect"].score == report.entries["perfect"].points == 17.5


def test_new_term_draws_new_inputs_and_grades_all_again(small):
    grade(small)
    path = small.root / "course.toml"
    path.write_text(path.read_text().replace('seed = "a seed"', 'seed = "another"'))
    report = grade(read_course(small.root))
    assert (
        sorted(report.graded) == ["columns", "half", "perfect"]
        and report.entries["perfect"].score == 16.5
    )


def test_lost_notebook_or_lost_grade_is_made_again(small):
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


def test_manual_grades_and_comments_survive(small):
    grade(small)
    with sqlite3.connect(small.root / "gradebook.db") as database:
        database.execute(
            "update grade set manual_score = 0.5, extra_credit = 2 where auto_score = 4"
        )
        database.execute("update comment set manual_comment = 'well done'")
    report = grade(small, again=True)
    assert report.entries["perfect"].score == 16.5 - 4 + 0.5
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


def test_what_students_hold_later_replaces_what_they_had(small):
    """Wrong, then right: the gradebook shows the last submission only."""
    hand_in(small, "columns", "vectors", perfect(small, "vectors"))
    assert grade(small).entries["columns"].score == 16.5
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


def test_no_submissions(course, inline):
    with pytest.raises(
        CourseError,
        match="no submission of vectors in submitted/; collect them with `nbgrader collect vectors`",
    ):
        grade(course)


def test_assignment_that_is_not_in_the_gradebook(small):
    (small.root / "gradebook.db").unlink()
    with pytest.raises(
        CourseError,
        match=r"assignment 'vectors' is not in the gradebook .*; run `dlcourse build vectors`",
    ):
        grade(small)


def test_gradebook_of_another_build(small):
    with sqlite3.connect(small.root / "gradebook.db") as database:
        database.execute(
            "update grade_cells set max_score = 9 where id in (select id from base_cell where name = 'test-right_angle')"
        )
    with pytest.raises(
        CourseError,
        match="the gradebook holds another build of 'vectors'; run `dlcourse build vectors`",
    ):
        grade(small)


def test_missing_source(small):
    (small.root / "source" / "vectors" / "vectors.ipynb").unlink()
    with pytest.raises(
        AuthorError, match=r"source/vectors/vectors\.ipynb is missing; run `dlcourse build vectors`"
    ):
        grade(small)


def test_file_in_the_way_fails_one_student_only(small):
    (small.root / "autograded").mkdir()
    (small.root / "autograded" / "half").write_text("in the way")
    report = grade(small)
    assert sorted(report.graded) == ["columns", "perfect"]
    assert set(report.failed) == {"half"} and "Error" in report.failed["half"]


def test_folder_names_that_no_gradebook_can_hold_fail_one_student_only(small):
    raw = os.path.join(os.fsencode(small.root), b"submitted", b"\xff\xfe")
    os.makedirs(os.path.join(raw, b"vectors"))
    report = grade(small)
    assert sorted(report.graded) == ["columns", "half", "perfect"]
    assert len(report.failed) == 1 and "UnicodeEncodeError" in next(iter(report.failed.values()))
    assert totals(small.root / "gradebook.db", "vectors") == {
        s: EXPECTED[s] for s in ("columns", "half", "perfect")
    }


def test_stray_files_in_submitted_are_no_students(small):
    (small.root / "submitted" / ".DS_Store").write_text("x")
    (small.root / "submitted" / "other").mkdir()
    assert set(submitted_folders(small.root, "vectors")) == {"perfect", "columns", "half"}


def test_exit_status_0_1_2(small, monkeypatch, capsys):
    """0: all have a grade. 2: all have one, some need a look. 1: somebody has none."""
    monkeypatch.chdir(small.root)
    monkeypatch.setattr("sys.argv", ["dlcourse", "grade", "vectors"])

    def run():
        monkeypatch.setattr(cli, "out", cli.Console(width=300))
        monkeypatch.setattr(cli, "err", cli.Console(stderr=True, width=300))
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return end.value.code, said.out + said.err

    status, output = run()
    assert status == 0 and "3 graded now, 0 unchanged, 0 failed" in output
    hand_in(small, "junk", "vectors", b"junk")
    status, output = run()
    assert (
        status == 2
        and "1 graded now, 3 unchanged, 0 failed" in output
        and "submitted/junk/vectors: vectors.ipynb is no notebook" in output
    )
    hand_in(small, "new", "vectors", released(small, "vectors"))
    (small.root / "autograded" / "new").write_text("in the way")
    status, output = run()
    assert (
        status == 1
        and "0 graded now, 4 unchanged, 1 failed" in output
        and "submitted/new/vectors: no grade: " in output
    )


# ---- the journal -----------------------------------------------------------------------------------------------------


def entry(student="ada", **changes):
    values = {"digest": "d", "build": "b", "score": 1.5, "points": 3.0, "verdicts": [("q", "p", "failed", "m_n")], "notes": ["n\u2028\n"], "readable": True, "seconds": 0.1}  # fmt: skip
    return Entry(student, **{**values, **changes})


def test_journal_is_read_back(tmp_path):
    journal = Journal(tmp_path / "deep" / "j.jsonl")
    one, two = entry(), entry("zoë", score=0.0)
    for e in (one, two):
        journal.add(e)
    assert Journal(tmp_path / "deep" / "j.jsonl").entries == {"ada": one, "zoë": two}


def test_last_line_of_a_student_counts(tmp_path):
    journal = Journal(tmp_path / "j")
    journal.add(entry(score=1.0))
    journal.add(entry(score=2.0))
    assert Journal(tmp_path / "j").entries["ada"].score == 2.0


def test_line_torn_at_any_byte_is_dropped_and_spoils_nothing_that_follows(tmp_path):
    path = tmp_path / "j"
    Journal(path).add(entry("ada"))
    whole = path.read_bytes()
    Journal(path).add(entry("zoë"))
    second = path.read_bytes()[len(whole) :]
    for n in range(len(second)):
        path.write_bytes(whole + second[:n])
        journal = Journal(path)
        assert set(journal.entries) == ({"ada", "zoë"} if n == len(second) - 1 else {"ada"}), n
        journal.add(entry("eve"))
        assert {"ada", "eve"} <= set(Journal(path).entries), n


@pytest.mark.parametrize(
    "line",
    [
        "",
        "junk",
        "5",
        "null",
        "[]",
        "{}",
        '{"student": "x"}',
        '{"verdicts": 3}',
        '{"verdicts": [], "more": 1}',
        "\x00",
    ],
)
def test_foreign_lines_are_skipped(tmp_path, line):
    path = tmp_path / "j"
    Journal(path).add(entry())
    path.write_text(path.read_text() + line + "\n")
    Journal(path).add(entry("eve"))
    assert set(Journal(path).entries) == {"ada", "eve"}


def test_report_in_words():
    one = entry(
        verdicts=[
            ("q", "p", "failed", "wrong_axis"),
            ("q", "r", "failed", "wrong_axis"),
            ("s", "t", "passed", ""),
        ]
    )
    assert diagnoses(one) == ["q: wrong axis"]
    assert question_scores(one, {"p": 1, "r": 2, "t": 4}) == {"q": 0.0, "s": 4}
    assert [elapsed(s) for s in (0, 61, 3600, 3725)] == ["0:00", "1:01", "01:00:00", "01:02:05"]


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


def _children(pid):
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


def _command_line(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _start(course):
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


def _progress(course):
    path = course.root / ".dlcourse" / "journal" / "vectors.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0


@pytest.fixture(scope="module")
def killed(built_course, tmp_path_factory):
    """A class whose grader was killed five times, each time a little later, and then finished its work."""
    course = copy_course(built_course, tmp_path_factory.mktemp("killed") / "course")
    hand_in_samples(course, _KILLED)
    orphans, marks = [], []
    for goal in (0, 1, 3, 4, 8):
        process = _start(course)
        deadline = time.monotonic() + 120
        while _progress(course) < goal or not _children(process.pid):
            assert process.poll() is None, process.stdout.read().decode()
            assert time.monotonic() < deadline
            time.sleep(0.002)
        family = _children(process.pid)
        family += [c for child in family for c in _children(child)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        orphans += family
        marks.append(_progress(course))
    output = dlcourse(course, "grade", "vectors", "--jobs", "2", "--unsafe-no-sandbox", status=2)
    return course, output, marks, orphans


def test_kills_came_in_the_middle(killed):
    _, _, marks, _ = killed
    assert marks == sorted(marks) and marks[0] == 0 and 8 <= marks[-1] < len(_KILLED)


def test_killed_run_goes_on_where_it_was(killed):
    _, output, marks, _ = killed
    unchanged = int(output.rpartition(" unchanged")[0].rpartition(", ")[2])
    assert marks[-1] - 1 <= unchanged <= marks[-1] + 1


def test_killed_runs_end_in_the_same_gradebook(killed, classgraded):
    course, _, _, _ = killed
    found, want = (
        gradebook_tables(course.root / "gradebook.db"),
        gradebook_tables(classgraded[0].root / "gradebook.db"),
    )
    for table in ("grades", "comments", "submissions", "students"):
        assert found[table] == [row for row in want[table] if row[0] in _KILLED], table
    assert found["cells"] == want["cells"]


def test_killed_runs_leave_whole_notebooks(killed, classgraded):
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


def test_killed_grader_takes_its_workers_with_it(killed):
    *_, orphans = killed
    deadline = time.monotonic() + 20
    while any(map(_alive, orphans)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(orphans) >= 5 and not [pid for pid in orphans if _alive(pid)]


# ---- workers that die ------------------------------------------------------------------------------------------------


def _name(submission, hurry=False):
    """Stands for grading: what a worker process does with a submission of these tests."""
    text = submission.notes[0]
    if text.startswith("endless") and hurry:
        return None
    if text.startswith("die"):
        os._exit(1)
    if text.startswith("once:"):
        path = text.removeprefix("once:")
        if not os.path.exists(path):
            with open(path, "w"):
                pass
            os.kill(os.getpid(), signal.SIGKILL)
    if text.startswith("raise"):
        raise ValueError(text)
    if text.startswith("slow"):
        time.sleep(0.05)
    return text


@pytest.fixture
def results(monkeypatch):
    """Runs texts through the class grader's loop with two forked workers; returns (results, failed, pools made)."""
    monkeypatch.setattr(classgrade, "grade_one", _name)
    pools = []

    def make():
        pools.append(ProcessPoolExecutor(2, multiprocessing.get_context("fork")))
        return pools[-1], 2

    def run(texts):
        failed = {}
        todo = ((f"s{n}", Submission([], [text])) for n, text in enumerate(texts))
        return list(classgrade._results(todo, make, failed)), failed, pools

    return run


def test_all_results_come_once(results):
    found, failed, pools = results([f"slow{n}" for n in range(25)])
    assert (
        sorted(found) == sorted((f"s{n}", f"slow{n}") for n in range(25))
        and failed == {}
        and len(pools) == 1
    )


@pytest.mark.parametrize("at", [0, 3, 19])
def test_submission_that_kills_its_worker_is_named_and_takes_nobody_along(results, at):
    texts = [f"slow{n}" for n in range(20)]
    texts[at] = "die"
    found, failed, pools = results(texts)
    assert sorted(s for s, _ in found) == sorted(f"s{n}" for n in range(20) if n != at)
    assert failed == {f"s{at}": "the worker process died 3 times while grading it"}
    assert len(pools) <= 4


def test_several_that_kill_their_workers(results):
    texts = ["die" if n in (0, 1, 2, 7) else f"slow{n}" for n in range(12)]
    found, failed, _ = results(texts)
    assert set(failed) == {"s0", "s1", "s2", "s7"} and len(found) == 8


def test_worker_killed_once_loses_nobody(results, tmp_path):
    texts = [f"slow{n}" for n in range(8)]
    texts[2] = f"once:{tmp_path / 'killed'}"
    found, failed, pools = results(texts)
    assert len(found) == 8 and len({s for s, _ in found}) == 8 and failed == {} and len(pools) == 2


def test_exception_in_a_worker_is_that_students_only(results):
    found, failed, pools = results(["slow0", "raise hell", "slow2"])
    assert (
        [s for s, _ in sorted(found)] == ["s0", "s2"]
        and failed == {"s1": "ValueError: raise hell"}
        and len(pools) == 1
    )


def test_submissions_are_read_as_they_are_needed(results):
    """20,000 submissions are never in memory at once."""
    taken, most = [], 0

    def texts():
        for n in range(60):
            taken.append(n)
            yield f"slow{n}"

    def watch(found):
        nonlocal most
        most = max(most, len(taken) - len(found))

    class Watched(list):
        def append(self, item):
            super().append(item)
            watch(self)

    found = Watched()
    failed = {}
    make = lambda: (ProcessPoolExecutor(2, multiprocessing.get_context("fork")), 2)  # noqa: E731
    for item in classgrade._results(
        ((f"s{n}", Submission([], [t])) for n, t in enumerate(texts())), make, failed
    ):
        found.append(item)
    assert len(found) == 60 and most <= 5


def test_what_takes_long_is_put_off_to_the_end(results):
    texts = [f"endless{n}" if n % 3 == 0 else f"slow{n}" for n in range(12)]
    found, failed, pools = results(texts)
    assert [t[:4] for _, t in found] == ["slow"] * 8 + ["endl"] * 4
    assert (
        {s for s, _ in found} == {f"s{n}" for n in range(12)} and failed == {} and len(pools) == 1
    )


def test_worker_that_dies_among_those_put_off(results):
    found, failed, _ = results(["endless0", "die", "slow1", "endless2"])
    assert {t for _, t in found} == {"endless0", "slow1", "endless2"} and set(failed) == {"s1"}


def test_nothing_to_do_starts_no_worker(results):
    assert results([]) == ([], {}, [])


def test_machine_without_a_sandbox_is_one_clear_error(small, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(classgrade, "available", lambda: ("no user namespaces",))
    with pytest.raises(
        SetupError,
        match="cannot be sandboxed on this machine: no user namespaces.*--unsafe-no-sandbox",
    ):
        grade(small)


def test_pool_that_cannot_start_is_one_error(tmp_path):
    (tmp_path / "assignment.zip").write_bytes(b"no archive" * 100_000)
    with pytest.raises(SetupError, match="the worker processes do not start"):
        classgrade._local(tmp_path / "assignment.zip", "vectors", Settings(jobs=1, sandbox=False))


def test_worker_and_its_warm_process_killed_in_the_middle_of_a_class(built_course, tmp_path):
    course = copy_course(built_course, tmp_path / "course")
    students = _KILLED - {"junk"}
    hand_in_samples(course, students)
    killed = []

    def progress(who, done, total):
        workers = [c for c in _children(os.getpid()) if b"spawn_main" in _command_line(c)]
        if done == 2:  # a worker: its pool is made anew
            killed.append(workers[0])
        if done == 5:  # the zygote of a worker
            killed.append(
                next(c for w in workers for c in _children(w) if b"zygote" in _command_line(c))
            )
        if done in (2, 5):
            os.kill(killed[-1], signal.SIGKILL)

    report = grade_class(course, "vectors", Settings(jobs=2, sandbox=False), progress=progress)
    assert len(killed) == 2 and report.failed == {}
    assert sorted(report.graded) == sorted(students)
    assert totals(course.root / "gradebook.db", "vectors") == {s: EXPECTED[s] for s in students}
