"""Fixtures that several test files share: one warm process and one built scratch course per
session.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dlcourse.authoring.course import Course

os.environ["OMP_NUM_THREADS"] = "1"

from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.warm import Warm
from dlcourse.grading import class_run
from dlcourse.grading.pool import Workers
from dlcourse.grading.worker import Worker, answer_of
from dlcourse.nbgrader_port.generate import build
from tests.support.commands import dlcourse, nbgrader
from tests.support.course import ask, copy_course, make_course
from tests.support.students import hand_in_samples

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A warm process without a sandbox: the tests' own code runs in it."""
    with Warm(UNSAFE) as one:
        yield one


@pytest.fixture(scope="session")
def built_course(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Course:
    """The scratch course, both assignments built. Read it; copy it (`course`) to change it."""
    course = make_course(tmp_path_factory.mktemp("scratch") / "course")
    for slug in course.entries:
        build(course, slug, warm)
    return course


@pytest.fixture(scope="session")
def asking(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Course:
    """A scratch course whose assignment toy asks for words, toy built. Read it; copy it to change it."""
    course = make_course(tmp_path_factory.mktemp("words") / "course")
    ask(course)
    build(course, "toy", warm)
    return course


@pytest.fixture
def course(built_course: Course, tmp_path: Path) -> Course:
    """A built scratch course of the test's own."""
    return copy_course(built_course, tmp_path / "course")


class _Inline(Executor):
    """Grades in this process, at once."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._worker.close()


def inline_workers(settings: Any, setup: Any) -> Any:
    """Workers of a class run: none but this process."""
    worker = Worker(setup, Warm(UNSAFE))
    return Workers(_Inline(worker), 1, partial(answer_of, worker))


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch, warm: Warm) -> None:
    """Commands run in this process use the session's warm process and no pool: a class of three
    takes no second.
    """
    start = Warm.start
    monkeypatch.setattr(Warm, "start", lambda self: start(warm))
    monkeypatch.setattr(class_run, "start_workers", inline_workers)


@pytest.fixture(scope="session")
def nbgraded(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, str]:
    """The sample class graded by `nbgrader autograde`: the course, and what the command said."""
    course = copy_course(built_course, tmp_path_factory.mktemp("nbgraded") / "course")
    hand_in_samples(course)
    return course, nbgrader(course, "autograde", "vectors")


@pytest.fixture(scope="session")
def classgraded(
    built_course: Course, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Course, str]:
    """The sample class graded by `dlcourse grade`: the course, and what the command said."""
    course = copy_course(built_course, tmp_path_factory.mktemp("classgraded") / "course")
    hand_in_samples(course)
    return course, dlcourse(course, "grade", "vectors", status=2)


@pytest.fixture(scope="module")
def address(course: Course) -> Iterator[str]:
    """JupyterLab over the course of a file of browser tests."""
    from tests.support.lab import running_lab  # needs playwright, which few tests do

    with running_lab(course.root) as one:
        yield one


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator["BrowserContext"]:
    """Chromium, one for a file of browser tests."""
    from tests.support.lab import browser

    with browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture
def page(context: "BrowserContext", tmp_path: Path) -> Iterator["Page"]:
    """A page of its own for each test; its last look is kept as last.png."""
    one = context.new_page()
    yield one
    one.screenshot(path=tmp_path / "last.png")
    one.close()
