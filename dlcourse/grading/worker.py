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
from ..executor.runner import BUDGET, start_zygote
from ..executor.sandbox.kernel import SandboxUnavailable
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
        sandbox: False runs student code without a sandbox.
    """

    archive: bytes
    slug: str
    sandbox: bool = True

    @classmethod
    def of(cls, course: Course, slug: str, sandbox: bool = True) -> Setup:
        return cls(bundle(course, slug), slug, sandbox)


class Worker:
    """One process's grader of one assignment."""

    def __init__(self, setup: Setup) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dlcourse-worker-")
        root = Path(self._folder.name)
        with zipfile.ZipFile(io.BytesIO(setup.archive)) as files:
            files.extractall(root)
        self._sandbox = setup.sandbox
        self.zygote = start_zygote(setup.sandbox)
        self.grader: Grader = open_grader(read_course(root), setup.slug, lambda: self.zygote)
        self._warm_up()
        self._stubs = {
            question_id(q.name): q.stub for q in self.grader.assignment.questions.values()
        }

    def _warm_up(self) -> None:
        """Import into the zygote what the reference notebook turns out to import."""
        modules = self.grader.rehearse(self.zygote)
        try:
            self.zygote.warm(modules)
        except RuntimeError:  # one of them starts a thread: it stays with the runs
            self.zygote.close()
            self.zygote = start_zygote(self._sandbox)
        start = time.monotonic()
        self.grader.rehearse(self.zygote)
        self._usual = time.monotonic() - start

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
        try:
            record = grader.run(notebook, self.zygote, budget)
        except (RuntimeError, SandboxUnavailable):
            # the warm process is gone, killed by the system for want of memory perhaps
            self.zygote.close()
            self.zygote = start_zygote(self._sandbox)
            record = grader.run(notebook, self.zygote, budget)
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
        self.zygote.close()
        self._folder.cleanup()


_worker: Worker | None = None


def start_worker(setup: Setup) -> None:
    """Initializer of a worker process."""
    global _worker
    if _worker is not None:
        _worker.close()
    parent = multiprocessing.parent_process()
    if parent is not None:
        # a pool's processes wait for work for ever when the grader itself was killed
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _worker = Worker(setup)
    atexit.register(_worker.close)


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
