"""Fill the disk with large files, sparse files and many small ones."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os
assert os.getpid() == 1, "never outside of a sandbox"
written = 0
try:
    with open("attack", "wb") as file:
        while True:
            written += file.write(bytes(1 << 24))
except OSError as error:
    print(error)
try:
    open("/tmp/sparse", "wb").truncate(1 << 40)
    print("sparse")
except OSError as error:
    print(error)
count = 0
try:
    while count < 100_000:
        open(f"/tmp/{count}", "w").close(); count += 1
except OSError as error:
    print(error)
print("bounded", written < 1 << 28, count < 100_000)
""",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert "bounded True True" in str(record.outputs), record
