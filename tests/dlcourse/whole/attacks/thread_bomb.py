"""Start threads without end."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, threading, time
assert os.getpid() == 1, "never outside of a sandbox"
threads = []
while True:
    try:
        threads.append(threading.Thread(target=time.sleep, args=(1000,), daemon=True))
        threads[-1].start()
    except RuntimeError:
        break
print("threads", len(threads) < 100)
""",
]
EARNED = {"row_sums"}
TWIN = [
    """
import threading
from concurrent.futures import ThreadPoolExecutor
def scaled(x):
    with ThreadPoolExecutor(8) as pool:
        doubled = list(pool.map(lambda row: 2 * row, x))
    import numpy as np
    return np.stack(doubled) + 1
""",
    "def total(x):\n    return x.sum(axis=1)\n",
]


def holds(record: Any, world: Any) -> None:
    assert "threads True" in str(record.outputs)
