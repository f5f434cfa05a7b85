"""The sandbox where only bubblewrap may make namespaces."""

from __future__ import annotations

import os
from dataclasses import replace

from ..limits import Sandbox
from .root import DEVICES, FILES, FOLDER, TOP, USER_ID, WRITABLE, plan_paths

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""Where ``dlcourse`` lies: what starts inside has to import it."""


def bubblewrap_command(
    box: Sandbox, program: str, command: list[str]
) -> tuple[list[str], list[int]]:
    """The same world made by bubblewrap, around a program that is started from scratch.

    For machines on which an administrator lets bubblewrap make namespaces and nobody else (Ubuntu's
    AppArmor profile). What runs in it cannot make any, so that a warm process cannot fork
    submissions behind walls of their own there.

    Args:
        box: limits and visible files; ``command`` has to call :func:`.walls.drop_rights` itself.
        program: path of ``bwrap``.
        command: what to run.

    Returns:
        The command line, and descriptors that it needs.
    """
    plan = plan_paths(replace(box, visible=(*box.visible, _PACKAGE)))
    line = [
        program,
        "--unshare-all",
        "--new-session",
        "--die-with-parent",
        "--cap-drop",
        "ALL",
        "--hostname",
        "notebook",
    ]
    line += ["--uid", str(USER_ID), "--gid", str(USER_ID), "--dev", "/dev", "--proc", "/proc"]
    for path in WRITABLE:
        line += ["--perms", "1777", "--size", str(box.disk), "--tmpfs", path]
    for path in TOP:
        line += (
            ["--symlink", os.readlink(path), path]
            if os.path.islink(path)
            else ["--ro-bind-try", path, path]
        )
    for path, show in plan:
        if path in DEVICES:
            continue  # --dev makes them
        if show and os.path.islink(path):
            line += ["--symlink", os.readlink(path), path]
        else:
            line += ["--ro-bind", path, path] if show else ["--tmpfs", path]
    fds = []
    for path, text in FILES.items():
        fds.append(os.memfd_create(os.path.basename(path)))
        os.write(fds[-1], text.encode())
        os.lseek(fds[-1], 0, os.SEEK_SET)
        line += ["--ro-bind-data", str(fds[-1]), path]
    return [*line, "--remount-ro", "/", "--chdir", FOLDER, "--", *command], fds
