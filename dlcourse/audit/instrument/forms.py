"""The reference's answer as another competent person would return it."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from .calls import Call, running
from .values import Leaf, is_tensor, mapped, same, torch


def single(value: Any) -> Any:
    """float32 for float64."""
    if is_tensor(value):
        return value.float() if value.dtype is torch.float64 else value
    if isinstance(value, (np.ndarray, np.float64)) and value.dtype == np.float64:
        with np.errstate(
            over="ignore"
        ):  # 1e300 is infinite in float32, as it would be for a student
            return value.astype(np.float32)
    return value


def strided(value: Any) -> Any:
    """The same array with gaps between its elements in memory."""
    if is_tensor(value) and value.ndim and value.layout is torch.strided:
        return torch.stack((value, value), -1)[..., 0]
    if isinstance(value, np.ndarray) and value.ndim:
        return np.stack((value, value), -1)[..., 0]
    return value


def scalars(value: Any) -> Any:
    """numpy's numbers for Python's, and the reverse."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int):
        return np.int64(value) if abs(value) < 2**63 else value
    return np.float64(value) if isinstance(value, float) else value


def tuples(value: Any) -> Any:
    """Tuples for lists."""
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return tuple(tuples(v) for v in value)
    if isinstance(value, dict):
        return {k: tuples(v) for k, v in value.items()}
    return value


def seeds(call: Call) -> Any:
    """The global generators start elsewhere than the probe left them."""
    if running() not in call.memory.reseeded:
        call.memory.reseeded.add(running())
        random.seed(4)
        np.random.seed(5)
        if torch is not None:
            torch.manual_seed(6)
    return call.answer()


def draws(call: Call, count: int = 7) -> Any:
    """Every generator has been used before, those passed as arguments, too."""
    random.random()
    np.random.random(count)
    if torch is not None:
        torch.rand(count)
    for value in (*call.args, *call.kwargs.values()):
        if isinstance(value, np.random.Generator):
            value.random(count)
        elif torch is not None and isinstance(value, torch.Generator):
            torch.rand(count, generator=value)
    return call.answer()


def each(leaf: Leaf) -> Callable[[Call], Any]:
    """The answer with every number changed by ``leaf``."""
    return lambda call: mapped(call.answer(), leaf, same)


MODES: dict[str, Callable[[Call], Any]] = {
    "float32": each(single),
    "strided": each(strided),
    "scalars": each(scalars),
    "tuples": lambda call: tuples(call.answer()),
    "seeds": seeds,
    "draws": draws,
    **{f"draws {count}": functools.partial(draws, count=count) for count in range(8, 15)},
}
