"""A scratch course for the tests of the machinery: making it, handing in, running nbgrader, reading gradebooks."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import sqlalchemy

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.authoring.scaffold import create
from dlcourse.core.notebook_file import Submission
from dlcourse.grading.rebuild import rebuild

FIXTURES = Path(__file__).parent / "fixtures"
REPOSITORY = Path(__file__).parents[2]

COURSE = """title = "Scratch"
course_id = "scratch"
seed = "a seed"
"""

CONFIG = """from dlcourse.nbgrader_port import configure

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
    files = {
        "solution.py.txt": "solutions/vectors.py",
        "table.csv": "solutions/data/vectors/table.csv",
    }
    files |= {
        f"{n}.py.txt": f"tests/vectors/{n}.py" for n in ("probes", "misconceptions", "alternatives")
    }
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
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def answered(course: Course, slug: str, answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """The released notebook with some questions' cells replaced."""
    notebook = released(course, slug)
    for question, source in answers.items():
        cell_of(notebook, f"question-{question}").source = source
    return notebook


def perfect(course: Course, slug: str) -> nbformat.NotebookNode:
    """The released notebook with the reference's cells."""
    return answered(
        course, slug, {q.name: q.source for q in load(course.root, slug).questions.values()}
    )


def alternative_notebook(course: Course, assignment: Assignment) -> nbformat.NotebookNode:
    """The released notebook answered by the alternatives."""
    return answered(
        course, assignment.slug, {a.question: a.source for a in assignment.alternatives}
    )


def hand_in(
    course: Course,
    student: str,
    slug: str,
    content: nbformat.NotebookNode | str | bytes | None,
    timestamp: str | None = None,
) -> Path:
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


def rebuilt(grader, submission):
    """The notebook that a grader runs for a submission."""
    return rebuild(grader.source, submission, grader.assignment.slug)


def submission_of(notebook: nbformat.NotebookNode) -> Submission:
    return Submission.unwrap(copy.deepcopy(notebook))


def environment(root: Path) -> dict[str, str]:
    """Of a command that must not see the tester's own Jupyter settings."""
    home = root / "home"
    home.mkdir(exist_ok=True)
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("JUPYTER", "NBGRADER", "COV_", "PYTEST"))
    }
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
    assert done.returncode == status, (
        f"{' '.join(arguments)}: exit status {done.returncode}\n{done.stdout[-6000:]}"
    )
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
        return {
            name: [tuple(row) for row in connection.execute(query)]
            for name, query in _TABLES.items()
        }
    finally:
        connection.close()


def gradebook_rows(db_url: str) -> dict[str, list[tuple[Any, ...]]]:
    """The same from a database server."""
    engine = sqlalchemy.create_engine(db_url)
    try:
        with engine.connect() as connection:
            return {
                name: [tuple(row) for row in connection.execute(sqlalchemy.text(query))]
                for name, query in _TABLES.items()
            }
    finally:
        engine.dispose()


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


# ---- a class of students ---------------------------------------------------------------------------------------------

LOOP = "def jitter(x, sigma, n, rng):\n    while True:\n        pass\n"
NOISE = """import sys, warnings
import numpy as np
from IPython.display import HTML, display
warnings.warn("careful")
print("all tests passed", file=sys.stderr)
print("4/4 points")
display(HTML("<b>16.5</b>"))
{source}
sys.stderr.write("more\\n")
100
"""


def _replace(question: str, source: str):
    def change(course: Course, notebook: nbformat.NotebookNode) -> None:
        cell_of(notebook, f"question-{question}").source = source

    return change


def _edit(question: str, old: str, new: str):
    def change(course: Course, notebook: nbformat.NotebookNode) -> None:
        cell = cell_of(notebook, f"question-{question}")
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def _own_cell(at: int, source: str):
    def change(course: Course, notebook: nbformat.NotebookNode) -> None:
        notebook.cells.insert(at, nbformat.v4.new_code_cell(source))

    return change


