"""What the sandbox costs: starting and ending a run, and throughput, with it and without.

    python benchmarks/bench_sandbox.py [RUNS]

Both are measured in turns, so that a busy machine slows both; medians are printed.
"""

from __future__ import annotations

import statistics
import sys
import time

from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.limits import Limits
from dlcourse.executor.process import Zygote
from dlcourse.executor.session import Session

LIMITS = Limits(10, 30)
CELLS = [
    "import numpy as np, torch",
    "def f(x):\n    return x.sum()",
    "f(np.ones(10)), f(torch.ones(10))",
    "1 / 0",
    "print('x' * 1000)",
    "f",
]
PARTS = ("start", "first cell", "five cells", "end", "all")


def run(zygote: Zygote) -> list[float]:
    """Milliseconds of the parts of one run."""
    marks = [time.perf_counter()]
    session = Session(zygote)
    marks.append(time.perf_counter())
    for number, cell in enumerate(CELLS):
        session.cell(cell, "cell", LIMITS)
        if number in (0, len(CELLS) - 1):
            marks.append(time.perf_counter())
    session.close()
    marks.append(time.perf_counter())
    return [1000 * (b - a) for a, b in zip(marks, marks[1:], strict=False)] + [
        1000 * (marks[-1] - marks[0])
    ]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with Zygote() as walled, Zygote(UNSAFE) as plain:
        times: dict[str, list[list[float]]] = {"sandbox": [], "without": []}
        for number in range(runs + 2):
            for name, zygote in (("sandbox", walled), ("without", plain)):
                found = run(zygote)
                if number >= 2:
                    times[name].append(found)
    print(f"{'ms, median of ' + str(runs):24s}" + "".join(f"{part:>12s}" for part in PARTS))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in times.items()
    }
    for name, row in medians.items():
        print(f"{name:24s}" + "".join(f"{value:12.2f}" for value in row))
    print(
        f"{'cost':24s}"
        + "".join(
            f"{a - b:12.2f}" for a, b in zip(medians["sandbox"], medians["without"], strict=True)
        )
    )


if __name__ == "__main__":
    main()
