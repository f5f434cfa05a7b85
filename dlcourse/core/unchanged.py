"""Whether a value is still what it was: numbers, containers and data objects compared with copies
that were kept.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np

_ULPS = 16
"""Rounding errors allowed: ``x += h; ...; x -= h`` puts a number back, but for its last digits."""
SCALARS = (str, int, float, complex, bytes, np.generic, type(None))
PLAIN = frozenset({str, int, float, bool, complex, bytes, type(None)})

Same = Callable[[Any], bool]
"""Tells whether a value equals the one that was kept."""


def inert(value: Any, depth: int = 3) -> bool:
    """Whether reading a value runs no code but Python's, numpy's and torch's own."""
    kind = type(value)
    if kind is np.ndarray:
        return bool(value.dtype != object)
    if kind in _INERT or kind in _inert_of_torch():
        return True
    parts: Collection[Any]
    if kind in (list, tuple, set):
        parts = value
    elif kind is dict:
        parts = [*value, *value.values()]
    else:
        return False
    if _INERT.issuperset(map(type, parts)):
        return True
    return depth > 0 and all(inert(v, depth - 1) for v in parts)


_INERT = frozenset(
    {*PLAIN, np.random.Generator}
    | {getattr(np, name) for name in ("bool_", "int32", "int64", "float32", "float64")}
)


def _inert_of_torch() -> tuple[type, ...]:
    torch = sys.modules.get("torch")
    return () if torch is None else (torch.Tensor, torch.nn.Parameter, torch.Generator)


def holds(same: Same, value: Any) -> bool:
    try:
        return same(value)
    except Exception:
        return True


def anything(now: Any) -> bool:
    return True


def same_object(before: Any, now: Any) -> bool:
    return now is before


def same_scalar(before: Any, now: Any) -> bool:
    return now is before or bool(now == before)


def same_list(before: list[Any], now: Any) -> bool:
    return list(now) == before  # a nan equals itself here, as it should


def same_dict(before: dict[Any, Any], now: Any) -> bool:
    return dict(now) == before


def same_items(parts: list[Same], now: Any) -> bool:
    return len(now) == len(parts) and all(same(v) for same, v in zip(parts, now, strict=True))


def same_entries(parts: dict[Any, Same], now: Any) -> bool:
    return now.keys() == parts.keys() and all(same(now[key]) for key, same in parts.items())


def same_set(before: frozenset[Any], now: Any) -> bool:
    return bool(now == before)


def same_fields(parts: dict[str, Same], now: Any) -> bool:
    return same_entries(parts, dict(fields(now)))


def same_numbers(before: np.ndarray, flag: bool | None, now: Any) -> bool:
    """Whether an array or tensor holds the numbers that it held, rounding aside, and tracks
    gradients as it did.
    """
    array = numbers(now)
    if array is None or getattr(now, "requires_grad", None) != flag:
        return False
    if array.shape != before.shape or array.dtype != before.dtype:
        return False
    if array.tobytes() == before.tobytes():
        return True
    if before.dtype.kind not in "fc":
        return False
    with np.errstate(all="ignore"):
        finite = np.abs(before[np.isfinite(before)])
        slack = _ULPS * np.finfo(before.dtype).eps * max(1.0, float(finite.max(initial=0.0)))
        near = (
            (array == before)
            | (np.isnan(array) & np.isnan(before))
            | (np.abs(array - before) <= slack)
        )
    return bool(near.all())


def numbers(value: Any) -> np.ndarray | None:
    """The numbers of an array or tensor, sharing its memory; None for anything else."""
    if isinstance(value, np.ndarray):
        return None if value.dtype == object else np.asarray(value)
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor):
        return None
    tensor = value.detach()
    if tensor.dtype is torch.bfloat16:
        tensor = tensor.float()
    numbers: np.ndarray = tensor.cpu().numpy()
    return numbers


def is_object_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == object and value.ndim > 0


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """The data in an object: fields of a dataclass, parameters and buffers of a module."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.nn.Module):
        yield from value.named_parameters()
        yield from value.named_buffers()
