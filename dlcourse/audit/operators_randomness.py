"""Mutations of random draws: used again, from another generator, or not independent of each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .edits import Edit, Site, operator
from .stubs import called

_DRAWS = {
    "normal", "standard_normal", "uniform", "random", "integers", "choice", "permutation", "exponential", "gumbel", "laplace", "binomial",
    "randn", "rand", "randint", "randperm", "bernoulli", "multinomial", "randn_like", "rand_like", "poisson", "beta", "gamma", "dirichlet",
}  # fmt: skip
_OF_NUMPY = {"normal", "standard_normal", "uniform", "random", "choice", "permutation", "exponential", "gumbel", "laplace", "binomial", "gamma", "beta", "poisson"}  # fmt: skip
"""Draws that numpy's global generator knows under the same name."""
_SYMMETRIC = {"normal", "standard_normal", "randn", "randn_like", "laplace"}
_GENERATOR = re.compile(r"^(rng|gen)")


def _draws(site: Site) -> Iterator[tuple[ast.Call, str]]:
    """Calls that draw, each with the name of the module or generator that it draws from."""
    for node in site.of(ast.Call):
        if called(node) in _DRAWS and isinstance(node.func, ast.Attribute):
            root = node.func.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and (
                root.id in ("np", "torch") or _GENERATOR.match(root.id)
            ):
                yield node, root.id


@operator
def draw_reused(site: Site) -> Iterator[Edit]:
    """The first draw is used again and again."""
    for node, _ in _draws(site):
        name = f"first_draw_{node.lineno}"
        yield site.replace(node, f"globals().setdefault({name!r}, {site.text(node)})")


@operator
def global_generator(site: Site) -> Iterator[Edit]:
    """One draw comes from the global generator in place of the one that was passed."""
    for node, root in _draws(site):
        args, keywords = site.arguments(node)
        if root == "torch":
            rest = [k for k in keywords if not k.startswith("generator")]
            if len(rest) < len(keywords):
                yield site.call(node, args, rest)
        elif _GENERATOR.match(root) and called(node) in _OF_NUMPY:
            yield site.replace(node.func, f"np.random.{called(node)}")
        elif _GENERATOR.match(root) and called(node) == "integers":
            yield site.replace(node.func, "np.random.randint")


@operator
def dependent_draws(site: Site) -> Iterator[Edit]:
    """Right marginals, wrong together: equal columns, equal rows, a second half that is minus the
    first.
    """
    for node, root in _draws(site):
        if called(node) in ("permutation", "randperm", "choice") or not _many(node, root):
            continue
        text = site.text(node)
        torch = root == "torch"
        single = called(node) == "multinomial"  # its last axis often has length 1
        for part in ("d[:1]",) if single else ("d[..., :1]", "d[:1]"):
            spread = f"{part}.expand_as(d).clone()" if torch else f"0 * d + {part}"
            yield site.replace(node, f"(lambda d: {spread})({text})")
        if called(node) in _SYMMETRIC:
            join = "torch.cat" if torch else "np.concatenate"
            halves = f"{join}([d[: (len(d) + 1) // 2], -d[: len(d) // 2]])"
            yield site.replace(node, f"(lambda d: {halves})({text})")


def _many(node: ast.Call, root: str) -> bool:
    """Whether a draw is an array: it has a shape, or is like another one."""
    if any(k.arg in ("size", "shape", "num_samples") for k in node.keywords):
        return True
    return bool(node.args) and (root == "torch" or called(node) in ("random", "standard_normal"))
