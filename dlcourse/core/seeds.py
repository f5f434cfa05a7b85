"""The global generators of random numbers: Python's, numpy's and (if it is loaded) torch's."""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np


def seed_everything(seed: str) -> np.random.Generator:
    """Seed the global generators from a text; return a Generator of its own."""
    import hashlib  # brings OpenSSL, for which `import dlcourse` need not wait

    digest = hashlib.sha256(seed.encode()).digest()
    random.seed(digest[:8])
    np.random.seed(int.from_bytes(digest[8:12], "little"))
    torch = sys.modules.get("torch")
    if torch is not None:
        # what torch.manual_seed does on a CPU; for other devices that queues a stack trace at 0.4
        # ms a call
        torch.default_generator.manual_seed(int.from_bytes(digest[12:19], "little"))
    return np.random.default_rng(int.from_bytes(digest[16:32], "little"))


def global_states() -> list[Any]:
    """States of the global generators, to be compared."""
    twister = np.random.get_state(legacy=False)["state"]
    states = [random.getstate(), twister["key"].tobytes(), twister["pos"]]
    torch = sys.modules.get("torch")
    if torch is not None:
        states.append(torch.default_generator.get_state().numpy().tobytes())
    return states


def is_generator(value: Any) -> bool:
    """Whether a value is a generator of random numbers."""
    if isinstance(value, (np.random.Generator, np.random.RandomState, random.Random)):
        return True
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Generator)
