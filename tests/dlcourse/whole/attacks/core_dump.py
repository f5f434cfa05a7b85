"""Have the kernel write the memory of the process to a file."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, resource, ctypes
try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (ValueError, OSError):
    pass
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
ctypes.string_at(1)
""",
]
EARNED = {"row_sums"}
