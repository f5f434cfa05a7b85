"""What student code may use, and how a run ends that used more."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..core.evidence import NotRun, Reason


class RunEnded(Exception):
    """The student's process is gone.

    Args:
        reason: ``time``, ``memory``, ``died`` or ``malformed`` (it sent what nobody asked for, or
            what cannot be read).
        message: what happened, to follow "your code" or "this cell".
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def not_run(self) -> NotRun:
        """What became of the probe that ran."""
        return NotRun(self.reason, str(self))


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


BYTES_PER_VALUE = 64
"""What a value of JSON takes in memory, beside its text."""


@dataclass
class Allowance:
    """What the grader still keeps of one submission's replies, counted while they are received.

    Args:
        outputs: characters of outputs of cells.
        results: bytes of results of probes, :data:`BYTES_PER_VALUE` for each value in them included.
    """

    outputs: int = 8 << 20
    results: int = 64 << 20

    def take_outputs(self, size: int) -> bool:
        """Whether outputs of ``size`` characters may still be kept; what is kept is taken off."""
        fits = size <= self.outputs
        self.outputs -= size if fits else 0
        return fits

    def take_result(self, size: int, values: int) -> bool:
        """Whether a result of ``size`` bytes and some values may still be kept."""
        cost = size + BYTES_PER_VALUE * values
        fits = cost <= self.results
        self.results -= cost if fits else 0
        return fits


@dataclass(frozen=True)
class Sandbox:
    """What one submission may use.

    Args:
        memory: bytes of address space of each process, and of memory of all of them together.
        disk: bytes that each of the writable folders holds; they live in memory.
        processes: processes and threads at a time.
        files: open files of each process.
        cpu: seconds of CPU after which the kernel kills a process, should the grader fail to.
        visible: further files or folders that student code may read.
        hide: folders that it may not see although they lie inside of one that it may.
    """

    memory: int = 4 << 30
    disk: int = 128 << 20
    processes: int = 64
    files: int = 512
    cpu: int = 1200
    visible: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Sandbox:
        return cls(
            **{**document, "visible": tuple(document["visible"]), "hide": tuple(document["hide"])}
        )
