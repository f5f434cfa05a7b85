"""Walls around student code, made of Linux namespaces, a seccomp filter and resource limits.

Two walls, one inside the other:

- :func:`raise_outer_wall`, once per zygote, before any package of the notebooks is imported:
  namespaces, and a root folder in which only the interpreter, its libraries and a few files of
  ``/etc`` exist, read-only. What cannot be imported behind it cannot be imported by students
  either.
- :func:`raise_inner_wall`, once per submission, in the child that :func:`fork_behind_wall` made:
  process, mount, network, IPC and user namespaces of its own, empty writable folders, an identity
  without rights, limits and the filter.

Nothing here trusts what runs afterwards, and every step that fails raises
:class:`SandboxUnavailable`. ``docs/sandbox.md`` says what is promised.
"""

from __future__ import annotations

import os
import resource
import socket
import struct
from dataclasses import dataclass

from ..limits import Sandbox
from . import kernel, seccomp
from .kernel import SandboxUnavailable
from .root import FOLDER, USER_ID, WRITABLE, build_root, environment_inside, place

FIRST_ID = 0x70000000
"""Ids from here to 2**31 belong to no user, container or service by anybody's convention (see
systemd's UIDS-GIDS).
"""

NAMESPACES = kernel.NEWNS | kernel.NEWPID | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS
"""What the outer wall shares with nobody, beside a user namespace."""


@dataclass
class _Wall:
    """What children need to know of the wall that they were forked behind."""

    box: Sandbox
    privileged: bool
    nested: list[str]
    own_pids: int
    filter: bytes


_wall: _Wall | None = None


def raise_outer_wall(box: Sandbox, keep: int) -> None:
    """Put this single-threaded process behind the outer wall.

    It goes on in a child, the first process of a new process namespace: when it ends, so does all
    that it forked. The calling process only waits for it.

    Args:
        box: limits and visible files.
        keep: the one descriptor besides 0, 1 and 2 that stays open.

    Raises:
        SandboxUnavailable: anything is refused.
    """
    global _wall
    if not seccomp.supported():
        raise SandboxUnavailable(f"no table of system calls for {os.uname().machine}")
    os.chdir("/")
    privileged = kernel.is_privileged()
    if not privileged:
        kernel.new_user_namespace(None)
    kernel.unshare(NAMESPACES, "mount, process, network, IPC and UTS namespaces")
    pid = os.fork()
    if pid:
        os.closerange(3, 1 << 16)
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    kernel.prctl(kernel.PDEATHSIG, 9)
    os.closerange(3, keep)
    os.closerange(keep + 1, 1 << 20)
    root = "/tmp"
    kernel.make_mounts_private("making mounts private")
    try:
        nested = build_root(root, box)
    except OSError as error:
        raise SandboxUnavailable(f"building the root folder: {error}") from error
    try:
        # while the old /proc is still in sight, without which the kernel refuses a new one in a
        # user namespace
        kernel.mount("proc", root + "/proc", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC)
    except SandboxUnavailable as error:
        raise SandboxUnavailable(
            f"{error.reason}; in Docker /proc is masked: --security-opt systempaths=unconfined"
        ) from error
    os.chdir(root)
    kernel.call("pivot_root", b".", b".")
    kernel.check(kernel.libc().umount2(b".", kernel.DETACH), "leaving the old root")
    os.chdir("/")
    top = os.open("/", os.O_PATH)
    kernel.set_attributes(
        top, kernel.ATTR_RDONLY | kernel.ATTR_NOSUID | kernel.ATTR_NODEV, kernel.AT_EMPTY_PATH, "/"
    )
    os.close(top)
    os.chdir(FOLDER)
    os.umask(0o022)
    os.environ.update(environment_inside())
    _wall = _Wall(
        box,
        privileged,
        nested,
        os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC),
        seccomp.program(),
    )


def fork_behind_wall() -> int:
    """Fork into a new process namespace, of which the child is the first process; returns as
    ``os.fork``.

    A second fork, for a first process that does nothing, would copy the page tables of a process
    that has imported torch once more; instead the parent enters its own namespace again at once.
    """
    assert _wall is not None
    kernel.unshare(kernel.NEWPID, "process namespace")
    pid = os.fork()
    if pid:
        kernel.check(
            kernel.libc().setns(_wall.own_pids, kernel.NEWPID), "returning to the process namespace"
        )
    return pid


def raise_inner_wall(slot: int) -> int:
    """Put this process, just made by :func:`fork_behind_wall`, behind the inner wall.

    Args:
        slot: names the submission's own user id where the grader is root.

    Returns:
        The open ``/proc`` of the submission, to be handed to the grader.

    Raises:
        SandboxUnavailable: anything is refused.
    """
    assert _wall is not None
    box = _wall.box
    kernel.unshare(
        kernel.NEWNS | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS, "namespaces of a submission"
    )
    nested = [(path, kernel.copy_tree(path, 0)) for path in _wall.nested]
    os.chdir("/")
    kernel.mount("proc", "/proc", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC)
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    identity = (
        (FIRST_ID + slot, FIRST_ID + slot) if _wall.privileged else (os.geteuid(), os.getegid())
    )
    for path in WRITABLE:
        kernel.tmpfs(path, box.disk, 0o1777 if path != FOLDER else 0o700, identity)
    for path, fd in nested:
        place(path, os.path.isdir(f"/proc/self/fd/{fd}"))
        kernel.attach(fd, path)
    socket.sethostname("notebook")
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    if _wall.privileged:
        kernel.drop_bounding()
        os.setgroups([])
        os.setresgid(identity[1], identity[1], identity[1])
        os.setresuid(identity[0], identity[0], identity[0])
        kernel.prctl(kernel.SET_DUMPABLE, 1)  # or /proc/self would still be root's
    # it owns none of the other namespaces, so that even capabilities in it would be good for
    # nothing
    kernel.new_user_namespace(USER_ID)
    kernel.drop_bounding()
    header, nothing = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    kernel.call("capset", header, nothing)
    os.chdir(FOLDER)
    drop_rights(box, _wall.filter)
    return proc


def drop_rights(box: Sandbox, program: bytes) -> None:
    """Put limits and the filter on this process, and make sure that it has no rights left.

    Raises:
        SandboxUnavailable: it has, or something is refused.
    """
    kernel.prctl(kernel.NO_NEW_PRIVS, 1)
    limits = {
        resource.RLIMIT_AS: box.memory, resource.RLIMIT_NPROC: box.processes, resource.RLIMIT_FSIZE: box.disk,
        resource.RLIMIT_NOFILE: box.files, resource.RLIMIT_CPU: box.cpu, resource.RLIMIT_CORE: 0, resource.RLIMIT_MEMLOCK: 1 << 16,
        resource.RLIMIT_MSGQUEUE: 0,
    }  # fmt: skip
    for name, value in limits.items():
        hard = resource.getrlimit(name)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (value, value))
    kernel.install_filter(program)
    wanted = {"CapEff": "0" * 16, "CapBnd": "0" * 16, "NoNewPrivs": "1", "Seccomp": "2"}
    if any(kernel.status(name) != value for name, value in wanted.items()):
        raise SandboxUnavailable("rights were left after dropping them")
