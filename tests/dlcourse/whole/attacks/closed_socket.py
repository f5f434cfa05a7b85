"""Close every descriptor."""

CELLS = ["def total(x):\n    return x.sum(axis=1)\n", "import os\nos.closerange(0, 4096)\n"]
EARNED = {"row_sums"}
