"""Finds library short cuts that a question forbids, in the source of the student's cells.

A name is followed through imports, simple assignments, ``getattr`` and ``__import__`` with literal arguments, and
star imports. Comments and strings never count, and neither do functions, methods or variables of the student's own
that merely share the name. What is computed at run time (``getattr(F, "soft" + "max")``) is not found: this keeps
honest students on the exercise; it is no sandbox.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

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
class _Cell:
    """A parsed source. ``binds`` holds, per name, the last statement at its top level that binds it."""

    lines: tuple[str, ...]
    body: tuple[ast.stmt, ...]
    binds: dict[str, ast.stmt]
    stars: tuple[str, ...]
    methods: frozenset[str]


@lru_cache(maxsize=2048)
def _parse(source: str) -> _Cell:
    plain = without_magics(source)
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.Module([], [])  # the cell fails anyway
    binds: dict[str, ast.stmt] = {}
    stars = []
    for statement in _top(tree.body):
        if isinstance(statement, ast.ImportFrom) and any(a.name == "*" for a in statement.names):
            stars.append(statement.module or "")
        for name in _bound(statement):
            binds[name] = statement
    methods = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        for name in _bound(statement)
    }
    return _Cell(
        tuple(plain.splitlines()), tuple(tree.body), binds, tuple(stars), frozenset(methods)
    )


def _top(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run in the scope of ``body``, those inside if, for, while, with and try included."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _top(getattr(statement, name, []))
        for handler in getattr(statement, "handlers", []):
            yield from _top(handler.body)
        for case in getattr(statement, "cases", []):
            yield from _top(case.body)


def _bound(statement: ast.stmt) -> list[str]:
    """Names that one statement binds in its own scope."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
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


def _imported(statement: ast.Import | ast.ImportFrom) -> dict[str, set[str]]:
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


@dataclass
class _Scope:
    """Names of one function or of all cells together, and the library names they stand for (none: the student's own)."""

    names: dict[str, set[str]]
    outer: _Scope | None = None
    stars: tuple[str, ...] = ()

    def look_up(self, name: str) -> set[str]:
        scope: _Scope | None = self
        stars: list[str] = []
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            stars += scope.stars
            scope = scope.outer
        return {f"{star}.{name}" for star in stars}


