"""Take all memory, a little in each of many processes."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, resource, time
assert os.getpid() == 1 and resource.getrlimit(resource.RLIMIT_NPROC)[1] <= 64, "never outside of a sandbox"
for _ in range(16):
    if os.fork() == 0:
        hoard = b"x" * (300 << 20)
        time.sleep(1000)
time.sleep(1000)
""",
]
EARNED = {"row_sums"}
CPU = 15.0
SECONDS = 30


def holds(record: Any, world: Any) -> None:
    assert "GB of memory" in record.ended["cell 1"]
