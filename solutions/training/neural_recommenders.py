"""Make solutions/data/neural_recommenders/pages.npz: visits to microsoft.com in a week of 1998, and two towers for the first look.

    python solutions/training/neural_recommenders.py FOLDER         from the repository's root

FOLDER holds `anonymous-msweb.data` and `anonymous-msweb.test`, the files of "Anonymous Microsoft Web Data" (Breese, Heckerman and
Kadie; UCI Machine Learning Repository, CC BY 4.0). Kept are the areas of the site with at least 20 visits and a title of their own,
numbered from 1 by popularity, and the visitors of at least four of them. Seed 0; 1500 steps of 256 visitors, half a minute on one core.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

FILE = Path("solutions/data/neural_recommenders/pages.npz")
LEAST_VISITS, LEAST_PAGES, GIVEN = 20, 4, 3
NO_PAGES = {"isapi", "regwiz", "misc", "promo"}  # directories, not titles
WIDTH, HIDDEN, STEPS, BATCH, TAU, SEED = 32, 64, 1500, 256, 0.2, 0


def read(path: Path) -> tuple[dict[int, str], list[list[int]]]:
    """Titles by number, and the numbers that each visitor saw."""
    titles: dict[int, str] = {}
    visitors: list[list[int]] = []
    with path.open(encoding="latin-1", newline="") as lines:
        for row in csv.reader(lines):
            if row[0] == "A":
                titles[int(row[1])] = row[3].strip()
            elif row[0] == "C":
                visitors.append([])
            elif row[0] == "V":
                visitors[-1].append(int(row[1]))
    return titles, visitors


def padded(visitors: list[list[int]]) -> Tensor:
    """One row per visitor, padded with 0."""
    return nn.utils.rnn.pad_sequence([torch.tensor(v) for v in visitors], batch_first=True)


def train(visits: Tensor, pages: int) -> dict[str, np.ndarray]:
    """A user tower over the mean of up to three visited pages, and a table of pages, with the logQ correction."""
    torch.manual_seed(SEED)
    table, items = nn.Embedding(pages, WIDTH, padding_idx=0), nn.Embedding(pages, WIDTH)
    net = nn.Sequential(nn.Linear(WIDTH, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, WIDTH))
    counts = torch.bincount(visits[visits > 0], minlength=pages).clamp_min(1)
    logq = (counts / counts.sum()).log()
    optimizer = torch.optim.Adam(
        [*table.parameters(), *items.parameters(), *net.parameters()], lr=5e-3
    )
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = 5e-3 * (1 - step / STEPS) + 1e-5
        rows = visits[torch.randint(len(visits), (BATCH,))]
        order = (torch.rand(rows.shape) + 2 * (rows == 0)).argsort(1)
        shuffled = rows.gather(1, order)
        target, given = shuffled[:, 0], shuffled[:, 1 : 1 + GIVEN]
        user = F.normalize(net(table(given).sum(1) / (given > 0).sum(1, keepdim=True)), dim=-1)
        scores = user @ F.normalize(items(target), dim=-1).T / TAU - logq[target]
        loss = F.cross_entropy(scores, torch.arange(BATCH))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    learned = {
        "table": table.weight,
        "items": F.normalize(items.weight, dim=-1),
        "w1": net[0].weight,
        "b1": net[0].bias,
    }
    learned |= {"w2": net[2].weight, "b2": net[2].bias}
    return {name: value.detach().numpy().astype(np.float16) for name, value in learned.items()}


def main(folder: Path) -> None:
    """Read, cut, train, write."""
    titles, visitors = read(folder / "anonymous-msweb.data")
    _, held_out = read(folder / "anonymous-msweb.test")
    counts = Counter(page for visitor in visitors for page in visitor)
    kept = [p for p, n in counts.most_common() if n >= LEAST_VISITS and titles[p] not in NO_PAGES]
    ids = {page: i + 1 for i, page in enumerate(kept)}
    cut = {}
    for name, group in (("train", visitors), ("test", held_out)):
        rows = [[ids[p] for p in visitor if p in ids] for visitor in group]
        cut[name] = [row for row in rows if len(row) >= LEAST_PAGES]
    arrays = {
        name: np.array([p for row in rows for p in row], dtype=np.uint8)
        for name, rows in cut.items()
    }
    arrays |= {
        f"{name}_lengths": np.array([len(row) for row in rows], dtype=np.uint8)
        for name, rows in cut.items()
    }
    names = np.array(["(padding)"] + [titles[p] for p in kept])
    FILE.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(FILE, names=names, **arrays, **train(padded(cut["train"]), len(names)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
