"""Mutations that suit this field: what students of deep learning really get wrong.

The operators of :mod:`dlcourse.audit.operators_python` know ``+`` and ``<``; these know axes,
transposes, reductions, masks, epsilons, autograd and random draws. Each takes a stub and yields
edits of its text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .edits import Edit, Site, operator
from .stubs import REDUCTIONS, axes_of, axis_nodes, called, number, of_module

_SWAPS = {
    "sum": ["mean"], "mean": ["sum"], "max": ["min"], "min": ["max"], "amax": ["amin"], "amin": ["amax"], "argmax": ["argmin"],
    "argmin": ["argmax"], "var": ["std"], "std": ["var"], "maximum": ["minimum"], "minimum": ["maximum"], "zeros": ["ones"],
    "ones": ["zeros"], "zeros_like": ["ones_like"], "ones_like": ["zeros_like"], "sin": ["cos"], "cos": ["sin"], "log": ["log1p"],
    "log1p": ["log"], "exp": ["expm1"], "expm1": ["exp"], "floor": ["ceil"], "ceil": ["floor"], "any": ["all"], "all": ["any"],
    "triu": ["tril"], "tril": ["triu"], "softmax": ["log_softmax"], "log_softmax": ["softmax"], "sigmoid": ["tanh"], "tanh": ["sigmoid"],
    "cumsum": ["cumprod"], "cumprod": ["cumsum"], "softplus": ["relu"], "logaddexp": ["add"], "hstack": ["vstack"], "vstack": ["hstack"],
}  # fmt: skip
_DROPPED = {
    "sqrt", "rsqrt", "abs", "absolute", "exp", "log", "log1p", "log2", "square", "tanh", "sigmoid", "relu", "softplus", "clip", "clamp",
    "clamp_min", "clamp_max", "maximum", "minimum", "round", "floor", "ceil", "sign", "copy", "clone", "detach", "flip", "normalize",
    "cumsum", "cumprod", "softmax", "log_softmax", "triu", "tril", "sort", "sorted", "reversed", "unique", "squeeze", "float", "double",
    "long", "bool", "astype", "to", "type", "nan_to_num", "logit", "expm1", "masked_fill", "where", "erf", "lgamma",
}  # fmt: skip
_NEEDLESS = {"float", "bool"}  # as a function: float(x) where the comparison does not ask for it
_INTEGERS = {
    "one_hot",
    "argmax",
    "argmin",
    "argsort",
    "multinomial",
    "randint",
    "arange",
    "len",
    "int",
    "long",
    "range",
}
_EPSILON = re.compile(r"^(eps|epsilon|tiny|jitter|damping)\w*$", re.IGNORECASE)
_PROMISES_GRADIENT = re.compile(
    r"autograd can|can be differentiated|\bdifferentiable\b|gradient that arrives|going backward|straight.through",
    re.IGNORECASE,
)


@operator
def axis_dropped(site: Site) -> Iterator[Edit]:
    """A reduction over everything; one of several axes forgotten."""
    for node in site.of(ast.Call):
        args, keywords = site.arguments(node)
        for i, keyword in enumerate(node.keywords):
            if keyword.arg in ("axis", "dim") and called(node) in REDUCTIONS:
                yield site.call(node, args, keywords[:i] + keywords[i + 1 :])
        if called(node) not in REDUCTIONS:
            continue
        place = 1 if of_module(node) else 0
        if len(node.args) > place and (
            number(node.args[place]) is not None or isinstance(node.args[place], ast.Tuple)
        ):
            yield site.call(node, args[:place] + args[place + 1 :], keywords)
        for axes in [
            *node.args[place : place + 1],
            *(k.value for k in node.keywords if k.arg in ("axis", "dim")),
        ]:
            if isinstance(axes, ast.Tuple):
                for i in range(len(axes.elts)):
                    rest = [site.text(e) for j, e in enumerate(axes.elts) if j != i]
                    yield site.replace(axes, f"({', '.join(rest)},)")


def _other_axes(axis: int, rank: int | None) -> list[int]:
    """Axes that are not ``axis``; of an array of known rank, only those that exist."""
    if rank is None:
        return {-1: [0, -2], 0: [-1, 1], -2: [-1, 0], 1: [0, -1]}.get(axis, [axis - 1, axis + 1])
    return [a - rank if axis < 0 else a for a in range(rank) if a != axis % rank]


@operator
def axis(site: Site) -> Iterator[Edit]:
    """Another axis."""
    widest = max((len(a) for t in site.stub.annotations.values() for a in axes_of(t)), default=0)
    for node in site.of(ast.Call):
        array = (
            node.args[0]
            if of_module(node) and node.args
            else node.func.value
            if isinstance(node.func, ast.Attribute)
            else None
        )
        rank = (
            site.stub.rank(array.id)
            if isinstance(array, ast.Name) and array.id not in site.assigned
            else None
        )
        if rank is None and widest == 2:
            rank = 2  # what is computed from matrices is mostly a matrix
        for one in axis_nodes(node):
            value = number(one)
            if isinstance(value, int):
                for other in _other_axes(value, rank):
                    yield site.replace(one, str(other))


@operator
def transpose(site: Site) -> Iterator[Edit]:
    """A transpose dropped; the factors of a matrix product in the other order, or an elementwise
    product instead.
    """
    for node in site.nodes:
        if isinstance(node, ast.Attribute) and node.attr in ("T", "mT", "H", "mH"):
            yield site.replace(node, site.text(node.value))
        elif isinstance(node, ast.Call) and called(node) in (
            "transpose",
            "swapaxes",
            "permute",
            "t",
            "swapdims",
            "moveaxis",
            "movedim",
        ):
            if of_module(node) and node.args:
                yield site.replace(node, site.atom(node.args[0]))
            elif isinstance(node.func, ast.Attribute):
                yield site.replace(node, site.text(node.func.value))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield site.replace(node, f"{site.atom(node.right)} @ {site.atom(node.left)}")
            yield site.replace(node, f"{site.atom(node.left)} * {site.atom(node.right)}")


@operator
def other_function(site: Site) -> Iterator[Edit]:
    """Mean for sum, min for max, ones for zeros, log1p for log."""
    for node in site.of(ast.Call):
        for name in _SWAPS.get(called(node), []):
            if isinstance(node.func, ast.Attribute):
                begin, end = site.cell.span(node.func)
                yield Edit(end - len(node.func.attr), end, name)
            elif name in ("max", "min", "any", "all"):
                yield site.replace(node.func, name)


@operator
def call_dropped(site: Site) -> Iterator[Edit]:
    """A square root, a clip, a copy, a mask or a cast forgotten."""
    for node in site.of(ast.Call):
        if called(node) not in _DROPPED:
            continue
        method = isinstance(node.func, ast.Attribute) and not of_module(node)
        if called(node) == "where" and not method and len(node.args) == 3:
            yield site.replace(node, site.atom(node.args[1]))
            yield site.replace(node, site.atom(node.args[2]))
        elif method and isinstance(node.func, ast.Attribute):
            yield site.replace(node, site.text(node.func.value))
        elif node.args and not (isinstance(node.func, ast.Name) and called(node) in _NEEDLESS):
            yield site.replace(node, site.atom(node.args[0]))
            if called(node) in ("maximum", "minimum") and len(node.args) == 2:
                yield site.replace(node, site.atom(node.args[1]))


@operator
def detach(site: Site) -> Iterator[Edit]:
    """The graph is cut where the docstring promises a gradient, or gradients are tracked where they
    were not.
    """
    if site.torch and _PROMISES_GRADIENT.search(site.stub.doc):
        for node in site.nodes:
            if isinstance(node, (ast.Assign, ast.Return)) and node.value is not None:
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for value in values:
                    integers = isinstance(value, ast.Call) and called(value) in _INTEGERS
                    if (
                        not isinstance(
                            value, (ast.Constant, ast.Dict, ast.List, ast.ListComp, ast.Tuple)
                        )
                        and not integers
                        and ".detach()" not in site.text(value)
                    ):
                        yield site.replace(value, f"{site.atom(value)}.detach()")
    for node in site.nodes:
        if (
            isinstance(node, ast.withitem)
            and isinstance(node.context_expr, ast.Call)
            and called(node.context_expr) in ("no_grad", "inference_mode")
        ):
            yield site.replace(node.context_expr, "torch.enable_grad()")


@operator
def dtype(site: Site) -> Iterator[Edit]:
    """Integers where fractions are stored."""
    for node in site.of(ast.Call):
        args, keywords = site.arguments(node)
        given = next((k for k in node.keywords if k.arg == "dtype"), None)
        if given is not None and re.search(r"float|double|complex", site.text(given.value)):
            yield site.replace(given.value, "torch.int64" if site.torch else "int")
        elif (
            given is None
            and of_module(node)
            and called(node) in ("zeros", "zeros_like", "ones", "ones_like", "empty", "empty_like")
        ):
            yield site.call(
                node,
                args,
                [
                    *keywords,
                    f"dtype={'torch.int64' if site.torch and 'np' not in site.text(node.func) else 'int'}",
                ],
            )


def _is_epsilon(site: Site, node: ast.expr) -> bool:
    value = number(node)
    if value is not None:
        return 0 < abs(value) <= 1e-3
    name = (
        node.attr
        if isinstance(node, ast.Attribute)
        else node.id
        if isinstance(node, ast.Name)
        else ""
    )
    return bool(_EPSILON.match(name))


@operator
def epsilon(site: Site) -> Iterator[Edit]:
    """An epsilon on the other side of a root or logarithm, or left out."""
    for node in site.of(ast.BinOp):
        if not isinstance(node.op, ast.Add):
            continue
        for left, right in ((node.left, node.right), (node.right, node.left)):
            if not _is_epsilon(site, right):
                continue
            yield site.replace(node, site.atom(left))
            parent = site.parents.get(node)
            if isinstance(parent, ast.Call) and called(parent) in ("sqrt", "log", "abs"):
                if of_module(parent) and node is parent.args[0]:
                    yield site.replace(
                        parent,
                        f"({site.text(parent.func)}({site.text(left)}) + {site.text(right)})",
                    )
            elif (
                isinstance(parent, ast.Attribute)
                and parent.attr in ("sqrt", "log", "abs")
                and isinstance(call := site.parents.get(parent), ast.Call)
            ):
                yield site.replace(
                    call, f"({site.atom(left)}.{parent.attr}() + {site.text(right)})"
                )
            if isinstance(left, ast.Call) and called(left) in ("sqrt", "log", "abs", "norm"):
                if of_module(left) and left.args:
                    yield site.replace(
                        node,
                        f"{site.text(left.func)}({site.text(left.args[0])} + {site.text(right)})",
                    )
                elif isinstance(left.func, ast.Attribute) and not left.args:
                    yield site.replace(
                        node,
                        f"({site.text(left.func.value)} + {site.text(right)}).{left.func.attr}()",
                    )
