"""Mutations of how arguments are used: ignored, confused, swapped, changed in place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .edits import Edit, Site, operator
from .stubs import called, of_module

_NOT_SYMMETRIC = {
    "matmul", "dot", "mm", "bmm", "outer", "solve", "subtract", "divide", "power", "arctan2", "cross_entropy", "kl_div", "nll_loss",
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "kron", "cross", "lstsq", "isin",
}  # fmt: skip
_UFUNCS = {"exp", "log", "sqrt", "tanh", "abs", "square", "log1p", "expm1", "negative"}
_TORCH_METHODS = {
    "exp", "log", "sqrt", "tanh", "abs", "square", "log1p", "sigmoid", "relu", "clamp", "clamp_min", "masked_fill", "add", "sub", "mul", "div",
    "neg", "pow", "round", "floor",
}  # fmt: skip
_IN_PLACE = {
    ast.Add: "iadd",
    ast.Sub: "isub",
    ast.Mult: "imul",
    ast.Div: "itruediv",
    ast.Pow: "ipow",
}


@operator
def argument_ignored(site: Site) -> Iterator[Edit]:
    """An argument is replaced by its default, or by a value that it often has."""
    for name, annotation in site.stub.annotations.items():
        if name not in site.read:
            continue
        default = site.stub.defaults.get(name)
        values = [ast.unparse(default)] if default is not None else []
        kind = annotation.replace(" ", "")
        if kind in ("float", "float|None"):
            values += ["1.0", "0.0"]
        elif kind in ("int", "int|None"):
            values += ["1", "2"]
        elif kind in ("bool", "bool|None"):
            values += ["True", "False"]
        elif kind.endswith("|None") or kind.startswith("Optional["):
            values += ["None"]
        elif kind.endswith("Generator"):
            values += (
                ["torch.Generator().manual_seed(0)"]
                if site.torch
                else ["np.random.default_rng(0)", "np.random"]
            )
        for value in dict.fromkeys(values):
            yield site.insert(f"{name} = {value}")


@operator
def argument_confused(site: Site) -> Iterator[Edit]:
    """An argument is taken for another one of the same kind."""
    kinds: dict[str, list[str]] = {}
    for name, annotation in site.stub.annotations.items():
        kind = re.sub(r"['\"].*?['\"]", "", annotation)
        if kind and kind not in ("str", "bool"):
            kinds.setdefault(kind, []).append(name)
    other = {
        name: names[(i + 1) % len(names)]
        for names in kinds.values()
        if len(names) > 1
        for i, name in enumerate(names)
    }
    for node in site.of(ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id in other and not _only_shape(site, node):
            yield site.replace(node, other[node.id])


def _only_shape(site: Site, node: ast.Name) -> bool:
    """Whether a name is read for its shape or dtype only, which arguments of one kind mostly share."""
    parent = site.parents.get(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("shape", "ndim", "size", "dtype", "device")
    return (
        isinstance(parent, ast.Call)
        and node in parent.args
        and (called(parent).endswith("_like") or called(parent) in ("len", "expand_as", "type_as"))
    )


@operator
def arguments_swapped(site: Site) -> Iterator[Edit]:
    """The first two arguments of a call in the other order, or the two branches of a choice."""
    own = set(site.cell.question.functions)
    for node in site.of(ast.Call):
        args, keywords = site.arguments(node)
        if called(node) == "where" and len(args) == 3:
            yield site.call(node, [args[0], args[2], args[1]], keywords)
        elif (
            len(args) >= 2
            and (called(node) in _NOT_SYMMETRIC or called(node) in own)
            and args[0] != args[1]
        ):
            yield site.call(node, [args[1], args[0], *args[2:]], keywords)


@operator
def in_place(site: Site) -> Iterator[Edit]:
    """The input is changed where a new array should be made."""
    for node in site.nodes:
        if (
            isinstance(node, ast.BinOp)
            and site.is_parameter(node.left)
            and type(node.op) in _IN_PLACE
        ):
            yield site.replace(
                node,
                f"{site.text(node.left)}.__{_IN_PLACE[type(node.op)]}__({site.text(node.right)})",
            )
        elif isinstance(node, ast.Call):
            args, keywords = site.arguments(node)
            if (
                of_module(node)
                and called(node) in _UFUNCS
                and len(node.args) == 1
                and site.is_parameter(node.args[0])
            ):
                yield site.call(node, args, [*keywords, f"out={args[0]}"])
            elif (
                isinstance(node.func, ast.Attribute)
                and site.is_parameter(node.func.value)
                and site.torch
                and called(node) in _TORCH_METHODS
            ):
                yield Edit(site.cell.span(node.func)[1], site.cell.span(node.func)[1], "_")
