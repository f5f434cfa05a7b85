"""The rules of an assignment: questions may use what its given cells import, and numpy; `forbid`
takes parts of it away.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping

from ..core.rules import ALWAYS_ALLOWED, FAMILIES, Rules


def rules_of(
    given: Iterable[str], forbid: Mapping[str, tuple[str, ...]], stubs: Mapping[str, str]
) -> Rules:
    """Make the rules.

    Args:
        given: sources of the given cells.
        forbid: by question.
        stubs: the question of each stub.
    """
    libraries: dict[str, None] = {"numpy": None}
    names: dict[str, None] = {}
    for source in given:
        body = ast.parse(source).body
        libraries.update(dict.fromkeys(name for statement in body for name in _imported(statement)))
        names.update(
            dict.fromkeys(s.name for s in body if isinstance(s, (ast.FunctionDef, ast.ClassDef)))
        )
    return Rules(tuple(libraries), tuple(forbid.items()), tuple(stubs.items()), tuple(names))


def _imported(statement: ast.stmt) -> Iterator[str]:
    """Full names of what a statement imports from libraries."""
    if isinstance(statement, ast.Import):
        full = [alias.name for alias in statement.names]
    elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
        full = [f"{statement.module}.{alias.name}" for alias in statement.names]
    else:
        return
    for name in full:
        root = name.partition(".")[0]
        if root not in sys.stdlib_module_names and root not in ALWAYS_ALLOWED:
            yield name


def is_rule(name: object) -> bool:
    """Whether an entry of `forbid` can be one: a family, or a full name."""
    return isinstance(name, str) and (name in FAMILIES or "." in name)
