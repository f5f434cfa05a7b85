"""Make the files of solutions/data/optimizers/: pairs of neighbouring words, and the paths of the first look.

    python solutions/training/optimizers.py            word_pairs.npz and race.json, from the repository's root

The text is the reference of the Python language that ships with CPython 3.11 as `pydoc_data.topics` (© Python Software
Foundation, PSF licence); only counts of its words are kept. Another version of Python has another text. The paths are those of
the reference's own rules in the valley of the notebook, each at the best of 91 rates; nothing is random. Two minutes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse.authoring import load_reference

FOLDER = Path("solutions/data/optimizers")
WORDS = 200
STEPS = 60
RULES = ("gradient descent", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "Lion")


def word_pairs() -> dict[str, np.ndarray]:
    """The commonest words of the text, and how often one follows another; pairs with a rarer word are left out."""
    import pydoc_data.topics

    text = " ".join(pydoc_data.topics.topics[name] for name in sorted(pydoc_data.topics.topics))
    words = re.findall("[a-z]+", text.lower())
    common = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))[:WORDS]
    number = {word: i for i, (word, _) in enumerate(common)}
    counts = np.zeros((WORDS, WORDS), dtype=np.uint16)
    for first, second in zip(words, words[1:]):
        if first in number and second in number:
            counts[number[first], number[second]] += 1
    return {"words": np.array(list(number)), "counts": counts}


def walk(ref: Any, rule: str, lr: float, A: np.ndarray, start: np.ndarray) -> np.ndarray | None:
    """The path of a rule down the valley of ``A``, of shape (STEPS + 1, 2); None where it leaves."""
    theta, memory, state = start, np.zeros(2), ref.adam_state(start)
    path = [theta]
    for _ in range(STEPS):
        g = A @ theta
        if rule == "gradient descent":
            theta, _ = ref.momentum_step(theta, g, np.zeros(2), lr, 0.0)
        elif rule == "momentum":
            theta, memory = ref.momentum_step(theta, g, memory, lr, 0.7)
        elif rule == "Nesterov":
            theta, memory = ref.nag_step(theta, lambda at: A @ at, memory, lr, 0.7)
        elif rule == "AdaGrad":
            theta, memory = ref.adagrad_step(theta, g, memory, lr, 1e-8)
        elif rule == "RMSProp":
            theta, memory = ref.rmsprop_step(theta, g, memory, lr, 0.9, 1e-8)
        elif rule == "Adam":
            theta, state = ref.adam_step(theta, g, state, lr, 0.9, 0.999, 1e-8)
        else:
            theta, memory = ref.lion_step(theta, g, memory, lr, 0.9, 0.99, 0.0)
        if np.abs(theta).max() >= 1e6:
            return None
        path.append(theta)
    return np.array(path)


def race() -> dict[str, Any]:
    """Of each rule, in the valley and in the same one turned by 45°, the path at its best rate."""
    ref = load_reference("optimizers")
    found: dict[str, Any] = {"matrix": {}, "rates": {}, "paths": {}}
    for angle in (0, 45):
        A = ref.valley(float(angle))
        found["matrix"][str(angle)] = A.round(10).tolist()
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        start = np.array([[c, -s], [s, c]]) @ np.array([1.0, 0.1])
        for rule in RULES:
            walks = [(lr, walk(ref, rule, lr, A, start)) for lr in np.logspace(-3.5, 1, 91)]
            lr, path = min(
                ((lr, path) for lr, path in walks if path is not None),
                key=lambda pair: pair[1][-1] @ A @ pair[1][-1],
            )
            rounded = [[float(f"{x:.5g}") for x in point] for point in path]
            found["paths"].setdefault(rule, {})[str(angle)] = rounded
            found["rates"].setdefault(rule, {})[str(angle)] = float(f"{lr:.4g}")
    return found


if __name__ == "__main__":
    np.savez_compressed(FOLDER / "word_pairs.npz", **word_pairs())
    (FOLDER / "race.json").write_text(json.dumps(race()) + "\n")
