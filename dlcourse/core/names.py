"""Which names code binds and reads, and which of its strings are docstrings."""

from __future__ import annotations

import ast
import dis
import re
from collections.abc import Iterator, Sequence
from types import CodeType

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def top_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run in the scope of ``body``, those inside if, for, while, with and try
    included.
    """
    todo = list(reversed(body))
    while todo:  # no recursion: a chain of elif is as deep as it is long
        statement = todo.pop()
        yield statement
        if isinstance(statement, _DEFINITIONS):
            continue
        inside = [*getattr(statement, "body", []), *getattr(statement, "orelse", [])]
        inside += getattr(statement, "finalbody", [])
        for branch in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            inside += branch.body
        todo.extend(reversed(inside))


def bound(statement: ast.stmt) -> list[str]:
    """Names that one statement binds in its own scope, statements inside it left out."""
    if isinstance(statement, _DEFINITIONS):
        return [statement.name]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return [a.asname or a.name.split(".")[0] for a in statement.names if a.name != "*"]
    targets: list[ast.AST] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
        targets = [statement.target]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        targets = [item.optional_vars for item in statement.items if item.optional_vars is not None]
    names = [
        n.id
        for t in targets
        for n in ast.walk(t)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]
    if not isinstance(
        statement, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try)
    ):
        names += [n.target.id for n in ast.walk(statement) if isinstance(n, ast.NamedExpr)]
    return names


def bound_inside(node: ast.AST) -> set[str]:
    """Names that a node binds at any depth, in whatever scope: variables, parameters, definitions,
    imports.
    """
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            found.add(inner.id)
        elif isinstance(inner, ast.arg):
            found.add(inner.arg)
        elif isinstance(inner, (*_DEFINITIONS, ast.Import, ast.ImportFrom)):
            found.update(bound(inner))
        elif isinstance(inner, (ast.ExceptHandler, ast.MatchAs)) and inner.name:
            found.add(inner.name)
    return found


def read(node: ast.AST) -> set[str]:
    """Names that a node reads at any depth, in whatever scope."""
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            found.add(inner.id)
        elif isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            found.add(inner.target.id)
    return found


def own_returns(function: ast.FunctionDef) -> list[ast.expr | None]:
    """What a function returns, statement by statement, functions inside it left out; None where it
    is nothing.
    """
    return [s.value for s in top_level(function.body) if isinstance(s, ast.Return)]


def code_objects(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that are nested in it: functions, classes, comprehensions."""
    todo = [code]
    while todo:
        inner = todo.pop()
        yield inner
        todo += [c for c in inner.co_consts if isinstance(c, CodeType)]


def global_names(code: CodeType) -> Iterator[str]:
    """Names that a code object looks up in its module, in functions inside it, too."""
    for inner in code_objects(code):
        for instruction in dis.get_instructions(inner):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                yield instruction.argval


def docstrings(tree: ast.AST) -> Iterator[tuple[list[ast.stmt], ast.stmt]]:
    """Every docstring in a tree, with the body that it heads."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *_DEFINITIONS)) and ast.get_docstring(node, clean=False):
            yield node.body, node.body[0]


_DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)", re.MULTILINE)


def defined(source: str) -> set[str]:
    """Names of the functions and classes that a cell defines, even where it is no valid Python."""
    return set(_DEFINED.findall(source))


def squeezed(source: str) -> str:
    """A source without white space, as texts are compared."""
    return "".join(source.split())
