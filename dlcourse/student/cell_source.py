"""A student's cell as a syntax tree: without magics, with the names that its statements bind and read."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from ..core.names import bound, top_level

_LINE_MAGIC = re.compile(
    r"^(\s*)%(time|timeit|prun|memit|mprun|lprun)\b((?:\s+-\w+(?:\s+\d+)?)*)\s*(.*)$"
)
_PYTHON_CELL_MAGICS = (
    "time",
    "timeit",
    "capture",
    "prun",
    "memit",
    "mprun",
    "python",
    "python3",
    "debug",
)
_SHELL = re.compile(r"^(\s*)(?:[%!?].*|[\w.]+\?{1,2})\s*$")
_ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*$")


def without_magics(source: str) -> str:
    """A cell as plain Python on the same lines: ``%time f(x)`` becomes ``f(x)``, other magics and shell lines ``pass``."""
    lines = source.splitlines()
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines and lines[first].startswith("%%"):
        words = lines[first][2:].split()
        if not words or words[0] not in _PYTHON_CELL_MAGICS:
            return ""
        lines[first] = ""
    try:
        ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        lines = [_plain(line) for line in lines]
    except (RecursionError, MemoryError):
        pass  # too deep for Python to run it, with magics or without
    return "\n".join(lines)


def _plain(line: str) -> str:
    timed = _LINE_MAGIC.match(line)
    if timed:
        return timed[1] + (timed[4] or "pass")
    assigned = _ASSIGNED.match(line)
    if assigned:
        return f"{assigned[1]}None"
    shell = _SHELL.match(line)
    return f"{shell[1]}pass" if shell else line


@dataclass(frozen=True)
class Cell:
    """A parsed source. ``binds`` holds, per name, the last statement at its top level that binds it."""

    lines: tuple[str, ...]
    body: tuple[ast.stmt, ...]
    binds: dict[str, ast.stmt]
    stars: tuple[str, ...]
    methods: frozenset[str]


@lru_cache(maxsize=2048)
def parse(source: str) -> Cell:
    plain = without_magics(source)
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.Module([], [])  # the cell fails anyway
    binds: dict[str, ast.stmt] = {}
    stars = []
    for statement in top_level(tree.body):
        if isinstance(statement, ast.ImportFrom) and any(a.name == "*" for a in statement.names):
            stars.append(statement.module or "")
        for name in bound(statement):
            binds[name] = statement
    methods = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        for name in bound(statement)
    }
    return Cell(
        tuple(plain.splitlines()), tuple(tree.body), binds, tuple(stars), frozenset(methods)
    )


def imported(statement: ast.Import | ast.ImportFrom) -> dict[str, set[str]]:
    """What an import binds, by name."""
    found: dict[str, set[str]] = {}
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            if statement.module and not statement.level and alias.name != "*":
                found[alias.asname or alias.name] = {f"{statement.module}.{alias.name}"}
        elif alias.asname:
            found[alias.asname] = {alias.name}
        else:
            root = alias.name.split(".")[0]
            found.setdefault(root, set()).add(root)
    return found


def _without_inner_statements(statement: ast.stmt) -> list[ast.AST]:
    """A statement and its expressions, but not the statements inside, which :func:`top_level` gives themselves."""
    nodes: list[ast.AST] = [statement]
    for node in nodes:  # grows as it is walked
        nodes += [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.stmt)]
    return nodes


def aliases(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    """``(name, expression)`` of simple assignments, tuples taken apart."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(statement, ast.Assign):
        pairs = [(target, statement.value) for target in statement.targets]
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        pairs = [(statement.target, statement.value)]
    elif isinstance(statement, (ast.For, ast.AsyncFor)) and isinstance(
        statement.iter, (ast.List, ast.Tuple)
    ):
        pairs = [(statement.target, value) for value in statement.iter.elts]
    if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        own = _without_inner_statements(statement)
        pairs += [(n.target, n.value) for n in own if isinstance(n, ast.NamedExpr)]
    found = []
    for target, value in pairs:
        if isinstance(target, ast.Name):
            found.append((target.id, value))
        elif (
            isinstance(target, (ast.Tuple, ast.List))
            and isinstance(value, (ast.Tuple, ast.List))
            and len(target.elts) == len(value.elts)
        ):
            found += [
                (t.id, v)
                for t, v in zip(target.elts, value.elts, strict=True)
                if isinstance(t, ast.Name)
            ]
    return found
