"""Mutations that suit any Python program: the operators of cosmic-ray, through its plugin
interface.

Not all are taken. A swap of ``+`` for ``<<`` raises TypeError on floats, and a mutant that always
raises says nothing about a probe; such pairs are left out, and so are the operators that draw at
random.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from .stubs import StubCell

_BINARY = [
    ("Add", "Sub"), ("Add", "Mul"), ("Sub", "Add"), ("Sub", "Mul"), ("Mul", "Div"), ("Mul", "Add"), ("Div", "Mul"), ("Div", "FloorDiv"),
    ("FloorDiv", "Div"), ("FloorDiv", "Mul"), ("Mod", "FloorDiv"), ("Mod", "Mul"), ("Pow", "Mul"), ("Pow", "Div"),
    ("BitOr", "BitAnd"), ("BitOr", "BitXor"), ("BitAnd", "BitOr"), ("BitXor", "BitOr"), ("LShift", "RShift"), ("RShift", "LShift"),
]  # fmt: skip
_COMPARISON = [
    ("Lt", "LtE"), ("Lt", "GtE"), ("LtE", "Lt"), ("LtE", "Gt"), ("Gt", "GtE"), ("Gt", "LtE"), ("GtE", "Gt"), ("GtE", "Lt"),
    ("Eq", "NotEq"), ("NotEq", "Eq"), ("Is", "IsNot"), ("IsNot", "Is"),
]  # fmt: skip
OPERATORS = (
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in _BINARY),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in _COMPARISON),
    *(f"ReplaceUnaryOperator_Delete_{a}" for a in ("USub", "Not", "Invert")),
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "ZeroIterationForLoop",
    "ExceptionReplacer",
)


@cache
def _operator(name: str) -> Any:
    return get_operator(f"core/{name}")()


def mutations(cell: StubCell) -> Iterator[tuple[str, str]]:
    """Operator and whole new source, for every mutation inside the bodies of a cell."""
    skipped = (
        *cell.silent,
        *cell.axes,
    )  # an axis of -1 for 1 is no change; :mod:`dlcourse.audit.operators_deep_learning` knows axes
    nodes = list(ast_nodes(get_ast(cell.source)))
    for name in OPERATORS:
        operator, occurrence = _operator(name), 0
        for node in nodes:
            for (line, column), (last, end) in operator.mutation_positions(node):
                at, after = (
                    cell.offset(line, 0) + column,
                    cell.offset(last, 0) + end,
                )  # parso counts characters
                if (
                    cell.place(line)
                    and not any(a <= at < b for a, b in skipped)
                    and not _says_twice(name, node)
                ):
                    changed = mutate_code(cell.source, operator, occurrence)
                    if changed is not None and name == "NumberReplacer":
                        # it puts a blank before the number and takes away what stood there
                        tail = cell.source[after:]
                        changed = (
                            cell.source[:at]
                            + changed[at - len(node.prefix) : len(changed) - len(tail)].strip()
                            + tail
                        )
                    if changed is not None:
                        yield name, changed
                occurrence += 1


def _says_twice(name: str, node: Any) -> bool:
    """Whether a negation of the whole condition is what another comparison says as well."""
    return name == "AddNot" and node.children[2 if node.type == "test" else 1].type == "comparison"
