"""Grades a whole class: workers run notebooks, one writer keeps the gradebook, a journal makes it resumable."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from ..authoring.course import Course
from ..core.cells import probe_id
from ..core.notebook_file import Submission, read_submission
from ..errors import CourseError, SetupError
from ..executor.runner import start_zygote
from ..executor.sandbox.kernel import SandboxUnavailable
from ..executor.sandbox.trial import available
from ..nbgrader_port.exchange import exchange_files, submitted_at
from ..nbgrader_port.gradebook import GradebookWriter
from .grader import open_grader
from .worker import Graded, bundle, grade_one, start_worker_from

ATTEMPTS = 3
"""How often a submission is tried when the worker that runs it dies."""


@dataclass(frozen=True)
class Entry:
    """One line of the journal: a submission whose grade is in the gradebook.

    Args:
        student: student id.
        digest: of what was handed in.
        build: of what it was graded against.
        score: as in the gradebook.
        points: reachable.
        verdicts: ``(question, probe, status, mistake)``.
        notes: what student and instructor are told.
        readable: False where no notebook could be read.
        seconds: that the run took.
    """

    student: str
    digest: str
    build: str
    score: float
    points: float
    verdicts: list[tuple[str, str, str, str]]
    notes: list[str]
    readable: bool
    seconds: float


@dataclass
class Report:
    """How a run went.

    Args:
        entries: by student, graded now or before.
        graded: students graded by this run.
        failed: students without a grade, and why.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    graded: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def attention(self) -> dict[str, list[str]]:
        """What an instructor should look at, by student."""
        return {s: e.notes for s, e in sorted(self.entries.items()) if e.notes}


class Journal:
    """Append-only record of what is in the gradebook, one JSON line each; a torn last line is dropped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[str, Entry] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            if text and not text.endswith(
                "\n"
            ):  # the grader was killed while writing; what comes next must not join it
                with path.open("a", encoding="utf-8") as file:
                    file.write("\n")
            for line in text.split("\n"):
                try:
                    document = json.loads(line)
                    entry = Entry(
                        **{**document, "verdicts": [tuple(v) for v in document["verdicts"]]}
                    )
                except (ValueError, TypeError, KeyError):
                    continue
                self.entries[entry.student] = entry

    def add(self, entry: Entry) -> None:
        self.entries[entry.student] = entry
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(vars(entry), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True)
class Settings:
    """What an instructor chose for one run.

    Args:
        only: students to grade; empty for all.
        again: grade unchanged submissions, too.
        since: only what was handed in at or after this time.
        jobs: worker processes; 0 for one per core.
        cluster: address of a Dask scheduler; empty for this machine.
        sandbox: False runs student code without a sandbox.
    """

    only: tuple[str, ...] = ()
    again: bool = False
    since: datetime | None = None
    jobs: int = 0
    cluster: str = ""
    sandbox: bool = True


def submitted_folders(root: Path, slug: str) -> dict[str, Path]:
    """The folders that students handed in, by student id."""
    base = root / "submitted"
    folders = {p.name: p / slug for p in sorted(base.iterdir())} if base.is_dir() else {}
    return {s: f for s, f in folders.items() if f.is_symlink() or f.exists()}


def _digest(submission: Submission, timestamp: datetime | None) -> str:
    digest = hashlib.sha256(str(timestamp).encode())
    for note in submission.notes:
        digest.update(note.encode("utf-8", "replace") + b"\0")
    for cell in submission.cells:
        digest.update(
            f"{cell.kind}\0{cell.grade_id}\0{cell.source}\0".encode("utf-8", "surrogatepass")
        )
    return digest.hexdigest()


def _local(archive: Path, slug: str, settings: Settings) -> tuple[Executor, int]:
    """A pool of processes on this machine and how many they are.

    They read the assignment from a file: what a process is started with goes through a pipe, and writing more into one
    than it holds waits for the process to read, for ever if that has died.

    Raises:
        SetupError: they do not start, or this machine cannot sandbox student code.
    """
    if settings.sandbox and available():
        raise SandboxUnavailable(available()[0])
    jobs = (
        settings.jobs or len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else settings.jobs or os.cpu_count() or 1
    )
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        jobs, context, initializer=start_worker_from, initargs=(archive, slug, settings.sandbox)
    )
    try:
        for started in [pool.submit(os.getpid) for _ in range(jobs)]:
            started.result()
    except BrokenProcessPool:
        raise SetupError("the worker processes do not start; what they said stands above") from None
    return pool, jobs


class _Shelf:
    """Submissions put aside on disk: a large class of large notebooks would not fit into memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="dlcourse-")  # noqa: SIM115

    def add(self, item: tuple[str, Submission]) -> None:
        pickle.dump(item, self._file)

    def __iter__(self) -> Iterator[tuple[str, Submission]]:
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)
            except EOFError:
                return

    def close(self) -> None:
        self._file.close()


