"""Burn computing time in child processes, where a limit on the main process does not count it."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(4):
    if os.fork() == 0:
        while True: pass
time.sleep(1000)
""",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert "computing time" in record.ended["cell 1"]
