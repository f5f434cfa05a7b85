"""What a worker does: grade one submission, given as data, and return the result as data.

The same function serves a pool of local processes and a Dask cluster. An assignment reaches a worker once, as a
bundle of its files; a submission reaches it as the sources of its cells.
"""

from __future__ import annotations

import atexit
import io
import json
import multiprocessing
import os
import pickle
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .. import _nbformat  # noqa: F401
from ..authoring.course import Course, read_course
from ..core.cells import NotebookView, question_id
from ..core.notebook_file import Submission
from ..executor.isolation import SANDBOX, Isolation
from ..executor.runner import BUDGET
from ..executor.warm import Warm
from .grader import Grader, open_grader

PATIENCE = 3.0
"""A submission that takes this many times as long as others is put off until the others have their grades."""
LEAST_PATIENCE = 0.3
"""Seconds that no submission is put off for."""


class ProbeVerdict(NamedTuple):
    """How one probe ended, for the report."""

    question: str
    probe: str
    status: str
    misconception: str
    """Its name; empty where none explains the result."""


@dataclass(frozen=True)
class GradedSubmission:
    """The result of one submission, as it crosses the border between processes.

    Args:
        notebook: the autograded notebook as text.
        scores: points by graded cell.
        untouched: by solution cell, whether it still is the released stub.
        verdicts: one per probe.
        notes: what student and instructor are told.
        seconds: wall time of the run.
    """

    notebook: str
    scores: dict[str, float]
    untouched: dict[str, bool]
    verdicts: list[ProbeVerdict]
    notes: list[str]
    seconds: float


def bundle(course: Course, slug: str) -> bytes:
    """All files that grading ``slug`` needs, as a zip archive."""
    files = course.files(slug)
    paths = [course.root / "course.toml", files.script]
    for folder in (files.tests, files.source, files.data):
        paths += [
            p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts
        ]
    paths += files.all_references()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, files.name(path))
    return data.getvalue()


@dataclass(frozen=True)
class Setup:
    """All that a worker needs to grade one assignment.

    Args:
        archive: from :func:`bundle`.
        slug: the assignment.
        isolation: of student code.
    """

    archive: bytes
    slug: str
    isolation: Isolation = SANDBOX

    @classmethod
    def of(cls, course: Course, slug: str, isolation: Isolation = SANDBOX) -> Setup:
        return cls(bundle(course, slug), slug, isolation)


class Worker:
    """One process's grader of one assignment.

    Args:
        setup: what to grade.
        warm: where submissions run; whoever made it closes it.
    """

    def __init__(self, setup: Setup, warm: Warm) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dlcourse-worker-")
        root = Path(self._folder.name)
        with zipfile.ZipFile(io.BytesIO(setup.archive)) as files:
            files.extractall(root)
        self.warm = warm
        self.grader: Grader = open_grader(read_course(root), setup.slug, warm)
        self.grader.prepare(warm)
        self._usual = self._time_reference()
        self._stubs = {
            question_id(q.name): q.stub for q in self.grader.assignment.questions.values()
        }

    def _time_reference(self) -> float:
        """Wall seconds that the instructor's own notebook takes."""
        start = time.monotonic()
        self.grader.run(self.grader.source, self.warm)
        return time.monotonic() - start

    def grade(self, submission: Submission, hurry: bool = False) -> GradedSubmission | None:
        """Grade one submission.

        Args:
            submission: what was handed in.
            hurry: give up on one that takes much longer than others.

        Returns:
            None if it was given up.
        """
        start = time.monotonic()
        grader = self.grader
        notebook = grader.rebuild(submission)
        budget = min(BUDGET, max(LEAST_PATIENCE, PATIENCE * self._usual)) if hurry else BUDGET
        record = grader.run(notebook, self.warm, budget)
        if budget < BUDGET and not record.complete:
            return None
        self._usual += 0.1 * (min(time.monotonic() - start, 2 * self._usual) - self._usual)
        verdicts = grader.write(notebook, record)
        scores, untouched = {}, {}
        for cell in NotebookView(notebook).code:
            grade_id = str(cell.grade_id)
            if cell.kind == "test":
                scores[grade_id] = float(verdicts[cell.name].passed) * (cell.points or 0.0)
            elif cell.kind == "question":
                untouched[grade_id] = cell.source == self._stubs[grade_id]
        found = [
            ProbeVerdict(
                grader.references.expectations[n].spec.question,
                n,
                v.status,
                v.mistakes[0][0] if v.mistakes else "",
            )
            for n, v in verdicts.items()
        ]
        notes = NotebookView(notebook).notes
        return GradedSubmission(
            json.dumps(notebook, ensure_ascii=False) + "\n",
            scores,
            untouched,
            found,
            notes,
            time.monotonic() - start,
        )

    def close(self) -> None:
        self._folder.cleanup()


_worker: Worker | None = None


def start_worker(setup: Setup) -> None:
    """Initializer of a worker process."""
    global _worker
    _end_worker()
    parent = multiprocessing.parent_process()
    if parent is not None:
        # a pool's processes wait for work for ever when the grader itself was killed
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    warm = Warm(setup.isolation)
    try:
        _worker = Worker(setup, warm)
    except BaseException:
        warm.close()
        raise
    atexit.register(_end_worker)


def _end_worker() -> None:
    if _worker is not None:
        _worker.close()
        _worker.warm.close()


def start_worker_from(path: Path) -> None:
    """Initializer of a worker process that finds its setup, pickled, in a file."""
    start_worker(pickle.loads(path.read_bytes()))


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def grade_one(submission: Submission, hurry: bool = False) -> GradedSubmission | None:
    """Grade one submission in a process prepared by :func:`start_worker`."""
    if _worker is None:
        raise RuntimeError("this process was not prepared by start_worker")
    return _worker.grade(submission, hurry)
