"""Fixtures that several test files share: one warm process and one built scratch course per session."""

import os
import sys
from pathlib import Path

import pytest

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parent))  # for scratch.py, under every import mode of pytest

from scratch import copy_course, dlcourse, hand_in_samples, make_course, nbgrader  # noqa: E402

from dlcourse.build import build  # noqa: E402
from dlcourse.runner import start_zygote  # noqa: E402


@pytest.fixture(scope="session")
def zygote():
    """A warm process without a sandbox: the tests' own code runs in it."""
    with start_zygote(sandbox=False) as one:
        yield one


@pytest.fixture(scope="session")
def built_course(tmp_path_factory, zygote):
    """The scratch course, both assignments built. Read it; copy it (`course`) to change it."""
    course = make_course(tmp_path_factory.mktemp("scratch") / "course")
    for slug in course.entries:
        build(course, slug, lambda: zygote)
    return course


@pytest.fixture
def course(built_course, tmp_path):
    """A built scratch course of the test's own."""
    return copy_course(built_course, tmp_path / "course")


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
