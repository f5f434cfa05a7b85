"""Answers of stubs that were written to get points for nothing."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from .calls import Call, running
from .values import (
    Leaf,
    copied,
    is_tensor,
    key_of,
    like,
    mapped,
    nothing,
    numbers_in,
    to_numpy,
    torch,
)


def filled(number: float) -> Leaf:
    """Every number replaced by one."""

    def leaf(value: Any) -> Any:
        if isinstance(value, str):
            return ""
        return like(value, np.full(to_numpy(value).shape, number))

    return leaf


def drawn(rng: np.random.Generator) -> Leaf:
    """Every number replaced by a random one; equal arguments give equal numbers, as a right answer
    would.
    """

    def leaf(value: Any) -> Any:
        if isinstance(value, str):
            return ""
        array = to_numpy(value)
        if array.dtype.kind in "iu":
            return like(value, rng.integers(0, 10, size=array.shape))
        if array.dtype.kind == "b":
            return like(value, rng.integers(0, 2, size=array.shape))
        return like(value, rng.normal(size=array.shape))

    return leaf


def misshapen(value: Any) -> Any:
    """The right numbers in another shape."""
    if isinstance(value, str):
        return value + "?"
    array = to_numpy(value).ravel()
    longer = np.concatenate([array, array[:1] if array.size else np.zeros(1)])
    return torch.as_tensor(longer) if is_tensor(value) else longer


def _answer(call: Call) -> Any:
    """The reference's answer to copies of the arguments; None where it raises."""
    try:
        return call.function(*copied(call.args), **copied(call.kwargs))
    except Exception:
        return None


def none(call: Call) -> None:
    return None


def first_argument(call: Call) -> Any:
    return call.given[0] if call.given else next(iter(call.kwargs.values()), None)


def _shown(call: Call) -> Any:
    """The reference's answer in a public probe, remembered."""
    key = key_of((call.given, call.kwargs))
    result = call.answer()
    call.memory.examples.setdefault(call.stub, []).append((key, copied(result)))
    return result


def example(call: Call) -> Any:
    """What a public probe with the same arguments got, else what the first one got."""
    if running() in call.public:
        return _shown(call)
    seen = call.memory.examples.get(call.stub, [])
    key = key_of((call.given, call.kwargs))
    return copied(next((a for k, a in seen if k == key), seen[0][1] if seen else None))


def constant(call: Call) -> Any:
    """A number of a public probe's answer everywhere."""
    if running() in call.public:
        return _shown(call)
    shown = call.memory.examples.get(call.stub, [])
    known = next((n for _, a in shown for n in numbers_in(a)), 0.5)
    return mapped(_answer(call), filled(known), nothing)


def random(call: Call) -> Any:
    seed = zlib.crc32(repr(key_of((call.given, call.kwargs))).encode())
    return mapped(_answer(call), drawn(np.random.default_rng(seed)), nothing)


def _each(leaf: Leaf) -> Callable[[Call], Any]:
    return lambda call: mapped(_answer(call), leaf, nothing)


MODES: dict[str, Callable[[Call], Any]] = {
    "zeros": _each(filled(0)),
    "ones": _each(filled(1)),
    "random": random,
    "constant": constant,
    "example": example,
    "first argument": first_argument,
    "none": none,
    "misshapen": _each(misshapen),
}
