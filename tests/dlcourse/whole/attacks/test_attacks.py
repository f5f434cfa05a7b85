"""Every attack, and its honest twin, against the grader's sandbox."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dlcourse.executor.process import Zygote
from tests.support import world as harness
from tests.support.world import World

ATTACKS = harness.attacks()
LOADED = {path: harness.load(path) for path in ATTACKS}
LEAKING = [path for path, one in LOADED.items() if getattr(one, "LEAKS", False)]
TWINS = [path for path, one in LOADED.items() if hasattr(one, "TWIN")]


def _name(path: Path) -> str:
    return path.stem


def _files(world: World) -> set[str]:
    """What an attack may leave: the grader's own files, and those that attacks mark as theirs."""
    return {str(p) for p in world.temporary.rglob("*")} | {
        p for p in os.listdir("/tmp") + os.listdir("/dev/shm") if p.startswith("attack")
    }


@pytest.fixture(scope="session")
def honest(world: World, zygote: Zygote) -> dict[str, list[bytes]]:
    """What the honest submission gives before any attack, to the last bit."""
    record = world.submit(harness.HONEST, zygote)
    assert harness.earned(record) == harness.ALL
    return harness.exact(record)


@pytest.mark.parametrize("path", ATTACKS, ids=_name)
def test_attack_fails(
    path: Path, world: World, zygote: Zygote, honest: dict[str, list[bytes]]
) -> None:
    attack = LOADED[path]
    assert attack.__doc__, "an attack says what it does"
    files = _files(world)
    start = time.monotonic()
    with harness.bounded_memory(harness.MEMORY):
        record = world.submit(attack.CELLS, zygote, getattr(attack, "CPU", harness.CPU))
    seconds = time.monotonic() - start
    assert harness.earned(record) == getattr(attack, "EARNED", set())
    assert not world.seen(record), "a secret came out"
    assert world.untouched(), "the course was changed"
    assert seconds < getattr(attack, "SECONDS", 12), f"the grader took {seconds:.1f} s"
    if hasattr(attack, "holds"):
        attack.holds(record, world)
    left = harness.children(zygote._process.pid)
    assert len(left) == 1, f"processes were left: {[harness.session_of(p) for p in left]}"
    assert _files(world) == files, "files were left"
    again = world.submit(harness.HONEST, zygote)
    assert harness.exact(again) == honest, "the next submission was touched"


@pytest.mark.parametrize("path", LEAKING, ids=_name)
def test_attack_is_real(path: Path, world: World, unsafe: Zygote) -> None:
    """Without the sandbox the secret does come out; a test that cannot fail proves nothing."""
    assert world.seen(world.submit(LOADED[path].CELLS, unsafe))


@pytest.mark.parametrize("path", TWINS, ids=_name)
def test_honest_twin_keeps_its_points(path: Path, world: World, zygote: Zygote) -> None:
    record = world.submit(LOADED[path].TWIN, zygote)
    assert harness.earned(record) == harness.ALL, record


def test_there_are_enough() -> None:
    assert len(ATTACKS) >= 40
    assert len(LEAKING) >= 8
    assert len(TWINS) >= 8
