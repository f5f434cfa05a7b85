"""Make solutions/data/transfer_learning/bodies.npz: two bodies for the payoff, and the curves of the first look.

    python solutions/training/transfer_learning.py            from the repository's root

Trained on the Latin, Greek and Cyrillic letters of the notebook, as its given cells set them in the eight training faces of
DejaVu. 3000 steps of Adam on 128 pictures, rate falling from 2e-3 to 0; the true labels get new pictures every 30 steps, the
shuffled ones keep theirs, so that they can be learned by heart. Seed 0; half a minute each on one core; kept in float16.
The curves: Georgian as in the payoff, with five times the steps and up to 64 examples per letter, seeds 0 to 2; two minutes.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse.authoring import load_reference

FILE = Path("solutions/data/transfer_learning/bodies.npz")
STEPS, BATCH, RATE, REDRAW, SEED = 3000, 128, 2e-3, 30, 0
COUNTS, LONG = (1, 4, 16, 64), 1500


def train(shuffle: bool) -> nn.Sequential:
    """The body of a network that names the source's letters.

    Args:
        shuffle: permute the labels of the pictures first.
    """
    ref = load_reference("transfer_learning")
    generator = torch.Generator().manual_seed(SEED)
    sheets = ref.letter_sheets("source")
    faces, unseen = sheets[:, ref.TRAIN_FACES], sheets[:, ref.TEST_FACES]
    body, head = nn.Sequential(*ref.new_body(SEED)), ref.new_head(len(sheets), SEED)
    net = nn.Sequential(body, head)
    optimizer = torch.optim.Adam(net.parameters())
    x, y = ref.photograph(faces, 4, generator)
    if shuffle:
        y = y[torch.randperm(len(y), generator=generator)]
    for step in range(STEPS):
        if step % REDRAW == 0 and step and not shuffle:
            x, y = ref.photograph(faces, 2, generator)
        optimizer.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        rows = torch.randint(len(x), (BATCH,), generator=generator)
        loss = F.cross_entropy(net(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    accuracy = ref.accuracy(net, *ref.photograph(unseen, 4, generator))
    print(
        f"shuffled: {shuffle}; last loss {loss.item():.3f}; accuracy on unseen faces {accuracy:.3f}"
    )
    return body


def curves(body: nn.Sequential) -> dict[str, np.ndarray]:
    """Accuracy on unseen faces by way, of shape (3 seeds, 4 counts)."""
    ref = load_reference("transfer_learning")
    sheets = ref.letter_sheets("target")
    found: dict[str, list[list[float]]] = {"scratch": [], "frozen": [], "fine-tuned": []}
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        pool, _ = ref.photograph(sheets[:, ref.TRAIN_FACES], 8, generator)
        test = ref.photograph(sheets[:, ref.TEST_FACES], 5, generator)
        order = torch.randperm(64, generator=generator)
        ways = {
            "scratch": (ref.new_body(100 + seed), 0, 4e-3, 1.0),
            "frozen": (list(body), 3, 1e-2, 1.0),
            "fine-tuned": (list(body), 0, 5e-3, 0.5),
        }
        for way, (start, n_frozen, lr, decay) in ways.items():
            found[way].append([])
            for k in COUNTS:
                x = pool.view(32, 64, 1, 16, 16)[:, order[:k]].flatten(0, 1)
                y = torch.arange(32).repeat_interleave(k)
                layers = [*copy.deepcopy(start), ref.new_head(32, seed)]
                groups = ref.transfer_param_groups(layers, n_frozen, lr, decay)
                net = ref.fit(layers, groups, x, y, LONG, seed)
                found[way][-1].append(ref.accuracy(net, *test))
            print(seed, way, np.round(found[way][-1], 3), flush=True)
    return {f"curve.{way}": np.array(rows).astype(np.float16) for way, rows in found.items()}


def main() -> None:
    torch.set_num_threads(1)
    bodies = {which: train(which == "shuffled") for which in ("trained", "shuffled")}
    stored = curves(bodies["trained"])
    for which, body in bodies.items():
        stored |= {
            f"{which}.{name}": value.numpy().astype(np.float16)
            for name, value in body.state_dict().items()
        }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(FILE, **stored)
    print(FILE, FILE.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
