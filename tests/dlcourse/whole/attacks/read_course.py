"""Read the reference solution from the course folder."""

CELLS = [
    """
from pathlib import Path
for path in ["@COURSE@/solutions/small.py", "@COURSE@/source/small/small.ipynb"]:
    try:
        print(Path(path).read_text())
    except OSError as error:
        print(error)
scaled = total = lambda x: 0
"""
]
LEAKS = True
TWIN = [
    """
from pathlib import Path
assert Path("data/numbers.txt").read_text().split() == ["1", "2", "3"]
Path("data/mine.txt").write_text("2")
import numpy as np
def scaled(x):
    return int(Path("data/mine.txt").read_text()) * x + 1
""",
    "def total(x):\n    return x.sum(axis=1)\n",
]
