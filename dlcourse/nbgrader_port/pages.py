"""Feedback pages of a class, on all cores, and only those that changed.

Each page is made by nbgrader's own converter, so that `nbgrader generate_feedback` writes the same
ones.
"""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbconvert.writers.files import FilesWriter
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from ..authoring.course import Course, read_course
from ..authoring.engine import engine_key
from ..core.notebook_file import notebook_name
from ..core.progress import Progress, silent
from ..errors import CourseError
from .config import gradebook_url, nbgrader_config
from .database import open_database
from .feedback import TEMPLATE
from .grades import digests

FEW = 40
"""So many pages take about as long as it takes to start a process that makes pages."""


@dataclass
class PagesReport:
    """How the pages of a class were made.

    Args:
        made: students whose page is new.
        unchanged: students whose page is up to date.
        failed: students without a page, and why.
    """

    made: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def make_pages(
    course: Course,
    slug: str,
    only: Sequence[str] = (),
    again: bool = False,
    jobs: int = 0,
    db_url: str = "",
    progress: Progress = silent,
) -> PagesReport:
    """Make the feedback pages of an assignment that are missing or out of date.

    Args:
        course: the course.
        slug: the assignment, graded.
        only: students whose pages are made; all who have a graded notebook if empty.
        again: make those that are up to date, too.
        jobs: processes; 0 means one per core.
        db_url: another gradebook than the one that nbgrader_config.py names.
        progress: called as ``progress(student, done, total)``.

    Raises:
        CourseError: nobody has a graded notebook, or one of ``only`` has none.
    """
    url = db_url or gradebook_url(course, nbgrader_config(course.root))
    open_database(url, course.course_id).close()  # it gets the indexes that reading needs
    grades = digests(url, slug)
    students = _graded(course, slug, only, grades)
    kept = _Kept(course, slug)
    keys = _keys(course, slug, students, grades)
    report = PagesReport()
    todo: list[str] = []
    for student in students:
        fresh = not again and kept.has(student, keys[student])
        (report.unchanged if fresh else todo).append(student)
    if not todo:
        return report
    count = min(jobs or os.cpu_count() or 1, 1 + len(todo) // FEW)
    try:
        pages = _made(course.root, slug, url, todo, count)
        for done, (student, failure) in enumerate(pages, 1):
            if failure:
                report.failed[student] = failure
            else:
                report.made.append(student)
                kept.add(student, keys[student])
            progress(student, done, len(todo))
    finally:
        kept.write()
    return report


def _made(
    root: Path, slug: str, db_url: str, students: Sequence[str], count: int
) -> Iterator[tuple[str, str]]:
    """Each student, with why there is no page, or nothing."""
    if count == 1:
        with chdir(root):
            pages = _Pages(read_course(root), slug, db_url)
            for student in students:
                yield student, pages.make(student)
        return
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        count, spawned, initializer=_start, initargs=(root, slug, db_url)
    ) as pool:
        yield from zip(students, pool.map(_make, students, chunksize=4), strict=True)


def _graded(course: Course, slug: str, only: Sequence[str], grades: Iterable[str]) -> list[str]:
    """Students with grades and a graded notebook, in order."""
    name = notebook_name(slug)
    found = [s for s in sorted(grades) if (course.autograded(s, slug) / name).is_file()]
    missing = sorted(set(only) - set(found))
    if missing or not found:
        who = ", ".join(missing[:5]) or "anybody"
        raise CourseError(f"no graded notebook {slug} of {who}; run `dlcourse grade {slug}`")
    return sorted(set(only)) if only else found


def _keys(
    course: Course, slug: str, students: Sequence[str], grades: Mapping[str, str]
) -> dict[str, str]:
    """By student, what names all that their page depends on."""
    pages = f"{engine_key('nbgrader_port.pages')}\0{TEMPLATE.read_text(encoding='utf-8')}"
    keys = {}
    for student in students:
        about = (course.autograded(student, slug) / notebook_name(slug)).stat()
        text = f"{pages}\0{grades[student]}\0{about.st_mtime_ns}\0{about.st_size}"
        keys[student] = hashlib.sha256(text.encode()).hexdigest()
    return keys


class _Kept:
    """Which pages were made from what, in a file that may be missing or damaged at any time."""

    def __init__(self, course: Course, slug: str) -> None:
        self._course, self._slug = course, slug
        self._path = course.files(slug).journal.with_suffix(".pages.json")
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        self._keys: dict[str, str] = found if isinstance(found, dict) else {}

    def has(self, student: str, key: str) -> bool:
        page = self._course.feedback(student, self._slug)
        return self._keys.get(student) == key and page.is_file()

    def add(self, student: str, key: str) -> None:
        self._keys[student] = key

    def write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._keys, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._path)


class _Pages(GenerateFeedback):
    """nbgrader's converter, started once and fed one student after the other."""

    def __init__(self, course: Course, slug: str, db_url: str) -> None:
        config = nbgrader_config(course.root)
        config.CourseDirectory.root = str(course.root)
        config.CourseDirectory.db_url = db_url
        config.CourseDirectory.assignment_id = slug
        super().__init__(coursedir=CourseDirectory(config=config), config=config)
        self.force = True
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for preprocessor in self.preprocessors:
            self.exporter.register_preprocessor(preprocessor)
        self._slug = slug

    def make(self, student: str) -> str:
        """Make one page; why not, in a line, or nothing."""
        folder = self._format_source(self._slug, student)
        self.assignments = {folder: [os.path.join(folder, notebook_name(self._slug))]}
        with _heard(self.log) as said:
            try:
                self.convert_notebooks()
            except NbGraderException:
                # the last line of the traceback that nbgrader logged
                traces = [text for text in said if text.startswith("Traceback")]
                return traces[0].strip().splitlines()[-1] if traces else "nbgrader made no page"
        return ""


@contextmanager
def _heard(log: Any) -> Iterator[list[str]]:
    """What is said to a logger as an error, in place of where it would be printed."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = log.logger if isinstance(log, logging.LoggerAdapter) else log
    before = logger.handlers[:], logger.propagate
    logger.handlers, logger.propagate = [handler], False
    try:
        yield said
    finally:
        logger.handlers, logger.propagate = before


_pages: _Pages | None = None


def _start(root: Path, slug: str, db_url: str) -> None:
    """Initializer of a process that makes pages."""
    global _pages
    os.chdir(root)
    _pages = _Pages(read_course(root), slug, db_url)


def _make(student: str) -> str:
    if _pages is None:
        raise RuntimeError("this process was not prepared by _start")
    return _pages.make(student)
