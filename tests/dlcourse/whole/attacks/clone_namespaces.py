"""Make a namespace through the raw clone and clone3 calls."""

from typing import Any

CELLS = [
    """
import ctypes, os, platform
scaled = total = lambda x: 0
libc = ctypes.CDLL(None, use_errno=True)
clone = 56 if platform.machine() == "x86_64" else 220
for flags in (0x10000000, 0x10000000 | 0x20000, 0x20000000):
    pid = libc.syscall(clone, flags | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    print("clone" if pid > 0 else "refused", ctypes.get_errno())
arguments = (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17)
pid = libc.syscall(435, arguments, 64)
if pid == 0:
    os._exit(0)
print("clone" if pid > 0 else "refused", ctypes.get_errno())
"""
]


def holds(record: Any, world: Any) -> None:
    assert str(record.outputs).count("refused") == 4
