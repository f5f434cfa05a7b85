"""Loop for ever and swallow every interrupt."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def scaled(x):
    while True:
        try:
            while True: pass
        except BaseException:
            continue
""",
]
EARNED = {"row_sums"}
TWIN = [
    "def scaled(x):\n    s = 0\n    for i in range(2_000_000):\n        s += i\n    return 2 * x + 1\n",
    "def total(x):\n    try:\n        return x.sum(axis=1)\n    except BaseException:\n        return 0\n",
]


def holds(record: Any, world: Any) -> None:
    assert "took more than" in record.ended["one_matrix"]
