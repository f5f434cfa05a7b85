"""Sleep for ever, using no computing time."""

from typing import Any

CELLS = ["def total(x):\n    return x.sum(axis=1)\n", "import time\ntime.sleep(1e6)\n"]
EARNED = {"row_sums"}
TWIN = [
    "import time\ndef scaled(x):\n    time.sleep(0.5)\n    return 2 * x + 1\n",
    "def total(x):\n    return x.sum(axis=1)\n",
]


def holds(record: Any, world: Any) -> None:
    assert "took more than 5 s" in record.ended["cell 1"]
