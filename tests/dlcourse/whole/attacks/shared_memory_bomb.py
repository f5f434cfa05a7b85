"""Take memory that is nobody's: files in memory, System V segments, anonymous shared mappings."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import ctypes, mmap, os
assert os.getpid() == 1, "never outside of a sandbox"
taken = 0
block = bytes(1 << 20)
for name in ("/dev/shm/attack", "/tmp/attack", "/notebook/attack"):
    try:
        with open(name, "wb") as file:
            for _ in range(4096):
                file.write(block); taken += 1
    except OSError as error:
        print(error)
maps = []
try:
    for _ in range(100):
        maps.append(mmap.mmap(-1, 1 << 28)); taken += 256
except OSError as error:
    print(error)
print("bounded", taken < 5000)
""",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert "bounded True" in str(record.outputs), record
