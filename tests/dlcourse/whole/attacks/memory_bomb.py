"""Take all memory, in one process."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, resource
assert os.getpid() == 1 and resource.getrlimit(resource.RLIMIT_AS)[1] <= 1 << 32, "never outside of a sandbox"
hoard = []
while True:
    hoard.append(bytearray(1 << 26))
""",
]
EARNED = {"row_sums"}
CPU = 15.0
SECONDS = 30
TWIN = [
    "import numpy as np\nballast = np.ones(20_000_000)\ndel ballast\ndef scaled(x):\n    return 2 * x + 1\n",
    "def total(x):\n    return x.sum(axis=1)\n",
]


def holds(record: Any, world: Any) -> None:
    assert "MemoryError" in str(record.outputs)