def _literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _origins(node: ast.AST, scope: _Scope) -> set[str]:
    """Full dotted library names that an expression may stand for; empty when it is not known to be any."""
    if isinstance(node, ast.Name):
        return scope.look_up(node.id)
    if isinstance(node, ast.NamedExpr):
        return _origins(node.value, scope)
    if isinstance(node, ast.IfExp):
        return _origins(node.body, scope) | _origins(node.orelse, scope)
    if isinstance(node, ast.Attribute):
        return {f"{o}.{node.attr}" for o in _origins(node.value, scope)}
    if isinstance(
        node, ast.Subscript
    ):  # vars(F)["softmax"], F.__dict__["softmax"], sys.modules["torch"]
        key, base = _literal(node.slice), node.value
        if key is None:
            return set()
        if "sys.modules" in _origins(base, scope):
            return {key}
        if isinstance(base, ast.Attribute) and base.attr == "__dict__":
            return {f"{o}.{key}" for o in _origins(base.value, scope)}
        if (
            isinstance(base, ast.Call)
            and isinstance(base.func, ast.Name)
            and base.func.id == "vars"
            and base.args
        ):
            return {f"{o}.{key}" for o in _origins(base.args[0], scope)}
        return set()
    if isinstance(node, ast.Call) and node.args:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        first = _literal(node.args[0])
        if (
            name == "getattr"
            and len(node.args) >= 2
            and (key := _literal(node.args[1])) is not None
        ):
            return {f"{o}.{key}" for o in _origins(node.args[0], scope)}
        if name == "__import__" and first is not None:
            return {first, first.split(".")[0]}
        if "importlib.import_module" in _origins(node.func, scope) and first is not None:
            package = _literal(node.args[1]) if len(node.args) > 1 else None
            return {f"{package or ''}{first}" if first.startswith(".") else first}
    return set()


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

    def statements(self, body: Sequence[ast.stmt], scope: _Scope) -> None:
        for statement in body:
            self.visit(statement, scope)

    def visit(self, node: ast.AST, scope: _Scope) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            self._function(node, scope)
            return
        if isinstance(node, ast.ClassDef):
            for outside in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
                self.visit(outside, scope)
            self.statements(node.body, _local(node.body, scope))
            return
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            stores = {
                n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)
            }
            scope = _Scope(dict.fromkeys(stores, set()), scope)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(node)
            return
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
            name = (
                self.match(_origins(node, scope))
                if isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
                else None
            )
            if name is not None:
                self.note(node, name)
                if not isinstance(node, ast.Call):
                    return
            elif isinstance(node, ast.Call):
                self._call(node, scope)
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope)

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: _Scope
    ) -> None:
        for decorator in getattr(node, "decorator_list", []):
            self.visit(decorator, scope)
        arguments = node.args
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)):
            self.visit(default, scope)
        body = [ast.Expr(node.body)] if isinstance(node, ast.Lambda) else node.body
        inner = _local(body, scope)
        for argument in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        ):
            if argument is not None:
                inner.names.setdefault(argument.arg, set())
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(positional[::-1], arguments.defaults[::-1], strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, value in pairs:
            if value is not None:
                inner.names[argument.arg] = _origins(value, scope)
        self.statements(body, inner)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        origins = {o for found in _imported(node).values() for o in found}
        if isinstance(node, ast.Import):
            origins = {a.name for a in node.names}
        for origin in sorted(origins):
            name = self.match({origin})
            if name is not None:
                self.note(node, name)

    def _call(self, node: ast.Call, scope: _Scope) -> None:
        """Method calls, and code in literal strings that is executed."""
        function = node.func
        method, base = None, None
        if isinstance(function, ast.Attribute):
            method, base = function.attr, function.value
        elif isinstance(function, ast.Name) and function.id == "getattr" and len(node.args) >= 2:
            method, base = _literal(node.args[1]), node.args[0]
        if (
            method in self.methods
            and base is not None
            and method not in self.own_methods
            and not _origins(base, scope)
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
            text = _literal(node.args[0])
            if text is not None:
                inner = _Search(self.forbidden, self.own_methods)
                tree = _parse(text.strip())
                inner.statements(tree.body, _local(tree.body, scope))
                for _, _, name in inner.found:
                    self.note(node, name)


def _local(body: Sequence[ast.stmt], outer: _Scope) -> _Scope:
    """The scope of a function: what its statements bind, all of them at once."""
    scope = _Scope({}, outer)
    aliases: list[tuple[str, ast.expr]] = []
    hidden: set[str] = set()
    for statement in _top(body):
        if isinstance(statement, (ast.Global, ast.Nonlocal)):
            hidden.update(statement.names)
        if isinstance(statement, ast.ImportFrom) and any(a.name == "*" for a in statement.names):
            scope.stars += (statement.module or "",)
        for name in _bound(statement):
            scope.names.setdefault(name, set())
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for name, origins in _imported(statement).items():
                scope.names[name] = scope.names[name] | origins
        aliases += _aliases(statement)
    for name in hidden:
        scope.names.pop(name, None)
    for _ in range(2):  # an alias of an alias
        for name, value in aliases:
            if name in scope.names:
                scope.names[name] = scope.names[name] | {
                    o for o in _origins(value, scope) if len(o) < 300
                }
    return scope


def _aliases(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
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
        pairs += [(n.target, n.value) for n in ast.walk(statement) if isinstance(n, ast.NamedExpr)]
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


def _globals(cells: Sequence[_Cell]) -> _Scope:
    """The notebook's global names after its last cell; a later binding replaces an earlier one."""
    scope = _Scope({})
    for cell in cells:
        scope.stars += cell.stars
        for statement in _top(cell.body):
            imported = (
                _imported(statement) if isinstance(statement, (ast.Import, ast.ImportFrom)) else {}
            )
            aliases = dict(_aliases(statement))
            for name in _bound(statement):
                if name in imported:
                    scope.names[name] = imported[name]
                elif name in aliases:
                    scope.names[name] = _origins(aliases[name], scope)
                else:
                    scope.names[name] = set()
    return scope


def _read(statement: ast.stmt) -> set[str]:
    return {
        n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }


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
    cells = [_parse(source) for source in sources]
    scope = _globals(cells)
    search = _Search(
        tuple(forbidden), frozenset().union(*(c.methods for c in cells)) if cells else frozenset()
    )
    whole = set(range(len(cells)) if searched is None else searched)
    todo: set[str] = set(functions)
    for index in sorted(whole):
        search.cell, search.lines = index, cells[index].lines
        search.statements(cells[index].body, scope)
        for statement in cells[index].body:
            todo |= _read(statement)
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
        search.visit(statement, scope)
        todo |= _read(statement)
    return [(name, line, text) for (_, line, name), text in sorted(search.found.items())]


def message(found: Sequence[tuple[str, int, str]]) -> str:
    """What a student is told of violations; empty when there are none."""
    if not found:
        return ""
    name, line, text = found[0]
    more = f", and {len(found) - 1} more do{'es' * (len(found) == 2)}" if len(found) > 1 else ""
    return f"this question must be solved without {name}; line {line} uses it{more}: {text}"
