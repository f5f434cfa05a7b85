"""A small world to attack: a course with secrets, an assignment of two questions, and a grader.

An attack is a module with a docstring and

- ``CELLS``: the code that the student submits. ``@COURSE@``, ``@HOME@``, ``@OTHER@``, ``@PORT@``,
  ``@SOCKET@`` and ``@VICTIM@`` stand for the places that :class:`World` makes;
- ``EARNED``: names of the probes whose points the code does earn (none unless given);
- ``LEAKS = True``: the same code does read a secret when there is no sandbox, so that the test can
  fail;
- ``TWIN``: honest code that looks similar; it must keep all points;
- ``CPU``: seconds of computing time that each step may take;
- ``SECONDS``: wall seconds that the grader may take;
- ``holds(record, world)``: what else must be true.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from dlcourse.core.probe import ProbeSpec, seed_of
from dlcourse.core.probe import run as run_probe
from dlcourse.core.verdict import Expectation, judge
from dlcourse.executor.limits import Limits
from dlcourse.executor.process import Zygote
from dlcourse.executor.runner import CellStep, ProbeStep, Record, Step, run

FOLDER = Path(__file__).parents[1] / "dlcourse" / "whole" / "attacks"
SEED = "a secret seed"
CPU, WALL = 2.0, 5.0
"""Seconds that each step may take."""
BUDGET = 30.0
MEMORY = 250 << 20
"""How much the grader's own memory may grow during one attack, in bytes."""

SCALED = "import numpy as np\ndef scaled(x):\n    return 2 * x + 1\n"
TOTAL = "def total(x):\n    return x.sum(axis=1)\n"
HONEST = [SCALED, TOTAL]
ALL = {"one_matrix", "two_matrices", "row_sums"}
SCALED_PROBES = {"one_matrix", "two_matrices"}

# name: (question, source)
PROBES = {
    "one_matrix": (
        "scaled",
        "def one_matrix(scaled, rng):\n    return scaled(rng.normal(size=(3, 4)))\n",
    ),
    "two_matrices": (
        "scaled",
        "def two_matrices(scaled, rng):\n    return [scaled(rng.normal(size=(7, 5))), scaled(rng.normal(size=(1, 2)))]\n",
    ),
    "row_sums": ("total", "def row_sums(total, rng):\n    return total(rng.normal(size=(4, 6)))\n"),
}


def _steps(cells: list[str], limits: Limits) -> list[Step]:
    steps: list[Step] = [
        CellStep(f"cell {i}", source, f"cell {i}", limits) for i, source in enumerate(cells)
    ]
    for name, (question, source) in PROBES.items():
        spec = ProbeSpec(name, question, name, 1, False)
        steps.append(ProbeStep(spec, source, seed_of(SEED, "small", spec), limits))
    return steps


def _expectations() -> dict[str, Expectation]:
    namespace: dict[str, Any] = {}
    for cell in HONEST:
        exec(cell, namespace)
    state = np.random.get_state()
    found = {}
    for name, (question, source) in PROBES.items():
        scope: dict[str, Any] = {}
        exec(source, scope)
        spec = ProbeSpec(name, question, name, 1, False)
        expected = run_probe(scope[name], namespace, seed_of(SEED, "small", spec))
        found[name] = Expectation(spec, expected)
    np.random.set_state(state)
    return found


EXPECTED = _expectations()


def earned(record: Record) -> set[str]:
    """Probes that a submission gets points for."""
    return {
        name
        for name, expectation in EXPECTED.items()
        if judge(expectation, record.results[name]).passed
    }


def exact(record: Record) -> dict[str, list[bytes]]:
    """Results to the last bit."""
    return {
        name: [np.asarray(a).tobytes() for a in (r if isinstance(r, list) else [r])]
        for name, r in record.results.items()
    }


class World:
    """A machine with secrets: files, a process, a TCP server and a Unix socket.

    Args:
        root: an empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.canary = "canary" + secrets.token_hex(12)
        self.course, self.home, self.other = root / "course", root / "home", root / "other"
        planted = [
            self.course / "source/small/small.ipynb",
            self.course / "solutions/small.py",
            self.course / "gradebook.db",
            self.course / "submitted/other/small/small.ipynb",
            self.home / ".ssh/id_ed25519",
            self.other / "small.ipynb",
        ]
        for path in planted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{path.name}: {self.canary}\n")
        self.data = root / "numbers.txt"
        self.data.write_text("1 2 3\n")
        self.temporary = root.with_name("temporary")  # what the grader makes for itself
        self.temporary.mkdir()
        self.root = root
        self.socket = root / "service.sock"
        self._servers = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self._servers[1].bind(str(self.socket))
        self._servers[1].listen()
        self.port = self._servers[0].getsockname()[1]
        for server in self._servers:
            threading.Thread(target=self._serve, args=(server,), daemon=True).start()
        # a process of the same user that keeps its secret in its environment and on its command
        # line
        self.victim = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(3600)", self.canary],
            env={"TOKEN": self.canary},
        )
        self._before = self.snapshot()

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self.canary.encode())

    def fill(self, source: str) -> str:
        """Put the places of this world into an attack's code."""
        places = {
            "COURSE": self.course, "HOME": self.home, "OTHER": self.other, "PORT": self.port, "SOCKET": self.socket,
            "VICTIM": self.victim.pid, "GRADER": os.getpid(),
        }  # fmt: skip
        for name, value in places.items():
            source = source.replace(f"@{name}@", str(value))
        return source

    def snapshot(self) -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted(self.root.rglob("*")) if p.is_file()}

    def untouched(self) -> bool:
        return self.victim.poll() is None and self.snapshot() == self._before

    def close(self) -> None:
        self.victim.kill()
        self.victim.wait()
        for server in self._servers:
            server.close()

    def submit(self, cells: list[str], zygote: Zygote, cpu: float = CPU) -> Record:
        """Run a submission as the grader does."""
        return run(
            _steps([self.fill(c) for c in cells], Limits(cpu, max(cpu, WALL))),
            zygote,
            {"data/numbers.txt": self.data},
            BUDGET,
        )

    def seen(self, record: Record) -> bool:
        """Whether anything that came out holds the secret."""
        return self.canary in json.dumps(record.outputs) + repr(record.results) + repr(record.ended)


def attacks() -> list[Path]:
    return sorted(
        p
        for p in FOLDER.glob("*.py")
        if p.name not in ("harness.py", "conftest.py", "__init__.py")
        and not p.name.startswith("test_")
    )


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"attack_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def children(pid: int) -> set[int]:
    """All processes below ``pid``."""
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found |= {int(path.parent.name)} | children(int(path.parent.name))
    return found


def session_of(pid: int) -> str:
    """What can be told of a process, for a message."""
    try:
        return f"{pid} {Path(f'/proc/{pid}/cmdline').read_bytes()!r}"
    except OSError:
        return ""


@contextmanager
def bounded_memory(limit: int) -> Iterator[None]:
    """Fail if this process's peak memory grows by more than ``limit`` bytes."""
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak

    def value(name: str) -> int:
        line = next(
            s for s in Path("/proc/self/status").read_text().splitlines() if s.startswith(name)
        )
        return int(line.split()[1]) << 10

    before = value("VmRSS:")
    yield
    grown = value("VmHWM:") - before
    assert grown < limit, f"the grader took {grown >> 20} MB"


def until(condition: Any, seconds: float) -> bool:
    """Wait for something that the kernel does a little later."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
