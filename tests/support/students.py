"""A class of students who hand in `vectors`: honest, clumsy, unlucky and hostile ones."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import stat
from collections.abc import Callable
from typing import NamedTuple

import nbformat

from dlcourse.authoring.course import Course
from dlcourse.authoring.read import load

from .course import alternative_notebook, cell_of, hand_in, perfect, released

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


def _replace(question: str, source: str) -> Change:
    def change(course: Course, notebook: nbformat.NotebookNode) -> None:
        cell_of(notebook, f"question-{question}").source = source

    return change


def _edit(question: str, old: str, new: str) -> Change:
    def change(course: Course, notebook: nbformat.NotebookNode) -> None:
        cell = cell_of(notebook, f"question-{question}")
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def _own_cell(at: int, source: str) -> Change:
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


def _alternative(course: Course, notebook: nbformat.NotebookNode) -> None:
    notebook.update(alternative_notebook(course, load(course.root, "vectors")))


def _untouched(course: Course, notebook: nbformat.NotebookNode) -> None:
    notebook.update(released(course, "vectors"))


def _as_it_is(course: Course, notebook: nbformat.NotebookNode) -> None: ...


def _reordered(course: Course, notebook: nbformat.NotebookNode) -> None:
    notebook.cells.reverse()


def forge(course: Course, notebook: nbformat.NotebookNode) -> None:
    """An untouched notebook with everything in its metadata and outputs that stock nbgrader pays
    for.
    """
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


Change = Callable[[Course, nbformat.NotebookNode], None]


class Student(NamedTuple):
    """One of a class.

    Args:
        id: student id.
        points: that a person would give for `vectors`.
        story: what they did.
        change: makes their notebook out of a perfect one.
    """

    id: str
    points: float
    story: str
    change: Change


FULL = 16.5
"""Points of `vectors`."""
STUDENTS = (
    Student("alternative", FULL, "answers with the alternatives", _alternative),
    Student("cell_ends_python", FULL, "has a cell of their own that ends Python", _own_cell(4, "import os\nos._exit(1)")),
    Student("cell_exits", FULL, "has a cell of their own that exits", _own_cell(4, "raise SystemExit(0)")),
    Student("columns", 6.5, "normalises columns, not rows", _edit("normalise", "axis=1, keepdims", "axis=0, keepdims")),
    Student("duplicated", FULL, "pasted every cell a second time", _duplicated),
    Student("ends_python", 9.5, "ends Python within cosine", _replace("cosine", "import os\n\ndef cosine(a, b):\n    os._exit(0)\n")),
    Student("forbidden", 12.0, "calls numpy.linalg.norm, which normalise forbids", _edit("normalise", "np.sqrt(squared_lengths)", "np.linalg.norm(x, axis=1, keepdims=True)")),
    Student("forged", 0.0, "hands in metadata and outputs that stock nbgrader pays for", forge),
    Student("half", 9.5, "left two questions empty", _half),
    Student("killed", 11.5, "kills the process within jitter", _replace("jitter", "import os\n\ndef jitter(x, sigma, n, rng):\n    os.kill(os.getpid(), 9)\n")),
    Student("loops", 11.5, "never returns from jitter", _replace("jitter", LOOP)),
    Student("memory", 11.5, "asks for 8 PB within jitter", _replace("jitter", "import numpy as np\n\ndef jitter(x, sigma, n, rng):\n    return np.zeros((1 << 40, 1 << 10))\n")),
    Student("noisy", FULL, "prints, warns and displays everywhere", _noisy),
    Student("not_normalised", 9.5, "forgets to normalise within cosine", _edit("cosine", "normalise(a), normalise(b)", "a, b")),
    Student("only_answers", FULL, "deleted all cells but their answers", _only_answers),
    Student("perfect", FULL, "answers with the reference", _as_it_is),
    Student("reordered", FULL, "turned the notebook upside down", _reordered),
    Student("stripped", FULL, "lost all metadata to an editor", _stripped),
    Student("surrogate", FULL, "has half a character in a string", _own_cell(4, "text = 'X'")),
    Student("syntax", FULL, "has a cell that is no Python", _own_cell(4, "def (:\n\x00")),
    Student("untouched", 0.0, "did nothing", _untouched),
    Student("zoë o'neil, jr.", FULL, "has a name that a file system must bear", _as_it_is),
)  # fmt: skip
OTHERS = {
    "folder": 0.0,
    "huge": 0.0,
    "junk": 0.0,
    "link": 0.0,
    "missing": 0.0,
    "pipe": 0.0,
    "renamed": FULL,
    "truncated": 0.0,
}
EXPECTED = {student.id: student.points for student in STUDENTS} | OTHERS
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
    for student in STUDENTS:
        if student.id not in chosen:
            continue
        notebook = copy.deepcopy(best)
        student.change(course, notebook)
        content = json.dumps(notebook, ensure_ascii=False)
        if student.id == "surrogate":
            content = content.replace("text = 'X'", "text = '\\ud800'")
        stamp = (GOOD_STAMPS | BAD_STAMPS).get(student.id)
        hand_in(course, student.id, "vectors", content, stamp)
    special = {
        "junk": b"\x00\xff no notebook",
        "truncated": text[:4000],
        "missing": None,
        "huge": text[:-3] + " " * 2_000_000 + "x",
    }
    for other in sorted(chosen & set(OTHERS)):
        folder = hand_in(course, other, "vectors", special.get(other))
        path = folder / "vectors.ipynb"
        if other == "folder":
            path.mkdir()
        elif other == "link":
            path.symlink_to(course.root / "source" / "vectors" / "vectors.ipynb")
        elif other == "pipe":
            os.mkfifo(path)
            os.mkfifo(folder / "timestamp.txt")
        elif other == "renamed":
            (folder / "vectors final (2).ipynb").write_text(text)
            (folder / "timestamp.txt").symlink_to("/dev/zero")
        elif other == "missing":
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
