"""A notebook's whole grade without a class: hidden tests included, no gradebook, no invented student."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from ..authoring.course import Course
from ..core.cells import NBGRADER, NotebookView
from ..core.notebook_file import CHECKS, read_notebook
from ..core.progress import Progress, silent
from ..core.written import Written
from ..errors import CourseError
from ..executor.warm import Warm
from ..grading.grader import GradedNotebook, open_grader
from ..student.checks_file import ChecksFile, NotChecked
from .feedback import render
from .feedback_page import page


@dataclass(frozen=True)
class SelfGrade:
    """A notebook that its own author had graded.

    Args:
        slug: the assignment.
        graded: the result.
        points: that the tests give.
        page: the feedback page as HTML.
        written: how far the answers in words are, by name.
    """

    slug: str
    graded: GradedNotebook
    points: float
    page: str
    written: dict[str, Written] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(self.graded.scores.values())


def assignment_of(course: Course, notebook: Path) -> str:
    """The assignment that a notebook belongs to: by the checks.json next to it, else by its name.

    Raises:
        CourseError: it is none of the course's.
    """
    try:
        slug = ChecksFile.read(notebook.parent / CHECKS).slug
    except NotChecked:
        slug = notebook.stem
    return course.entry(slug).slug


def selfgrade(
    course: Course, notebook: Path, warm: Warm, slug: str = "", progress: Progress = silent
) -> SelfGrade:
    """Grade one notebook as `dlcourse grade` does, and make its feedback page.

    Args:
        course: the course, from its repository.
        notebook: the file.
        warm: where it runs.
        slug: the assignment; found out where it is empty.
        progress: called per expected result that is computed first.

    Raises:
        CourseError: the file cannot be read, or is of no assignment of the course.
    """
    submission = read_notebook(notebook)
    if not submission.readable:
        raise CourseError(submission.notes[0].replace("hand it in again", "try again"))
    slug = course.entry(slug).slug if slug else assignment_of(course, notebook)
    grader = open_grader(course, slug, warm, progress)
    grader.prepare(warm)
    graded = grader.grade(submission, warm)
    document = nbformat.reads(graded.notebook, as_version=4)
    points = 0.0
    written: dict[str, Written] = {}
    for cell in NotebookView(document).cells:
        if cell.kind == "answer":
            written[cell.name] = Written(cell.points or 0.0, graded.written[cell.name])
            if not graded.written[cell.name]:
                cell.cell["metadata"][NBGRADER]["score"] = 0.0
        elif cell.outcome is not None:
            # nbgrader would put it there from the gradebook
            cell.cell["metadata"][NBGRADER]["score"] = cell.outcome.score
            points += cell.points or 0.0
    score = sum(graded.scores.values())
    most = points + sum(one.points for one in written.values())
    about = {"student": notebook.name, "notebook": slug, "score": score, "max_score": most}
    return SelfGrade(slug, graded, points, render(page(document, {"nbgrader": about})), written)
