"""Mutations of the field's numerics: right for ordinary numbers, wrong for large, small, equal or
masked ones.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .edits import Edit, Site, operator
from .stubs import called, number, of_module

_PROMISES_GRADIENT = re.compile(r"autograd|gradient|differentiable", re.IGNORECASE)
_NOISE = re.compile(r"^(u|U|us|noise|uniform)\w?$")
_SMALL = re.compile(r"eps|tiny|1e-\d", re.IGNORECASE)
_COUNT = re.compile(
    r"(^|[^\w.])1(\.0)? *\+|\+ *1(\.0)?\b(?!e)|len\(|count|shape|rank|freq|math\.|exp\(.*sum|, 1\)"
)
"""What is at least 1, or is no float: an epsilon of 1e-10 beside it changes nothing."""
_LENGTH = {"norm", "std", "sqrt", "var", "vector_norm"}


def _operand(site: Site, node: ast.Call) -> tuple[ast.expr, list[str], list[str]] | None:
    """What a function or method is applied to, and the other arguments as text."""
    args, keywords = site.arguments(node)
    if isinstance(node.func, ast.Attribute) and not of_module(node):
        return node.func.value, args, keywords
    return (node.args[0], args[1:], keywords) if node.args else None


def _again(site: Site, node: ast.Call, name: str, operand: str) -> str:
    """The call of ``node`` as a method ``name`` of ``operand``, with the other arguments as they
    are.
    """
    found = _operand(site, node)
    assert found is not None
    return f"{operand}.{name}({', '.join([*found[1], *found[2]])})"


def _axis(site: Site, node: ast.Call) -> str:
    """The axis that a call works along, as text; the last one where it is not said."""
    for keyword in node.keywords:
        if keyword.arg in ("axis", "dim"):
            return site.text(keyword.value)
    rest = node.args[of_module(node) :]
    return site.text(rest[0]) if rest else "-1"


def _sources(site: Site, node: ast.expr) -> list[ast.expr]:
    """What a node may stand for: itself, or what is assigned to its name."""
    if not isinstance(node, ast.Name):
        return [node]
    return [
        n.value
        for n in site.of(ast.Assign)
        if any(isinstance(t, ast.Name) and t.id == node.id for t in n.targets)
    ]


def _masking(site: Site, node: ast.expr) -> tuple[str, str] | None:
    """Scores and the mask of those that are ruled out, where ``node`` puts -inf at them."""
    if not isinstance(node, ast.Call) or not re.search(r"-.*inf", ast.unparse(node)):
        return None
    found = _operand(site, node)
    if called(node) == "masked_fill" and found is not None and found[1]:
        return site.atom(found[0]), found[1][0]
    if called(node) == "where" and of_module(node) and len(node.args) == 3:
        mask, scores = site.atom(node.args[0]), site.atom(node.args[1])
        return scores, f"({mask} == False)"
    return None


@operator
def masked_value(site: Site) -> Iterator[Edit]:
    """Masked places get a number that takes part, or one that is large enough for ordinary scores
    only.
    """
    for node in site.of(ast.expr):
        text = ast.unparse(node)
        infinite = (isinstance(node, ast.Attribute) and node.attr == "inf") or (
            isinstance(node, ast.Call) and called(node) == "float" and "inf" in text
        )
        huge = (
            isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value >= 1e4
        )
        if not (infinite or huge):
            continue
        values = ["0.0", "10.0"]
        if infinite and _ruled_out(site, node):
            values += ["1.0", "100.0", "1e4", "1e9"]
        for value in values:
            yield site.replace(node, value)


def _ruled_out(site: Site, node: ast.expr) -> bool:
    """Whether an infinity is written to places of scores that are not to be chosen."""
    at: ast.AST | None = node
    while at is not None and not isinstance(at, ast.stmt):
        if isinstance(at, ast.Call) and called(at) in ("masked_fill", "masked_fill_", "where"):
            return True
        at = site.parents.get(at)
    return False


@operator
def softmax_before_mask(site: Site) -> Iterator[Edit]:
    """Probabilities of all places are made first and masked afterwards, with and without a new
    normalisation.
    """
    for node in site.of(ast.Call):
        found = _operand(site, node) if called(node) == "softmax" else None
        if found is None:
            continue
        for source in _sources(site, found[0]):
            masking = _masking(site, source)
            if masking is None or source.lineno > node.lineno:
                continue
            scores, ruled_out = masking
            axis = _axis(site, node)
            for normalised in ("", f" / w.sum({axis}, keepdim=True)"):
                if source is found[0]:
                    weights = _again(site, node, "softmax", scores)
                    text = f"(lambda w: w{normalised})({weights}.masked_fill({ruled_out}, 0.0))"
                    yield site.replace(node, text)
                else:
                    before = site.replace(source, f"(ruled_out := {ruled_out}, {scores})[1]")
                    late = f"{site.text(node)}.masked_fill(locals().get('ruled_out', False), 0.0)"
                    after = site.replace(node, f"(lambda w: w{normalised})({late})")
                    yield site.joined(before, after)


@operator
def unstable_logarithm(site: Site) -> Iterator[Edit]:
    """A logarithm of what was exponentiated before, in place of the function that does both."""
    for node in site.of(ast.Call):
        found = _operand(site, node)
        if found is None:
            continue
        x, (args, keywords) = site.atom(found[0]), (found[1], found[2])
        rest = ", ".join([*args, *keywords])
        if called(node) == "log_softmax" and site.torch:
            yield site.replace(node, f"{x}.softmax({rest}).log()")
        elif called(node) == "logsumexp":
            power = f"np.exp({x})" if not site.torch else f"{x}.exp()"
            total = f"{power}.sum({rest})"
            yield site.replace(node, f"{total}.log()" if site.torch else f"np.log({total})")
        elif called(node) == "cross_entropy" and args:
            losses = f"F.nll_loss(z.softmax(min(1, z.ndim - 1)).log(), {rest})"
            yield site.replace(node, f"(lambda z: {losses})({x})")
        elif called(node) == "binary_cross_entropy_with_logits" and args:
            yield site.replace(node, f"F.binary_cross_entropy({x}.sigmoid(), {rest})")
        elif called(node) == "softplus":
            yield site.replace(node, f"(1 + {x}.exp()).log()")
        elif called(node) == "logaddexp" and args:
            module = "torch" if site.torch else "np"
            yield site.replace(node, f"{module}.log({module}.exp({x}) + {module}.exp({args[0]}))")
        elif called(node) == "xlogy" and args and site.torch:
            yield site.replace(node, f"({x} * {args[0]}.log())")


@operator
def hidden_nan(site: Site) -> Iterator[Edit]:
    """0 · log 0 is mended in the value, while its gradient stays nan."""
    if not (site.torch and _PROMISES_GRADIENT.search(site.stub.doc)):
        return
    for node in site.of(ast.Call):
        found = _operand(site, node)
        if found is None:
            continue
        x, rest = site.atom(found[0]), ", ".join([*found[1], *found[2]])
        if called(node) == "log_softmax":
            yield site.replace(node, f"{x}.softmax({rest}).log().nan_to_num()")
        elif called(node) == "entr":
            yield site.replace(node, f"(-{x} * {x}.log()).nan_to_num()")


@operator
def epsilon_added(site: Site) -> Iterator[Edit]:
    """A small number inside a logarithm, or in a denominator that is a length."""
    for node in site.of(ast.Call):
        found = _operand(site, node) if called(node) in ("log", "log2") else None
        if found is None or _SMALL.search(ast.unparse(found[0])):
            continue
        text = site.text(found[0])
        if number(found[0]) is None and not _COUNT.search(text):
            yield site.replace(found[0], f"({text} + 1e-10)")
    for division in site.of(ast.BinOp):
        if isinstance(division.op, ast.Div) and _is_length(site, division.right):
            yield site.replace(division.right, f"({site.text(division.right)} + 1e-8)")


def _is_length(site: Site, node: ast.expr) -> bool:
    """Whether a denominator is a norm, a root or a spread of an array, without an epsilon of its
    own.
    """
    for source in _sources(site, node):
        text = ast.unparse(source)
        calls = [n for n in ast.walk(source) if isinstance(n, ast.Call)]
        if any(called(c) in _LENGTH and not _constant(c) for c in calls):
            return not _SMALL.search(text) and not _COUNT.search(text) and "max(" not in text
    return False


def _constant(node: ast.Call) -> bool:
    """Whether nothing but numbers is passed: ``np.sqrt(2 * np.pi)``."""
    names = {n.id for a in node.args for n in ast.walk(a) if isinstance(n, ast.Name)}
    return of_module(node) and names <= {"np", "math", "torch"}


@operator
def no_shift(site: Site) -> Iterator[Edit]:
    """Exponentials of numbers from which the largest was not subtracted."""
    if "exp" not in ast.unparse(site.stub.node):
        return
    for node in site.of(ast.BinOp):
        if isinstance(node.op, ast.Sub) and any(
            isinstance(s, ast.Call) and called(s) in ("max", "amax")
            for s in _sources(site, node.right)
        ):
            yield site.replace(node, site.atom(node.left))


@operator
def cancellation(site: Site) -> Iterator[Edit]:
    """E[x²] - E[x]² for a variance, x² + y² - 2xy for a squared distance."""
    for node in site.of(ast.Call):
        found = _operand(site, node)
        if found is None:
            continue
        x = site.atom(found[0])
        if called(node) in ("var", "std"):
            yield from _by_raw_moments(site, node, x)
        elif called(node) in ("sum", "mean") and (parts := _squared_difference(found[0])):
            a, b = (site.atom(p) for p in parts)
            each = (
                _again(site, node, called(node), f"({text})")
                for text in (f"{a}**2", f"{b}**2", f"{a} * {b}")
            )
            first, second, mixed = each
            yield site.replace(node, f"({first} + {second} - 2 * {mixed})")
        elif called(node) == "cdist" and found[1]:
            y = found[1][0]
            squares = "(a**2).sum(-1)[:, None] + (b**2).sum(-1) - 2 * a @ b.T"
            yield site.replace(node, f"(lambda a, b: ({squares}).clamp_min(0).sqrt())({x}, {y})")
        elif (
            called(node) == "norm"
            and isinstance(found[0], ast.BinOp)
            and isinstance(found[0].op, ast.Sub)
        ):
            if found[1] or "ord" in " ".join(found[2]):
                continue  # of another order than 2, or along an axis that is given by place
            a, b = site.atom(found[0].left), site.atom(found[0].right)
            total = _again(site, node, "sum", f"({a}**2 + {b}**2 - 2 * {a} * {b})")
            yield site.replace(node, f"{total} ** 0.5")


def _by_raw_moments(site: Site, node: ast.Call, x: str) -> Iterator[Edit]:
    """A variance from the mean of squares, where it is the one that divides by n."""
    found = _operand(site, node)
    assert found is not None
    biased = re.compile(r"(correction|ddof) *= *0|unbiased *= *False")
    numpy = not site.torch
    if not numpy and not any(biased.match(k) for k in found[2]):
        return
    if numpy and any(k.startswith("ddof") and not biased.match(k) for k in found[2]):
        return
    rest = ", ".join([*found[1], *(k for k in found[2] if not biased.match(k))])
    square = f"(({x}**2).mean({rest}) - {x}.mean({rest}) ** 2)"
    yield site.replace(node, square if called(node) == "var" else f"{square} ** 0.5")


def _squared_difference(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """The two terms of ``(a - b) ** 2``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and number(node.right) == 2:
        inside = node.left
    elif isinstance(node, ast.Call) and called(node) in ("square", "pow"):
        inside = node.args[0] if of_module(node) else getattr(node.func, "value", node)
    else:
        return None
    if isinstance(inside, ast.BinOp) and isinstance(inside.op, ast.Sub):
        return inside.left, inside.right
    return None


@operator
def noise_clamped(site: Site) -> Iterator[Edit]:
    """Noise is kept away from its ends, where the logarithm is infinite."""
    for name in site.stub.arrays:
        if (
            name in site.read
            and _NOISE.match(name)
            and re.search(r"log|erfinv", ast.unparse(site.stub.node))
        ):
            clamp = (
                f"{name}.clamp(1e-6, 1 - 1e-6)"
                if site.torch
                else f"np.clip({name}, 1e-6, 1 - 1e-6)"
            )
            yield site.insert(f"{name} = {clamp}")
    for node in site.of(ast.Call):
        if called(node) == "logit" and len(node.args) == of_module(node) and not node.keywords:
            args, _ = site.arguments(node)
            yield site.call(node, args, ["eps=1e-6"])
