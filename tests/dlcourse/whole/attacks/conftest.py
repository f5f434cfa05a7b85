"""The world under attack, and the graders' processes, shared by all attacks: what one leaves behind
hits the next.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest

from dlcourse.executor.isolation import UNSAFE, Isolation
from dlcourse.executor.limits import Sandbox
from dlcourse.executor.process import Zygote
from tests.support.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    one = World(tmp_path_factory.mktemp("world"))
    before, home, secret = os.getcwd(), os.environ.get("HOME"), os.environ.get("GRADER_TOKEN")
    # graders are started in the course folder, with secrets in their environment
    os.chdir(one.course)
    os.environ.update(HOME=str(one.home), GRADER_TOKEN=one.canary)
    tempfile.tempdir = str(one.temporary)
    yield one
    tempfile.tempdir = None
    os.chdir(before)
    for name, value in (("HOME", home), ("GRADER_TOKEN", secret)):
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    one.close()


@pytest.fixture(scope="session")
def zygote(world: World) -> Iterator[Zygote]:
    with Zygote(Isolation(Sandbox(memory=5 << 28))) as one:
        yield one


@pytest.fixture(scope="session")
def unsafe(world: World) -> Iterator[Zygote]:
    with Zygote(UNSAFE) as one:
        yield one
