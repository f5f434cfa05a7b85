"""What courses, notebooks and configurations name; docs/architecture.md lists it. A path that moves
breaks them.
"""

from __future__ import annotations

import importlib

import pytest

from tests.support.course import REPOSITORY

PUBLIC = {
    "dlcourse": (
        "at_most", "check", "close", "demo", "exact", "guesses", "predict", "probe", "progress", "raises", "statistical", "within_se",
    ),
    "dlcourse.authoring": ("Misconception", "load_reference"),
    "dlcourse.nbgrader_port": ("configure",),
    "dlcourse.testing": ("pytest_addoption", "pytest_collect_file"),
    "dlcourse.export.otter_plugin": ("Verified",),
    "dlcourse.cli": ("app", "main"),
}  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
def test_public_names_are_where_courses_look_for_them(path: str) -> None:
    module = importlib.import_module(path)
    assert not [name for name in PUBLIC[path] if not hasattr(module, name)]


def test_the_package_exports_nothing_else() -> None:
    assert set(importlib.import_module("dlcourse").__all__) == set(PUBLIC["dlcourse"])


def test_they_are_written_down() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path, names in PUBLIC.items():
        if path.startswith("dlcourse.cli"):
            continue
        assert path in text, path
        if path != "dlcourse.testing":
            assert not [name for name in names if name not in text]


def test_what_the_repository_itself_uses_is_public() -> None:
    assert "from dlcourse.nbgrader_port import configure" in (
        REPOSITORY / "nbgrader_config.py"
    ).read_text(encoding="utf-8")
    for tests in sorted((REPOSITORY / "tests").glob("*/misconceptions.py")):
        assert "from dlcourse.authoring import Misconception" in tests.read_text(encoding="utf-8")
