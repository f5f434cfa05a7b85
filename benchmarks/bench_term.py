"""Measures a class at the end of a term, and exits with 1 when a bar is missed.

- a full gradebook: grading, feedback and export of a class in a gradebook that holds 29 assignments of 300
  students already, against the same in an empty one, per submission; at most 1.2 times
- the whole path: grading, feedback and export against stock nbgrader's three commands on the same submissions;
  at least 25 times as many in the same time

What is compared runs by turns in one call. Stock nbgrader gets what bench_grading.py gives it.

    python benchmarks/bench_term.py [--assignment gumbel_softmax] [--students 60] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from bench_grading import Bars, Bench, Used, command, ours, prepare, scores, stock_course
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import func, insert, select

from dlcourse.authoring.course import read_course
from dlcourse.nbgrader_port.config import find_alembic, gradebook_url

ASSIGNMENTS, STUDENTS = 29, 300
TESTS, QUESTIONS = 42, 8
"""Cells of a notebook that hold points, and cells that students fill: the course's mean."""
FULL_BAR, STOCK_BAR = 1.2, 25.0
PARTS = ("grade", "feedback", "export")


def fill(root: Path) -> int:
    """Enter a term of graded assignments into a course's gradebook; how many rows that makes."""
    course = read_course(root)
    with Gradebook(gradebook_url(course), course.course_id) as gradebook:
        db = gradebook.db
        students = [f"t{n:03d}" for n in range(STUDENTS)]
        db.execute(insert(Student), [{"id": s, "course_id": course.course_id} for s in students])
        for number in range(ASSIGNMENTS - 1):
            for table, rows in _graded(f"term{number:02d}", course.course_id, students):
                db.execute(insert(table), rows)
        db.commit()
        return sum(db.scalar(select(func.count()).select_from(t)) or 0 for t in (Grade, Comment))


def _graded(
    name: str, course_id: str, students: list[str]
) -> Iterator[tuple[type, list[dict[str, object]]]]:
    """The rows of one assignment that a whole class handed in."""
    assignment, notebook = uuid4().hex, uuid4().hex
    yield Assignment, [{"id": assignment, "name": name, "course_id": course_id}]
    yield Notebook, [{"id": notebook, "name": name, "assignment_id": assignment}]
    tests, stubs = ([uuid4().hex for _ in range(n)] for n in (TESTS, QUESTIONS))
    yield GradeCell, [
        {"id": i, "name": f"test-{n}", "notebook_id": notebook, "max_score": 2.0, "cell_type": "code"}
        for n, i in enumerate(tests)
    ]  # fmt: skip
    yield (
        SolutionCell,
        [{"id": i, "name": f"question-{n}", "notebook_id": notebook} for n, i in enumerate(stubs)],
    )
    submitted = {s: (uuid4().hex, uuid4().hex) for s in students}
    yield (
        SubmittedAssignment,
        [
            {"id": i, "assignment_id": assignment, "student_id": s}
            for s, (i, _) in submitted.items()
        ],
    )
    yield (
        SubmittedNotebook,
        [{"id": n, "assignment_id": i, "notebook_id": notebook} for i, n in submitted.values()],
    )
    yield Grade, [
        {"id": uuid4().hex, "notebook_id": n, "cell_id": cell, "auto_score": 2.0, "needs_manual_grade": False}
        for _, n in submitted.values()
        for cell in tests
    ]  # fmt: skip
    yield (
        Comment,
        [
            {"id": uuid4().hex, "notebook_id": n, "cell_id": cell}
            for _, n in submitted.values()
            for cell in stubs
        ],
    )


def whole_path(root: Path, slug: str) -> dict[str, Used]:
    """Grade, make pages, export: what each took."""
    cli = ("-m", "dlcourse.cli")
    return {
        "grade": ours(root, slug),
        "feedback": command(root, *cli, "feedback", slug),
        "export": command(root, *cli, "export", "csv", slug),
    }


def stock_path(root: Path, slug: str) -> float:
    """Wall seconds of nbgrader's three commands."""
    export = ("export", "--to", "grades.csv", "--assignment", f'["{slug}"]')
    steps = (("autograde", slug), ("generate_feedback", slug), export)
    return sum(command(root, "-m", "nbgrader", *step).wall for step in steps)


def full_gradebook(bench: Bench, bars: Bars, rounds: int, students: int) -> None:
    ratios, parts = [], {}
    for _ in range(rounds):
        walls = {}
        for filled in (False, True):
            with bench.classroom(bench.students(students)) as root:
                if filled:
                    rows = fill(root)
                walls[filled] = whole_path(root, bench.slug)
        total = {f: sum(used.wall for used in walls[f].values()) for f in walls}
        ratios.append(total[True] / total[False])
        parts = walls
    print(f"     {bench.slug}: {students} submissions, {rows:,} grades and comments of the term")
    for name in PARTS:
        empty, full = (1e3 * parts[f][name].wall / students for f in (False, True))
        print(f"       {name:<12} {empty:7.1f} ms per submission in an empty gradebook, {full:7.1f} in a full one")  # fmt: skip
    bars.report(f"{bench.slug}: full gradebook", statistics.median(ratios), FULL_BAR)


def against_stock(bench: Bench, bars: Bars, rounds: int, students: int) -> None:
    ratios = []
    for number in range(rounds):
        some = bench.honest[4 * number :][:4] or bench.honest[:4]
        with bench.classroom(some) as root:
            stock_course(bench, root)
            stock = stock_path(root, bench.slug) / len(some)
            expected = scores(root, bench.slug)
        with bench.classroom([some[i % len(some)] for i in range(students)]) as root:
            mine = sum(used.wall for used in whole_path(root, bench.slug).values()) / students
            found = scores(root, bench.slug)
        if any(found[student] != score for student, score in expected.items()):
            raise SystemExit(f"{bench.slug}: scores differ: {expected} {found}")
        ratios.append(stock / mine)
    print(f"     {bench.slug}: {stock:.2f} s a submission with nbgrader's commands, {mine:.3f} s with dlcourse's")  # fmt: skip
    bars.report(
        f"{bench.slug}: whole path against stock", statistics.median(ratios), STOCK_BAR, least=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--assignment", default="gumbel_softmax")
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    find_alembic()
    bars = Bars()
    with tempfile.TemporaryDirectory() as folder:
        bench = prepare(options.assignment, Path(folder))
        full_gradebook(bench, bars, options.rounds, options.students)
        against_stock(bench, bars, options.rounds, options.students)
    raise SystemExit(1 if bars.missed else 0)


if __name__ == "__main__":
    main()
