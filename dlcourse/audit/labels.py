"""Results of hidden probes have names: "result[7]" tells a student nothing about a test that they
cannot see.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from ..core.evidence import Evidence, split_changes
from .audit import Audit
from .findings import Finding
from .variants import Variant, VariantResult

MOST = 3
"""Results that may go without names."""
_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp)


class Labels:
    """What a hidden probe gathers from more than three calls is a dictionary with named cases."""

    name, column = "labels", "probes"
    explains = "results of hidden probes have names"
    says = ("labels",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return ()

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for name, graded in audit.assignment.probes.items():
            if graded.spec.public:
                continue
            _, evidence = split_changes(audit.expected[audit.seed][name].expected)
            for where, count in unlabelled(graded.program, name, evidence):
                text = f"{where or 'the result'} is a list of {count} results without names: return a dictionary"
                yield Finding(graded.spec.question, "labels", name, text)


def unlabelled(program: str, name: str, evidence: Evidence) -> Iterator[tuple[str, int]]:
    """Lists of results that a probe makes: where in its result, and how long.

    A list that a stub returns is one result, however long. What counts is a list that the probe
    itself fills with what calls give.

    Args:
        program: source with the probe in it.
        name: of the probe.
        evidence: what it returned on the reference.
    """
    tree = ast.parse(program)
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
    made = _assigned(function)
    for statement in ast.walk(function):
        if isinstance(statement, ast.Return) and statement.value is not None:
            yield from _unlabelled(statement.value, made, evidence, "")


def _assigned(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """What each local name was last given; a list to which something is appended counts as filled
    by the probe.
    """
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = (
                    zip(target.elts, node.value.elts, strict=False)
                    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                    else [(target, node.value)]
                )
                found |= {t.id: value for t, value in pairs if isinstance(t, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _unlabelled(
    node: ast.expr, made: Mapping[str, ast.expr], evidence: Evidence, where: str
) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Name) and node.id in made:
        rest = {k: v for k, v in made.items() if k != node.id}
        yield from _unlabelled(made[node.id], rest, evidence, where)
    elif isinstance(evidence, (list, tuple)) and _gathers(node):
        if len(evidence) > MOST:
            yield where, len(evidence)
        elif isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) == len(evidence):
            for i, (inner, value) in enumerate(zip(node.elts, evidence, strict=True)):
                yield from _unlabelled(inner, made, value, f"{where}[{i}]")
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _unlabelled(node.left, made, evidence, where)
        yield from _unlabelled(node.right, made, evidence, where)
    elif isinstance(evidence, dict) and isinstance(node, ast.DictComp):
        for key, value in list(evidence.items())[:1]:
            yield from _unlabelled(node.value, made, value, f"{where}[{key!r}]")
    elif isinstance(evidence, dict) and isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in evidence:
                yield from _unlabelled(value, made, evidence[key.value], f"{where}[{key.value!r}]")


def _gathers(node: ast.expr) -> bool:
    """Whether an expression makes a list out of calls, or an empty one to be filled."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return (
            not node.elts
            or any(isinstance(n, ast.Call) for e in node.elts for n in ast.walk(e))
            or all(isinstance(e, ast.Name) for e in node.elts)
        )
    return isinstance(node, _COMPREHENSIONS) and any(
        isinstance(n, ast.Call) for n in ast.walk(node.elt)
    )
