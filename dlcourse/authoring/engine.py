"""Which modules of this package results depend on, and a key that changes when what they do
changes.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from ..core.names import docstrings

_FOLDER = Path(__file__).parents[1]
_PACKAGE = _FOLDER.name
_NAMED = re.compile(rf"{_PACKAGE}\.([\w.]+)")


def engine_sources(*roots: str, without: Collection[str] = ()) -> dict[str, Path]:
    """The modules that some modules use, directly or not, by name within the package.

    Followed are imports, wherever they stand, and strings that are the full name of a module:
    another process is started with ``-m dlcourse.executor.zygote``. What is moved or added is found
    without a list to keep.

    Args:
        roots: names within the package, such as ``grading.grader``.
        without: modules that are left out, with what they alone use.

    Raises:
        LookupError: there is no such module.
    """
    for name in without:
        if _path(name) is None:
            raise LookupError(f"{_PACKAGE} has no module {name}")
    found: dict[str, Path] = {}
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name in found or name in without:
            continue
        path = _path(name)
        if path is None:
            raise LookupError(f"{_PACKAGE} has no module {name}")
        found[name] = path
        todo += _used(path)
        if name:
            todo.append(name.rpartition(".")[0])  # importing a module runs its packages first
    return dict(sorted(found.items()))


def modules_in(folder: str) -> list[str]:
    """Names of a package within this one and of all modules in it."""
    paths = _FOLDER.joinpath(*folder.split(".")).rglob("*.py")
    names = (".".join(p.relative_to(_FOLDER).with_suffix("").parts) for p in paths)
    return sorted(name.removesuffix(".__init__") for name in names)


@cache
def engine_key(*roots: str, without: tuple[str, ...] = ()) -> str:
    """Names what the modules behind ``roots`` do; their docstrings, comments and layout are left
    out.

    It is worked out once per process, whose code does not change any more.
    """
    digest = hashlib.sha256()
    for name, path in engine_sources(*roots, without=without).items():
        digest.update(f"{name}\0{meaning(_tree(path))}\0".encode())
    return digest.hexdigest()


def meaning(tree: ast.AST) -> str:
    """A tree as text, after its docstrings are taken out of it."""
    for body, text in list(docstrings(tree)):
        body.remove(text)
    return ast.dump(tree)


def _path(name: str) -> Path | None:
    """The file of a module; None where there is no such module. The package itself has an empty
    name.
    """
    place = _FOLDER.joinpath(*name.split(".")) if name else _FOLDER
    return next((p for p in (place / "__init__.py", place.with_suffix(".py")) if p.is_file()), None)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _used(path: Path) -> Iterator[str]:
    """Modules of this package that a module names."""
    folder = [_PACKAGE, *path.relative_to(_FOLDER).parent.parts]
    for node in ast.walk(_tree(path)):
        named: list[str] = []
        if isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module or ""]).rstrip(".")
            # `from ..core import rendering` names a module, `from .wire import send` a function in
            # one
            named = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = [node.value]
        for text in named:
            inner = _NAMED.fullmatch(text)
            if inner and _path(inner[1]) is not None:
                yield inner[1]
