"""The right numbers in another kind or dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .calls import Call
from .forms import single
from .values import Leaf, is_tensor, mapped, same, to_numpy, torch


def bool_as_int(value: Any) -> Any:
    if is_tensor(value):
        return value.long() if value.dtype is torch.bool else value
    if isinstance(value, (np.ndarray, np.bool_)):
        return value.astype(np.int64) if value.dtype == np.bool_ else value
    return int(value) if isinstance(value, bool) else value


def bool_as_float(value: Any) -> Any:
    whole = bool_as_int(value)
    return value if whole is value else int_as_float(whole)


def _is_integer(value: Any) -> bool:
    if is_tensor(value):
        return not (value.is_floating_point() or value.is_complex() or value.dtype is torch.bool)
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "iu"
    return isinstance(value, int) and not isinstance(value, bool)


def int_as_float(value: Any) -> Any:
    if not _is_integer(value):
        return value
    if is_tensor(value):
        return value.double()
    return value.astype(np.float64) if isinstance(value, (np.ndarray, np.generic)) else float(value)


def int_as_bool(value: Any) -> Any:
    """Truth values for integers that are all 0 or 1."""
    if not _is_integer(value) or not np.isin(to_numpy(value), (0, 1)).all():
        return value
    if is_tensor(value):
        return value.bool()
    return value.astype(bool) if isinstance(value, (np.ndarray, np.generic)) else bool(value)


def double(value: Any) -> Any:
    """float64 for float32."""
    if is_tensor(value):
        return value.double() if value.dtype is torch.float32 else value
    if isinstance(value, (np.ndarray, np.float32)) and value.dtype == np.float32:
        return value.astype(np.float64)
    return value


def _noting(mode: str, leaf: Leaf) -> Callable[[Call], Any]:
    """The answer with every number changed by ``leaf``; that it changed one is noted."""

    def answer(call: Call) -> Any:
        def noted(value: Any) -> Any:
            other = leaf(value)
            if other is not value:
                call.memory.calls[mode] = {"stub": call.stub}
            return other

        return mapped(call.answer(), noted, same)

    return answer


LEAVES: dict[str, Leaf] = {
    "bool as int": bool_as_int,
    "bool as float": bool_as_float,
    "int as bool": int_as_bool,
    "int as float": int_as_float,
    "float64 as float32": single,
    "float32 as float64": double,
}
MODES = {mode: _noting(mode, leaf) for mode, leaf in LEAVES.items()}
