"""What an audit does inside the process that runs a notebook: answers that are wrong, or right in
another form.

The texts of this package are executed there (see :data:`dlcourse.audit.variants.PRELUDE`): it
imports nothing else of dlcourse. :func:`install` replaces the stubs of a question by wrappers
around the reference. A mode is a function that takes a :class:`Call` and gives the answer; a new
one is entered in ``MODES`` of its file.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from . import cheats, forms, habits, kinds, shortcuts
from .calls import Call, Memory, note

MODES: dict[str, Callable[[Call], Any]] = {
    "note": note,
    **cheats.MODES,
    **forms.MODES,
    **habits.MODES,
    **kinds.MODES,
    **shortcuts.MODES,
}
memory = Memory()


def wrapper(
    mode: str, stub: str, public: frozenset[str], function: Callable[..., Any]
) -> Callable[..., Any]:
    """A stub that does with the reference what ``mode`` says."""
    kind, _, option = mode.partition(": ")

    @functools.wraps(function)
    def replaced(*args: Any, **kwargs: Any) -> Any:
        if memory.depth:
            return function(*args, **kwargs)
        memory.depth += 1
        try:
            return MODES[kind](Call(stub, function, args, kwargs, public, memory, option))
        finally:
            memory.depth -= 1

    return replaced


def install(namespace: dict[str, Any], stubs: list[str], mode: str, public: list[str]) -> None:
    """Replace stubs by wrappers.

    Args:
        namespace: of the notebook. It also gets ``audit_calls``, which gives what mode ``note``
            saw, or what :func:`shortcuts.search` finds on what mode ``record`` kept.
        stubs: ``function`` or ``Class.method``.
        mode: a key of ``MODES``; for some followed by a colon and the argument or exception it is
            about.
        public: names of the public probes.
    """
    for stub in stubs:
        owner, _, name = stub.rpartition(".")
        if owner:
            kind = namespace[owner]
            setattr(kind, name, wrapper(mode, stub, frozenset(public), vars(kind)[name]))
        else:
            namespace[name] = wrapper(mode, stub, frozenset(public), namespace[name])
    namespace["audit_calls"] = lambda: (
        shortcuts.search(memory) if mode.startswith("record") else list(memory.calls.values())
    )
