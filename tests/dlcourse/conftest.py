"""Fixtures that several test files share: one warm process and one built scratch course per session."""

import os
from concurrent.futures import Executor, Future

import pytest

os.environ["OMP_NUM_THREADS"] = "1"

from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.warm import Warm
from dlcourse.grading import class_run
from dlcourse.grading.pool import Workers
from dlcourse.grading.worker import Worker
from dlcourse.nbgrader_port.generate import build
from tests.support.commands import dlcourse, nbgrader
from tests.support.course import copy_course, make_course
from tests.support.students import hand_in_samples


@pytest.fixture(scope="session")
def warm():
    """A warm process without a sandbox: the tests' own code runs in it."""
    with Warm(UNSAFE) as one:
        yield one


@pytest.fixture(scope="session")
def built_course(tmp_path_factory, warm):
    """The scratch course, both assignments built. Read it; copy it (`course`) to change it."""
    course = make_course(tmp_path_factory.mktemp("scratch") / "course")
    for slug in course.entries:
        build(course, slug, warm)
    return course


@pytest.fixture
def course(built_course, tmp_path):
    """A built scratch course of the test's own."""
    return copy_course(built_course, tmp_path / "course")


class _Inline(Executor):
    """Grades in this process, at once."""

    def __init__(self, worker):
        self._worker = worker

    def submit(self, function, /, *arguments):
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._worker.close()


def inline_workers(settings, setup):
    """Workers of a class run: none but this process."""
    worker = Worker(setup, Warm(UNSAFE))
    return Workers(_Inline(worker), 1, worker.grade)


@pytest.fixture
def inline(monkeypatch, warm):
    """Commands run in this process use the session's warm process and no pool: a class of three takes no second."""
    start = Warm.start
    monkeypatch.setattr(Warm, "start", lambda self: start(warm))
    monkeypatch.setattr(class_run, "start_workers", inline_workers)


@pytest.fixture(scope="session")
def nbgraded(built_course, tmp_path_factory):
    """The sample class graded by `nbgrader autograde`: the course, and what the command said."""
    course = copy_course(built_course, tmp_path_factory.mktemp("nbgraded") / "course")
    hand_in_samples(course)
    return course, nbgrader(course, "autograde", "vectors")


@pytest.fixture(scope="session")
def classgraded(built_course, tmp_path_factory):
    """The sample class graded by `dlcourse grade`: the course, and what the command said."""
    course = copy_course(built_course, tmp_path_factory.mktemp("classgraded") / "course")
    hand_in_samples(course)
    return course, dlcourse(course, "grade", "vectors", status=2)
