"""The strongest isolation of student code that this machine gives.

A container such as Gradescope's runs everything as root and forbids namespaces, so the sandbox of
:mod:`dlcourse.executor.sandbox` is not to be had there. What is left is an old means: student code runs as another user,
who can neither read the expected results nor write the scores.
"""

from __future__ import annotations

import os
import pwd
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import SetupError
from ..executor.process import Zygote
from ..executor.sandbox.kernel import SandboxUnavailable

SANDBOX, USER, NONE = "sandbox", "user", "none"
KINDS = (SANDBOX, USER, NONE)
WORDS = {
    SANDBOX: "student code ran in the sandbox",
    USER: "student code ran as another user, with the container's network; see docs/gradescope.md",
    NONE: "student code ran as the grader's own user: it could have read the expected results and written the scores",
}
_USER = "nobody"
_PROCESSES = 256


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Be another user, so that programs started now are that user and can never be root again."""
    user = pwd.getpwnam(_USER)
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, 0)
    os.setresuid(user.pw_uid, user.pw_uid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)


class UserZygote(Zygote):
    """A warm process, and runs forked from it, that belong to the user `nobody`. Only root can start one."""

    def __init__(self) -> None:
        with _as_nobody():
            super().__init__(sandbox=None)
            # as the same user, since containers' roots may not touch other users' limits
            resource.prlimit(self._process.pid, resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))

    def start(self) -> Any:
        with _as_nobody():
            return super().start()


def open_zygote(wanted: str = "auto") -> tuple[str, Zygote]:
    """Start a warm process.

    Args:
        wanted: one of :data:`KINDS`; ``auto`` takes the first that works.

    Returns:
        Which it is, and the process.

    Raises:
        SetupError: what is wanted is not to be had.
    """
    if wanted not in ("auto", *KINDS):
        raise SetupError(f"isolation {wanted!r} is unknown; it is auto, {', '.join(KINDS)}")
    reasons = []
    for kind in KINDS if wanted == "auto" else (wanted,):
        try:
            return kind, _start(kind)
        except (SandboxUnavailable, OSError, KeyError, RuntimeError) as error:
            reasons.append(f"{kind}: {error}")
    raise SetupError("student code cannot be run: " + "; ".join(reasons))


def _start(kind: str) -> Zygote:
    if kind == SANDBOX:
        return Zygote()
    if kind == USER:
        if os.geteuid() != 0:
            raise OSError("only root can start programs as another user")
        return UserZygote()
    return Zygote(sandbox=None)
