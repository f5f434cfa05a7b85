"""Raise what ends programs: SystemExit, KeyboardInterrupt, GeneratorExit."""

CELLS = [
    "raise KeyboardInterrupt",
    "def total(x):\n    raise KeyboardInterrupt\nraise GeneratorExit",
    "def scaled(x):\n    raise SystemExit(0)\nexit()",
    "raise BaseException",
]
