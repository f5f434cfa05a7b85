"""What the oracles of all assignments share: pytest fixtures and float64 draws.

A course's tests/conftest.py imports the fixtures. They serve files named test_oracles.py alone, so
that other tests of the course pay for nothing.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from .course import course_root
from .read import load_reference

if TYPE_CHECKING:
    import torch

SEED = 5
"""Of both generators."""


@pytest.fixture(autouse=True)
def headless(request: pytest.FixtureRequest) -> Iterator[None]:
    """No window, no figure left open, one thread."""
    if request.path.name != "test_oracles.py":
        yield
        return
    import matplotlib

    matplotlib.use("Agg")
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def rng() -> np.random.Generator:
    """numpy's."""
    return np.random.default_rng(SEED)


@pytest.fixture
def torch_rng() -> torch.Generator:
    """torch's."""
    import torch

    return torch.Generator().manual_seed(SEED)


@pytest.fixture(scope="module")
def ref(request: pytest.FixtureRequest) -> types.ModuleType:
    """The reference of the assignment in whose folder the test stands; loaded once."""
    return _reference(request.path.parent)


@functools.cache
def _reference(folder: Path) -> types.ModuleType:
    return load_reference(folder.name, course_root(folder))


def randn(generator: torch.Generator, *shape: int) -> torch.Tensor:
    """Standard normal float64 numbers: oracles compare more digits than float32 has."""
    import torch

    return torch.randn(*shape, generator=generator, dtype=torch.float64)
