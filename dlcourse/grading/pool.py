"""Grades submissions with workers that may die: nobody is lost, nobody is graded twice, nobody
waits for an endless loop.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ..core.notebook_file import Submission
from ..errors import SetupError
from ..executor.sandbox.kernel import SandboxUnavailable
from ..executor.sandbox.trial import available
from .grader import GradedNotebook
from .messages import NotGraded, read_answer, write_submission
from .plan import HandedIn
from .worker import Setup, grade_one, start_worker_from

ATTEMPTS = 3
"""How often a submission is tried when the worker that runs it dies."""


@dataclass(frozen=True)
class Workers:
    """Processes that grade one assignment.

    Args:
        executor: runs calls in them; raises BrokenProcessPool once one has died.
        count: of the processes.
        grade: what they are called with: a submission, and whether to give up on one that takes
            long; both ways texts of :mod:`dlcourse.grading.messages`.
    """

    executor: Executor
    count: int
    grade: Callable[[str, bool], str] = grade_one

    def submit(self, submission: Submission, hurry: bool) -> Future[str]:
        return self.executor.submit(self.grade, write_submission(submission), hurry)


@dataclass(frozen=True)
class Finished:
    """A submission that was graded."""

    handed_in: HandedIn
    result: GradedNotebook


@dataclass(frozen=True)
class Lost:
    """A student who gets no grade, and why."""

    student: str
    reason: str


class Pool:
    """Grades with a bounded number of submissions under way, each read when its turn comes.

    Those that take much longer than others are given up at first and run again when all others have
    their grades, so that endless loops keep nobody waiting.

    When a worker dies, so does its executor. Those under way are then tried again one at a time, so
    that the one that kills its workers is found and costs nobody else a grade.

    Args:
        start: starts the workers, again when they have died.
        read: reads what a student handed in.
    """

    def __init__(self, start: Callable[[], Workers], read: Callable[[str], HandedIn]) -> None:
        self._start, self._read = start, read
        self._running: dict[Future[str], HandedIn] = {}
        self._again: deque[str] = deque()
        self._deaths: Counter[str] = Counter()
        self._put_off: list[str] = []

    def __enter__(self) -> Pool:
        self._workers = self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.executor.shutdown(wait=True, cancel_futures=True)

    def grade(self, students: Iterable[str]) -> Iterator[Finished | Lost]:
        """Results as they come, one per student."""
        yield from self._round(iter(students), hurry=True)
        yield from self._round(iter(self._put_off), hurry=False)

    def _round(self, students: Iterator[str], hurry: bool) -> Iterator[Finished | Lost]:
        while True:
            try:
                yield from self._submit(students, hurry)
                if not self._running:
                    return
                yield from self._collect()
            except BrokenProcessPool:
                yield from self._restart()

    def _submit(self, students: Iterator[str], hurry: bool) -> Iterator[Lost]:
        """Send as many as there is room for.

        Raises:
            BrokenProcessPool: a worker died.
        """
        while len(self._running) < self._room:
            student = self._again.popleft() if self._again else next(students, None)
            if student is None:
                return
            try:
                handed_in = self._read(student)
            except OSError as error:
                yield Lost(student, f"cannot be read: {error.strerror or error}")
                continue
            try:
                future = self._workers.submit(handed_in.submission, hurry)
            except BrokenProcessPool:
                self._again.appendleft(student)
                raise
            self._running[future] = handed_in

    @property
    def _room(self) -> int:
        """How many may be under way: one while any of those is left who were when a worker died."""
        students = [*self._again, *(h.student for h in self._running.values())]
        alone = any(self._deaths[student] for student in students)
        return 1 if alone else 2 * self._workers.count

    def _collect(self) -> Iterator[Finished | Lost]:
        """Wait for results.

        Raises:
            BrokenProcessPool: a worker died; those whom that concerns still count as running.
        """
        broken = None
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            handed_in = self._running[future]
            try:
                answer = read_answer(future.result())
            except BrokenProcessPool as error:
                broken = error
                continue
            except Exception as error:
                # what lies between grader and worker failed; one student's trouble, not the class's
                answer = NotGraded.of(error)
            del self._running[future]
            if answer is None:
                self._put_off.append(handed_in.student)
            elif isinstance(answer, NotGraded):
                yield Lost(handed_in.student, answer.reason)
            else:
                yield Finished(handed_in, answer)
        if broken:
            raise broken

    def _restart(self) -> Iterator[Lost]:
        """New workers; those under way are tried again but for those who were too often."""
        self._workers.executor.shutdown(wait=False, cancel_futures=True)
        for handed_in in self._running.values():
            student = handed_in.student
            self._deaths[student] += 1
            if self._deaths[student] < ATTEMPTS:
                self._again.append(student)
            else:
                yield Lost(student, f"the worker process died {ATTEMPTS} times while grading it")
        self._running.clear()
        self._workers = self._start()


class _LocalExecutor(ProcessPoolExecutor):
    """Processes of this machine that find their setup in a file.

    What a process is started with goes through a pipe, and writing more into one than it holds
    waits for the process to read, for ever if that has died.
    """

    def __init__(self, setup: Setup, jobs: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dlcourse-")
        path = Path(self._folder.name, "setup.pickle")
        path.write_bytes(pickle.dumps(setup))
        context = multiprocessing.get_context("spawn")
        super().__init__(jobs, context, initializer=start_worker_from, initargs=(path,))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=wait, cancel_futures=cancel_futures)
        self._folder.cleanup()


def local_workers(setup: Setup, jobs: int = 0) -> Workers:
    """Processes of this machine, ``jobs`` of them or one per core.

    Raises:
        SetupError: they do not start, or this machine cannot sandbox student code.
    """
    if setup.isolation.walls and available():
        raise SandboxUnavailable(available()[0])
    jobs = jobs or _cores()
    executor = _LocalExecutor(setup, jobs)
    try:
        for started in [executor.submit(os.getpid) for _ in range(jobs)]:
            started.result()
    except BrokenProcessPool:
        executor.shutdown()
        raise SetupError("the worker processes do not start; what they said stands above") from None
    return Workers(executor, jobs)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
