"""Mutations of single steps: updates, ranges, branches, exceptions, constants, steps left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .edits import Edit, Site, operator
from .stubs import called, number


@operator
def update(site: Site) -> Iterator[Edit]:
    """The wrong sign of an update, or what was accumulated is overwritten."""
    others = {
        ast.Add: ["-=", "="],
        ast.Sub: ["+=", "="],
        ast.Mult: ["/=", "="],
        ast.Div: ["*=", "="],
        ast.BitOr: ["&="],
        ast.BitAnd: ["|="],
    }
    for node in site.of(ast.AugAssign):
        for sign in others.get(type(node.op), []):
            yield site.replace(node, f"{site.text(node.target)} {sign} {site.text(node.value)}")


@operator
def off_by_one(site: Site) -> Iterator[Edit]:
    """One step too many or too few in a range, a slice or an enumeration."""
    for node in site.nodes:
        if isinstance(node, ast.Call) and called(node) in ("range", "arange") and node.args:
            args, keywords = site.arguments(node)
            stop = 0 if len(args) == 1 else 1
            for shift in (" - 1", " + 1"):
                yield site.call(
                    node,
                    [*args[:stop], site.atom(node.args[stop]) + shift, *args[stop + 1 :]],
                    keywords,
                )
            if len(args) == 1:
                yield site.call(node, ["1", *args], keywords)
            else:
                yield site.call(node, [site.atom(node.args[0]) + " + 1", *args[1:]], keywords)
        elif isinstance(node, ast.Call) and called(node) == "enumerate" and len(node.args) == 1:
            yield site.call(node, [site.text(node.args[0]), "1"], [])
        elif isinstance(node, ast.Slice):
            for bound in (node.lower, node.upper):
                if bound is not None and number(bound) is None:
                    for shift in (" - 1", " + 1"):
                        yield site.replace(bound, site.atom(bound) + shift)


@operator
def statement_dropped(site: Site) -> Iterator[Edit]:
    """A step left out."""
    for node in site.of(ast.stmt):
        again = isinstance(node, ast.Assign) and all(
            isinstance(t, (ast.Subscript, ast.Attribute))
            or (isinstance(t, ast.Name) and t.id in {*site.stub.annotations})
            for target in node.targets
            for t in (target.elts if isinstance(target, ast.Tuple) else [target])
        )
        call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if again or call or isinstance(node, (ast.AugAssign, ast.Raise)):
            yield site.replace(node, "pass")


@operator
def exception(site: Site) -> Iterator[Edit]:
    """Another exception than the one promised."""
    for node in site.of(ast.Raise):
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(kind, ast.Name) and kind.id != "RuntimeError":
            yield site.replace(kind, "RuntimeError")


@operator
def condition(site: Site) -> Iterator[Edit]:
    """A branch always or never taken."""
    tests = [n.test for n in site.of(ast.If)] + [n.test for n in site.of(ast.IfExp)]
    for test in tests:
        yield site.replace(test, "True")
        yield site.replace(test, "False")


@operator
def reversal(site: Site) -> Iterator[Edit]:
    """A reversal forgotten."""
    for node in site.of(ast.Subscript):
        if isinstance(node.slice, ast.Slice) and number(node.slice.step) == -1:
            yield site.replace(node, site.text(node.value))


@operator
def constant(site: Site) -> Iterator[Edit]:
    """A coefficient that is slightly off, a small number ten times as large or gone."""
    for node in site.of(ast.Constant):
        if not isinstance(node.value, float) or node.value == 0:
            continue
        if abs(node.value) <= 1e-2:
            yield site.replace(node, repr(float(f"{node.value * 10:.12g}")))
            yield site.replace(node, "0.0")
        else:
            yield site.replace(node, repr(float(f"{node.value * 1.05:.12g}")))
