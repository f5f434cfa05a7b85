"""nbgrader's autograde with our verdicts: what :func:`dlcourse.nbgrader_port.configure` puts into
its lists.

Three preprocessors stand in nbgrader's own lists (:class:`Rebuild`, :class:`Execute`,
:class:`WriteVerdicts`); an exporter reads submissions that are no notebooks;
:class:`CourseAutograde` deals with their files. Assignments that are not in course.toml go
nbgrader's own way, untouched.
"""

from __future__ import annotations

import atexit
import glob
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import Execute as StockExecute
from nbgrader.preprocessors import NbGraderPreprocessor

from ..authoring.course import Course, course_root, read_course
from ..core.cells import NotebookView
from ..core.notebook_file import Submission, notebook_name
from ..errors import CourseError
from ..executor.warm import Warm
from ..grading.grader import Grader, open_grader
from ..grading.plan import read_timed
from ..student.rebuild import rebuild
from .exchange import exchange_files, submitted_at

log = logging.getLogger("dlcourse")


WARM = Warm()
"""Where this nbgrader process runs submissions; it starts when the first one is graded."""
atexit.register(WARM.close)

_graders: dict[tuple[Path, str], tuple[float, Grader]] = {}


def _stamp(course: Course, slug: str) -> float:
    """Newest change of what a grader is made from; a formgrader server lives through rebuilds."""
    files = course.files(slug)
    paths = [
        course.root / "course.toml",
        files.script,
        files.source_notebook,
        *files.tests.glob("*.py"),
    ]
    return max((p.stat().st_mtime for p in paths if p.exists()), default=0.0)


def grader_for(slug: str) -> Grader | None:
    """The grader of ``slug`` in the course of the current folder; None where it is not one of ours."""
    try:
        course = read_course(course_root())
    except CourseError:
        return None
    if slug not in course.entries:
        return None
    stamp = _stamp(course, slug)
    known = _graders.get((course.root, slug))
    if known is None or known[0] != stamp:
        known = _graders[course.root, slug] = (stamp, open_grader(course, slug, WARM))
    return known[1]


class SubmissionExporter(NotebookExporter):
    """Reads a submitted file whatever it is; everything else like nbconvert's notebook exporter."""

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> Any:
        slug = resources["nbgrader"]["assignment"]
        grader = grader_for(slug)
        if not getattr(self.parent, "_sanitizing", False) or grader is None:
            return super().from_filename(filename, resources=resources, **kwargs)
        folder = Path(filename).parent
        submission = read_timed(grader.course, slug, folder, submitted_at(folder))
        notebook = nbformat.from_dict(submission.wrap())
        return self.from_notebook_node(notebook, resources=resources, **kwargs)  # type: ignore[no-untyped-call]


class Rebuild(NbGraderPreprocessor):
    """Sanitising: the instructor's notebook, with the student's sources in it."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: Any
    ) -> tuple[nbformat.NotebookNode, Any]:
        grader = grader_for(resources["nbgrader"]["assignment"])
        if grader is None:
            return nb, resources
        submission = Submission.unwrap(nb)  # SubmissionExporter wrapped it
        for note in submission.notes:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], note)
        return rebuild(grader.source, submission, grader.assignment.slug), resources


class Execute(StockExecute):
    """Runs the notebook in a process of its own and judges the results; other courses' notebooks as
    nbgrader does.
    """

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: Any, km: Any = None
    ) -> tuple[nbformat.NotebookNode, Any]:
        grader = grader_for(resources["nbgrader"]["assignment"])
        if grader is None:
            return super().preprocess(nb, resources, km)
        grader.prepare(WARM)
        resources["dlcourse_judged"] = grader.judge(nb, grader.run(nb, WARM), WARM)
        return nb, resources


class WriteVerdicts(NbGraderPreprocessor):
    """Leaves in each test cell a pass or an error, which nbgrader then scores."""

    def preprocess(
        self, nb: nbformat.NotebookNode, resources: Any
    ) -> tuple[nbformat.NotebookNode, Any]:
        grader = grader_for(resources["nbgrader"]["assignment"])
        if grader is not None:
            grader.write(nb, resources.pop("dlcourse_judged"))
        return nb, resources


class _OwnFilesOnly(BaseConverter):
    """Copies from a submission what the exchange put there: code comes from the notebook, data
    files from the instructor.
    """

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        if grader_for(assignment_id) is None:
            return super().init_assignment(assignment_id, student_id)
        folder = Path(self._format_dest(assignment_id, student_id))
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in exchange_files(
            Path(self._format_source(assignment_id, student_id))
        ).items():
            (folder / name).write_text(text, encoding="utf-8")
        return None


class CourseAutograde(Autograde, _OwnFilesOnly):
    """nbgrader's Autograde for submissions that lack a notebook, hold links, or were interrupted
    before.
    """

    def __init__(self, coursedir: Any = None, **kwargs: Any) -> None:
        super().__init__(coursedir=coursedir, **kwargs)
        self.coursedir.get_existing_timestamp = lambda path: submitted_at(Path(path))

    def init_notebooks(self) -> None:
        slug = self.coursedir.assignment_id
        if grader_for(slug) is None:
            return super().init_notebooks()
        try:
            super().init_notebooks()
        except NbGraderException:
            self.assignments = {}
        for folder in glob.glob(self._format_source(slug, self.coursedir.student_id)):
            if os.path.islink(folder) or os.path.isdir(folder):
                self.assignments[folder] = [os.path.join(folder, notebook_name(slug))]
        if not self.assignments:
            raise NbGraderException(
                f"No submissions of {slug!r} were matched by {self._format_source(slug, self.coursedir.student_id)!r}"
            )
        return None

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        folder = os.path.normpath(self._format_dest(assignment_id, student_id))
        notebook = os.path.join(folder, notebook_name(assignment_id))
        if (
            grader_for(assignment_id) is not None
            and os.path.isdir(folder)
            and not _is_graded(notebook)
        ):
            self.log.warning("%s was left unfinished by an earlier run; grading it again", folder)
            shutil.rmtree(folder)
        return super().init_destination(assignment_id, student_id)


def _is_graded(path: str) -> bool:
    try:
        return bool(NotebookView(nbformat.read(path, as_version=4)).build)
    except (OSError, ValueError, nbformat.ValidationError):
        return False


def sanitize_preprocessors() -> list[type]:
    """nbgrader's own, after ours."""
    return [Rebuild, *Autograde.sanitize_preprocessors.default()]


def autograde_preprocessors() -> list[type]:
    """nbgrader's own, with ours in the place of its Execute."""
    stock = Autograde.autograde_preprocessors.default()
    at = stock.index(StockExecute)
    return [*stock[:at], Execute, WriteVerdicts, *stock[at + 1 :]]
