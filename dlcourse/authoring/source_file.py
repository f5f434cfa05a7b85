"""A Python file as source: its top-level statements by name, and self-contained pieces of it."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import sys
import traceback
import types
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path

from ..core.names import bound, read
from ..errors import AuthorError


class Module:
    """A Python file as named top-level statements, to cut out self-contained pieces.

    Raises:
        AuthorError: it is no Python.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        try:
            self.body = ast.parse(self.text, str(path)).body
        except SyntaxError as error:
            raise AuthorError(f"{path}:{error.lineno}: {error.msg}") from error

    @cached_property
    def owners(self) -> dict[str, list[ast.stmt]]:
        """The statements that give a name its value.

        There may be several: ``import a.b`` and ``import a.c``, ``x = 1`` and ``x[0] = 2``.
        """
        owners: dict[str, list[ast.stmt]] = {}
        for statement in self.body:
            for name in dict.fromkeys([*bound(statement), *changed(statement)]):
                owners.setdefault(name, []).append(statement)
        return owners

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines()

    def closure(self, roots: Collection[str]) -> list[ast.stmt]:
        """Top-level statements that ``roots`` need, in the order of the file."""
        todo, found = set(roots), []
        while todo:
            for statement in self.owners.get(todo.pop(), []):
                if statement not in found:
                    found.append(statement)
                    todo |= read(statement)
        return [s for s in self.body if s in found]

    def piece(
        self,
        root: ast.FunctionDef | ast.ClassDef,
        decorators: bool,
        given: Collection[str] = (),
        root_first: bool = False,
        elsewhere: Collection[int] = (),
    ) -> str:
        """Self-contained source of a top-level definition.

        Args:
            root: the definition.
            decorators: keep its decorators and what they use (a judge, for example).
            given: names already there, whose imports are left out.
            root_first: put what is needed only when the function is called after it, for a reader
                who wants to see it first.
            elsewhere: first lines of statements that are left out, since they stand in another
                cell.
        """
        parts = [
            node
            for node in ast.iter_child_nodes(root)
            if decorators or node not in root.decorator_list
        ]
        used = set().union(*map(read, parts))
        needed = [s for s in self.closure(used) if s is not root and s.lineno not in elsewhere]
        imported = used.union(*map(read, needed)) - set(given)
        head = [p for p in parts if p not in root.body]  # evaluated when it is defined
        at_once = self.closure(set().union(*map(read, head))) if root_first else needed
        imports: list[str] = []
        before: list[str] = []
        after: list[str] = []
        for statement in needed:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                imports += _import_of(statement, imported)
            else:
                (before if statement in at_once else after).append(self.segment(statement))
        top = ["\n".join(imports)] if imports else []
        return "\n\n\n".join([*top, *before, self.segment(root, decorators), *after])

    def imports(self, used: Collection[str], given: Collection[str] = ()) -> list[str]:
        """Import statements of the file for names that are used and not given, cut down to them."""
        wanted = set(used) - set(given)
        statements = (s for s in self.body if isinstance(s, (ast.Import, ast.ImportFrom)))
        return [line for s in statements for line in _import_of(s, wanted)]

    def segment(self, statement: ast.stmt, decorators: bool = True) -> str:
        """The lines of a top-level statement."""
        above = getattr(statement, "decorator_list", [])
        first = above[0].lineno if decorators and above else statement.lineno
        return "\n".join(self._lines[first - 1 : statement.end_lineno])


def _import_of(statement: ast.Import | ast.ImportFrom, used: Collection[str]) -> list[str]:
    """An import statement cut down to the names used; nothing where none is."""
    names = [a for a in statement.names if (a.asname or a.name.split(".")[0]) in used]
    if not names:
        return []
    if isinstance(statement, ast.Import):
        return [ast.unparse(ast.Import(names))]
    return [ast.unparse(ast.ImportFrom(statement.module, names, statement.level))]


def changed(statement: ast.stmt) -> list[str]:
    """Names of objects that an assignment changes: ``x`` in ``x[0] = 1`` and in ``x.a = 1``."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    changed = []
    for target in targets:
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
            if isinstance(target, ast.Name):
                changed.append(target.id)
    return changed


def execute(path: Path, name: str) -> types.ModuleType:
    """Run a Python file as a module of its own.

    Raises:
        AuthorError: it fails; the message names its line.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except AuthorError as error:
        raise AuthorError(f"{path}: {error}") from error
    except Exception as error:
        frames = reversed(traceback.extract_tb(error.__traceback__))
        line = next((f":{f.lineno}" for f in frames if f.filename == str(path)), "")
        raise AuthorError(f"{path}{line}: {type(error).__name__}: {error}") from error
    return module


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """That there is nothing of a name, and what may have been meant."""
    near = difflib.get_close_matches(str(name), known, 1)
    return f"no {what} {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def defined(source: str) -> tuple[str, ...]:
    """Functions and classes that a source defines at its top level."""
    return tuple(
        n.name for n in ast.parse(source).body if isinstance(n, (ast.FunctionDef, ast.ClassDef))
    )
