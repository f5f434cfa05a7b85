"""A scratch course of two small assignments: making it, its notebooks, handing in."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.authoring.scaffold import create
from dlcourse.core.notebook_file import Submission
from dlcourse.grading.grader import Grader
from dlcourse.student.rebuild import rebuild

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
        "length_one.svg": "solutions/pictures/vectors/length_one.svg",
    }
    files |= {
        f"{n}.py.txt": f"tests/vectors/{n}.py" for n in ("probes", "misconceptions", "alternatives")
    }
    for name, target in files.items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FIXTURES / "vectors" / name, root / target)
    (root / "tests/vectors/claims.py").unlink()
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


def rebuilt(grader: Grader, submission: Submission) -> NotebookNode:
    """The notebook that a grader runs for a submission."""
    return rebuild(grader.source, submission, grader.assignment.slug)


def submission_of(notebook: nbformat.NotebookNode) -> Submission:
    return Submission.unwrap(copy.deepcopy(notebook))


def chooses(course: Course, slug: str, value: str) -> Course:
    """A course with a choice of questions of one assignment, as course.toml writes it: `"core"` or
    a list of names.
    """
    path = course.root / "course.toml"
    head, entry, tail = path.read_text().partition(f'slug = "{slug}"\n')
    path.write_text(f"{head}{entry}questions = {value}\n{tail}")
    return read_course(course.root)


ASKED = """
# %% [markdown] answer="{name}" points={points}
# ## {heading}
#
# In three sentences: why does subtracting the largest logit change nothing?
#
# ### RUBRIC
# Two points: the common factor cancels, as in $e^{{-c}} / e^{{-c}}$.
#
# Two points: no exponent is above 0.
#
# ### MODEL ANSWER
# Numerator and denominator share one factor, which cancels; the largest exponent is then exactly 0.
"""
"""A written answer for the end of a script."""


def ask(course: Course, slug: str = "toy", name: str = "why", points: float = 4) -> None:
    """Add a written answer to the end of an assignment; it is to be built anew."""
    script = course.files(slug).script
    text = ASKED.format(name=name, points=points, heading="In words")
    script.write_text(script.read_text(encoding="utf-8") + text, encoding="utf-8")


def wrote(course: Course, slug: str, text: str, name: str = "why") -> nbformat.NotebookNode:
    """A perfect notebook with a written answer in it."""
    notebook = perfect(course, slug)
    cell_of(notebook, f"answer-{name}").source = text
    return notebook
