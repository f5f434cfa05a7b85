"""Trees of answers: what is a number in them, copies, keys, and the same tree with other numbers."""

from __future__ import annotations

import collections.abc
import copy
import dataclasses
import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Leaf = Callable[[Any], Any]
torch: Any = sys.modules.get("torch")


def is_tensor(value: Any) -> bool:
    return torch is not None and isinstance(value, torch.Tensor)


def is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)) or is_tensor(
        value
    )


def same(value: Any) -> Any:
    return value


def nothing(value: Any) -> None:
    return None


def mapped(value: Any, leaf: Leaf, other: Leaf) -> Any:
    """A tree with ``leaf`` applied to its numbers, arrays and strings, and ``other`` to what is no
    data.
    """
    if value is None:
        return None
    if is_number(value) or isinstance(value, str):
        return leaf(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(mapped(v, leaf, other) for v in value))
    if isinstance(value, (list, tuple)):
        return type(value)(mapped(v, leaf, other) for v in value)
    if isinstance(value, dict):
        return {k: mapped(v, leaf, other) for k, v in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(
            value,
            **{
                f.name: mapped(getattr(value, f.name), leaf, other)
                for f in dataclasses.fields(value)
                if f.init
            },
        )
    if isinstance(value, collections.abc.Iterator):
        return iter([mapped(v, leaf, other) for v in value])
    if inspect.isfunction(value) or isinstance(value, functools.partial):

        @functools.wraps(value)
        def answer(*args: Any, **kwargs: Any) -> Any:
            return mapped(value(*args, **kwargs), leaf, other)

        return answer
    return other(value)


def like(value: Any, array: np.ndarray) -> Any:
    """An array as the kind of number that ``value`` is."""
    if is_tensor(value):
        return torch.as_tensor(np.array(array)).to(value.dtype)
    if isinstance(value, np.ndarray):
        return array.astype(value.dtype) if value.dtype != object else array
    if isinstance(value, np.generic):
        return value.dtype.type(array)
    return type(value)(array.item())


def to_numpy(value: Any) -> np.ndarray:
    return np.asarray(value.detach().cpu() if is_tensor(value) else value)


def copied(value: Any) -> Any:
    """A deep copy, so that a cheat does not do the reference's work on its arguments."""
    try:
        return copy.deepcopy(value)
    except Exception:  # a tensor inside a graph, a generator: taken as it is
        return mapped(value, lambda v: v.detach().clone() if is_tensor(v) else copy.copy(v), same)


def key_of(value: Any) -> Any:
    """Arguments as something that can be compared."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        array = to_numpy(value)
        return "array", array.shape, array.dtype.str, array.tobytes()
    if isinstance(value, (list, tuple)):
        return "sequence", tuple(key_of(v) for v in value)
    if isinstance(value, dict):
        return "dict", tuple((repr(k), key_of(v)) for k, v in value.items())
    if isinstance(value, (set, frozenset)):
        return "set", tuple(sorted(repr(v) for v in value))
    if torch is not None and isinstance(value, torch.nn.Module):
        return type(value).__name__, key_of(dict(value.state_dict()))
    return type(value).__name__, repr(value) if is_number(value) or isinstance(
        value, (str, type(None))
    ) else ""


def numbers_in(value: Any) -> list[float]:
    """All finite numbers of an answer other than 0."""
    found: list[float] = []

    def leaf(v: Any) -> Any:
        if not isinstance(v, str) and to_numpy(v).dtype.kind in "fiub":
            found.extend(float(x) for x in to_numpy(v).ravel()[:100] if np.isfinite(x) and x != 0)
        return v

    mapped(value, leaf, same)
    return found


def shapes_in(value: Any) -> list[list[int]]:
    """Shapes of all arrays in an argument."""
    found: list[list[int]] = []

    def leaf(v: Any) -> Any:
        if isinstance(v, np.ndarray) or is_tensor(v):
            found.append([int(n) for n in v.shape])
        return v

    if not isinstance(value, (str, collections.abc.Iterator)) and not inspect.isfunction(value):
        mapped(value, leaf, same)
    return found
