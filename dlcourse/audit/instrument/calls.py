"""One call of a stub, what is remembered of earlier ones, and notes of what the probes pass."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .values import shapes_in

MOST_CALLS = 400


@dataclass
class Memory:
    """What is kept between the calls of one process.

    Args:
        depth: stubs that are running; calls of one stub by another are left alone.
        examples: by stub: arguments and answers seen in public probes.
        calls: distinct calls by their description.
        reseeded: probes in which the global generators got another seed.
        kept: what a stub with state keeps, by what it takes for the same call.
        alive: objects that are kept so that no other gets their ``id``.
    """

    depth: int = 0
    examples: dict[str, list[tuple[Any, Any]]] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    reseeded: set[str] = field(default_factory=set)
    kept: dict[Any, Any] = field(default_factory=dict)
    alive: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """One call of a stub by a probe.

    Args:
        stub: ``function`` or ``Class.method``.
        function: the reference.
        args: positional arguments, ``self`` included.
        kwargs: keyword arguments.
        public: names of the public probes.
        memory: what is kept between calls.
        option: what the mode names after its colon; empty where it has none.
    """

    stub: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    public: frozenset[str]
    memory: Memory
    option: str = ""

    @property
    def given(self) -> tuple[Any, ...]:
        """Positional arguments without ``self``."""
        return self.args[1:] if "." in self.stub else self.args

    def answer(self) -> Any:
        """What the reference returns."""
        return self.function(*self.args, **self.kwargs)


def running() -> str:
    """The probe that is running."""
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<probe "):
            return name[7:-1]
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def note(call: Call) -> Any:
    """Keep the shapes and plain values of one call; the answer is the reference's."""
    try:
        bound = inspect.signature(call.function).bind(*call.args, **call.kwargs)
    except TypeError:
        return call.answer()
    bound.apply_defaults()
    seen: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        plain = value is None or isinstance(value, (str, bool, int, float, np.generic))
        shapes = [] if plain else shapes_in(value)
        seen[name] = {
            "value": repr(value)[:80] if plain else "",
            "shapes": shapes[:20],
            "type": type(value).__name__,
        }
    text = f"{call.stub} {seen}"
    calls = call.memory.calls
    if text not in calls and len(calls) < MOST_CALLS:
        calls[text] = {"stub": call.stub, "probe": running(), "arguments": seen}
    return call.answer()
