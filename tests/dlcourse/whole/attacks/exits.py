"""End the process at once, from a cell and from a graded function."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    "import os\nos._exit(0)\n",
    "def scaled(x):\n    os._exit(0)\n",
    "raise SystemExit(0)",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert "exit code 0" in record.ended["cell 1"]
