"""A term in a folder: a copy of the course, a class that hands in through nbgrader's exchange, and
what it was given.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory

from ..authoring.course import Course, read_course
from ..core.cells import NotebookView
from ..core.notebook_file import notebook_name
from ..core.progress import Progress, silent
from ..errors import CourseError
from ..nbgrader_port.config import CONFIG, nbgrader_config
from .samples import Sample

MARKER = ".dlcourse-demo"
"""Stands in a folder that `dlcourse demo` made, which it may replace."""


@dataclass(frozen=True)
class GradedSample:
    """What gradebook and graded notebook hold of one submission.

    Args:
        score: points in the gradebook.
        max_score: points that could be reached.
        diagnosed: ``(question, misconception)`` named in the graded notebook.
        notes: what student and instructor were told.
        feedback: path of the student's feedback page, relative to the course's folder.
    """

    score: float
    max_score: float
    diagnosed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    feedback: str


def copy_course(course: Course, folder: Path) -> Course:
    """Copy what was written by hand into a folder that holds its own exchange and gradebook.

    Raises:
        CourseError: the folder holds something else already.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).is_file():
            raise CourseError(
                f"{folder} is not empty and was not made by `dlcourse demo`; give a new folder"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("Made by `dlcourse demo`, which may replace it.\n")
    skip = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copyfile(course.root / "course.toml", folder / "course.toml")
    for slug in course.entries:
        files = course.files(slug)
        for origin in (files.script, files.data, files.pictures, files.tests):
            target = folder / files.name(origin)
            target.parent.mkdir(parents=True, exist_ok=True)
            if origin.is_dir():
                shutil.copytree(origin, target, ignore=skip)
            elif origin.is_file():
                shutil.copyfile(origin, target)
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)  # nbgrader asks for an exchange that everybody can write to
    copied = read_course(folder)
    config = (course.root / CONFIG).read_text(encoding="utf-8")
    config += f"""
# Of this copy alone: its exchange, its gradebook, and students who are no users of this machine.
c.Exchange.root = {str(exchange)!r}
c.Exchange.cache = {str(folder / "exchange-cache")!r}
c.ExchangeCollect.check_owner = False
c.CourseDirectory.db_url = {copied.gradebook_url!r}
"""
    (folder / CONFIG).write_text(config, encoding="utf-8")
    return copied


def hand_in(course: Course, slug: str, samples: list[Sample], progress: Progress = silent) -> None:
    """Let each student fetch the assignment, write into it and submit it, with nbgrader's own
    exchange.

    Args:
        course: from :func:`copy_course`.
        slug: the assignment, released.
        samples: the class.
        progress: called after each student.
    """
    config = nbgrader_config(course.root)
    factory = ExchangeFactory(config=config)
    quiet = logging.getLogger(f"{__name__}.exchange")
    quiet.setLevel(logging.CRITICAL)
    for sample in samples:
        home = course.root / "homes" / sample.id
        home.mkdir(parents=True, exist_ok=True)
        directory = CourseDirectory(config=config)
        directory.assignment_id, directory.student_id = slug, sample.id
        for step in (factory.FetchAssignment, factory.Submit):
            exchange = step(
                coursedir=directory, authenticator=Authenticator(config=config), config=config
            )
            exchange.assignment_dir, exchange.log = str(home), quiet
            if step == factory.Submit:
                (home / slug / notebook_name(slug)).unlink()
                for name, data in sample.files.items():
                    (home / slug / name).write_bytes(data)
            exchange.start()
        progress(sample.id)


def results(course: Course, slug: str, samples: list[Sample]) -> dict[str, GradedSample]:
    """Read the gradebook and the graded notebooks, by student id.

    Raises:
        CourseError: a student has no grade.
    """
    found = {}
    with Gradebook(course.gradebook_url, course.course_id) as gradebook:
        for sample in samples:
            submission = gradebook.find_submission(slug, sample.id)
            grades = [g for n in submission.notebooks for g in n.grades]
            if not grades or any(g.auto_score is None for g in grades):
                raise CourseError(f"{sample.id} has no grade for {slug}")
            notebook = nbformat.read(
                course.autograded(sample.id, slug) / notebook_name(slug), as_version=4
            )
            view = NotebookView(notebook)
            outcomes = [outcome for cell in view.cells if (outcome := cell.outcome) is not None]
            named = [(o.probe.question, o.misconception) for o in outcomes if o.misconception]
            slow = [
                f"{o.probe.question}: a test {o.verdict.message}"
                for o in outcomes
                if "took more than" in o.verdict.message
            ]
            found[sample.id] = GradedSample(
                float(submission.score),
                float(submission.max_score),
                tuple(dict.fromkeys(named)),
                tuple(dict.fromkeys([*view.notes, *slow])),
                course.feedback(sample.id, slug).relative_to(course.root).as_posix(),
            )
    return found
