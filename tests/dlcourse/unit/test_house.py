"""The house: names are used once, files stay short, failures have names."""

from __future__ import annotations

import ast
from collections import defaultdict

from tests.support.course import REPOSITORY

SOURCES = {
    path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((REPOSITORY / "dlcourse").rglob("*.py"))
}
MOST_LINES = 350
"""Some 300; encoding.py, one recursive format with its two directions, is the longest."""


def repeated_classes(sources: dict[str, str]) -> dict[str, list[str]]:
    """Names of classes that stand in more than one place."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(path)
    return {name: found for name, found in places.items() if len(found) > 1}


def nameless_signals(sources: dict[str, str]) -> list[str]:
    """Handlers that take RuntimeError for a message of somebody's."""
    return [
        f"{path}:{node.lineno}"
        for path, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and "RuntimeError" in ast.unparse(node.type)
    ]


def test_no_class_name_is_used_twice() -> None:
    assert repeated_classes(SOURCES) == {}
    assert repeated_classes({"a": "class X: ...", "b": "class X: ..."}) == {"X": ["a", "b"]}


def test_no_runtime_error_is_a_signal() -> None:
    assert nameless_signals(SOURCES) == []
    assert nameless_signals({"a": "try:\n    f()\nexcept (OSError, RuntimeError):\n    g()"}) == [
        "a:3"
    ]


def test_files_are_short() -> None:
    assert {p: n for p, t in SOURCES.items() if (n := len(t.splitlines())) > MOST_LINES} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [p for p, t in SOURCES.items() if ast.get_docstring(ast.parse(t)) is None] == []
