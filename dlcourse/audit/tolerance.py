"""How far off a result may be: every number of a probe's result must matter to its comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..core.evidence import Raised, split_changes
from .context import Context

SHIFT, SPREAD = 0.1, 0.5


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], np.ndarray]]:
    """All arrays and numbers of a decoded result, with the way to each."""
    if isinstance(tree, (list, tuple)):
        for i, value in enumerate(tree):
            yield from leaves(value, (*path, i))
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    elif (
        isinstance(tree, (int, float, np.ndarray))
        and not isinstance(tree, bool)
        and np.asarray(tree).dtype.kind in "fiu"
    ):
        yield path, np.asarray(tree)


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The tree with another value at the end of ``path``."""
    if not path:
        return value
    if isinstance(tree, dict):
        return {k: changed(v, path[1:], value) if k == path[0] else v for k, v in tree.items()}
    return type(tree)(
        changed(v, path[1:], value) if i == path[0] else v for i, v in enumerate(tree)
    )


def check(context: Context) -> None:
    """Shift each number or array of the reference's results in turn by a tenth of its size; every shift must be noticed."""
    for name, expectation in context.expected[context.seed].items():
        _, expected = split_changes(expectation.expected)
        if isinstance(expected, Raised):
            continue
        share = SPREAD if expectation.spec.compare.statistical else SHIFT
        unnoticed = []
        found = [(p, a) for p, a in leaves(expected) if a.size and np.isfinite(a).any() and a.any()]
        shifts = [
            (
                p,
                a + np.where(np.isfinite(a), share * np.abs(a), 0)
                if a.dtype.kind == "f"
                else a + 1,
            )
            for p, a in found
        ]
        for path, array in shifts:
            if context.wrong(name, changed(expected, path, array)) is None:
                unnoticed.append("".join(f"[{p!r}]" for p in path) or "the result")
        if expectation.judge is not None and len(unnoticed) < len(shifts):
            continue  # a judge may look at relations between numbers; that it looks at some is all that is asked
        if unnoticed:
            shown = ", ".join(unnoticed[:4]) + (
                f" and {len(unnoticed) - 4} more" if len(unnoticed) > 4 else ""
            )
            context.find(
                expectation.spec.question,
                "tolerance",
                name,
                f"accepts numbers that are off by {share:.0%}: {shown}; the tolerance is as large as the values",
            )
