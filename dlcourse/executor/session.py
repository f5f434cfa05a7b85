"""The trusted side of a run: starts processes, sends cells and probes, keeps time, reads bounded replies."""

from __future__ import annotations

import atexit
import contextlib
import json
import marshal
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core.encoding import MAX_BYTES, MAX_NODES, EncodingError, Raised, unpack
from . import outputs, wire
from .sandbox import Sandbox, SandboxUnavailable, bubblewrap
from .sandbox import environment as sandbox_environment

__all__ = [
    "Limits",
    "RunEnded",
    "Sandbox",
    "SandboxUnavailable",
    "Session",
    "Zygote",
    "environment",
]

REPLY_LIMIT = max(MAX_BYTES, 16 << 20)
"""Largest body of a reply, in bytes."""
WARM = (
    "numpy",
    "torch",
    "matplotlib_inline.backend_inline",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
)
SANDBOX = Sandbox()
"""The usual limits."""
POLL = 0.1
"""Seconds between two looks at the memory of a run."""
QUICK = 0.02
"""Seconds after which the first look is taken; most steps have ended by then."""
_START = 60.0
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_FORKS = sys.platform == "linux"
_CORES = os.cpu_count() or 1


class RunEnded(Exception):
    """The student's process is gone.

    Args:
        kind: ``time``, ``memory``, ``died`` or ``protocol`` (it sent what nobody asked for, or what cannot be read).
        message: what happened, to follow "your code" or "this cell".
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Limits:
    """What one step of a run may use.

    Args:
        cpu: CPU seconds of all processes of the run together.
        wall: wall-clock seconds; the backstop for code that sleeps.
    """

    cpu: float
    wall: float

    def times(self, factor: float) -> Limits:
        return Limits(factor * self.cpu, factor * self.wall)


@lru_cache(maxsize=1024)
def compiled(program: str, name: str) -> bytes:
    """A probe's program as code: runs use the same Python, and no run then compiles what all others did."""
    return marshal.dumps(compile(program, f"<probe {name}>", "exec"))


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
class _Process:
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


