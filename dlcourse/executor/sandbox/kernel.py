"""The calls of the Linux kernel that walls are made of; each says in words why it was refused."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from functools import lru_cache
from typing import Any

from ...errors import SetupError

# of linux/sched.h, sys/mount.h, linux/mount.h, linux/prctl.h
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x20000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
NOSUID, NODEV, NOEXEC, RECURSIVE, PRIVATE, DETACH = 2, 4, 8, 1 << 14, 1 << 18, 2
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV = 1, 2, 4
_AT_FDCWD, AT_EMPTY_PATH, _AT_RECURSIVE, _OPEN_TREE_CLONE, _OPEN_TREE_CLOEXEC, _MOVE_EMPTY_PATH = (
    -100,
    0x1000,
    0x8000,
    1,
    0o2000000,
    4,
)
PDEATHSIG, SET_DUMPABLE, CAPBSET_DROP, NO_NEW_PRIVS = 1, 4, 24, 38
CAP_SYS_ADMIN = 21
# numbers of calls that libc may lack: (x86_64, aarch64)
CALLS = {
    "pivot_root": (155, 41), "capset": (126, 91), "seccomp": (317, 277),
    "open_tree": (428, 428), "move_mount": (429, 429), "mount_setattr": (442, 442),
}  # fmt: skip


class SandboxUnavailable(SetupError):
    """Student code cannot be walled in on this machine; the message says why and what helps."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"student code cannot be sandboxed on this machine: {reason}. `dlcourse doctor` shows the cures; "
            "`--unsafe-no-sandbox` runs code that you trust as yourself"
        )
        self.reason = reason


@lru_cache
def libc() -> ctypes.CDLL:
    """The C library, whose calls set errno."""
    return ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> int:
    """The result of a call, or what it means that it is negative.

    Raises:
        SandboxUnavailable: it is; as everything below.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise SandboxUnavailable(f"{what}: {os.strerror(number)}{_explain(number)}")
    return result


def _explain(number: int) -> str:
    if number == errno.ENOSYS:
        return " (needs Linux 5.14 or newer)"
    if number in (errno.EPERM, errno.EACCES):
        return " (the kernel, AppArmor or the container forbids it)"
    if number == errno.ENOSPC:
        return " (too many namespaces; see /proc/sys/user)"
    return ""


def call(name: str, *args: Any, what: str = "") -> int:
    """One of :data:`CALLS`, which libc may lack."""
    number = CALLS[name][os.uname().machine == "aarch64"]
    return check(libc().syscall(ctypes.c_long(number), *args), what or name)


def unshare(flags: int, what: str) -> None:
    check(libc().unshare(flags), what)


def mount(kind: str, target: str, flags: int, data: str = "") -> None:
    check(
        libc().mount(kind.encode(), target.encode(), kind.encode(), flags, data.encode()),
        f"mount {kind} on {target}",
    )


def make_mounts_private(what: str) -> None:
    """From now on no mount here shows elsewhere, nor the other way round."""
    check(libc().mount(None, b"/", None, RECURSIVE | PRIVATE, None), what)


def tmpfs(target: str, size: int, mode: int = 0o755, owner: tuple[int, int] | None = None) -> None:
    """Mount an empty folder in memory of at most ``size`` bytes."""
    uid, gid = owner or (os.geteuid(), os.getegid())
    mount(
        "tmpfs",
        target,
        NOSUID | NODEV,
        f"size={size},nr_inodes={max(size >> 13, 1024)},mode={mode:o},uid={uid},gid={gid}",
    )


def prctl(option: int, *args: int) -> None:
    values = [ctypes.c_ulong(a) for a in (*args, 0, 0, 0, 0)[:4]]
    check(libc().prctl(option, *values), f"prctl {option}")


def copy_tree(path: str, attributes: int) -> int:
    """A detached copy of what is mounted at ``path`` and below, as a descriptor."""
    flags = _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC | _AT_RECURSIVE
    fd = call("open_tree", _AT_FDCWD, path.encode(), ctypes.c_uint(flags), what=f"open_tree {path}")
    if attributes:
        set_attributes(fd, attributes, AT_EMPTY_PATH | _AT_RECURSIVE, path)
    return fd


def set_attributes(fd: int, attributes: int, flags: int, what: str) -> None:
    """Add mount attributes to what an open folder stands for, and keep its mounts from showing
    elsewhere.
    """
    wanted = struct.pack("=QQQQ", attributes, 0, PRIVATE, 0)
    call(
        "mount_setattr",
        fd,
        b"",
        ctypes.c_uint(flags),
        wanted,
        ctypes.c_size_t(len(wanted)),
        what=f"mount_setattr {what}",
    )


def attach(fd: int, target: str) -> None:
    """Mount what :func:`copy_tree` gave."""
    call(
        "move_mount",
        fd,
        b"",
        _AT_FDCWD,
        target.encode(),
        ctypes.c_uint(_MOVE_EMPTY_PATH),
        what=f"move_mount {target}",
    )
    os.close(fd)


def new_user_namespace(inside: int | None) -> None:
    """Enter a user namespace in which only this process's own ids exist, under the number
    ``inside`` or unchanged.
    """
    uid, gid = os.geteuid(), os.getegid()
    unshare(NEWUSER, "user namespace")
    lines = {
        "setgroups": "deny",
        "uid_map": f"{inside or uid} {uid} 1",
        "gid_map": f"{inside or gid} {gid} 1",
    }
    for name, line in lines.items():
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)
        except OSError as error:
            raise SandboxUnavailable(f"user namespace: writing {name}: {error.strerror}") from error


def status(name: str) -> str:
    """A field of this process's ``/proc`` status."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(f"{name}:"):
                return line.split(":", 1)[1].strip()
    return ""


def is_privileged() -> bool:
    """Whether this is the machine's root, with all that root may do; otherwise a user namespace
    gives what is needed.
    """
    if os.geteuid() != 0:
        return False
    with open("/proc/self/uid_map") as file:
        whole = file.read().split() == ["0", "0", "4294967295"]
    if whole and not int(status("CapEff"), 16) >> CAP_SYS_ADMIN & 1:
        raise SandboxUnavailable(
            "root without CAP_SYS_ADMIN, for whom process limits do not hold; run as an ordinary user"
        )
    return whole


def drop_bounding() -> None:
    """Make sure that no program that is started can ever get a capability."""
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for capability in range(last + 1):
        prctl(CAPBSET_DROP, capability)


def install_filter(program: bytes) -> None:
    """Let a seccomp program judge all further system calls of this process."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_char_p)]

    # SPEC_ALLOW: on older kernels a filter would otherwise slow all code down by turning off
    # speculation
    set_mode_filter, spec_allow = 1, 4
    call(
        "seccomp",
        ctypes.c_uint(set_mode_filter),
        ctypes.c_uint(spec_allow),
        ctypes.byref(Program(len(program) // 8, program)),
    )
