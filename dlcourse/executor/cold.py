"""Runs that start Python anew, by bubblewrap or without walls; what every run is held by, and its
environment.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from ..errors import SetupError
from . import wire
from .limits import Sandbox
from .sandbox.bubblewrap import bubblewrap_command
from .sandbox.kernel import SandboxUnavailable
from .sandbox.root import environment_inside

START = 60.0
"""Seconds that a process gets to say that it is ready."""

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def environment(box: Sandbox | None = None) -> dict[str, str]:
    """The environment of student code: nothing of the grader's but where programs and locale are."""
    keep = {
        k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
    }
    folders = (
        {}
        if box
        else {"HOME": "/nonexistent", "MPLCONFIGDIR": _mpl_cache(), "IPYTHONDIR": _mpl_cache()}
    )
    return {**keep, **dict.fromkeys(_THREADS, "1"), "PYTHONHASHSEED": "0", **folders}


_cache: list[str] = []


def _mpl_cache() -> str:
    """An empty folder for what libraries want to write at import, where there is no sandbox."""
    if not _cache:
        _cache.append(tempfile.mkdtemp(prefix="dlcourse-"))
        atexit.register(shutil.rmtree, _cache[0], ignore_errors=True)
    return _cache[0]


@dataclass
class Process:
    """A run as the grader holds it.

    Args:
        sock: where it answers.
        pid: as the zygote numbers it.
        proc: descriptor of its ``/proc``; None without a sandbox.
        folder: its folder on this machine's disk; None in a sandbox.
        popen: where it was not forked.
    """

    sock: socket.socket
    pid: int
    proc: int | None = None
    folder: str | None = None
    popen: subprocess.Popen[bytes] | None = None


def spawn(box: Sandbox | None, bwrap: str) -> Process:
    """A run in a process started from scratch: by bubblewrap, or without a sandbox where processes
    cannot be forked.

    (On macOS a process whose libraries have threads cannot.)

    Raises:
        SandboxUnavailable: bubblewrap refuses.
        SetupError: Python does not start.
    """
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-P", "-s", "-m", "dlcourse.executor.driver", str(theirs.fileno())]
    fds: list[int] = []
    folder = None if box else tempfile.mkdtemp(prefix="dlcourse-run-")
    env = environment(box)
    if box is not None:
        command, fds = bubblewrap_command(box, bwrap, [*command, json.dumps(box.to_json())])
        env |= environment_inside()
    with theirs:
        popen = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno(), *fds],
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    for fd in fds:
        os.close(fd)
    process = Process(ours, popen.pid, folder=folder, popen=popen)
    message, received, _, _ = (
        socket.recv_fds(ours, 4096, 1) if wire.ready(ours, START) else (b"no answer", [], 0, None)
    )
    process.proc = received[0] if received else None
    if message == wire.READY:
        return process
    ours.close()
    assert popen.stderr is not None
    popen.kill()
    said = (
        message.decode(errors="replace") or popen.stderr.read(1000).decode(errors="replace").strip()
    )
    kill(popen, None, 1.0)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    if box is not None:
        raise SandboxUnavailable(f"bubblewrap: {said}")
    raise SetupError(f"the driver process did not start: {said}")


def kill(popen: subprocess.Popen[bytes], proc: int | None, patience: float) -> int:
    """Kill a spawned run with its group, or with its process namespace; returns the wait status."""
    try:
        # what has ended by itself may have left others of its group
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(patience)
        os.killpg(popen.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS refuses for a group of zombies
        pass
    code = popen.wait()
    if popen.stderr is not None:
        popen.stderr.close()
    while proc is not None and any(name.isdigit() for name in listing(proc)):
        time.sleep(0.001)  # the kernel ends a process namespace a little after its first process
    if code > 128 and proc is not None:  # how bubblewrap tells of a signal
        code = 128 - code
    return -code if code < 0 else code << 8


def listing(folder: str | int) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # a /proc whose processes are all gone
        return []
