"""The trusted side of a run: starts processes, sends cells and probes, keeps time, reads bounded replies."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..encoding import MAX_BYTES, EncodingError, Raised, unpack
from . import wire

REPLY_LIMIT = MAX_BYTES
WARM = ("numpy", "torch", "dlcourse", "dlcourse.compare", "matplotlib_inline.backend_inline")
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class RunEnded(Exception):
    """The student's process is gone: it died, ran out of time, or sent what cannot be read."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Limits:
    """What one step of a run may use.

    Args:
        cpu: CPU seconds of the process.
        wall: wall-clock seconds; the backstop for code that sleeps.
    """

    cpu: float
    wall: float


def environment() -> dict[str, str]:
    """The environment of student code: nothing of the grader's but where programs and locale are."""
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")}
    return {**keep, **dict.fromkeys(_THREADS, "1"), "PYTHONHASHSEED": "0", "HOME": "/nonexistent", "MPLCONFIGDIR": _mpl_cache(), "IPYTHONDIR": _mpl_cache()}


_cache: list[str] = []


def _mpl_cache() -> str:
    """An empty folder for what libraries want to write at import."""
    if not _cache:
        _cache.append(tempfile.mkdtemp(prefix="dlcourse-"))
        atexit.register(shutil.rmtree, _cache[0], ignore_errors=True)
    return _cache[0]


class Zygote:
    """A warm process to fork runs from.

    Args:
        modules: imported before the first run, beside :data:`WARM`.
    """

    def __init__(self, modules: tuple[str, ...] = ()) -> None:
        self._control, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "dlcourse.executor.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self.warm([*WARM, *modules])

    def warm(self, modules: list[str]) -> None:
        """Import modules, so that runs need not."""
        reply = self._ask({"op": "import", "modules": modules})
        if reply["threads"] != 1:
            raise RuntimeError(f"the zygote runs {reply['threads']} threads after importing {', '.join(modules)}; a fork of it could hang")

    def _ask(self, request: dict[str, Any], fds: list[int] | None = None) -> dict[str, Any]:
        socket.send_fds(self._control, [wire.json.dumps(request).encode()], fds or [])
        try:
            return wire.receive(self._control, 1 << 20)[0]
        except wire.WireError as error:
            raise RuntimeError(f"the zygote process ended (exit status {self._process.poll()})") from error

    def fork(self, folder: str) -> tuple[socket.socket, int]:
        """A new run in ``folder``: its socket and process id."""
        ours, theirs = socket.socketpair()
        reply = self._ask({"op": "fork", "folder": folder}, [theirs.fileno()])
        theirs.close()
        return ours, reply["pid"]

    def reap(self, pid: int) -> int:
        """Kill a run and return its wait status."""
        return int(self._ask({"op": "reap", "pid": pid})["status"])

    def close(self) -> None:
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


def _cpu_seconds(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return sum(int(f) for f in fields[11:15]) / os.sysconf("SC_CLK_TCK")


class Session:
    """One process of student code.

    Args:
        zygote: what to fork it from.
        data: files that the notebook may read, by path relative to its folder.
    """

    def __init__(self, zygote: Zygote, data: dict[str, Path] | None = None) -> None:
        self._zygote = zygote
        self._folder = tempfile.mkdtemp(prefix="dlcourse-run-")
        for name, path in (data or {}).items():
            target = Path(self._folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        self._sock, self._pid = zygote.fork(self._folder)
        self._alive = True

    def _exchange(self, request: dict[str, Any], limits: Limits) -> tuple[dict[str, Any], bytes]:
        start = time.monotonic()
        cpu_start = _cpu_seconds(self._pid) or 0.0
        deadline = start + limits.wall
        try:
            wire.send(self._sock, request)
            while True:
                now = time.monotonic()
                cpu = (_cpu_seconds(self._pid) or 0.0) - cpu_start
                if now > deadline or cpu > limits.cpu:
                    self._end()
                    used = f"{limits.cpu:g} s of computing time" if cpu > limits.cpu else f"{limits.wall:g} s"
                    raise RunEnded("time", f"took more than {used}")
                # CPU time cannot pass faster than wall time, so nothing is missed by sleeping this long
                pause = min(deadline - now, max(limits.cpu - cpu, 0.01))
                if wire.select.select([self._sock], [], [], pause)[0]:
                    return wire.receive(self._sock, REPLY_LIMIT, max(deadline, time.monotonic() + 1))
        except wire.WireTimeout as error:
            self._end()
            raise RunEnded("time", f"took more than {limits.wall:g} s") from error
        except (wire.WireError, OSError) as error:
            raise RunEnded("died", self._cause(self._end(), str(error))) from error

    @staticmethod
    def _cause(status: int, error: str) -> str:
        if "larger" in error or "no JSON" in error or "no object" in error:
            return f"sent {error}"
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGKILL:
                return "ended the Python process (killed: out of memory, or by its own code)"
            return f"ended the Python process (signal {signal.Signals(number).name})"
        return f"ended the Python process (exit code {os.WEXITSTATUS(status)})"

    def cell(self, source: str, label: str, limits: Limits) -> dict[str, Any]:
        """Run a cell and return ``{"ok", "outputs"}``; outputs are not to be trusted.

        Raises:
            RunEnded: the process is gone.
        """
        reply, _ = self._exchange({"op": "cell", "source": source, "label": label}, limits)
        return reply

    def probe(self, request: dict[str, Any], limits: Limits) -> Any:
        """Run a probe and return its decoded result.

        Raises:
            RunEnded: the process is gone.
        """
        _, body = self._exchange({"op": "probe", **request}, limits)
        try:
            return unpack(body)
        except EncodingError as error:
            return Raised("MalformedResult", ("MalformedResult",), str(error))

    def _end(self) -> int:
        if not self._alive:
            return 0
        self._alive = False
        self._sock.close()
        status = self._zygote.reap(self._pid)
        shutil.rmtree(self._folder, ignore_errors=True)
        return status

    def close(self) -> None:
        """End the process and remove its folder."""
        self._end()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
