"""How far off a result may be: every number of a probe's result must matter to its comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..core.evidence import Raised, split_changes
from .audit import Audit
from .findings import Finding
from .variants import Variant, VariantResult

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


class Tolerance:
    """Each number or array of the reference's results is shifted by a tenth of its size; every
    shift must be noticed.
    """

    name, column = "tolerance", "points"
    explains = "the reference's results, each number shifted by a tenth"
    says = ("tolerance",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return ()

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for name, expectation in audit.expected[audit.seed].items():
            _, expected = split_changes(expectation.expected)
            if isinstance(expected, Raised):
                continue
            share = SPREAD if expectation.spec.compare.statistical else SHIFT
            shifts = list(_shifts(expected, share))
            unnoticed = [
                "".join(f"[{p!r}]" for p in path) or "the result"
                for path, array in shifts
                if audit.wrong(name, changed(expected, path, array)) is None
            ]
            if expectation.judge is not None and len(unnoticed) < len(shifts):
                continue  # a judge may look at relations between numbers; that it looks at some is all that is asked
            if unnoticed:
                shown = ", ".join(unnoticed[:4]) + (
                    f" and {len(unnoticed) - 4} more" if len(unnoticed) > 4 else ""
                )
                text = f"accepts numbers that are off by {share:.0%}: {shown}; the tolerance is as large as the values"
                yield Finding(expectation.spec.question, "tolerance", name, text)


def _shifts(result: Any, share: float) -> Iterator[tuple[tuple[Any, ...], np.ndarray]]:
    """Each array of a result that is not zero, shifted by a share of its size."""
    for path, array in leaves(result):
        if not (array.size and np.isfinite(array).any() and array.any()):
            continue
        if array.dtype.kind == "f":
            yield path, array + np.where(np.isfinite(array), share * np.abs(array), 0)
        else:
            yield path, array + 1
