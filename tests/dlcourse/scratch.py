"""A scratch course for the tests of the machinery: making it, handing in, running nbgrader, reading gradebooks."""

from __future__ import annotations

import copy
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from dlcourse.authoring import Assignment, load
from dlcourse.course import Course, read_course
from dlcourse.scaffold import create
from dlcourse.submission import Submission, from_notebook

FIXTURES = Path(__file__).parent / "fixtures"
REPOSITORY = Path(__file__).parents[2]

COURSE = """title = "Scratch"
course_id = "scratch"
seed = "a seed"
"""

CONFIG = """from dlcourse.autograde import configure

c = get_config()
c.CourseDirectory.course_id = "scratch"
c.Exchange.root = "{root}/exchange"
c.Exchange.path_includes_course = False
configure(c)
"""


def make_course(root: Path) -> Course:
    """A course of two assignments: `toy` from the template and `vectors` from the fixtures."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "course.toml").write_text(COURSE)
    write_config(root)
    create(read_course(root), "toy", "Toy", "First", "https://example.org/toy", 5)
    create(read_course(root), "vectors", "Vectors", "Second", "https://example.org/vectors", 10)
    files = {"solution.py.txt": "solutions/vectors.py", "table.csv": "solutions/data/vectors/table.csv"}
    files |= {f"{n}.py.txt": f"tests/vectors/{n}.py" for n in ("probes", "misconceptions", "alternatives")}
    for name, target in files.items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FIXTURES / "vectors" / name, root / target)
    return read_course(root)


def write_config(root: Path, extra: str = "") -> None:
    """An nbgrader_config.py whose exchange lies inside the course."""
    (root / "nbgrader_config.py").write_text(CONFIG.format(root=root) + extra)
    (root / "exchange").mkdir(exist_ok=True)
    (root / "exchange").chmod(0o777)


def copy_course(course: Course, root: Path) -> Course:
    """An independent copy, gradebook and caches included."""
    shutil.copytree(course.root, root, symlinks=True)
    write_config(root)
    return read_course(root)


def released(course: Course, slug: str) -> nbformat.NotebookNode:
    """The notebook as a student gets it."""
    return nbformat.read(course.root / "release" / slug / f"{slug}.ipynb", as_version=4)


def cell_of(notebook: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def answered(course: Course, slug: str, answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """The released notebook with some questions' cells replaced."""
    notebook = released(course, slug)
    for question, source in answers.items():
        cell_of(notebook, f"question-{question}").source = source
    return notebook


def perfect(course: Course, slug: str) -> nbformat.NotebookNode:
    """The released notebook with the reference's cells."""
    return answered(course, slug, {q.name: q.source for q in load(course.root, slug).questions.values()})


def alternative_notebook(course: Course, assignment: Assignment) -> nbformat.NotebookNode:
    """The released notebook answered by the alternatives."""
    return answered(course, assignment.slug, {a.question: a.source for a in assignment.alternatives})


def hand_in(course: Course, student: str, slug: str, content: nbformat.NotebookNode | str | bytes | None, timestamp: str | None = None) -> Path:
    """Place a submission where `nbgrader collect` would; returns its folder."""
    folder = course.root / "submitted" / student / slug
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{slug}.ipynb"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif content is not None:
        nbformat.write(content, path)
    if timestamp is not None:
        (folder / "timestamp.txt").write_text(timestamp)
    return folder


def submission_of(notebook: nbformat.NotebookNode) -> Submission:
    return from_notebook(copy.deepcopy(notebook))


def environment(root: Path) -> dict[str, str]:
    """Of a command that must not see the tester's own Jupyter settings."""
    home = root / "home"
    home.mkdir(exist_ok=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "NBGRADER", "COV_", "PYTEST"))}
    bin_folder = str(Path(sys.executable).parent)
    return {
        **clean, "HOME": str(home), "OMP_NUM_THREADS": "1", "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb",
        "PATH": f"{bin_folder}{os.pathsep}{clean.get('PATH', '')}", "JUPYTER_PLATFORM_DIRS": "1",
    }  # fmt: skip


def nbgrader(course: Course, *arguments: str, status: int = 0, cwd: Path | None = None) -> str:
    """Run a real nbgrader command in the course; returns what it said."""
    return _command(course, ["-m", "nbgrader", *arguments], status, cwd)


def dlcourse(course: Course, *arguments: str, status: int = 0, cwd: Path | None = None) -> str:
    """Run a real `dlcourse` command in the course; returns what it said."""
    return _command(course, ["-m", "dlcourse.cli", *arguments], status, cwd)


def _command(course: Course, arguments: list[str], status: int, cwd: Path | None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd or course.root, env=environment(course.root), text=True, timeout=300,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == status, f"{' '.join(arguments)}: exit status {done.returncode}\n{done.stdout[-6000:]}"
    return done.stdout


_TABLES = {
    "grades": """
        select s.student_id, a.name, b.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
        from grade g join submitted_notebook n on g.notebook_id = n.id join submitted_assignment s on n.assignment_id = s.id
        join base_cell b on g.cell_id = b.id join assignment a on s.assignment_id = a.id order by 1, 2, 3""",
    "comments": """
        select s.student_id, a.name, b.name, c.auto_comment, c.manual_comment
        from comment c join submitted_notebook n on c.notebook_id = n.id join submitted_assignment s on n.assignment_id = s.id
        join base_cell b on c.cell_id = b.id join assignment a on s.assignment_id = a.id order by 1, 2, 3""",
    "submissions": """
        select s.student_id, a.name, s.timestamp, n.late_submission_penalty
        from submitted_notebook n join submitted_assignment s on n.assignment_id = s.id
        join assignment a on s.assignment_id = a.id order by 1, 2""",
    "students": "select id from student order by 1",
    "cells": """
        select a.name, b.name, g.max_score, g.cell_type from base_cell b join grade_cells g on g.id = b.id
        join notebook n on b.notebook_id = n.id join assignment a on n.assignment_id = a.id order by 1, 2""",
}


def gradebook_tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in a gradebook that grading decides; random row ids left out."""
    connection = sqlite3.connect(path)
    try:
        return {name: [tuple(row) for row in connection.execute(query)] for name, query in _TABLES.items()}
    finally:
        connection.close()


def totals(path: Path, slug: str) -> dict[str, float]:
    """Score of each student, from the gradebook itself; a cell without a grade is an error."""
    found: dict[str, float] = {}
    for student, assignment, cell, auto, manual, extra, _ in gradebook_tables(path)["grades"]:
        if assignment != slug:
            continue
        score = manual if manual is not None else auto
        assert score is not None, f"{student} has no grade for {cell}"
        found[student] = found.get(student, 0.0) + score + (extra or 0.0)
    return found
