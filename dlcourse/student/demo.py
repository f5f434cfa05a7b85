"""The payoff at the end of a notebook: runs once the student's own functions are written."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

run_at_once = True
"""False while a script is loaded for its functions only (:func:`dlcourse.authoring.assignment.load_reference`)."""


def is_stub(value: object) -> bool:
    """Whether a function, or a method of a class, is still ``raise NotImplementedError``."""
    if isinstance(value, type):
        # not into classes that it holds: torch.autograd.Function holds one that points back
        return any(is_stub(v) for v in vars(value).values() if not isinstance(v, type))
    if isinstance(value, (staticmethod, classmethod, property)):
        value = value.fget if isinstance(value, property) else value.__func__
    code = getattr(value, "__code__", None)
    return isinstance(code, types.CodeType) and code.co_names == ("NotImplementedError",)


def _names(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def waiting_for(function: Callable[..., Any]) -> list[str]:
    """Names of the empty stubs that ``function`` uses, directly or through other functions of the notebook."""
    namespace = function.__globals__  # type: ignore[attr-defined]
    seen: set[str] = set()
    todo = sorted(_names(function.__code__))  # type: ignore[attr-defined]
    waiting = []
    while todo:
        name = todo.pop(0)
        value = namespace.get(name)
        if name in seen or getattr(value, "__module__", None) != namespace.get("__name__"):
            continue  # nothing of the notebook's own: a library's class may raise NotImplementedError for good
        seen.add(name)
        if is_stub(value):
            waiting.append(name)
        elif isinstance(value, types.FunctionType) and value.__globals__ is namespace:
            todo.extend(sorted(_names(value.__code__)))
        elif isinstance(value, type):
            for member in vars(value).values():
                if isinstance(member, types.FunctionType):
                    todo.extend(sorted(_names(member.__code__)))
    return waiting


def demo(function: F) -> F:
    """Run ``function`` now, or say which stubs it waits for.

    The function is returned unchanged, so that it can be called again.
    """
    if not run_at_once:
        return function
    waiting = waiting_for(function)
    if waiting:
        names = ", ".join(f"`{name}`" for name in waiting)
        print(
            f"{function.__name__} is waiting for {names}. Write {'them' if len(waiting) > 1 else 'it'}, then run this cell again."
        )
        return function
    try:
        function()
    except NotImplementedError:
        print(f"{function.__name__} is waiting for a function that is not written yet.")
    return function
