"""One run of student code: sends cells and probes, keeps time, reads bounded replies."""

from __future__ import annotations

import json
import marshal
import os
import secrets
import signal
import socket
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..core.encoding import MAX_BYTES, MAX_NODES, EncodingError, unpack
from ..core.evidence import NotRun, Result
from ..core.rules import NO_RULES, Rules
from . import outputs, wire
from .cold import START
from .limits import Allowance, Limits, RunEnded
from .meter import POLL, Budget, Meter
from .process import Zygote

REPLY_LIMIT = max(MAX_BYTES, 16 << 20)
"""Largest body of a reply, in bytes."""


@lru_cache(maxsize=1024)
def compiled(program: str, name: str) -> bytes:
    """A probe's program as code: runs use the same Python, and no run then compiles what all others
    did.
    """
    return marshal.dumps(compile(program, f"<probe {name}>", "exec"))


@dataclass(frozen=True)
class CellResult:
    """What a cell gave.

    Args:
        ok: whether it raised nothing, as the student's process says.
        outputs: well-formed, bounded and free of scripts; what they say is not to be trusted.
    """

    ok: bool
    outputs: list[outputs.Output]


class Session:
    """One run of student code.

    Args:
        zygote: what to fork it from.
        data: files that the notebook may read, by path relative to its folder.
        allowance: what is still kept of the submission's replies, over all of its processes.

    Raises:
        SandboxUnavailable: the walls could not be put up.
        ZygoteGone: there is nothing to fork from.
    """

    def __init__(
        self,
        zygote: Zygote,
        data: dict[str, Path] | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._zygote = zygote
        self._allowance = allowance or Allowance()
        self._process = zygote.start()
        self._alive = True
        self._process.sock.setblocking(False)
        self._meter = Meter(self._process)
        if data:
            contents = [path.read_bytes() for path in data.values()]
            names = [[name, len(content)] for name, content in zip(data, contents, strict=True)]
            self._exchange(
                {"op": "files", "files": names}, Limits(START, START), b"".join(contents)
            )

    def _exchange(
        self, request: dict[str, Any], limits: Limits, body: bytes = b""
    ) -> tuple[dict[str, Any], bytes]:
        """Send a request and wait for its reply, while looking after time and memory."""
        nonce = secrets.token_hex(16)
        unsent = memoryview(wire.frame({**request, "nonce": nonce}, body))
        sock, reader = self._process.sock, wire.Reader(wire.HEADER_LIMIT, REPLY_LIMIT)
        budget = Budget(limits, self._meter, self._zygote.isolation.walls)
        try:
            if wire.ready(sock, 0) and sock.recv(1, socket.MSG_PEEK):
                raise RunEnded("malformed", "sent a message nobody asked for")
            while True:
                if unsent:
                    try:
                        unsent = unsent[sock.send(unsent[: 1 << 20]) :]
                    except BlockingIOError:
                        pass
                now = time.monotonic()
                if (end := budget.exceeded(now)) is not None:
                    raise end
                if wire.ready(sock, budget.pause(now), write=bool(unsent)):
                    while (
                        (whole := reader.feed(sock)) is None
                        and wire.ready(sock, 0)
                        and time.monotonic() - now < POLL
                    ):
                        pass
                    if whole is not None:
                        break
            if whole[0].get("nonce") != nonce:
                raise RunEnded("malformed", "sent a message nobody asked for")
        except RunEnded:
            self._end()
            raise
        except (wire.WireError, OSError) as error:
            raise self._gone(str(error)) from error
        return whole

    def _gone(self, error: str) -> RunEnded:
        status, cpu = self._end(1.0)
        if error.startswith("a frame"):
            return RunEnded("malformed", f"sent {error}")
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            box = self._zygote.isolation.walls
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

    def cell(self, source: str, label: str, limits: Limits) -> CellResult:
        """Run a cell.

        Raises:
            RunEnded: the process is gone.
        """
        header, body = self._exchange({"op": "cell", "source": source, "label": label}, limits)
        return CellResult(header.get("ok") is True, outputs.read(body, self._allowance))

    def probe(
        self,
        name: str,
        program: str,
        seed: str,
        limits: Limits,
        warm_up: bool = False,
        question: str = "",
        rules: Rules = NO_RULES,
    ) -> Result:
        """Run a probe and return its decoded result.

        Args:
            name: of its function.
            program: source that defines it.
            seed: what its inputs are drawn from.
            limits: of this step.
            warm_up: whether it is run on other inputs first.
            question: that it belongs to.
            rules: what the functions under test may use.

        Raises:
            RunEnded: the process is gone.
        """
        request = {
            "op": "probe",
            "name": name,
            "seed": seed,
            "warm_up": warm_up,
            "question": question,
            "rules": rules.to_json(),
        }
        _, body = self._exchange(request, limits, compiled(program, name))
        try:
            length = int.from_bytes(body[:4], "little")
            values = wire.check_json(body[4 : 4 + length], 12 * MAX_NODES)
            if not self._allowance.take_result(len(body), values):
                return NotRun("too large", "the results of the notebook's tests are too large")
            return unpack(body)
        except (EncodingError, wire.JsonBomb) as error:
            return NotRun("malformed", str(error))

    def modules(self) -> list[str]:
        """Names of the modules that the run has loaded. For runs of trusted code."""
        _, body = self._exchange({"op": "modules"}, Limits(START, START))
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
