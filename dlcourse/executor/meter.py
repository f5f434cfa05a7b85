"""CPU time and memory of a run, as the kernel counts them, and what a step may still use."""

from __future__ import annotations

import os
import time

from .cold import Process, listing
from .limits import Limits, RunEnded, Sandbox

POLL = 0.1
"""Seconds between two looks at the memory of a run."""
QUICK = 0.02
"""Seconds after which the first look is taken; most steps have ended by then."""
_CORES = os.cpu_count() or 1


class Meter:
    """CPU time and memory of a run.

    In a sandbox that is all processes of its process namespace; without one it is the first process
    and the children it waited for. Where there is no ``/proc`` nothing is known, and wall-clock
    limits alone hold.
    """

    def __init__(self, process: Process) -> None:
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
        return [name for name in listing(self._proc) if name.isdigit()]

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


class Budget:
    """The limits of one step, which begins now.

    Args:
        limits: of the step.
        meter: of the run.
        box: limits of the run; None without a sandbox.
    """

    def __init__(self, limits: Limits, meter: Meter, box: Sandbox | None) -> None:
        self._limits, self._meter, self._box = limits, meter, box
        self._began = time.monotonic()
        self._cpu_before: float | None = None
        self._pause = QUICK

    def exceeded(self, now: float) -> RunEnded | None:
        """How the run has to end, if the step has used more than it may.

        Args:
            now: seconds, of ``time.monotonic``.
        """
        limits, box = self._limits, self._box
        if now > self._began + limits.wall:
            return RunEnded("time", f"took more than {limits.wall:g} s")
        if now <= self._began + QUICK:
            return None
        total = self._meter.cpu()
        if self._cpu_before is None:
            self._cpu_before = total
        cpu = total - self._cpu_before
        if cpu > limits.cpu:
            return RunEnded("time", f"took more than {limits.cpu:g} s of computing time")
        if box is not None and self._meter.memory() > box.memory:
            return RunEnded("memory", f"used more than {box.memory / (1 << 30):g} GB of memory")
        # CPU time passes at most as fast as wall time on each core
        self._pause = min(max((limits.cpu - cpu) / _CORES, 0.01), POLL if box else 60.0)
        return None

    def pause(self, now: float) -> float:
        """Seconds for which the run needs no look."""
        return min(self._began + self._limits.wall - now, self._pause)
