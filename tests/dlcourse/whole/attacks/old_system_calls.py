"""Call the kernel by the numbers of 32-bit programs, which a careless filter does not know."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import ctypes, mmap, os, platform
scaled = lambda x: 0
if platform.machine() != "x86_64":
    os._exit(0)
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
print("returned", ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
""",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert "cell 1" in record.ended
