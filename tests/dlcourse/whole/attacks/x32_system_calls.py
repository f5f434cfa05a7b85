"""Call the kernel by the x32 numbers: bit 30 set."""

from typing import Any

CELLS = [
    """
import ctypes
scaled = total = lambda x: 0
libc = ctypes.CDLL(None, use_errno=True)
for number in (39, 41, 101, 272):  # getpid, socket, ptrace, unshare
    print("called" if libc.syscall(0x40000000 | number, 0, 0, 0) >= 0 else "refused")
"""
]


def holds(record: Any, world: Any) -> None:
    assert "called" not in str(record.outputs)