class Zygote:
    """A warm process to fork runs from. Threads may share one.

    Args:
        modules: imported before the first run, beside :data:`WARM`.
        sandbox: limits of each run; None runs student code as the user who grades, with that user's rights.

    Attributes:
        sandbox: the limits, or None.
        warm_start: whether runs are forks. They are not where only bubblewrap may make namespaces, nor outside Linux; each
            run then starts Python anew, which takes seconds.

    Raises:
        SandboxUnavailable: a sandbox is asked for and this machine cannot give it.
    """

    def __init__(self, modules: tuple[str, ...] = (), sandbox: Sandbox | None = SANDBOX) -> None:
        # the course folder is where graders are started; it is hidden even if it lies among the libraries
        self.sandbox = replace(sandbox, hide=(*sandbox.hide, os.getcwd())) if sandbox else None
        self.warm_start = _FORKS
        self._lock = threading.Lock()
        self._runs = 0
        self._bwrap = ""
        if sandbox is not None and not _FORKS:
            raise SandboxUnavailable(
                f"{sys.platform} has no namespaces; on Windows use WSL, on a Mac a Linux container"
            )
        if not hasattr(socket, "send_fds"):
            raise SandboxUnavailable(f"{sys.platform} cannot run notebooks; use WSL")
        if not _FORKS:
            return
        try:
            self._start_zygote([*WARM, *modules])
        except SandboxUnavailable:
            bwrap = shutil.which("bwrap")
            if bwrap is None:
                raise
            self._bwrap, self.warm_start = bwrap, False
            self.end(self.start())  # or the same refusal, from bubblewrap

    def _start_zygote(self, modules: list[str]) -> None:
        self._control, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "dlcourse.executor.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment(self.sandbox),
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        try:
            wire.send(self._control, {"sandbox": self.sandbox.to_json() if self.sandbox else None})
            self._refused(self._reply())
            self.warm(modules)
        except BaseException:
            self.close()
            raise

    def warm(self, modules: list[str]) -> None:
        """Import modules, so that runs need not. In a sandbox those outside of its libraries do not exist."""
        if not self.warm_start:
            return
        reply = self._ask({"op": "import", "modules": modules})
        if reply["threads"] != 1:
            raise RuntimeError(
                f"the zygote runs {reply['threads']} threads after importing {', '.join(modules)}; a fork of it could hang"
            )

    def _reply(self) -> dict[str, Any]:
        try:
            return wire.receive(self._control, 1 << 20)[0]
        except wire.WireError as error:
            raise RuntimeError(
                f"the zygote process ended (exit status {self._process.poll()})"
            ) from error

    def _ask(self, request: dict[str, Any], fds: list[int] | None = None) -> dict[str, Any]:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(request).encode()], fds or [])
            except OSError as error:
                raise RuntimeError(
                    f"the zygote process ended (exit status {self._process.poll()})"
                ) from error
            return self._reply()

    @staticmethod
    def _refused(reply: dict[str, Any]) -> None:
        if "error" in reply:
            raise SandboxUnavailable(reply["error"])

    def start(self) -> _Process:
        """A new run, in which no code of the student has run yet.

        Raises:
            SandboxUnavailable: the walls could not be put up.
        """
        if not self.warm_start:
            return _spawn(self.sandbox, self._bwrap)
        ours, theirs = socket.socketpair()
        with self._lock:
            self._runs += 1
            # ids of runs at the same time differ, also between graders: limits on processes count by id
            slot = (self._process.pid % (1 << 18)) * 1024 + self._runs % 1024
        folder = None if self.sandbox else tempfile.mkdtemp(prefix="dlcourse-run-")
        try:
            with theirs:
                reply = self._ask({"op": "fork", "folder": folder, "slot": slot}, [theirs.fileno()])
            self._refused(reply)
            process = _Process(ours, reply["pid"], folder=folder)
            message, fds, _, _ = (
                socket.recv_fds(ours, 4096, 1)
                if wire.ready(ours, _START)
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

    def end(self, process: _Process, patience: float = 0.0) -> tuple[int, float]:
        """Kill a run, with all its processes, and remove what it left.

        Args:
            process: the run.
            patience: seconds to let a spawned process that has hung up end by itself, to learn how it did.

        Returns:
            Its wait status and the CPU seconds that the kernel counted.
        """
        process.sock.close()
        status, cpu = 0, 0.0
        if process.popen is not None:
            status = _kill(process.popen, process.proc, patience)
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


def _spawn(box: Sandbox | None, bwrap: str) -> _Process:
    """A run in a process started from scratch: by bubblewrap, or without a sandbox where processes cannot be forked.

    (On macOS a process whose libraries have threads cannot.)
    """
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-P", "-s", "-m", "dlcourse.executor.driver", str(theirs.fileno())]
    fds: list[int] = []
    folder = None if box else tempfile.mkdtemp(prefix="dlcourse-run-")
    env = environment(box)
    if box is not None:
        command, fds = bubblewrap(box, bwrap, [*command, json.dumps(box.to_json())])
        env |= sandbox_environment()
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
    process = _Process(ours, popen.pid, folder=folder, popen=popen)
    message, received, _, _ = (
        socket.recv_fds(ours, 4096, 1) if wire.ready(ours, _START) else (b"no answer", [], 0, None)
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
    _kill(popen, None, 1.0)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    if box is not None:
        raise SandboxUnavailable(f"bubblewrap: {said}")
    raise RuntimeError(f"the driver process did not start: {said}")


def _kill(popen: subprocess.Popen[bytes], proc: int | None, patience: float) -> int:
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
    while proc is not None and any(name.isdigit() for name in _listing(proc)):
        time.sleep(0.001)  # the kernel ends a process namespace a little after its first process
    if code > 128 and proc is not None:  # how bubblewrap tells of a signal
        code = 128 - code
    return -code if code < 0 else code << 8


def _listing(folder: str | int) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # a /proc whose processes are all gone
        return []


class _Meter:
    """CPU time and memory of a run.

    In a sandbox that is all processes of its process namespace; without one it is the first process and the children it
    waited for. Where there is no ``/proc`` nothing is known, and wall-clock limits alone hold.
    """

    def __init__(self, process: _Process) -> None:
        self._proc, self._pid = process.proc, process.pid
        self._tick = os.sysconf("SC_CLK_TCK")
        self._seconds = 0.0
        # memory that a fork shares with its zygote is nobody's
        self._shared = self._private("1") if self._proc is not None else 0

    def _read(self, name: str) -> bytes:
        try:
            fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        except OSError:
            return b""
        try:
            return os.read(fd, 4096)
        except OSError:  # the process ended meanwhile
            return b""
        finally:
            os.close(fd)

    def _processes(self) -> list[str]:
        if self._proc is None:
            return [f"/proc/{self._pid}"]
        return [name for name in _listing(self._proc) if name.isdigit()]

    def cpu(self) -> float:
        """CPU seconds so far, those of processes that ended and were waited for included."""
        total = 0
        for name in self._processes():
            fields = self._read(f"{name}/stat").rpartition(b")")[2].split()
            if len(fields) > 14:
                total += sum(int(f) for f in fields[11:15])
        # a process that nobody waited for drops out of the sum; the sum must not fall for that
        self._seconds = max(self._seconds, total / self._tick)
        return self._seconds

    def _private(self, name: str) -> int:
        status = self._read(f"{name}/status")
        return 1024 * sum(
            int(line.split()[1])
            for line in status.splitlines()
            if line.startswith((b"RssAnon:", b"RssShmem:", b"VmSwap:"))
        )

    def memory(self) -> int:
        """Bytes that the run has taken since it began; 0 without a sandbox."""
        if self._proc is None:
            return 0
        return sum(max(self._private(name) - self._shared, 0) for name in self._processes())


class Session:
    """One run of student code.

    Args:
        zygote: what to fork it from.
        data: files that the notebook may read, by path relative to its folder.

    Raises:
        SandboxUnavailable: the walls could not be put up.
    """

    def __init__(self, zygote: Zygote, data: dict[str, Path] | None = None) -> None:
        self._zygote = zygote
        self._process = zygote.start()
        self._alive = True
        self._process.sock.setblocking(False)
        self._meter = _Meter(self._process)
        if data:
            contents = [path.read_bytes() for path in data.values()]
            names = [[name, len(content)] for name, content in zip(data, contents, strict=True)]
            self._exchange(
                {"op": "files", "files": names}, Limits(_START, _START), b"".join(contents)
            )

    def _exchange(
        self, request: dict[str, Any], limits: Limits, body: bytes = b""
    ) -> tuple[dict[str, Any], bytes]:
        """Send a request and wait for its reply, while looking after time and memory."""
        nonce = secrets.token_hex(16)
        unsent = memoryview(wire.frame({**request, "nonce": nonce}, body))
        sock, reader = self._process.sock, wire.Reader(wire.HEADER_LIMIT, REPLY_LIMIT)
        began = time.monotonic()
        deadline = began + limits.wall
        cpu_start: float | None = None
        box = self._zygote.sandbox
        try:
            if wire.ready(sock, 0) and sock.recv(1, socket.MSG_PEEK):
                raise self._ended("protocol", "sent a message nobody asked for")
            while True:
                if unsent:
                    try:
                        unsent = unsent[sock.send(unsent[: 1 << 20]) :]
                    except BlockingIOError:
                        pass
                now, pause = time.monotonic(), QUICK
                if now > deadline:
                    raise self._ended("time", f"took more than {limits.wall:g} s")
                if now > began + QUICK:
                    total = self._meter.cpu()
                    cpu_start = total if cpu_start is None else cpu_start
                    cpu = total - cpu_start
                    if cpu > limits.cpu:
                        raise self._ended(
                            "time", f"took more than {limits.cpu:g} s of computing time"
                        )
                    if box is not None and self._meter.memory() > box.memory:
                        raise self._ended(
                            "memory", f"used more than {box.memory / (1 << 30):g} GB of memory"
                        )
                    # CPU time passes at most as fast as wall time on each core
                    pause = min(max((limits.cpu - cpu) / _CORES, 0.01), POLL if box else 60.0)
                if wire.ready(sock, min(deadline - now, pause), write=bool(unsent)):
                    while (
                        (whole := reader.feed(sock)) is None
                        and wire.ready(sock, 0)
                        and time.monotonic() - now < POLL
                    ):
                        pass
                    if whole is not None:
                        break
        except (wire.WireError, OSError) as error:
            raise self._gone(str(error)) from error
        if whole[0].get("nonce") != nonce:
            raise self._ended("protocol", "sent a message nobody asked for")
        return whole

    def _ended(self, kind: str, message: str) -> RunEnded:
        self._end()
        return RunEnded(kind, message)

    def _gone(self, error: str) -> RunEnded:
        status, cpu = self._end(1.0)
        if error.startswith("a frame"):
            return RunEnded("protocol", f"sent {error}")
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            box = self._zygote.sandbox
            if number == signal.SIGXCPU or (
                number == signal.SIGKILL and box is not None and cpu >= box.cpu - 1
            ):
                return RunEnded("time", "used up the computing time of a whole run")
            if number == signal.SIGKILL:
                return RunEnded(
                    "died", "ended the Python process (killed: out of memory, or by its own code)"
                )
            return RunEnded(
                "died", f"ended the Python process (signal {signal.Signals(number).name})"
            )
        return RunEnded("died", f"ended the Python process (exit code {os.WEXITSTATUS(status)})")

    def cell(self, source: str, label: str, limits: Limits) -> dict[str, Any]:
        """Run a cell and return ``{"ok", "outputs"}``.

        The outputs are well-formed, bounded and free of scripts; what they say is not to be trusted.

        Raises:
            RunEnded: the process is gone.
        """
        header, body = self._exchange({"op": "cell", "source": source, "label": label}, limits)
        return {"ok": header.get("ok") is True, "outputs": outputs.read(body)}

    def probe(self, request: Mapping[str, Any], program: str, limits: Limits) -> Any:
        """Run a probe and return its decoded result.

        Args:
            request: what the driver needs to know of the probe.
            program: source that defines it.
            limits: of this step.

        Raises:
            RunEnded: the process is gone.
        """
        _, body = self._exchange(
            {"op": "probe", **request}, limits, compiled(program, request["name"])
        )
        try:
            length = int.from_bytes(body[:4], "little")
            wire.check_json(body[4 : 4 + length], 12 * MAX_NODES)
            return unpack(body)
        except (EncodingError, wire.JsonBomb) as error:
            return Raised("MalformedResult", ("MalformedResult",), str(error))

    def modules(self) -> list[str]:
        """Names of the modules that the run has loaded. For runs of trusted code."""
        _, body = self._exchange({"op": "modules"}, Limits(_START, _START))
        return [str(name) for name in json.loads(body)]

    def _end(self, patience: float = 0.0) -> tuple[int, float]:
        if not self._alive:
            return 0, 0.0
        self._alive = False
        return self._zygote.end(self._process, patience)

    def close(self) -> None:
        """End the run, with all its processes, and remove its folder."""
        self._end()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
