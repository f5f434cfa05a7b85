"""nbgrader's configuration as nbgrader reads it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from traitlets.config.loader import PyFileConfigLoader


def nbgrader_config(root: Path) -> Any:
    """The traitlets configuration of ``root/nbgrader_config.py``."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def find_alembic() -> None:
    """nbgrader starts `alembic` by name when it makes a gradebook; let it be this environment's."""
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = f"{folder}{os.pathsep}{path}"