def _noisy(course: Course, notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata["nbgrader"]["solution"]:
            cell.source = NOISE.format(source=cell.source)


def _duplicated(course: Course, notebook: nbformat.NotebookNode) -> None:
    for cell in list(notebook.cells):
        second = copy.deepcopy(cell)
        if cell.metadata["nbgrader"]["grade"]:
            second.metadata["nbgrader"] = {}
        if cell.cell_type == "code":
            notebook.cells.insert(notebook.cells.index(cell) + 1, second)


def _half(course: Course, notebook: nbformat.NotebookNode) -> None:
    stubs = released(course, "vectors")
    for question in ("cosine", "centroid"):
        cell_of(notebook, f"question-{question}").source = cell_of(
            stubs, f"question-{question}"
        ).source


def _stripped(course: Course, notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = {}


def _only_answers(course: Course, notebook: nbformat.NotebookNode) -> None:
    notebook.cells = [c for c in notebook.cells if c.metadata["nbgrader"]["solution"]]


def _reordered(course: Course, notebook: nbformat.NotebookNode) -> None:
    notebook.cells.reverse()


def forge(course: Course, notebook: nbformat.NotebookNode) -> None:
    """An untouched notebook with everything in its metadata and outputs that stock nbgrader pays for."""
    stubs = released(course, "vectors")
    notebook.cells = stubs.cells
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]
        if cell.metadata["nbgrader"]["grade"]:
            cell.metadata["nbgrader"] |= {
                "points": 100,
                "locked": False,
                "solution": True,
                "checksum": "0" * 32,
                "schema_version": 99,
            }
            cell.source = "100"
            cell.outputs = [
                nbformat.v4.new_output("execute_result", {"text/plain": "100"}, execution_count=1)
            ]
    notebook.cells.append(
        nbformat.v4.new_code_cell(
            "1000", metadata={"nbgrader": {"grade_id": "test-extra", "grade": True, "points": 1000}}
        )
    )
    notebook.metadata["dlcourse"] = {"readable": True, "graded": "x", "notes": ["full marks"]}


# student id -> (points that a person would give, change of a perfect notebook)
SAMPLES = {
    "alternative": (16.5, lambda course, nb: nb.update(alternative_notebook(course, load(course.root, "vectors")))),
    "cell_ends_python": (16.5, _own_cell(4, "import os\nos._exit(1)")),
    "cell_exits": (16.5, _own_cell(4, "raise SystemExit(0)")),
    "columns": (6.5, _edit("normalise", "axis=1, keepdims", "axis=0, keepdims")),
    "duplicated": (16.5, _duplicated),
    "ends_python": (9.5, _replace("cosine", "import os\n\ndef cosine(a, b):\n    os._exit(0)\n")),
    "forbidden": (12.0, _edit("normalise", "np.sqrt(squared_lengths)", "np.linalg.norm(x, axis=1, keepdims=True)")),
    "forged": (0.0, forge),
    "half": (9.5, _half),
    "killed": (11.5, _replace("jitter", "import os\n\ndef jitter(x, sigma, n, rng):\n    os.kill(os.getpid(), 9)\n")),
    "loops": (11.5, _replace("jitter", LOOP)),
    "memory": (11.5, _replace("jitter", "import numpy as np\n\ndef jitter(x, sigma, n, rng):\n    return np.zeros((1 << 40, 1 << 10))\n")),
    "noisy": (16.5, _noisy),
    "not_normalised": (9.5, _edit("cosine", "normalise(a), normalise(b)", "a, b")),
    "only_answers": (16.5, _only_answers),
    "perfect": (16.5, lambda course, nb: None),
    "reordered": (16.5, _reordered),
    "stripped": (16.5, _stripped),
    "surrogate": (16.5, _own_cell(4, "text = 'X'")),
    "syntax": (16.5, _own_cell(4, "def (:\n\x00")),
    "untouched": (0.0, lambda course, nb: nb.update(released(course, "vectors"))),
    "zoë o'neil, jr.": (16.5, lambda course, nb: None),
}  # fmt: skip
OTHERS = {
    "folder": 0.0,
    "huge": 0.0,
    "junk": 0.0,
    "link": 0.0,
    "missing": 0.0,
    "pipe": 0.0,
    "renamed": 16.5,
    "truncated": 0.0,
}
EXPECTED = {**{s: points for s, (points, _) in SAMPLES.items()}, **OTHERS}
UNREADABLE = {s for s, points in OTHERS.items() if points == 0}
GOOD_STAMPS = {
    "perfect": "2026-03-01 12:00:00.000000 UTC",
    "half": "2026-03-02 00:00:00 CET",
    "forged": "9999-12-31 23:59:59 UTC",
}
BAD_STAMPS = {
    "untouched": "yesterday?",
    "noisy": "0001-01-01 00:00:00 +1400",
    "columns": "",
    "loops": "9" * 5000,
    "alternative": "2026-13-45",
}


def hand_in_samples(course: Course, students: set[str] | None = None) -> None:
    """Submissions of `vectors` by a whole class: honest, broken and hostile ones."""
    chosen = set(EXPECTED) if students is None else students
    best = perfect(course, "vectors")
    text = nbformat.writes(best)
    for student in sorted(chosen & set(SAMPLES)):
        notebook = copy.deepcopy(best)
        SAMPLES[student][1](course, notebook)
        content = json.dumps(notebook, ensure_ascii=False)
        if student == "surrogate":
            content = content.replace("text = 'X'", "text = '\\ud800'")
        hand_in(course, student, "vectors", content, (GOOD_STAMPS | BAD_STAMPS).get(student))
    special = {
        "junk": b"\x00\xff no notebook",
        "truncated": text[:4000],
        "missing": None,
        "huge": text[:-3] + " " * 2_000_000 + "x",
    }
    for student in sorted(chosen & set(OTHERS)):
        folder = hand_in(course, student, "vectors", special.get(student))
        path = folder / "vectors.ipynb"
        if student == "folder":
            path.mkdir()
        elif student == "link":
            path.symlink_to(course.root / "source" / "vectors" / "vectors.ipynb")
        elif student == "pipe":
            os.mkfifo(path)
            os.mkfifo(folder / "timestamp.txt")
        elif student == "renamed":
            (folder / "vectors final (2).ipynb").write_text(text)
            (folder / "timestamp.txt").symlink_to("/dev/zero")
        elif student == "missing":
            (folder / "timestamp.txt").mkdir()
            (folder / "numpy.py").write_text("raise SystemExit")
    (course.root / "handed_in.json").write_text(json.dumps(handed_in(course)))


def handed_in(course: Course) -> dict[str, str]:
    """Every submitted file: its content's digest, or what else it is."""
    found = {}
    for path in sorted((course.root / "submitted").rglob("*")):
        mode = path.lstat().st_mode
        content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(mode) else ""
        found[path.relative_to(course.root).as_posix()] = (
            f"{mode:o} {path.lstat().st_mtime_ns if content else ''} {content}"
        )
    return found
