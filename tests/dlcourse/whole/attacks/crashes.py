"""Crash the interpreter: a null pointer, endless recursion in C, abort."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    "import ctypes\nctypes.string_at(0)\n",
    "import sys\nsys.setrecursionlimit(10**9)\nf = lambda: f()\nf()\n",
    "import os\ndef scaled(x):\n    os.abort()\n",
]
EARNED = {"row_sums"}
SECONDS = 25


def holds(record: Any, world: Any) -> None:
    assert "signal" in record.ended["cell 1"]
