"""Finds library short cuts that a question forbids, in the source of the student's cells.

A name is followed through imports, simple assignments, ``getattr`` and ``__import__`` with literal arguments, and
star imports. Comments and strings never count, and neither do functions, methods or variables of the student's own
that merely share the name. What is computed at run time (``getattr(F, "soft" + "max")``) is not found: this keeps
honest students on the exercise; it is no sandbox.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core.names import read
from .cell_source import imported, parse
from .scopes import Scope, global_scope, literal, local_scope

# The same function under other names: forbidding one forbids all, since that is what an author means.
_SAME = {
    "torch": ("torch", "torch.nn.functional", "torch.special", "torch.Tensor"),
    "torch.nn.functional": ("torch", "torch.nn.functional", "torch.special", "torch.Tensor"),
    "torch.special": ("torch", "torch.nn.functional", "torch.special", "torch.Tensor"),
    "torch.Tensor": ("torch", "torch.nn.functional", "torch.special", "torch.Tensor"),
    "numpy": ("numpy", "numpy.ndarray"),
    "numpy.ndarray": ("numpy", "numpy.ndarray"),
}
_METHOD_OWNERS = ("torch.Tensor", "numpy.ndarray")


def spellings(forbidden: Sequence[str]) -> dict[str, str]:
    """All dotted names that forbidden ones stand for, and which one each of them comes from."""
    found: dict[str, str] = {}
    for name in forbidden:
        owner, _, last = name.rpartition(".")
        for same in (owner, *_SAME.get(owner, ())):
            found.setdefault(f"{same}.{last}", name)
    return found


@dataclass
class _Search:
    forbidden: tuple[str, ...]
    own_methods: frozenset[str]
    found: dict[tuple[int, int, str], str] = field(default_factory=dict)
    cell: int = 0
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.names = spellings(self.forbidden)
        self.methods: dict[str, str] = {}
        for name in self.forbidden:
            owner, _, last = name.rpartition(".")
            for same in (*_SAME.get(owner, ()), owner):
                if same in _METHOD_OWNERS and (
                    same == owner or same != "numpy.ndarray" or hasattr(np.ndarray, last)
                ):
                    self.methods.setdefault(last, name)

    def note(self, node: ast.AST, name: str) -> None:
        line = getattr(node, "lineno", 1)
        text = self.lines[line - 1].strip() if line <= len(self.lines) else ""
        self.found.setdefault((self.cell, line, name), text)

    def match(self, origins: Collection[str]) -> str | None:
        for origin in sorted(origins):
            parts = origin.split(".")
            for end in range(len(parts), 0, -1):
                name = self.names.get(".".join(parts[:end]))
                if name is not None:
                    return name
        return None

    def visit(self, body: Sequence[ast.AST], scope: Scope) -> None:
        """Note every use in statements and all that they hold."""
        todo = [(node, scope) for node in body]
        while todo:  # no recursion: 1 + 1 + … is as deep as it is long
            todo += self._look(*todo.pop())

    def _look(self, node: ast.AST, scope: Scope) -> Iterable[tuple[ast.AST, Scope]]:
        """Note what one node uses itself; returns the nodes below it, each with its scope."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return _inside_function(node, scope)
        if isinstance(node, ast.ClassDef):
            outside = (*node.decorator_list, *node.bases, *(k.value for k in node.keywords))
            inner = local_scope(node.body, scope)
            return [*((n, scope) for n in outside), *((n, inner) for n in node.body)]
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node)
            return ()
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            stores = {
                n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)
            }
            scope = Scope(dict.fromkeys(stores, set()), scope)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
            read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
            name = self.match(scope.origins(node)) if read else None
            if name is not None:
                self.note(node, name)
                if not isinstance(node, ast.Call):
                    return ()
            elif isinstance(node, ast.Call):
                self._call(node, scope)
        return [(child, scope) for child in ast.iter_child_nodes(node)]

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        origins = {o for found in imported(node).values() for o in found}
        if isinstance(node, ast.Import):
            origins = {a.name for a in node.names}
        for origin in sorted(origins):
            name = self.match({origin})
            if name is not None:
                self.note(node, name)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        """Method calls, and code in literal strings that is executed."""
        function = node.func
        method, base = None, None
        if isinstance(function, ast.Attribute):
            method, base = function.attr, function.value
        elif isinstance(function, ast.Name) and function.id == "getattr" and len(node.args) >= 2:
            method, base = literal(node.args[1]), node.args[0]
        if (
            method in self.methods
            and base is not None
            and method not in self.own_methods
            and not scope.origins(base)
        ):
            own = isinstance(base, ast.Name) and base.id in ("self", "cls")
            own = own or (
                isinstance(base, ast.Call)
                and isinstance(base.func, ast.Name)
                and base.func.id == "super"
            )
            if not own:
                self.note(node, self.methods[method])
        if (
            isinstance(function, ast.Name)
            and function.id in ("eval", "exec")
            and node.args
            and not scope.look_up(function.id)
        ):
            text = literal(node.args[0])
            if text is not None:
                inner = _Search(self.forbidden, self.own_methods)
                tree = parse(text.strip())
                inner.visit(tree.body, local_scope(tree.body, scope))
                for _, _, name in inner.found:
                    self.note(node, name)


