"""Modules and files that are named in strings: imports move with their files, strings do not."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

import dlcourse
from tests.support.course import REPOSITORY

PACKAGE = Path(dlcourse.__file__).parent
GUIDES = [p.relative_to(REPOSITORY).as_posix() for p in sorted((REPOSITORY / "docs").glob("*.md"))]
NAMED = re.compile(r"\bdlcourse(?:\.\w+)+")
NO_MODULE = re.compile(r"\.(toml|xml|whl|egg|md|html|py|in_ascii|__file__)$")
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


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "nbgrader_config.py", "Makefile", "README.md", *GUIDES]
)
def test_modules_named_in_the_projects_other_files_exist(name: str) -> None:
    names = set(NAMED.findall((REPOSITORY / name).read_text(encoding="utf-8")))
    missing = [name for name in sorted(names) if not NO_MODULE.search(name) and not exists(name)]
    assert not missing


def test_entry_points_can_be_loaded() -> None:
    points = importlib.metadata.distribution("dlcourse").entry_points
    assert "dlcourse" in {point.name for point in points}
    assert all(callable(point.load()) for point in points)


def test_package_data_is_every_file_that_is_no_module() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["dlcourse"]
    files = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    ]
    assert not [f for f in files if not any(fnmatch(f, pattern) for pattern in patterns)]
    assert not [pattern for pattern in patterns if not any(fnmatch(f, pattern) for f in files)]
