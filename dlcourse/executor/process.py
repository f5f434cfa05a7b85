"""The warm process that runs are forked from, as the grader holds it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from typing import Any

from ..errors import SetupError
from . import wire
from .cold import START, Process, environment, kill, spawn
from .isolation import SANDBOX, Isolation
from .sandbox.kernel import SandboxUnavailable

WARM = (
    "numpy",
    "torch",
    "matplotlib_inline.backend_inline",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
)
"""What every zygote imports."""
_FORKS = sys.platform == "linux"
_PROCESSES = 256
"""Processes and threads, at a time, of another user whom student code belongs to."""


class ZygoteGone(SetupError):
    """The process that runs come from has ended: no run can be had from it any more."""


class LeftThreads(SetupError):
    """Imports left threads behind, which a fork would lack: it could hang."""


class Zygote:
    """A warm process to fork runs from. Threads may share one.

    Args:
        isolation: of each run.
        modules: imported before the first run, beside :data:`WARM`.

    Attributes:
        isolation: of each run; the folder that this was started in is hidden, too.
        warm_start: whether runs are forks. They are not where only bubblewrap may make namespaces,
            nor outside Linux; each run then starts Python anew, which takes seconds.

    Raises:
        SandboxUnavailable: a sandbox is asked for and this machine cannot give it.
        SetupError: the other user cannot be had.
        LeftThreads: one of the modules starts a thread.
    """

    def __init__(self, isolation: Isolation = SANDBOX, modules: tuple[str, ...] = ()) -> None:
        walls = isolation.walls
        if walls is not None:
            # the course folder is where graders are started; it is hidden even if it lies among the
            # libraries
            isolation = replace(isolation, walls=replace(walls, hide=(*walls.hide, os.getcwd())))
        self.isolation = isolation
        self.warm_start = _FORKS
        self._lock = threading.Lock()
        self._runs = 0
        self._bwrap = ""
        if walls is not None and not _FORKS:
            raise SandboxUnavailable(
                f"{sys.platform} has no namespaces; on Windows use WSL, on a Mac a Linux container"
            )
        if not hasattr(socket, "send_fds"):
            raise SandboxUnavailable(f"{sys.platform} cannot run notebooks; use WSL")
        if not _FORKS:
            return
        try:
            with isolation.acting():
                self._start_zygote([*WARM, *modules])
                if isolation.user:
                    # as that user, since containers' roots may not touch other users' limits
                    _limit_processes(self._process.pid)
        except SandboxUnavailable:
            bwrap = shutil.which("bwrap")
            if bwrap is None:
                raise
            self._bwrap, self.warm_start = bwrap, False
            self.end(self.start())  # or the same refusal, from bubblewrap

    def _start_zygote(self, modules: list[str]) -> None:
        walls = self.isolation.walls
        self._control, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "dlcourse.executor.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment(walls),
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        try:
            wire.send(self._control, {"sandbox": walls.to_json() if walls else None})
            self._refused(self._reply())
            self.warm(modules)
        except BaseException:
            self.close()
            raise

    def warm(self, modules: list[str]) -> None:
        """Import modules, so that runs need not. In a sandbox those outside of its libraries do not
        exist.

        Raises:
            LeftThreads: they start threads; no run may be forked any more.
            ZygoteGone: this process has ended.
        """
        if not self.warm_start:
            return
        reply = self._ask({"op": "import", "modules": modules})
        if reply["threads"] != 1:
            raise LeftThreads(
                f"the zygote runs {reply['threads']} threads after importing {', '.join(modules)}; a fork of it could hang"
            )

    def _reply(self) -> dict[str, Any]:
        try:
            return wire.receive(self._control, 1 << 20)[0]
        except wire.WireError as error:
            raise self._gone() from error

    def _ask(self, request: dict[str, Any], fds: list[int] | None = None) -> dict[str, Any]:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], fds or [])
            except OSError as error:
                raise self._gone() from error
            return self._reply()

    def _gone(self) -> ZygoteGone:
        return ZygoteGone(f"the zygote process ended (exit status {self._process.poll()})")

    @staticmethod
    def _refused(reply: dict[str, Any]) -> None:
        if "error" in reply:
            raise SandboxUnavailable(reply["error"])

    def start(self) -> Process:
        """A new run, in which no code of the student has run yet.

        Raises:
            SandboxUnavailable: the walls could not be put up.
            ZygoteGone: there is nothing to fork from.
        """
        if not self.warm_start:
            return spawn(self.isolation.walls, self._bwrap)
        with self.isolation.acting():
            return self._fork()

    def _fork(self) -> Process:
        ours, theirs = socket.socketpair()
        with self._lock:
            self._runs += 1
            # ids of runs at the same time differ, also between graders: limits on processes count
            # by id
            slot = (self._process.pid % (1 << 18)) * 1024 + self._runs % 1024
        folder = None if self.isolation.walls else tempfile.mkdtemp(prefix="dlcourse-run-")
        try:
            with theirs:
                reply = self._ask({"op": "fork", "folder": folder, "slot": slot}, [theirs.fileno()])
            self._refused(reply)
            process = Process(ours, reply["pid"], folder=folder)
            message, fds, _, _ = (
                socket.recv_fds(ours, 4096, 1)
                if wire.ready(ours, START)
                else (b"no answer", [], 0, None)
            )
            process.proc = fds[0] if fds else None
        except BaseException:
            ours.close()
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        if message != wire.READY:
            self.end(process)
            raise SandboxUnavailable(
                message.decode(errors="replace") or "a run ended before it began"
            )
        return process

    def end(self, process: Process, patience: float = 0.0) -> tuple[int, float]:
        """Kill a run, with all its processes, and remove what it left.

        Args:
            process: the run.
            patience: seconds to let a spawned process that has hung up end by itself, to learn how
                it did.

        Returns:
            Its wait status and the CPU seconds that the kernel counted.
        """
        process.sock.close()
        status, cpu = 0, 0.0
        if process.popen is not None:
            status = kill(process.popen, process.proc, patience)
        else:
            reply = self._ask({"op": "reap", "pid": process.pid})
            status, cpu = int(reply["status"]), float(reply["cpu"])
        if process.proc is not None:
            os.close(process.proc)
        if process.folder:
            shutil.rmtree(process.folder, ignore_errors=True)
        return status, cpu

    def close(self) -> None:
        """End the zygote, and with it every run."""
        if not self.warm_start:
            return
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _limit_processes(pid: int) -> None:
    import resource  # not to be had on Windows

    resource.prlimit(pid, resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))
