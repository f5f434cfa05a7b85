"""The warm process that looks after itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlcourse.errors import SetupError
from dlcourse.executor.isolation import SANDBOX, UNSAFE, Isolation
from dlcourse.executor.process import LeftThreads, Zygote, ZygoteGone
from dlcourse.executor.runner import CellStep
from dlcourse.executor.sandbox.kernel import SandboxUnavailable
from dlcourse.executor.warm import Warm

WAVE = [CellStep("a", "import wave")]
THREAD = """
import threading, time
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Warm]:
    with Warm(UNSAFE) as warm:
        yield warm


def kill(warm: Warm) -> Zygote:
    zygote = warm.start()
    os.kill(zygote._process.pid, signal.SIGKILL)
    zygote._process.wait()
    return zygote


def loaded(warm: Warm) -> list[str]:
    with warm.session() as session:
        return session.modules()


def test_nothing_is_started_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Zygote, modules: list[str]) -> None:
        raise AssertionError("started")

    monkeypatch.setattr(Zygote, "_start_zygote", refuse)
    with Warm(UNSAFE) as warm:
        pass
    with pytest.raises(AssertionError, match="started"):
        warm.run([])


def test_prepared_modules_are_imported_once_and_again_where_it_is_gone() -> None:
    with Warm(UNSAFE) as warm:
        assert "wave" not in loaded(warm)
        warm.prepare("waves", WAVE)
        assert "wave" in loaded(warm)
        zygote = warm.start()
        warm.prepare("waves", [CellStep("b", "raise SystemExit")])
        assert warm.start() is zygote
        kill(warm)
        assert warm.run(WAVE).complete and warm.start() is not zygote
        assert "wave" in loaded(warm)


def test_process_that_is_gone_before_it_is_prepared(shared: Warm) -> None:
    zygote = kill(shared)
    shared.prepare("gone", [CellStep("a", "import colorsys")])
    assert shared.start() is not zygote and "colorsys" in loaded(shared)


def test_module_that_leaves_a_thread_stays_with_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up = Zygote.warm

    def warm_or_threads(self: Zygote, modules: list[str]) -> None:
        if "wave" in modules:
            raise LeftThreads("2 threads")
        warm_up(self, modules)

    monkeypatch.setattr(Zygote, "warm", warm_or_threads)
    with Warm(UNSAFE) as warm:
        zygote = warm.start()
        warm.prepare("colours", [CellStep("a", "import colorsys")])
        warm.prepare("waves", WAVE)
        assert warm.start() is not zygote
        found = loaded(warm)
        assert "wave" not in found and "colorsys" in found
        again = warm.start()
        warm.prepare("waves", WAVE)
        assert warm.start() is again and warm.run(WAVE).outputs == {"a": []}


def test_zygote_with_a_thread_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "threading_at_import.py").write_text(THREAD)
    monkeypatch.setattr(
        "dlcourse.executor.process.environment",
        lambda walls: {**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    with Zygote(UNSAFE) as zygote, pytest.raises(LeftThreads, match="threading_at_import"):
        zygote.warm(["threading_at_import"])


def test_what_is_killed_twice_is_an_error_and_the_next_run_starts_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Warm(UNSAFE) as warm:
        start = Warm.start
        started = []

        def killed(self: Warm) -> Zygote:
            zygote = start(self)
            if zygote not in started:
                started.append(zygote)
                zygote._process.kill()
                zygote._process.wait()
            return zygote

        with monkeypatch.context() as patch:
            patch.setattr(Warm, "start", killed)
            with pytest.raises(ZygoteGone, match="ended"):
                warm.run([CellStep("a", "1")])
        assert len(started) == 2
        assert warm.run([CellStep("a", "1")]).complete


def test_error_of_the_graders_own_starts_nothing_again(
    shared: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recurse(*_: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    zygote = shared.start()
    monkeypatch.setattr("dlcourse.executor.warm.run", recurse)
    with pytest.raises(RecursionError):
        shared.run([])
    assert shared.start() is zygote


def test_no_sandbox_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = []

    def refuse(self: Zygote, *args: object) -> None:
        starts.append(self)
        raise SandboxUnavailable("no namespaces")

    monkeypatch.setattr(Zygote, "__init__", refuse)
    with pytest.raises(SetupError, match="no namespaces"):
        Warm().run([])
    assert len(starts) == 1


def test_first_isolation_that_can_be_had_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Zygote._start_zygote

    def refuse(self: Zygote, modules: list[str]) -> None:
        if self.isolation.walls:
            raise SandboxUnavailable("no namespaces")
        start(self, modules)

    monkeypatch.setattr(Zygote, "_start_zygote", refuse)
    monkeypatch.setattr("dlcourse.executor.process.shutil.which", lambda name: None)
    nobody_there = Isolation(None, "no_such_user")
    with Warm.first_of((SANDBOX, nobody_there, UNSAFE)) as warm:
        assert warm.isolation == UNSAFE and warm.isolation.kind == "none"
    with pytest.raises(SetupError, match="sandbox: .*no namespaces.*; user: "):
        Warm.first_of((SANDBOX, nobody_there))
