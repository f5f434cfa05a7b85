"""Which arguments a function under test changes: every call of a probe is compared before and
after.

A stub that computes the right result and spoils its arguments on the way is wrong wherever its
reference leaves them alone. The probe need not look: :func:`dlcourse.core.probe.run` hands the
functions out through :class:`ArgumentWatch`, and the names of what was changed travel beside the
probe's evidence. What the reference changes, too, is allowed.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from .evidence import MAX_CHANGED
from .seeds import global_states, is_generator, seed_everything
from .unchanged import (
    PLAIN,
    SCALARS,
    Same,
    anything,
    fields,
    holds,
    inert,
    is_object_array,
    numbers,
    same_dict,
    same_entries,
    same_fields,
    same_items,
    same_list,
    same_numbers,
    same_object,
    same_scalar,
    same_set,
)

ROOM = 32 << 20
"""Bytes that are kept for comparison in one probe; what comes later goes unwatched."""
DRAWS = 32
"""Calls in one probe around which the global generators are compared: 40 microseconds each, and
samplers are called often.
"""
CALLS = 64
"""Calls of one function in one probe that are all watched."""
EVERY = 16
"""Of later calls, as samplers get by the hundred, one in so many is watched."""
_PART = 64
"""Bytes that each part of an argument counts for besides its numbers."""
_SCALAR = 8
"""The same for a word or number in a list of nothing else."""
_MAX_DEPTH = 20


class ArgumentWatch:
    """Watches the calls that one probe makes.

    Args:
        reseed: give the global generators another seed at the first call that is passed a
            generator.

    Attributes:
        changed: names of the arguments that were changed.
        drew_globally: whether a function that was passed a generator drew from a global one. Where
            that makes no difference to its result (weights that are overwritten) it is no fault.

    Calls of one function under test by another are not watched: what a student's function does to
    arrays that it made is its own business. Neither are generators of random numbers, iterators and
    objects that are no data.
    """

    def __init__(self, reseed: bool = False) -> None:
        self.changed: dict[str, None] = {}
        self.drew_globally = False
        self._reseed = reseed
        self._draws = DRAWS
        self._room = ROOM
        self._inside = False
        self._replaced: list[tuple[type, str, Any]] = []

    def hand_out(self, value: Any) -> Any:
        """What a probe gets for ``value``: a function that is watched, or the same class with its
        methods watched.
        """
        if isinstance(value, type):
            self._watch_methods(value)
            return value
        # a function under functools.cache or the like is an object that knows what it wraps
        wraps = callable(value) and inspect.isfunction(getattr(value, "__wrapped__", None))
        return self._watched(value) if inspect.isfunction(value) or wraps else value

    def restore(self) -> None:
        """Give classes their own methods back."""
        for owner, name, method in self._replaced:
            setattr(owner, name, method)
        self._replaced.clear()

    def _watch_methods(self, owner: type) -> None:
        for name, method in list(vars(owner).items()):
            if name.startswith("__") and name not in ("__init__", "__call__"):
                continue
            watched: Any
            if inspect.isfunction(method):
                watched = self._watched(method, bound=1)
            elif isinstance(method, staticmethod):
                watched = staticmethod(self._watched(method.__func__))
            elif isinstance(method, classmethod):
                watched = classmethod(self._watched(method.__func__, bound=1))
            else:
                continue
            try:
                setattr(owner, name, watched)
            except (AttributeError, TypeError):  # an enumeration, a type of a library
                continue
            self._replaced.append((owner, name, method))

    def _watched(self, function: Callable[..., Any], bound: int = 0) -> Callable[..., Any]:
        """The function, noting which arguments differ after a call; the first ``bound`` are
        ``self`` or ``cls``.
        """
        names = _parameters(function)[bound:]
        calls = itertools.count(1)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if self._inside or self._room <= 0:
                return function(*args, **kwargs)
            # the profiler of dlcourse.core.guards would be called for each step of the comparison;
            # it stays on only where reading an argument could run code of a student
            profiler = sys.getprofile()
            sys.setprofile(None)
            number = next(calls)
            if number > CALLS and number % EVERY:
                # whoever did the first by hand, and every sixteenth, gains nothing by a short cut
                self._inside = True
                try:
                    return function(*args, **kwargs)
                finally:
                    self._inside = False
                    sys.setprofile(profiler)
            given = [*_named(names, args[bound:]), *kwargs.items()]
            if not all(inert(value) for _, value in given):
                sys.setprofile(profiler)
            kept = [(name, value, self._kept(value)) for name, value in given]
            generators = self._global_states(given)
            self._inside = True
            sys.setprofile(profiler)
            try:
                return function(*args, **kwargs)
            finally:
                sys.setprofile(None)
                self._inside = False
                if not all(inert(value) for _, value in given):
                    sys.setprofile(profiler)
                if generators:
                    self.drew_globally |= generators != global_states()
                self._compare(kept)
                sys.setprofile(profiler)

        return call

    def _compare(self, kept: Sequence[tuple[str, Any, Same]]) -> None:
        for name, value, same in kept:
            if not holds(same, value) and len(self.changed) < MAX_CHANGED:
                self.changed[name] = None

    def _global_states(self, given: Sequence[tuple[str, Any]]) -> list[Any]:
        """States of the global generators, where a generator is among the arguments."""
        if self._draws == 0 or not any(is_generator(value) for _, value in given):
            return []
        if self._reseed:
            self._reseed = False
            seed_everything("other numbers than before")
        self._draws -= 1
        return global_states()

    def _kept(self, value: Any) -> Same:
        try:
            return self._same(value, 0)
        except Exception:  # what cannot be read is not watched; the call goes on
            return anything

    def _same(self, value: Any, depth: int) -> Same:
        """A function that tells later values from what ``value`` is now."""
        self._room -= _PART
        if self._room <= 0 or depth > _MAX_DEPTH:
            return anything
        if type(value) in PLAIN:
            return functools.partial(same_scalar, value)
        array = numbers(value)
        if array is not None:
            self._room -= array.nbytes
            if self._room <= 0:
                return anything
            flag = getattr(value, "requires_grad", None)
            return functools.partial(same_numbers, array.copy(), flag)
        if isinstance(value, (list, tuple, deque)) or is_object_array(value):
            if self._plain(value):
                return functools.partial(same_list, list(value))
            return functools.partial(same_items, [self._same(v, depth + 1) for v in value])
        if isinstance(value, (dict, Mapping)):
            if self._plain(value.values()):
                return functools.partial(same_dict, dict(value))
            parts = {k: self._same(v, depth + 1) for k, v in value.items()}
            return functools.partial(same_entries, parts)
        if isinstance(value, (set, frozenset)):
            return functools.partial(same_set, frozenset(value))
        if isinstance(value, SCALARS):
            return functools.partial(same_scalar, value)
        parts = {k: self._same(v, depth + 1) for k, v in fields(value)}
        return (
            functools.partial(same_fields, parts)
            if parts
            else functools.partial(same_object, value)
        )

    def _plain(self, values: Collection[Any]) -> bool:
        """Whether there is nothing but texts and numbers, as in thousands of words: they are
        compared at once.
        """
        self._room -= _SCALAR * len(values)
        return PLAIN.issuperset(map(type, values)) or all(isinstance(v, SCALARS) for v in values)


def _parameters(function: Callable[..., Any]) -> list[str]:
    """Names of the parameters that can be given by position."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _named(names: list[str], args: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Arguments given by position with their names, or with their number where they have none."""
    for i, value in enumerate(args):
        yield names[i] if i < len(names) else f"argument {i + 1}", value
