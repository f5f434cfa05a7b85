"""What an audit does inside the process that runs a notebook: answers that are wrong or dressed up otherwise.

The text of this file is executed there; it must stand alone. :func:`install` replaces the stubs of a question by
wrappers around the reference, which make of its answer what a cheat or another competent person would return.
"""

from __future__ import annotations

import collections.abc
import copy
import dataclasses
import functools
import inspect
import random
import sys
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

Leaf = Callable[[Any], Any]
MOST_CALLS = 400

torch: Any = sys.modules.get("torch")
depth = 0  # calls of one stub by another are left alone
examples: dict[
    str, list[tuple[Any, Any]]
] = {}  # by stub: arguments and answers seen in public probes
calls: dict[str, dict[str, Any]] = {}  # distinct calls by their description


def is_tensor(value: Any) -> bool:
    return torch is not None and isinstance(value, torch.Tensor)


def is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)) or is_tensor(
        value
    )


def mapped(value: Any, leaf: Leaf, other: Leaf) -> Any:
    """A tree with ``leaf`` applied to its numbers, arrays and strings, and ``other`` to what is no data."""
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


def _like(value: Any, array: np.ndarray) -> Any:
    """An array as the kind of number that ``value`` is."""
    if is_tensor(value):
        return torch.as_tensor(np.array(array)).to(value.dtype)
    if isinstance(value, np.ndarray):
        return array.astype(value.dtype) if value.dtype != object else array
    if isinstance(value, np.generic):
        return value.dtype.type(array)
    return type(value)(array.item())


def _numpy(value: Any) -> np.ndarray:
    return np.asarray(value.detach().cpu() if is_tensor(value) else value)


def filled(number: float) -> Leaf:
    """Every number replaced by one."""

    def leaf(value: Any) -> Any:
        return "" if isinstance(value, str) else _like(value, np.full(_numpy(value).shape, number))

    return leaf


def drawn(rng: np.random.Generator) -> Leaf:
    """Every number replaced by a random one; equal arguments give equal numbers, as a right answer would."""

    def leaf(value: Any) -> Any:
        if isinstance(value, str):
            return ""
        array = _numpy(value)
        if array.dtype.kind in "iu":
            return _like(value, rng.integers(0, 10, size=array.shape))
        if array.dtype.kind == "b":
            return _like(value, rng.integers(0, 2, size=array.shape))
        return _like(value, rng.normal(size=array.shape))

    return leaf


def misshapen(value: Any) -> Any:
    """The right numbers in another shape."""
    if isinstance(value, str):
        return value + "?"
    array = _numpy(value).ravel()
    longer = np.concatenate([array, array[:1] if array.size else np.zeros(1)])
    return torch.as_tensor(longer) if is_tensor(value) else longer


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


def same(value: Any) -> Any:
    return value


def nothing(value: Any) -> None:
    return None


DRESSED: dict[str, Leaf] = {"float32": single, "strided": strided, "scalars": scalars}


def _copied(value: Any) -> Any:
    """A deep copy, so that a cheat does not do the reference's work on its arguments."""
    try:
        return copy.deepcopy(value)
    except Exception:  # a tensor inside a graph, a generator: taken as it is
        return mapped(value, lambda v: v.detach().clone() if is_tensor(v) else copy.copy(v), same)


def _key(value: Any) -> Any:
    """Arguments as something that can be compared."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        array = _numpy(value)
        return "array", array.shape, array.dtype.str, array.tobytes()
    if isinstance(value, (list, tuple)):
        return "sequence", tuple(_key(v) for v in value)
    if isinstance(value, dict):
        return "dict", tuple((repr(k), _key(v)) for k, v in value.items())
    return type(value).__name__, repr(value) if is_number(value) or isinstance(
        value, (str, type(None))
    ) else ""


def _running() -> str:
    """The probe that is running."""
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<probe "):
            return name[7:-1]
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def _numbers(value: Any) -> list[float]:
    """All finite numbers of an answer other than 0."""
    found: list[float] = []

    def leaf(v: Any) -> Any:
        if not isinstance(v, str) and _numpy(v).dtype.kind in "fiub":
            found.extend(float(x) for x in _numpy(v).ravel()[:100] if np.isfinite(x) and x != 0)
        return v

    mapped(value, leaf, same)
    return found


def _answer(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The reference's answer to copies of the arguments; None where it raises."""
    try:
        return function(*_copied(args), **_copied(kwargs))
    except Exception:
        return None


