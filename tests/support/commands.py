"""Real commands in a course, as an instructor would type them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dlcourse.authoring.course import Course


def environment(root: Path) -> dict[str, str]:
    """Of a command that must not see the tester's own Jupyter settings."""
    home = root / "home"
    home.mkdir(exist_ok=True)
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("JUPYTER", "NBGRADER", "COV_", "PYTEST"))
    }
    bin_folder = str(Path(sys.executable).parent)
    return {
        **clean, "HOME": str(home), "OMP_NUM_THREADS": "1", "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb",
        "PATH": f"{bin_folder}{os.pathsep}{clean.get('PATH', '')}", "JUPYTER_PLATFORM_DIRS": "1",
    }  # fmt: skip


def nbgrader(course: Course, *arguments: str, status: int = 0, cwd: Path | None = None) -> str:
    """Run a real nbgrader command in the course; returns what it said."""
    return _command(course, ["-m", "nbgrader", *arguments], status, cwd)


def dlcourse(course: Course, *arguments: str, status: int = 0, cwd: Path | None = None) -> str:
    """Run a real `dlcourse` command in the course; returns what it said."""
    return _command(course, ["-m", "dlcourse.cli", *arguments], status, cwd)


def _command(course: Course, arguments: list[str], status: int, cwd: Path | None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd or course.root, env=environment(course.root), text=True, timeout=300,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == status, (
        f"{' '.join(arguments)}: exit status {done.returncode}\n{done.stdout[-6000:]}"
    )
    return done.stdout
