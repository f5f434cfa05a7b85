"""What this machine can do: each trial runs in a process of its own, which it may leave in any
state.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache

from ..limits import Sandbox
from . import kernel, seccomp
from .kernel import SandboxUnavailable
from .walls import NAMESPACES, fork_behind_wall, raise_inner_wall, raise_outer_wall


def _try_user_namespace() -> None:
    kernel.new_user_namespace(None)


def _try_namespaces() -> None:
    if not kernel.is_privileged():
        kernel.new_user_namespace(None)
    kernel.unshare(NAMESPACES, "mount, process, network, IPC and UTS namespaces")
    kernel.make_mounts_private("mounting in a user namespace")


def _try_filter() -> None:
    kernel.prctl(kernel.NO_NEW_PRIVS, 1)
    kernel.install_filter(seccomp.program())


def _try_walls() -> None:
    ours, theirs = socket.socketpair()
    raise_outer_wall(Sandbox(), theirs.fileno())
    pid = fork_behind_wall()
    if pid == 0:
        status = 1
        try:
            raise_inner_wall(0)
            status = 0
        except SandboxUnavailable as error:
            print(error.reason, flush=True)
        finally:
            os._exit(status)
    if os.waitpid(pid, 0)[1]:
        raise SandboxUnavailable("the inner wall could not be built (see above)")


TRIALS: dict[str, Callable[[], None]] = {
    "user namespace": _try_user_namespace,
    "namespaces": _try_namespaces,
    "seccomp": _try_filter,
    "sandbox": _try_walls,
}
"""What can be tried, from the least that a sandbox needs to the whole of it."""


def attempt(what: str) -> str:
    """Try one of :data:`TRIALS` in a process of its own; returns what is wrong, empty if nothing."""
    if sys.platform != "linux":
        return "needs Linux"
    command = [sys.executable, "-P", "-s", "-m", __spec__.name, what]
    env = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }  # a user namespace needs a single thread
    done = subprocess.run(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        text=True,
        check=False,
    )
    return (
        "" if done.returncode == 0 else done.stdout.strip()[-500:] or f"exit code {done.returncode}"
    )


@lru_cache
def available() -> tuple[str, ...]:
    """Why student code cannot be sandboxed here; empty if it can."""
    reason = attempt("sandbox")
    return (reason,) if reason else ()


if __name__ == "__main__":
    try:
        TRIALS[sys.argv[1]]()
    except SandboxUnavailable as error:
        sys.exit(error.reason)
