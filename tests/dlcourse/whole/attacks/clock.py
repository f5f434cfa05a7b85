"""Set the clocks, and patch those that Python reads, so that no time seems to pass."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import time, ctypes
time.time = time.monotonic = time.perf_counter = lambda: 0.0
libc = ctypes.CDLL(None, use_errno=True)
moment = (ctypes.c_long * 2)(0, 0)
print("set" if libc.clock_settime(0, moment) == 0 or libc.settimeofday(moment, None) == 0 else "refused")
def scaled(x):
    while True: pass
""",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert "refused" in str(record.outputs)