def _results(
    todo: Iterable[tuple[str, Submission]],
    make: Callable[[], tuple[Executor, int]],
    failed: dict[str, str],
) -> Iterator[tuple[str, Graded]]:
    """Results as they come, with a bounded number of submissions under way.

    Those that take much longer than others are given up at first and run again when all others have their grades, so
    that endless loops keep nobody waiting.

    When a worker dies, so does its pool. Those under way are then tried again one at a time, so that the guilty one is
    found and takes nobody with it.
    """
    waiting = iter(todo)
    first = next(waiting, None)
    if first is None:
        return  # nothing to do is no reason to start workers
    again = [first]
    attempts: dict[str, int] = {}
    executor, width = make()
    running: dict[Future[Graded | None], tuple[str, Submission]] = {}
    put_off = _Shelf()
    hurry = True
    try:
        while True:
            alone = any(student in attempts for student, _ in again) or any(
                student in attempts for student, _ in running.values()
            )
            broken = False
            while len(running) < (1 if alone else 2 * width) and not broken:
                item = again.pop(0) if again else next(waiting, None)
                if item is None:
                    break
                try:
                    running[executor.submit(grade_one, item[1], hurry)] = item
                except BrokenProcessPool:
                    broken = True
                    again.insert(0, item)
            if not running and not broken:
                if not hurry:
                    return
                waiting, hurry = iter(put_off), False
                continue
            done, _ = wait(running, return_when=FIRST_COMPLETED) if running else (set(), set())
            for future in done:
                student, submission = running.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    broken = True
                    attempts[student] = attempts.get(student, 0) + 1
                    again.append((student, submission))
                except Exception as error:
                    # nothing that one submission does may end the class; who it was and why is reported
                    failed[student] = f"{type(error).__name__}: {error}"
                else:
                    if result is None:
                        put_off.add((student, submission))
                    else:
                        yield student, result
            if broken:
                for student, submission in running.values():
                    attempts[student] = attempts.get(student, 0) + 1
                    again.append((student, submission))
                running.clear()
                executor.shutdown(wait=False, cancel_futures=True)
                for student in [s for s, _ in again if attempts.get(s, 0) >= ATTEMPTS]:
                    failed[student] = f"the worker process died {ATTEMPTS} times while grading it"
                again = [(s, x) for s, x in again if s not in failed]
                executor, width = make()
    finally:
        put_off.close()
        executor.shutdown(wait=True, cancel_futures=True)


def _write_files(
    course: Course, slug: str, student: str, notebook: str, exchange: Mapping[str, str]
) -> None:
    """autograded/<student>/<slug>/ as nbgrader leaves it, put in place in one step."""
    final = course.root / "autograded" / student / slug
    final.parent.mkdir(parents=True, exist_ok=True)
    fresh = final.parent / f".{slug}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(
        course.root / "source" / slug, fresh, ignore=shutil.ignore_patterns("*.ipynb", ".*")
    )
    (fresh / f"{slug}.ipynb").write_text(notebook, encoding="utf-8")
    for name, text in exchange.items():
        (fresh / name).write_text(text, encoding="utf-8")
    if final.exists():
        shutil.rmtree(final)
    fresh.rename(final)


