"""Print without end."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    "while True:\n    print('x' * 100_000)\n",
    "import sys\nwhile True:\n    sys.stderr.write('y'); sys.stdout.write('z')\n",
]
EARNED = {"row_sums"}
TWIN = [
    "import sys\ndef scaled(x):\n    print('x' * 1_000_000)\n    print('careful', file=sys.stderr)\n    return 2 * x + 1\n",
    "for i in range(20_000):\n    print(i)\ndef total(x):\n    return x.sum(axis=1)\n",
]
