"""What keeps student code from the grader: walls, another user's rights, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from ..errors import SetupError
from .limits import Sandbox

Kind = Literal["sandbox", "user", "none"]


@dataclass(frozen=True)
class Isolation:
    """How runs are kept from the files and processes of the user who grades.

    Args:
        walls: the sandbox and its limits; None runs student code without one.
        user: name of the user whom student code belongs to where there are no walls; empty for the
            user who grades.
    """

    walls: Sandbox | None
    user: str = ""

    @property
    def kind(self) -> Kind:
        return "sandbox" if self.walls else "user" if self.user else "none"

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Be that user, so that programs started now are that user and can never be root again.

        Raises:
            SetupError: this process may not, or there is no such user.
        """
        if not self.user:
            yield
            return
        if os.geteuid() != 0:
            raise SetupError("only root can start programs as another user")
        import pwd  # not to be had on Windows

        try:
            user = pwd.getpwnam(self.user)
        except KeyError as error:
            raise SetupError(f"there is no user {self.user!r}") from error
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


SANDBOX = Isolation(Sandbox())
"""The sandbox with its usual limits."""
OTHER_USER = Isolation(None, "nobody")
"""For root in a container that has no namespaces: student code can neither read the grader's files
nor write the scores.
"""
UNSAFE = Isolation(None)
"""None: for code that is trusted."""
