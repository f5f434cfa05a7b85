"""The tour, `dlcourse demo`: a term in three minutes, with the sample class, through nbgrader."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from ..authoring.course import Course
from ..authoring.read import load
from ..console import progress, say
from ..core.progress import Progress
from ..errors import CourseError
from ..executor.isolation import SANDBOX, Isolation
from ..executor.warm import Warm
from ..grading.class_run import grade_class
from ..grading.plan import Settings
from ..nbgrader_port.config import find_alembic
from ..nbgrader_port.generate import build
from ..nbgrader_port.gradebook import open_gradebook
from .samples import Sample, sample_class
from .term import GradedSample, copy_course, hand_in, results

ASSIGNMENTS = ("backpropagation", "multi_task_learning", "gumbel_softmax")
"""What a tour hands out, if not told otherwise: as much as takes three minutes."""


def tour_assignments(course: Course) -> tuple[str, ...]:
    """What a tour of ``course`` hands out, if not told otherwise."""
    return tuple(s for s in ASSIGNMENTS if s in course.entries) or tuple(course.entries)[:3]


def run_tour(
    course: Course,
    folder: Path | None,
    console: Console,
    autograde: bool = False,
    isolation: Isolation = SANDBOX,
    slugs: tuple[str, ...] = (),
) -> dict[str, dict[str, GradedSample]]:
    """Build the course, hand it out, collect a class of sample submissions, grade it and show the
    result.

    Args:
        course: the course; nothing in it is changed.
        folder: where to put the copy that is shown; a new temporary folder if None.
        console: where to show it.
        autograde: grade with plain ``nbgrader autograde`` in place of ``dlcourse grade``.
        isolation: of the sample submissions.
        slugs: the assignments; if empty, :func:`tour_assignments`.

    Returns:
        What each student was given, by assignment and student id.

    Raises:
        CourseError: something failed; the message says what.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    find_alembic()
    start = time.monotonic()
    root = (folder or Path(tempfile.mkdtemp(prefix="dlcourse-demo-"))).resolve()
    show = _Show(copy_course(course, root), console, isolation)
    say(f"A demo course in {root}", to=console)
    classes = show.build([course.entry(s).slug for s in slugs or tour_assignments(course)])
    show.enrol(classes)
    for slug, samples in classes.items():
        show.command("release_assignment", slug)
        show.exchange(slug, samples)
        show.command("collect", slug)
        if autograde:
            show.command("autograde", slug)
        else:
            show.grade(slug, len(samples))
        show.command("generate_feedback", slug)
        show.command("release_feedback", slug)
    show.command("export", "--to", "grades.csv")

    found = {slug: results(show.course, slug, samples) for slug, samples in classes.items()}
    console.print(_table(show.course, classes, found))
    _closing(console, root, found, time.monotonic() - start)
    return found


