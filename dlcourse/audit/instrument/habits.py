"""The right answer with a bad habit: kept from an earlier call, arguments spoilt, axes of length 1
squeezed away.

Some modes name an argument or an exception after a colon, as in ``changes: x``; :attr:`Call.option`
is what stands there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .calls import Call
from .values import copied, is_tensor, key_of, mapped, same, to_numpy, torch


def arguments_of(call: Call) -> dict[str, Any]:
    """The arguments by name, ``self`` left out."""
    bound = inspect.signature(call.function).bind(*call.args, **call.kwargs).arguments
    return dict(list(bound.items())["." in call.stub :])


def _answer_to(call: Call, name: str, value: Any) -> Any:
    """What the reference returns where one argument has another value."""
    bound = inspect.signature(call.function).bind(*call.args, **call.kwargs)
    bound.arguments[name] = value
    return call.function(*bound.args, **bound.kwargs)


def form_of(value: Any, depth: int = 0) -> Any:
    """What a careless cache looks at: shapes and dtypes, lengths, and plain numbers."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        return "array", tuple(value.shape), str(value.dtype)
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        first = next(iter(value.values() if isinstance(value, dict) else value), None)
        return type(value).__name__, len(value), form_of(first, depth + 1) if depth < 8 else None
    if depth:
        return type(value).__name__
    if isinstance(value, str):
        return "str", len(value)
    return repr(value) if _plain(value) else type(value).__name__


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, complex, np.generic))


def _identity(call: Call, value: Any) -> int:
    """Names an object; it is kept alive, so that no other one gets its name."""
    call.memory.alive.append(value)
    return id(value)


def _owner(call: Call) -> int:
    """Names the object whose method is called; a method's cache is kept in ``self``."""
    return _identity(call, call.args[0]) if "." in call.stub else 0


def _first_answer(call: Call, key: Any) -> Any:
    """The answer to the first call with this key."""
    key = (call.stub, _owner(call), repr(key))
    if key not in call.memory.kept:
        call.memory.kept[key] = call.answer()
    return call.memory.kept[key]


def by_form(call: Call) -> Any:
    """The first answer for arguments of these shapes, lengths and plain values; texts but the first
    are options.
    """
    given = list(arguments_of(call).items())
    forms = [(n, v if isinstance(v, str) and i else form_of(v)) for i, (n, v) in enumerate(given)]
    return _first_answer(call, forms)


def by_first_argument(call: Call) -> Any:
    """The first answer for a first argument of this value."""
    first = next(iter(arguments_of(call).values()))
    key = key_of(first)
    is_data = key != (type(first).__name__, "") or isinstance(first, str)
    return _first_answer(call, key if is_data else _identity(call, first))


def by_identity(call: Call) -> Any:
    """The first answer for the same dict or set, whatever it holds by now."""
    for value in arguments_of(call).values():
        if isinstance(value, (dict, set)):
            return _first_answer(call, _identity(call, value))
    return call.answer()


def stale(call: Call) -> Any:
    """One argument keeps the value that it had first in this form; the others are looked at."""
    value = arguments_of(call).get(call.option)
    if _plain(value):
        return call.answer()
    key = (call.stub, _owner(call), call.option, repr(form_of(value)))
    first = call.memory.kept.setdefault(key, copied(value))
    if key_of(first) == key_of(value):
        return call.answer()
    return _answer_to(call, call.option, copied(first))


def _spoil(value: Any) -> bool:
    """Change the last thing in an argument that can be changed; whether there was one."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        if not to_numpy(value).size:
            return False
        if is_tensor(value):
            value = value.data
        try:
            value[...] = ~value if str(value.dtype).endswith("bool") else value + 1
        except Exception:  # read only, of objects, expanded: it cannot be changed
            return False
        return True
    if isinstance(value, (list, tuple, dict)):
        parts = value.values() if isinstance(value, dict) else value
        if any(_spoil(part) for part in reversed(list(parts))):
            return True
    if isinstance(value, list):
        value.append(value[-1] if value else 0)
    elif isinstance(value, dict):
        value.popitem() if value else value.setdefault("spoilt", 0)
    elif isinstance(value, set):
        value.pop() if value else value.add(0)
    elif torch is not None and isinstance(value, torch.nn.Module):
        return any(_spoil(p) for p in reversed(list(value.parameters())))
    else:
        return False
    return True


def changes(call: Call) -> Any:
    """One argument is changed in place once the answer is there."""
    result = call.answer()
    _spoil(arguments_of(call).get(call.option))
    return result


def flags(call: Call) -> Any:
    """One tensor, or those in a list, track gradients where they did not, or no longer do."""
    result = call.answer()

    def flip(value: Any) -> Any:
        if is_tensor(value) and value.is_leaf and value.is_floating_point():
            value.requires_grad_(not value.requires_grad)
        return value

    mapped(arguments_of(call).get(call.option), flip, same)
    return result


def _squeezed(value: Any) -> Any:
    return value.squeeze() if is_tensor(value) or isinstance(value, np.ndarray) else value


def squeezed(call: Call) -> Any:
    """The answer without axes of length 1."""
    return mapped(call.answer(), _squeezed, same)


def squeezes(call: Call) -> Any:
    """The arguments lose their axes of length 1 before they are used."""
    own = "." in call.stub
    args = [*call.args[:own], *(mapped(v, _squeezed, same) for v in call.args[own:])]
    return call.function(*args, **{k: mapped(v, _squeezed, same) for k, v in call.kwargs.items()})


def silent(call: Call) -> Any:
    """An exception that the docstring promises is not raised."""
    try:
        return call.answer()
    except Exception as error:
        if call.option in [c.__name__ for c in type(error).__mro__]:
            return None
        raise


def aliased(call: Call) -> Any:
    """An array of the answer that equals an argument, a row of it or what ``self`` holds is that
    array itself.
    """
    inputs: list[Any] = []

    def note(value: Any) -> Any:
        if is_tensor(value) or isinstance(value, np.ndarray):
            inputs.append(value)
            inputs.extend(value if 1 < value.ndim and len(value) < 100 else [])
        return value

    def twin(value: Any) -> Any:
        if not is_tensor(value) and not isinstance(value, np.ndarray):
            return value
        key = key_of(value)
        for one in inputs:
            if one.shape == value.shape and key_of(one) == key:
                call.memory.calls["aliased"] = {"stub": call.stub}
                return one
        return value

    held = vars(call.args[0]) if "." in call.stub and hasattr(call.args[0], "__dict__") else {}
    for value in (*arguments_of(call).values(), *held.values()):
        mapped(value, note, same)
    return mapped(call.answer(), twin, same)


MODES: dict[str, Callable[[Call], Any]] = {
    "kept by form": by_form,
    "kept by first argument": by_first_argument,
    "kept by identity": by_identity,
    "stale": stale,
    "changes": changes,
    "flags": flags,
    "squeezed": squeezed,
    "squeezes": squeezes,
    "silent": silent,
    "aliased": aliased,
}