def grade_class(
    course: Course,
    slug: str,
    settings: Settings,
    db_url: str | None = None,
    config: Config | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Report:
    """Grade every submission of ``slug`` under ``course.root/submitted``.

    Args:
        course: the course.
        slug: the assignment.
        settings: what to grade and where.
        db_url: the gradebook; nbgrader's default if None.
        config: nbgrader's configuration.
        progress: called as ``progress(student, done, total)``.

    Returns:
        A report; ``failed`` is empty when everybody has a grade.

    Raises:
        DlcourseError: nothing can be graded at all; the message names the cure.
    """
    folders = submitted_folders(course.root, slug)
    unknown = set(settings.only) - set(folders)
    if unknown:
        raise CourseError(f"no submission of {slug} by {', '.join(sorted(unknown))} in submitted/")
    if not folders:
        raise CourseError(
            f"no submission of {slug} in submitted/; collect them with `nbgrader collect {slug}`"
        )
    with ExitStack() as stack:  # a warm process only where expected results must be computed
        grader = open_grader(
            course, slug, lambda: stack.enter_context(start_zygote(settings.sandbox))
        )
    points = {probe_id(n): float(e.points) for n, e in grader.references.expectations.items()}
    report = Report()
    journal = Journal(course.root / ".dlcourse" / "journal" / f"{slug}.jsonl")
    url = db_url or f"sqlite:///{course.root / 'gradebook.db'}"
    with (
        GradebookWriter(url, course.course_id, slug, config) as gradebook,
        tempfile.TemporaryDirectory(prefix="dlcourse-") as place,
    ):
        gradebook.check_points(points)
        present = gradebook.graded_students()
        digests: dict[str, tuple[str, datetime | None, bool]] = {}

        def todo() -> Iterator[tuple[str, Submission]]:
            for student, folder in folders.items():
                if settings.only and student not in settings.only:
                    continue
                timestamp = submitted_at(folder)
                if (
                    settings.since
                    and (
                        timestamp
                        or datetime.fromtimestamp(folder.lstat().st_mtime, UTC).replace(tzinfo=None)
                    )
                    < settings.since
                ):
                    continue
                try:
                    submission = read_submission(folder, slug)
                except OSError as error:
                    report.failed[student] = f"cannot be read: {error.strerror or error}"
                    continue
                digest = _digest(submission, timestamp)
                known = journal.entries.get(student)
                notebook = course.root / "autograded" / student / slug / f"{slug}.ipynb"
                if (
                    not settings.again
                    and known
                    and (known.digest, known.build) == (digest, grader.key)
                    and student in present
                    and notebook.is_file()
                ):
                    report.entries[student] = known
                    progress(student, len(report.entries), len(folders))
                    continue
                digests[student] = (digest, timestamp, submission.readable)
                yield student, submission

        archive = Path(place, "assignment.zip")
        archive.write_bytes(bundle(course, slug))
        make = (
            _dask(archive, slug, settings)
            if settings.cluster
            else lambda: _local(archive, slug, settings)
        )
        for student, graded in _results(todo(), make, report.failed):
            digest, timestamp, readable = digests.pop(student)
            try:
                _write_files(
                    course, slug, student, graded.notebook, exchange_files(folders[student])
                )
                score = gradebook.write(student, timestamp, graded.scores, graded.untouched)
            except (OSError, ValueError, SQLAlchemyError) as error:
                # a name that the gradebook cannot hold, a folder that cannot be written: one student's trouble
                report.failed[student] = (
                    f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
                )
                gradebook.undo()
                continue
            entry = Entry(
                student,
                digest,
                grader.key,
                score,
                sum(points.values()),
                graded.verdicts,
                graded.notes,
                readable,
                round(graded.seconds, 3),
            )
            journal.add(entry)
            report.entries[student] = entry
            report.graded.append(student)
            progress(student, len(report.entries), len(folders))
    return report


def _dask(archive: Path, slug: str, settings: Settings) -> Callable[[], tuple[Executor, int]]:
    from .cluster import dask_executor

    return lambda: dask_executor(settings.cluster, archive.read_bytes(), slug, settings.sandbox)


def elapsed(seconds: float) -> str:
    """Seconds as a person says them."""
    return (
        time.strftime("%H:%M:%S", time.gmtime(seconds))
        if seconds >= 3600
        else f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    )


def diagnoses(entry: Entry) -> list[str]:
    """The misconceptions found in one submission, as ``question: mistake``."""
    return list(
        dict.fromkeys(
            f"{question}: {mistake.replace('_', ' ')}"
            for question, _, _, mistake in entry.verdicts
            if mistake
        )
    )


def question_scores(entry: Entry, points: dict[str, float]) -> dict[str, Any]:
    """Points earned per question."""
    out: dict[str, float] = {}
    for question, probe, status, _ in entry.verdicts:
        out[question] = out.get(question, 0.0) + (points[probe] if status == "passed" else 0.0)
    return out
