"""Mutations that show only where values coincide: ties, words that occur twice, sizes that are
equal, shared gradients.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .edits import Edit, Site, operator
from .stubs import called, number, of_module

_PROMISES_ORDER = re.compile(
    r"\bties?\b|\btied\b|\bequals?\b|\bfirst\b|small(est|er) (id|index)|lowest|earli(er|est)|alphabetical"
    r"|order|lexicographic",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(words?|tokens?|pieces|docs?|sentence|labels|symbols|chars|ids|text)$")


def _axis(site: Site, node: ast.Call) -> str | None:
    """The axis of an argmax or sort, as text; None where it works on all numbers."""
    for keyword in node.keywords:
        if keyword.arg in ("axis", "dim"):
            return site.text(keyword.value)
    rest = node.args[of_module(node) :]
    return site.text(rest[0]) if rest else None


def _array(site: Site, node: ast.Call) -> str | None:
    """What an argmax or sort works on."""
    if isinstance(node.func, ast.Attribute) and not of_module(node):
        return site.atom(node.func.value)
    return site.atom(node.args[0]) if of_module(node) and node.args else None


@operator
def last_of_ties(site: Site) -> Iterator[Edit]:
    """Among equals the last one, where the docstring says which."""
    if not _PROMISES_ORDER.search(site.stub.doc):
        return
    for node in site.of(ast.Call):
        if called(node) in ("argmax", "argmin"):
            yield from _last_extreme(site, node)
        elif called(node) in ("sort", "argsort") and "stable" in ast.unparse(node):
            yield from _unstable(site, node)
        elif called(node) in ("sorted", "max", "min") and not of_module(node):
            args, keywords = site.arguments(node)
            if len(args) == 1 and any(k.startswith("key") for k in keywords):
                yield site.call(node, [f"list({args[0]})[::-1]"], keywords)
        elif called(node) == "most_common" and isinstance(node.func, ast.Attribute):
            count = f"[:{site.text(node.args[0])}]" if node.args else ""
            items = f"list({site.text(node.func.value)}.items())[::-1]"
            yield site.replace(node, f"sorted({items}, key=lambda item: -item[1]){count}")


def _last_extreme(site: Site, node: ast.Call) -> Iterator[Edit]:
    array, axis, name = _array(site, node), _axis(site, node), called(node)
    if array is None:
        return
    flip = "flip" if site.torch else "np.flip"
    if axis is None:
        flat = f"{array}.reshape(-1)"
        last = f"{flat}.flip(0)" if site.torch else f"{flat}[::-1]"
        yield site.replace(node, f"(len({flat}) - 1 - {last}.{name}())")
        return
    turned = f"{array}.flip({axis})" if site.torch else f"{flip}({array}, {axis})"
    rest = [site.text(k) for k in node.keywords if k.arg not in ("axis", "dim")]
    found = f"{turned}.{name}({', '.join([axis, *rest])})"
    yield site.replace(node, f"({array}.shape[{axis}] - 1 - {found})")


def _unstable(site: Site, node: ast.Call) -> Iterator[Edit]:
    """Equal numbers in the reverse of their order."""
    array, axis = _array(site, node), _axis(site, node) or "-1"
    if array is None:
        return
    args, keywords = site.arguments(node)
    rest = ", ".join([*args[of_module(node) :], *keywords])
    if not site.torch:
        if called(node) == "argsort":
            turned = f"np.argsort(np.flip({array}, {axis}), {rest})"
            yield site.replace(node, f"({array}.shape[{axis}] - 1 - {turned})")
        return
    turned = f"{array}.flip({axis}).{called(node)}({rest})"
    if called(node) == "argsort":
        yield site.replace(node, f"({array}.shape[{axis}] - 1 - {turned})")
    else:
        pair = f"torch.return_types.sort((s.values, {array}.shape[{axis}] - 1 - s.indices))"
        yield site.replace(node, f"(lambda s: {pair})({turned})")


@operator
def by_value(site: Site) -> Iterator[Edit]:
    """The place or partner of a word is looked up by the word, which may occur twice."""
    for node in site.of(ast.Call):
        if not isinstance(node.func, ast.Name) or not node.args:
            continue
        args, keywords = site.arguments(node)
        if not all(_WORDS.search(a) for a in args[:1]):
            continue
        if called(node) == "enumerate" and len(args) == 1 and not keywords:
            yield site.replace(node, f"[(list({args[0]}).index(v), v) for v in {args[0]}]")
        elif called(node) == "zip" and len(args) == 2:
            pairs = f"dict(zip({args[0]}, {args[1]}))"
            yield site.replace(node, f"[(v, {pairs}[v]) for v in {args[0]}]")


@operator
def middle(site: Site) -> Iterator[Edit]:
    """Of an even number of values another middle one, or the mean of both where one is asked for."""
    for node in site.of(ast.Call):
        array = _array(site, node)
        half = any(number(a) == 0.5 for a in node.args)
        if array is None or not (called(node) == "median" or (called(node) == "quantile" and half)):
            continue
        if _axis(site, node) is not None and called(node) == "median":
            continue
        ordered = f"{array}.flatten().sort().values" if site.torch else f"np.sort({array}, None)"
        lower, upper = "s[(len(s) - 1) // 2]", "s[len(s) // 2]"
        is_lower = site.torch and called(node) == "median"
        for place in (upper, f"({lower} + {upper}) / 2" if is_lower else lower):
            yield site.replace(node, f"(lambda s: {place})({ordered})")


@operator
def axes_confused(site: Site) -> Iterator[Edit]:
    """Two sizes of a reshape in the other order and turned back: the right shape, other numbers in
    it.
    """
    for node in site.of(ast.Call):
        if called(node) not in ("view", "reshape", "unflatten") or of_module(node):
            continue
        args, keywords = site.arguments(node)
        first = 1 if called(node) == "unflatten" else 0
        sizes = args[first:]
        whole = node.args[first:] and isinstance(node.args[first], ast.Tuple)
        if whole or keywords or len(sizes) < 3:
            continue
        for i in range(len(sizes) - 1):
            if "1" in sizes[i : i + 2] or sizes[i] == sizes[i + 1]:
                continue
            swapped = [*sizes[:i], sizes[i + 1], sizes[i], *sizes[i + 2 :]]
            turn = f".{'transpose' if site.torch else 'swapaxes'}({i}, {i + 1})"
            yield site.replace(node, f"{site.text(node.func)}({', '.join(swapped)}){turn}")


@operator
def shared_gradient(site: Site) -> Iterator[Edit]:
    """The gradient that arrives is changed in place; somebody else may use it, too."""
    if not site.torch:
        return
    for function in [site.stub.node, *site.of(ast.FunctionDef)]:
        if function.name != "backward":
            continue
        arriving = {a.arg for a in function.args.args[1:]}
        for node in site.of(ast.expr):
            for factor, rest in _products(node):
                if isinstance(factor, ast.Name) and factor.id in arriving:
                    by = site.text(rest) if rest is not None else "-1"
                    yield site.replace(node, f"{factor.id}.mul_({by})")


def _products(node: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Each factor of a product with the other one; of a negated value nothing else."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield node.left, node.right
        yield node.right, node.left
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, None
