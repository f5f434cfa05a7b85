"""A warm process that looks after itself: started when first used, started again when it is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ..core.progress import Progress, silent
from ..errors import SetupError
from .isolation import SANDBOX, Isolation
from .process import LeftThreads, Zygote, ZygoteGone
from .runner import BUDGET, Record, Step, rehearse, run
from .sandbox.kernel import SandboxUnavailable
from .session import Session

T = TypeVar("T")


class Warm:
    """Where runs come from. Nothing is started before the first run; after :meth:`close` the next
    run starts it again.

    Threads may share one, but for :meth:`prepare`.

    Args:
        isolation: of each run.
    """

    def __init__(self, isolation: Isolation = SANDBOX) -> None:
        self.isolation = isolation
        self._zygote: Zygote | None = None
        self._starting = threading.Lock()
        self._prepared: set[str] = set()
        self._modules: list[str] = []

    @classmethod
    def first_of(cls, choices: Sequence[Isolation]) -> Warm:
        """A process that has started, with the first isolation that this machine gives.

        Raises:
            SetupError: it gives none of them.
        """
        reasons = []
        for isolation in choices:
            warm = cls(isolation)
            try:
                warm.start()
            except (SetupError, OSError) as error:
                reasons.append(f"{isolation.kind}: {error}")
            else:
                return warm
        raise SetupError("student code cannot be run: " + "; ".join(reasons))

    def start(self) -> Zygote:
        """The process, started if need be.

        Raises:
            SandboxUnavailable: the isolation cannot be had.
        """
        with self._starting:
            if self._zygote is None:
                self._zygote = Zygote(self.isolation, tuple(self._modules))
            return self._zygote

    def prepare(
        self, key: str, steps: Sequence[Step], data: Mapping[str, Path] | None = None
    ) -> None:
        """Import what trusted steps turn out to import, so that runs need not. Once for each key.

        Modules that leave threads behind stay with the runs: a fork of a process with threads could
        hang.

        Args:
            key: names the steps.
            steps: they are run once.
            data: files that they may read.
        """
        if key in self._prepared:
            return
        modules = self._again_if_gone(lambda zygote: rehearse(steps, zygote, data))
        try:
            self.start().warm(modules)
        except (LeftThreads, ZygoteGone):
            self.close()
        else:
            self._modules += modules
        self._prepared.add(key)

    def run(
        self,
        steps: Sequence[Step],
        data: Mapping[str, Path] | None = None,
        budget: float = BUDGET,
        progress: Progress = silent,
    ) -> Record:
        """Run all steps in order; see :func:`dlcourse.executor.runner.run`.

        Where the process is gone, killed by the system for want of memory perhaps, everything is
        run once more.

        Raises:
            ZygoteGone: the process that was started again is gone, too.
        """
        return self._again_if_gone(lambda zygote: run(steps, zygote, data, budget, progress))

    def session(self, data: Mapping[str, Path] | None = None) -> Session:
        """A run of its own, for who chooses its steps one by one."""
        return Session(self.start(), dict(data or {}))

    def _again_if_gone(self, action: Callable[[Zygote], T]) -> T:
        zygote = self.start()
        try:
            return action(zygote)
        except (ZygoteGone, SandboxUnavailable):  # the walls stood when it was started
            with self._starting:
                if self._zygote is zygote:  # no other thread has started one anew
                    zygote.close()
                    self._zygote = None
            return action(self.start())

    def close(self) -> None:
        """End the process, and with it every run."""
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
