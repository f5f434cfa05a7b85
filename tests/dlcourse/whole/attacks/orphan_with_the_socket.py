"""End the process while a child holds on to the socket, so that the grader would wait for a reply."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(1000)
os._exit(3)
""",
]
EARNED = {"row_sums"}
SECONDS = 5


def holds(record: Any, world: Any) -> None:
    assert "exit code 3" in record.ended["cell 1"]
