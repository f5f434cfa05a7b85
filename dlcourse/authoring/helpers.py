"""What public tests are helped by: taken out of their cells and put once into a folded cell above
the first that needs it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ..core.names import read
from .source_file import Module


@dataclass(frozen=True, order=True)
class Helper:
    """A top-level statement of probes.py that stands in a cell of helpers.

    Args:
        line: of probes.py.
        source: the statement.
        imports: what it needs of libraries, a line each, beyond what the notebook imports.
    """

    line: int
    source: str
    imports: tuple[str, ...] = ()


def helpers_of(
    source: Module, probes: Sequence[ast.FunctionDef], given: Collection[str]
) -> dict[str, tuple[Helper, ...]]:
    """The helpers of public probes, by probe: functions, classes, what several probes share, and
    what these need.

    A constant of one probe alone stays with it, since it is what a reader wants to see.

    Args:
        source: probes.py.
        probes: the public ones.
        given: names that the notebook has, whose imports are left out.
    """
    needs = {probe: _without_imports(source, read(probe), [probe]) for probe in probes}
    uses = Counter(s for needed in needs.values() for s in needed)
    moved = {
        s
        for s, count in uses.items()
        if count > 1 or isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    for statement in list(moved):
        moved.update(_without_imports(source, read(statement), probes))
    return {
        probe.name: tuple(
            Helper(s.lineno, source.segment(s), tuple(source.imports(read(s), given)))
            for s in needed
            if s in moved
        )
        for probe, needed in needs.items()
    }


def _without_imports(
    source: Module, names: Collection[str], but: Collection[ast.stmt]
) -> list[ast.stmt]:
    imports = (ast.Import, ast.ImportFrom)
    return [s for s in source.closure(names) if not isinstance(s, imports) and s not in but]


def cell_of_helpers(helpers: Iterable[Helper]) -> str:
    """One cell that defines helpers, in the order of probes.py; empty where there are none."""
    ordered = sorted(set(helpers))
    imports = dict.fromkeys(line for helper in ordered for line in helper.imports)
    parts = ["\n".join(imports)] if imports else []
    parts += [helper.source for helper in ordered]
    return (
        "\n\n\n".join(
            ["# What the tests below share: run this cell, you need not read it.", *parts]
        )
        if parts
        else ""
    )
