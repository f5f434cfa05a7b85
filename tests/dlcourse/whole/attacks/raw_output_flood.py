"""Write without end to the descriptors themselves and from child processes."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    "import os\nwhile True:\n    os.write(1, b'x' * 100_000); os.write(2, b'y')\n",
    "!yes",
]
EARNED = {"row_sums"}
SECONDS = 15