class _Show:
    """Does what a term consists of, and prints what is being done and how long it took."""

    def __init__(self, course: Course, console: Console, isolation: Isolation) -> None:
        self.course = course
        self.console = console
        self.isolation = isolation

    def build(self, slugs: Sequence[str]) -> dict[str, list[Sample]]:
        """`dlcourse build`; returns the class of each assignment."""
        root = self.course.root
        classes: dict[str, list[Sample]] = {}
        with Warm(self.isolation) as warm:
            for slug in slugs:
                total = 1 + len(load(root, slug).misconceptions)
                with self._bar(f"$ dlcourse build {slug}", total) as step:
                    assignment = build(self.course, slug, warm, step)
                release = nbformat.read(self.course.files(slug).release_notebook, as_version=4)
                classes[slug] = sample_class(assignment, release)
        return classes

    def enrol(self, classes: Mapping[str, Sequence[Sample]]) -> None:
        """Put every student of the classes into the gradebook."""
        students = {sample.id: sample for samples in classes.values() for sample in samples}
        with Gradebook(self.course.gradebook_url, self.course.course_id) as gradebook:
            for sample in students.values():
                gradebook.update_or_create_student(
                    sample.id, first_name=sample.first_name, last_name=sample.last_name
                )

    def exchange(self, slug: str, samples: list[Sample]) -> None:
        """Let the class fetch an assignment and hand it in."""
        text = (
            f"  {len(samples)} students: nbgrader fetch_assignment {slug}; nbgrader submit {slug}"
        )
        with self._bar(text, len(samples)) as step:
            hand_in(self.course, slug, samples, step)

    def grade(self, slug: str, count: int) -> None:
        """`dlcourse grade`."""
        with (
            open_gradebook(self.course, slug) as gradebook,
            self._bar(f"$ dlcourse grade {slug}", count) as step,
        ):
            report = grade_class(
                self.course,
                slug,
                Settings(isolation=self.isolation),
                gradebook,
                step,
            )
        if report.failed:
            raise CourseError(
                "; ".join(
                    f"{who} has no grade for {slug}: {why}"
                    for who, why in sorted(report.failed.items())
                )
            )

    def command(self, *arguments: str) -> None:
        """Run an nbgrader command in the course's folder.

        Raises:
            CourseError: it failed; its last lines are passed on.
        """
        text = f"nbgrader {' '.join(arguments)}"
        start = time.monotonic()
        with self.console.status(text):
            done = subprocess.run(
                [sys.executable, "-m", "nbgrader", *arguments],
                cwd=self.course.root,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        if done.returncode:
            raise CourseError(f"`{text}` failed in {self.course.root}:\n{done.stdout[-3000:]}")
        self._done(f"$ {text}", start)

    @contextmanager
    def _bar(self, text: str, total: int) -> Iterator[Progress]:
        """A progress bar while something runs, one line when it is done."""
        start = time.monotonic()
        with progress(text, total, self.console) as step:
            yield step
        self._done(text, start)

    def _done(self, text: str, start: float) -> None:
        self.console.print(f"{text}  [dim]{time.monotonic() - start:.1f} s[/dim]", highlight=False)


def _table(
    course: Course, classes: dict[str, list[Sample]], found: dict[str, dict[str, GradedSample]]
) -> Table:
    """Student, score per assignment, and what was diagnosed."""
    table = Table(title=f"{course.title}: the sample class", show_lines=True)
    table.add_column("student", overflow="fold")
    for slug in classes:
        table.add_column(slug.replace("_", " "), justify="right", overflow="fold")
    table.add_column("diagnosed", overflow="fold", ratio=1)
    students = {s.id: s for samples in classes.values() for s in samples}
    for id, sample in students.items():
        row = [found[slug].get(id) for slug in classes]
        said = []
        for slug, one in zip(classes, row, strict=True):
            if one is None:
                continue
            said += [
                f"{slug}: {question}: {name.replace('_', ' ')}" for question, name in one.diagnosed
            ]
            said += [f"{slug}: {note}" for note in one.notes]
        scores = [f"{one.score:g}/{one.max_score:g}" if one else "" for one in row]
        table.add_row(
            f"{sample.name}\n[dim]{id}[/dim]", *scores, "\n".join(said).replace("[", "\\[")
        )
    return table


def _closing(
    console: Console, root: Path, found: dict[str, dict[str, GradedSample]], seconds: float
) -> None:
    pages = [root / one.feedback for of in found.values() for one in of.values()]
    missing = [p for p in pages if not p.is_file()]
    if missing:
        raise CourseError(f"{missing[0]} was not made by `nbgrader generate_feedback`")
    for line in (
        f"Feedback pages: {len(pages)} under {pages[-1].parents[2]}; one with a diagnosis: {pages[-1]}",
        f"Grades: {root / 'grades.csv'}",
        f"In JupyterLab, with formgrader: make lab COURSE={root}",
        f"{seconds:.0f} s in all.",
    ):
        say(line, to=console)
