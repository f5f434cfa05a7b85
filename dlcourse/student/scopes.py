"""What the names in a student's cells stand for: a library's function or module, or something of the student's own."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..core.names import bound, top_level
from .cell_source import Cell, aliases, imported

MAX_NAME = 300
"""Characters of a dotted name that is followed; no library has longer ones, and a chain of attributes has no end."""


@dataclass
class Scope:
    """Names of one function, or of all cells together.

    Args:
        names: the library names that each name may stand for; none where it is the student's own.
        outer: the scope around it.
        stars: modules of star imports.
        known: origins found so far, by expression.
    """

    names: dict[str, set[str]]
    outer: Scope | None = None
    stars: tuple[str, ...] = ()
    known: dict[ast.AST, set[str]] = field(default_factory=dict, repr=False)

    def look_up(self, name: str) -> set[str]:
        """Library names that a name may stand for."""
        scope: Scope | None = self
        stars: list[str] = []
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            stars += scope.stars
            scope = scope.outer
        return {f"{star}.{name}" for star in stars}

    def bind(self, name: str, origins: set[str]) -> None:
        """Let a name stand for ``origins``."""
        self.names[name] = origins
        self.known.clear()

    def origins(self, node: ast.AST) -> set[str]:
        """Full dotted library names that an expression may stand for; empty when it is not known to be any."""
        if isinstance(node, ast.Name):
            return self.look_up(node.id)
        todo = [node]
        while todo:  # parts first, without recursion: a chain such as a.b.c… may be deeper than Python's stack
            node = todo[-1]
            if node not in self.known:
                missing = [part for part in _parts(node) if part not in self.known]
                if missing:
                    todo += missing
                    continue
                names = _origins(node, self)
                self.known[node] = {name for name in names if len(name) <= MAX_NAME}
            todo.pop()
        return self.known[node]


def literal(node: ast.AST | None) -> str | None:
    """The text of a string constant."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _parts(node: ast.AST) -> list[ast.expr]:
    """The expressions that :func:`_origins` asks for, but plain names, which need no preparation."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, (ast.NamedExpr, ast.Attribute, ast.Subscript)):
        parts = [node.value]
    elif isinstance(node, ast.Call):
        parts = [node.func, *node.args[:1]]
    return [part for part in parts if not isinstance(part, ast.Name)]


def _origins(node: ast.AST, scope: Scope) -> set[str]:
    """The origins of an expression whose :func:`_parts` are known already."""
    if isinstance(node, ast.NamedExpr):
        return scope.origins(node.value)
    if isinstance(node, ast.IfExp):
        return scope.origins(node.body) | scope.origins(node.orelse)
    if isinstance(node, ast.Attribute):
        return {f"{origin}.{node.attr}" for origin in scope.origins(node.value)}
    if isinstance(node, ast.Subscript):
        return _origins_of_item(node.value, literal(node.slice), scope)
    if isinstance(node, ast.Call) and node.args:
        return _origins_of_call(node, scope)
    return set()


def _origins_of_item(base: ast.expr, key: str | None, scope: Scope) -> set[str]:
    """Of ``vars(F)["softmax"]``, ``F.__dict__["softmax"]``, ``sys.modules["torch"]``."""
    if key is None:
        return set()
    if "sys.modules" in scope.origins(base):
        return {key}
    if isinstance(base, ast.Attribute) and base.attr == "__dict__":
        return {f"{origin}.{key}" for origin in scope.origins(base.value)}
    if isinstance(base, ast.Call) and _calls(base, "vars") and base.args:
        return {f"{origin}.{key}" for origin in scope.origins(base.args[0])}
    return set()


def _origins_of_call(node: ast.Call, scope: Scope) -> set[str]:
    """Of ``getattr(F, "softmax")``, ``__import__("torch")``, ``importlib.import_module("torch")``."""
    first, second = literal(node.args[0]), literal(node.args[1]) if len(node.args) > 1 else None
    if _calls(node, "getattr") and second is not None:
        return {f"{origin}.{second}" for origin in scope.origins(node.args[0])}
    if _calls(node, "__import__") and first is not None:
        return {first, first.split(".")[0]}
    if "importlib.import_module" in scope.origins(node.func) and first is not None:
        return {f"{second or ''}{first}" if first.startswith(".") else first}
    return set()


def _calls(node: ast.Call, name: str) -> bool:
    """Whether a call names a function by its plain name."""
    return isinstance(node.func, ast.Name) and node.func.id == name


def local_scope(body: Sequence[ast.stmt], outer: Scope) -> Scope:
    """The scope of a function: what its statements bind, all of them at once."""
    scope = Scope({}, outer)
    assigned: list[tuple[str, ast.expr]] = []
    hidden: set[str] = set()
    for statement in top_level(body):
        if isinstance(statement, (ast.Global, ast.Nonlocal)):
            hidden.update(statement.names)
        if isinstance(statement, ast.ImportFrom) and any(a.name == "*" for a in statement.names):
            scope.stars += (statement.module or "",)
        for name in bound(statement):
            scope.names.setdefault(name, set())
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for name, origins in imported(statement).items():
                scope.bind(name, scope.names[name] | origins)
        assigned += aliases(statement)
    for name in hidden:
        scope.names.pop(name, None)
    for _ in range(2):  # an alias of an alias
        for name, value in assigned:
            if name in scope.names:
                scope.bind(name, scope.names[name] | scope.origins(value))
    return scope


def global_scope(cells: Sequence[Cell]) -> Scope:
    """The notebook's global names after its last cell; a later binding replaces an earlier one."""
    scope = Scope({})
    for cell in cells:
        scope.stars += cell.stars
        for statement in top_level(cell.body):
            imports = (
                imported(statement) if isinstance(statement, (ast.Import, ast.ImportFrom)) else {}
            )
            assigned = dict(aliases(statement))
            for name in bound(statement):
                if name in imports:
                    scope.bind(name, imports[name])
                elif name in assigned:
                    scope.bind(name, scope.origins(assigned[name]))
                else:
                    scope.bind(name, set())
    return scope