def cheat(
    mode: str,
    stub: str,
    public: frozenset[str],
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """What a stub returns that was written to get points for nothing."""
    given = args[1:] if "." in stub else args
    if mode == "none":
        return None
    if mode == "first argument":
        return given[0] if given else next(iter(kwargs.values()), None)
    if mode in ("example", "constant") and _running() in public:
        result = function(*args, **kwargs)
        examples.setdefault(stub, []).append((_key((given, kwargs)), _copied(result)))
        return result
    seen = examples.get(stub, [])
    if mode == "example":
        return _copied(
            next((a for k, a in seen if k == _key((given, kwargs))), seen[0][1] if seen else None)
        )
    result = _answer(function, args, kwargs)
    if mode == "constant":
        known = [n for _, a in seen for n in _numbers(a)]
        return mapped(result, filled(known[0] if known else 0.5), nothing)
    leaf = {
        "zeros": filled(0),
        "ones": filled(1),
        "random": drawn(np.random.default_rng(zlib.crc32(repr(_key((given, kwargs))).encode()))),
        "misshapen": misshapen,
    }[mode]
    return mapped(result, leaf, nothing)


reseeded: set[str] = set()  # probes in which the global generators got another seed


def _disturb(mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Another state of the random generators than the probe left."""
    if mode == "seeds" and _running() not in reseeded:
        reseeded.add(_running())
        random.seed(4)
        np.random.seed(5)
        if torch is not None:
            torch.manual_seed(6)
    elif mode == "draws":
        random.random()
        np.random.random(7)
        if torch is not None:
            torch.rand(7)
        for value in (*args, *kwargs.values()):
            if isinstance(value, np.random.Generator):
                value.random(7)
            elif torch is not None and isinstance(value, torch.Generator):
                torch.rand(7, generator=value)


def _shapes(value: Any) -> list[list[int]]:
    """Shapes of all arrays in an argument."""
    found: list[list[int]] = []

    def leaf(v: Any) -> Any:
        if isinstance(v, np.ndarray) or is_tensor(v):
            found.append([int(n) for n in v.shape])
        return v

    if not isinstance(value, (str, collections.abc.Iterator)) and not inspect.isfunction(value):
        mapped(value, leaf, same)
    return found


def _note(
    stub: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Keep the shapes and plain values of one call."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return
    bound.apply_defaults()
    seen: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        plain = value is None or isinstance(value, (str, bool, int, float, np.generic))
        shapes = [] if plain else _shapes(value)
        seen[name] = {
            "value": repr(value)[:80] if plain else "",
            "shapes": shapes[:20],
            "type": type(value).__name__,
        }
    text = f"{stub} {seen}"
    if text not in calls and len(calls) < MOST_CALLS:
        calls[text] = {"stub": stub, "probe": _running(), "arguments": seen}


def wrapper(
    mode: str, stub: str, public: frozenset[str], function: Callable[..., Any]
) -> Callable[..., Any]:
    """A stub that calls the reference and does what ``mode`` says."""

    @functools.wraps(function)
    def replaced(*args: Any, **kwargs: Any) -> Any:
        global depth
        if depth:
            return function(*args, **kwargs)
        depth += 1
        try:
            if mode == "note":
                _note(stub, function, args, kwargs)
            _disturb(mode, args, kwargs)
            if mode in ("note", "seeds", "draws"):
                return function(*args, **kwargs)
            if mode == "tuples":
                return tuples(function(*args, **kwargs))
            if mode in DRESSED:
                return mapped(function(*args, **kwargs), DRESSED[mode], same)
            return cheat(mode, stub, public, function, args, kwargs)
        finally:
            depth -= 1

    return replaced


def install(namespace: dict[str, Any], stubs: list[str], mode: str, public: list[str]) -> None:
    """Replace stubs (``function`` or ``Class.method``) by wrappers; ``audit_calls`` gives what mode ``note`` saw."""
    for stub in stubs:
        owner, _, name = stub.rpartition(".")
        if owner:
            kind = namespace[owner]
            setattr(kind, name, wrapper(mode, stub, frozenset(public), vars(kind)[name]))
        else:
            namespace[name] = wrapper(mode, stub, frozenset(public), namespace[name])
    namespace["audit_calls"] = lambda: list(calls.values())
