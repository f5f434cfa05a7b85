"""Modules that are named in strings: imports move with their files, strings do not."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

import dlcourse

PACKAGE = Path(dlcourse.__file__).parent
NAMED = re.compile(r"\bdlcourse(?:\.\w+)+")
NO_MODULE = re.compile(r"\.(toml|xml|whl|egg|md|html|py|in_ascii)$")
"""Files, and the name of a way to encode."""
FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if "scaffold" not in p.parts]


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or stands in the text of one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.util.find_spec(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        if found is None or found.origin is None:
            continue
        text = Path(found.origin).read_text(encoding="utf-8")
        return all(re.search(rf"\b{part}\b", text) for part in parts[end:])
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_named_modules_exist(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    names = {name for text in texts if isinstance(text, str) for name in NAMED.findall(text)}
    missing = [name for name in sorted(names) if not NO_MODULE.search(name) and not exists(name)]
    assert not missing


def test_module_that_moved_away_is_noticed() -> None:
    assert exists("dlcourse.executor.driver") and exists("dlcourse.executor.driver.serve")
    assert not exists("dlcourse.executor.sandbox.enter_wall")
    assert not exists("dlcourse.executor.zigote")
