"""nbgrader's configuration as nbgrader reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traitlets.config.loader import PyFileConfigLoader

from ..authoring.course import Course
from ..errors import CourseError

CONFIG = "nbgrader_config.py"
"""nbgrader's name for its configuration, which lies beside course.toml."""


def nbgrader_config(root: Path) -> Any:
    """The traitlets configuration of ``root``.

    Raises:
        CourseError: it is missing or fails.
    """
    path = root / CONFIG
    if not path.is_file():
        raise CourseError(f"{path}: no such file; copy the one of this course's repository")
    try:
        return PyFileConfigLoader(path.name, path=str(root)).load_config()
    except ModuleNotFoundError:  # the command line says what to install
        raise
    except Exception as error:  # it is a program: anything may happen in it
        raise CourseError(f"{path}: {type(error).__name__}: {error}") from error


def gradebook_url(course: Course, config: Mapping[str, Any] | None = None) -> str:
    """The course's gradebook: what its nbgrader_config.py says, or nbgrader's default.

    Args:
        course: the course.
        config: from :func:`nbgrader_config`; read if not given.
    """
    if config is None:
        config = nbgrader_config(course.root) if (course.root / CONFIG).is_file() else {}
    url = config.get("CourseDirectory", {}).get("db_url")
    return str(url) if url else course.gradebook_url


def find_alembic() -> None:
    """nbgrader starts `alembic` by name when it makes a gradebook; let it be this environment's."""
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = f"{folder}{os.pathsep}{path}"
