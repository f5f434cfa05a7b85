"""Send signals to the grader, to every process, to every number."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, signal
scaled = lambda x: 0
reached = []
assert os.getpid() == 1, "never outside of a sandbox"
for pid in [@GRADER@, @VICTIM@, os.getppid(), *range(2, 70_000)]:
    try:
        os.kill(pid, signal.SIGKILL) if pid else None
        reached += [pid] if pid else []
    except OSError:
        pass
print("reached", reached)
for send in (lambda: os.kill(-1, signal.SIGKILL), lambda: os.killpg(0, signal.SIGTERM), lambda: os.kill(1, signal.SIGSTOP)):
    try:
        send()
    except OSError:
        pass
""",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert "reached []" in str(record.outputs)