def _inside_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> Iterator[tuple[ast.AST, Scope]]:
    """What a function holds, each with its scope: decorators and defaults belong to the scope around it."""
    arguments = node.args
    for outside in (
        *getattr(node, "decorator_list", []),
        *arguments.defaults,
        *(d for d in arguments.kw_defaults if d is not None),
    ):
        yield outside, scope
    body = [ast.Expr(node.body)] if isinstance(node, ast.Lambda) else node.body
    inner = local_scope(body, scope)
    positional = [*arguments.posonlyargs, *arguments.args]
    for argument in (*positional, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument is not None and argument.arg not in inner.names:
            inner.bind(argument.arg, set())
    for argument, default in (
        *zip(positional[::-1], arguments.defaults[::-1], strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ):
        if default is not None:
            inner.bind(argument.arg, scope.origins(default))
    for statement in body:
        yield statement, inner


def violations(
    sources: Sequence[str],
    forbidden: Sequence[str],
    searched: Collection[int] | None = None,
    functions: Collection[str] = (),
) -> list[tuple[str, int, str]]:
    """Uses of forbidden library names.

    A name ``torch.X``, ``torch.nn.functional.X``, ``torch.special.X`` or ``torch.Tensor.X`` stands for all four, and
    for the method call ``anything.X(...)``; ``numpy.X`` likewise for ``numpy.ndarray.X``. A method call does not
    count where its object is ``self``, ``cls`` or ``super()``, where it is a module, or where a class in
    ``sources`` defines a method of that name. Forbidding a module or class forbids what it holds. Importing a
    forbidden name in a cell that is searched counts as using it.

    Args:
        sources: all cells in the order in which they run; cells that do not parse are passed over.
        forbidden: full dotted names.
        searched: indices of the cells that are searched from end to end; of the others only what those cells use,
            directly or not. None searches all.
        functions: names whose last definition is searched wherever it stands (the question's stubs, which a later
            cell may replace).

    Returns:
        ``(forbidden name, line in its cell, the line's text)``, in the order of the cells.
    """
    if not forbidden:
        return []
    cells = [parse(source) for source in sources]
    scope = global_scope(cells)
    search = _Search(
        tuple(forbidden), frozenset().union(*(c.methods for c in cells)) if cells else frozenset()
    )
    whole = set(range(len(cells)) if searched is None else searched)
    todo: set[str] = set(functions)
    for index in sorted(whole):
        search.cell, search.lines = index, cells[index].lines
        search.visit(cells[index].body, scope)
        for statement in cells[index].body:
            todo |= read(statement)
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        owner = next((i for i in reversed(range(len(cells))) if name in cells[i].binds), None)
        if owner is None or owner in whole:
            continue
        statement = cells[owner].binds[name]
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            # only the name that is used counts, and its uses are seen where they stand
            if name in functions and (match := search.match(scope.names.get(name, ()))) is not None:
                search.cell, search.lines = owner, cells[owner].lines
                search.note(statement, match)
            continue
        search.cell, search.lines = owner, cells[owner].lines
        search.visit([statement], scope)
        todo |= read(statement)
    return [(name, line, text) for (_, line, name), text in sorted(search.found.items())]


def message(found: Sequence[tuple[str, int, str]]) -> str:
    """What a student is told of violations; empty when there are none."""
    if not found:
        return ""
    name, line, text = found[0]
    more = f", and {len(found) - 1} more do{'es' * (len(found) == 2)}" if len(found) > 1 else ""
    return f"this question must be solved without {name}; line {line} uses it{more}: {text}"
