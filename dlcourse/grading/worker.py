"""What a worker does: grade one submission, given as a text, and return the result as a text.

The same function serves a pool of local processes and a Dask cluster. An assignment reaches a
worker once, as a bundle of its files; a submission reaches it as the sources of its cells.
"""

from __future__ import annotations

import atexit
import io
import multiprocessing
import os
import pickle
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .. import _nbformat  # noqa: F401
from ..authoring.course import Course, read_course
from ..core.notebook_file import Submission
from ..executor.isolation import SANDBOX, Isolation
from ..executor.runner import BUDGET
from ..executor.warm import Warm
from .grader import GradedNotebook, Grader, open_grader
from .messages import NotGraded, read_submission, write_answer

PATIENCE = 3.0
"""A submission that takes this many times as long as others is put off until the others have their
grades.
"""
LEAST_PATIENCE = 0.3
"""Seconds that no submission is put off for."""


def bundle(course: Course, slug: str) -> bytes:
    """All files that grading ``slug`` needs, as a zip archive."""
    files = course.files(slug)
    paths = [course.root / "course.toml", files.script]
    for folder in (files.tests, files.source, files.data, files.pictures):
        paths += [
            p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts
        ]
    paths += files.all_references()
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
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

    def _time_reference(self) -> float:
        """Wall seconds that the instructor's own notebook takes."""
        start = time.monotonic()
        self.grader.run(self.grader.source, self.warm)
        return time.monotonic() - start

    def grade(self, submission: Submission, hurry: bool = False) -> GradedNotebook | None:
        """Grade one submission.

        Args:
            submission: what was handed in.
            hurry: give up on one that takes much longer than others.

        Returns:
            None if it was given up.
        """
        budget = min(BUDGET, max(LEAST_PATIENCE, PATIENCE * self._usual)) if hurry else BUDGET
        graded = self.grader.grade(submission, self.warm, budget)
        if budget < BUDGET and not graded.complete:
            return None
        self._usual += 0.1 * (min(graded.seconds, 2 * self._usual) - self._usual)
        return graded

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


def grade_one(submission: str, hurry: bool = False) -> str:
    """Grade one submission in a process prepared by :func:`start_worker`."""
    if _worker is None:
        raise RuntimeError("this process was not prepared by start_worker")
    return answer_of(_worker, submission, hurry)


def answer_of(worker: Worker, submission: str, hurry: bool = False) -> str:
    """A worker's answer to one submission, both as :mod:`dlcourse.grading.messages` writes them.

    Whatever is raised comes back as an answer: one submission must not cost others their grades.
    """
    try:
        return write_answer(worker.grade(read_submission(submission), hurry))
    except Exception as error:
        return write_answer(NotGraded.of(error))
