"""Walls around student code, made of Linux namespaces, a seccomp filter and resource limits.

Two walls, one inside the other:

- :func:`enter_wall`, once per zygote, before any package of the notebooks is imported: namespaces, and a root folder in
  which only the interpreter, its libraries and a few files of ``/etc`` exist, read-only. What cannot be imported behind
  it cannot be imported by students either.
- :func:`enter`, once per submission, in the child that the zygote forked: process, mount, network, IPC and user
  namespaces of its own, empty writable folders, an identity without rights, limits and the filter.

Nothing here trusts what runs afterwards, and every step that fails raises :class:`SandboxUnavailable`.
``docs/sandbox.md`` says what is promised.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import socket
import struct
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from . import seccomp

FOLDER = "/notebook"
"""The working folder of student code: private, writable, gone with the run."""
WRITABLE = (FOLDER, "/tmp", "/dev/shm")
USER_ID = 1000
"""What student code sees as its user id."""

# of linux/sched.h, sys/mount.h, linux/mount.h, linux/prctl.h
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x20000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_NOSUID, _NODEV, _NOEXEC, _REC, _PRIVATE, _DETACH = 2, 4, 8, 1 << 14, 1 << 18, 2
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE, _OPEN_TREE_CLONE, _OPEN_TREE_CLOEXEC, _MOVE_EMPTY_PATH = (
    -100,
    0x1000,
    0x8000,
    1,
    0o2000000,
    4,
)
_PDEATHSIG, _SET_DUMPABLE, _CAPBSET_DROP, _NO_NEW_PRIVS = 1, 4, 24, 38
_CAP_SYS_ADMIN = 21
# numbers of calls that libc may lack: (x86_64, aarch64)
_CALLS = {
    "pivot_root": (155, 41), "capset": (126, 91), "seccomp": (317, 277),
    "open_tree": (428, 428), "move_mount": (429, 429), "mount_setattr": (442, 442),
}  # fmt: skip
_FIRST_ID = 0x70000000
"""Ids from here to 2**31 belong to no user, container or service by anybody's convention (see systemd's UIDS-GIDS)."""

_SYSTEM = (
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/share",
    "/usr/include",
    "/usr/local/bin",
    "/usr/local/lib",
)
_TOP = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_ETC = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
)
_PREFIX = (
    "bin",
    "lib",
    "lib32",
    "lib64",
    "libexec",
    "include",
    "share",
    "etc",
    "ssl",
    "pyvenv.cfg",
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_CPUS = "/sys/devices/system/cpu"
_FILES = {
    "/etc/passwd": f"student:x:{USER_ID}:{USER_ID}:student:{FOLDER}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    "/etc/group": f"student:x:{USER_ID}:\nnogroup:x:65534:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "/etc/hosts": "127.0.0.1 localhost notebook\n",
}


class SandboxUnavailable(RuntimeError):
    """Student code cannot be walled in on this machine; the message says why and what helps."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"student code cannot be sandboxed on this machine: {reason}. `dlcourse doctor` shows the cures; "
            "`--unsafe-no-sandbox` runs code that you trust as yourself"
        )
        self.reason = reason


@dataclass(frozen=True)
class Sandbox:
    """What one submission may use.

    Args:
        memory: bytes of address space of each process, and of memory of all of them together.
        disk: bytes that each of the writable folders holds; they live in memory.
        processes: processes and threads at a time.
        files: open files of each process.
        cpu: seconds of CPU after which the kernel kills a process, should the grader fail to.
        visible: further files or folders that student code may read.
        hide: folders that it may not see although they lie inside of one that it may.
    """

    memory: int = 4 << 30
    disk: int = 128 << 20
    processes: int = 64
    files: int = 512
    cpu: int = 1200
    visible: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Sandbox:
        return cls(
            **{**document, "visible": tuple(document["visible"]), "hide": tuple(document["hide"])}
        )


# ---- the kernel's calls


@lru_cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
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


def _call(name: str, *args: Any, what: str = "") -> int:
    number = _CALLS[name][os.uname().machine == "aarch64"]
    return _check(_libc().syscall(ctypes.c_long(number), *args), what or name)


def _unshare(flags: int, what: str) -> None:
    _check(_libc().unshare(flags), what)


def _mount(kind: str, target: str, flags: int, data: str = "") -> None:
    _check(
        _libc().mount(kind.encode(), target.encode(), kind.encode(), flags, data.encode()),
        f"mount {kind} on {target}",
    )


def _tmpfs(target: str, size: int, mode: int = 0o755, owner: tuple[int, int] | None = None) -> None:
    uid, gid = owner or (os.geteuid(), os.getegid())
    _mount(
        "tmpfs",
        target,
        _NOSUID | _NODEV,
        f"size={size},nr_inodes={max(size >> 13, 1024)},mode={mode:o},uid={uid},gid={gid}",
    )


def _prctl(option: int, *args: int) -> None:
    values = [ctypes.c_ulong(a) for a in (*args, 0, 0, 0, 0)[:4]]
    _check(_libc().prctl(option, *values), f"prctl {option}")


def _tree(path: str, attributes: int) -> int:
    """A detached copy of what is mounted at ``path`` and below, as a descriptor."""
    flags = _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC | _AT_RECURSIVE
    fd = _call(
        "open_tree", _AT_FDCWD, path.encode(), ctypes.c_uint(flags), what=f"open_tree {path}"
    )
    if attributes:
        _attributes(fd, attributes, _AT_EMPTY_PATH | _AT_RECURSIVE, path)
    return fd


def _attributes(fd: int, attributes: int, flags: int, what: str) -> None:
    wanted = struct.pack("=QQQQ", attributes, 0, _PRIVATE, 0)
    _call(
        "mount_setattr",
        fd,
        b"",
        ctypes.c_uint(flags),
        wanted,
        ctypes.c_size_t(len(wanted)),
        what=f"mount_setattr {what}",
    )


def _attach(fd: int, target: str) -> None:
    _call(
        "move_mount",
        fd,
        b"",
        _AT_FDCWD,
        target.encode(),
        ctypes.c_uint(_MOVE_EMPTY_PATH),
        what=f"move_mount {target}",
    )
    os.close(fd)


def _new_user_namespace(inside: int | None) -> None:
    """Enter a user namespace in which only this process's own ids exist, under the number ``inside`` or unchanged."""
    uid, gid = os.geteuid(), os.getegid()
    _unshare(_NEWUSER, "user namespace")
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


# ---- the outer wall: once per zygote


def _status(name: str) -> str:
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(f"{name}:"):
                return line.split(":", 1)[1].strip()
    return ""


def _privileged() -> bool:
    """Whether this is the machine's root, with all that root may do; otherwise a user namespace gives what is needed."""
    if os.geteuid() != 0:
        return False
    with open("/proc/self/uid_map") as file:
        whole = file.read().split() == ["0", "0", "4294967295"]
    if whole and not int(_status("CapEff"), 16) >> _CAP_SYS_ADMIN & 1:
        raise SandboxUnavailable(
            "root without CAP_SYS_ADMIN, for whom process limits do not hold; run as an ordinary user"
        )
    return whole


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def visible_paths(box: Sandbox) -> list[str]:
    """What exists in the sandbox of the machine's own files: deny by default, folders of libraries only.

    A virtual environment may lie inside the course folder or even be it, so that of a prefix only the usual
    sub-folders are taken, and of ``sys.path`` only folders that installers make.
    """
    paths = [*_SYSTEM, *_ETC, *_DEVICES, _CPUS, *box.visible]
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        for one in {prefix, os.path.realpath(prefix)} - {"/", "/usr", "/usr/local"}:
            paths += [os.path.join(one, name) for name in _PREFIX]
    paths += [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
    return sorted({os.path.abspath(p) for p in paths if os.path.lexists(p)})


def _plan(box: Sandbox) -> list[tuple[str, bool]]:
    """Paths to show (True) and to hide (False), outer ones first; what follows from an outer one is left out."""
    shown = visible_paths(box)
    hidden = {os.path.realpath(h) for h in box.hide}
    hidden = {h for h in hidden if any(_inside(h, s) and h != s for s in shown)}
    plan: dict[str, bool] = {}
    for path, show in sorted(
        [(p, True) for p in shown] + [(h, False) for h in hidden - set(shown)]
    ):
        around = [p for p in plan if _inside(path, p)]
        if not around or plan[max(around, key=len)] != show:
            plan[path] = show
    return list(plan.items())


def _place(target: str, folder: bool) -> None:
    """Something to mount on."""
    os.makedirs(target if folder else os.path.dirname(target), exist_ok=True)
    if not folder and not os.path.lexists(target):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))


def _build_root(root: str, box: Sandbox) -> list[str]:
    """Make the whitelisted world on the folder ``root``; returns what of it lies inside a writable folder."""
    plan = _plan(box)
    # a symbolic link is made again, since a mount would follow it; all else is opened before ``root`` covers anything
    links = {p: os.readlink(p) for p, show in plan if show and os.path.islink(p)}
    links |= {p: os.readlink(p) for p in _TOP if os.path.islink(p)}
    mounts = [p for p, show in plan if show and p not in links] + [
        p for p in _TOP if os.path.isdir(p) and p not in links
    ]
    devices = set(_DEVICES)
    trees = {
        p: (
            _tree(p, _ATTR_RDONLY | _ATTR_NOSUID | (0 if p in devices else _ATTR_NODEV)),
            os.path.isdir(p),
        )
        for p in mounts
    }
    _tmpfs(root, 1 << 20)
    for path in (*WRITABLE, "/proc"):
        os.makedirs(root + path)
    for path in WRITABLE:
        _tmpfs(root + path, box.disk, 0o1777)
    for path, show in plan:
        if path in links:
            _place(root + path, False)
            os.unlink(root + path)
            os.symlink(links[path], root + path)
        elif show:
            fd, folder = trees.pop(path)
            _place(root + path, folder)
            _attach(fd, root + path)
        else:
            _place(root + path, True)
            _tmpfs(root + path, 1 << 16)
    for path, (fd, folder) in trees.items():
        _place(root + path, folder)
        _attach(fd, root + path)
    for path, target in links.items():
        if not os.path.lexists(root + path):
            os.symlink(target, root + path)
    for path, text in _FILES.items():
        _place(root + path, False)
        with open(root + path, "w") as file:
            file.write(text)
    for name, target in (
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ):
        os.symlink(target, f"{root}/dev/{name}")
    return [p for p in mounts if any(_inside(p, w) for w in WRITABLE)]


@dataclass
class _Wall:
    """What children need to know of the wall that they were forked behind."""

    box: Sandbox
    privileged: bool
    nested: list[str]
    own_pids: int
    filter: bytes


_wall: _Wall | None = None


def enter_wall(box: Sandbox, keep: int) -> None:
    """Put this single-threaded process behind the outer wall.

    It goes on in a child, the first process of a new process namespace: when it ends, so does all that it forked.
    The calling process only waits for it.

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
    privileged = _privileged()
    if not privileged:
        _new_user_namespace(None)
    _unshare(
        _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS,
        "mount, process, network, IPC and UTS namespaces",
    )
    pid = os.fork()
    if pid:
        os.closerange(3, 1 << 16)
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    _prctl(_PDEATHSIG, 9)
    os.closerange(3, keep)
    os.closerange(keep + 1, 1 << 20)
    root = "/tmp"
    _check(_libc().mount(None, b"/", None, _REC | _PRIVATE, None), "making mounts private")
    try:
        nested = _build_root(root, box)
    except OSError as error:
        raise SandboxUnavailable(f"building the root folder: {error}") from error
    try:
        # while the old /proc is still in sight, without which the kernel refuses a new one in a user namespace
        _mount("proc", root + "/proc", _NOSUID | _NODEV | _NOEXEC)
    except SandboxUnavailable as error:
        raise SandboxUnavailable(
            f"{error.reason}; in Docker /proc is masked: --security-opt systempaths=unconfined"
        ) from error
    os.chdir(root)
    _call("pivot_root", b".", b".")
    _check(_libc().umount2(b".", _DETACH), "leaving the old root")
    os.chdir("/")
    top = os.open("/", os.O_PATH)
    _attributes(top, _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV, _AT_EMPTY_PATH, "/")
    os.close(top)
    os.chdir(FOLDER)
    os.umask(0o022)
    os.environ.update(environment())
    _wall = _Wall(
        box,
        privileged,
        nested,
        os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC),
        seccomp.program(),
    )


def environment() -> dict[str, str]:
    """Variables that point into the sandbox."""
    return {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": FOLDER, "USER": "student", "LOGNAME": "student", "TMPDIR": "/tmp", "SHELL": "/bin/sh",
        "MPLCONFIGDIR": "/tmp/.matplotlib", "IPYTHONDIR": "/tmp/.ipython", "XDG_CACHE_HOME": "/tmp/.cache",
    }  # fmt: skip


# ---- the inner wall: once per submission


def fork() -> int:
    """Fork into a new process namespace, of which the child is the first process; returns as ``os.fork``.

    A second fork, for a first process that does nothing, would copy the page tables of a process that has imported
    torch once more; instead the parent enters its own namespace again at once.
    """
    assert _wall is not None
    _unshare(_NEWPID, "process namespace")
    pid = os.fork()
    if pid:
        _check(_libc().setns(_wall.own_pids, _NEWPID), "returning to the process namespace")
    return pid


def enter(slot: int) -> int:
    """Put this process, just made by :func:`fork`, behind the inner wall.

    Args:
        slot: names the submission's own user id where the grader is root.

    Returns:
        The open ``/proc`` of the submission, to be handed to the grader.

    Raises:
        SandboxUnavailable: anything is refused.
    """
    assert _wall is not None
    box = _wall.box
    _unshare(_NEWNS | _NEWNET | _NEWIPC | _NEWUTS, "namespaces of a submission")
    nested = [(path, _tree(path, 0)) for path in _wall.nested]
    os.chdir("/")
    _mount("proc", "/proc", _NOSUID | _NODEV | _NOEXEC)
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    identity = (
        (_FIRST_ID + slot, _FIRST_ID + slot) if _wall.privileged else (os.geteuid(), os.getegid())
    )
    for path in WRITABLE:
        _tmpfs(path, box.disk, 0o1777 if path != FOLDER else 0o700, identity)
    for path, fd in nested:
        _place(path, os.path.isdir(f"/proc/self/fd/{fd}"))
        _attach(fd, path)
    socket.sethostname("notebook")
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    if _wall.privileged:
        _drop_bounding()
        os.setgroups([])
        os.setresgid(identity[1], identity[1], identity[1])
        os.setresuid(identity[0], identity[0], identity[0])
        _prctl(_SET_DUMPABLE, 1)  # or /proc/self would still be root's
    # it owns none of the other namespaces, so that even capabilities in it would be good for nothing
    _new_user_namespace(USER_ID)
    _drop_bounding()
    header, nothing = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    _call("capset", header, nothing)
    os.chdir(FOLDER)
    confine(box, _wall.filter)
    return proc


def confine(box: Sandbox, program: bytes) -> None:
    """Put limits and the filter on this process, and make sure that it has no rights left.

    Raises:
        SandboxUnavailable: it has, or something is refused.
    """
    _prctl(_NO_NEW_PRIVS, 1)
    limits = {
        resource.RLIMIT_AS: box.memory, resource.RLIMIT_NPROC: box.processes, resource.RLIMIT_FSIZE: box.disk,
        resource.RLIMIT_NOFILE: box.files, resource.RLIMIT_CPU: box.cpu, resource.RLIMIT_CORE: 0, resource.RLIMIT_MEMLOCK: 1 << 16,
        resource.RLIMIT_MSGQUEUE: 0,
    }  # fmt: skip
    for name, value in limits.items():
        hard = resource.getrlimit(name)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (value, value))
    _filter(program)
    if (_status("CapEff"), _status("CapBnd"), _status("NoNewPrivs"), _status("Seccomp")) != (
        "0" * 16,
        "0" * 16,
        "1",
        "2",
    ):
        raise SandboxUnavailable("rights were left after dropping them")


def _drop_bounding() -> None:
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for capability in range(last + 1):
        _prctl(_CAPBSET_DROP, capability)


def _filter(program: bytes) -> None:
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_char_p)]

    # SPEC_ALLOW: on older kernels a filter would otherwise slow all code down by turning off speculation
    set_mode_filter, spec_allow = 1, 4
    _call(
        "seccomp",
        ctypes.c_uint(set_mode_filter),
        ctypes.c_uint(spec_allow),
        ctypes.byref(Program(len(program) // 8, program)),
    )


# ---- where only bubblewrap may make namespaces


def bubblewrap(box: Sandbox, program: str, command: list[str]) -> tuple[list[str], list[int]]:
    """The same world made by bubblewrap, around a program that is started from scratch.

    For machines on which an administrator lets bubblewrap make namespaces and nobody else (Ubuntu's AppArmor profile).
    What runs in it cannot make any, so that a warm process cannot fork submissions behind walls of their own there.

    Args:
        box: limits and visible files; ``command`` has to call :func:`confine` itself.
        program: path of ``bwrap``.
        command: what to run.

    Returns:
        The command line, and descriptors that it needs.
    """
    plan = _plan(
        replace(
            box, visible=(*box.visible, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        )
    )
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
    for path in _TOP:
        line += (
            ["--symlink", os.readlink(path), path]
            if os.path.islink(path)
            else ["--ro-bind-try", path, path]
        )
    for path, show in plan:
        if path in _DEVICES:
            continue  # --dev makes them
        if show and os.path.islink(path):
            line += ["--symlink", os.readlink(path), path]
        else:
            line += ["--ro-bind", path, path] if show else ["--tmpfs", path]
    fds = []
    for path, text in _FILES.items():
        fds.append(os.memfd_create(os.path.basename(path)))
        os.write(fds[-1], text.encode())
        os.lseek(fds[-1], 0, os.SEEK_SET)
        line += ["--ro-bind-data", str(fds[-1]), path]
    return [*line, "--remount-ro", "/", "--chdir", FOLDER, "--", *command], fds


# ---- what this machine can do


def _try(what: str) -> None:
    if what == "user namespace":
        _new_user_namespace(None)
    elif what == "seccomp":
        _prctl(_NO_NEW_PRIVS, 1)
        _filter(seccomp.program())
    elif what == "namespaces":
        if not _privileged():
            _new_user_namespace(None)
        _unshare(
            _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS,
            "mount, process, network, IPC and UTS namespaces",
        )
        _check(
            _libc().mount(None, b"/", None, _REC | _PRIVATE, None), "mounting in a user namespace"
        )
    else:
        ours, theirs = socket.socketpair()
        enter_wall(Sandbox(), theirs.fileno())
        pid = fork()
        if pid == 0:
            status = 1
            try:
                enter(0)
                status = 0
            except SandboxUnavailable as error:
                print(error.reason, flush=True)
            finally:
                os._exit(status)
        if os.waitpid(pid, 0)[1]:
            raise SandboxUnavailable("the inner wall could not be built (see above)")


TRIALS = ("user namespace", "namespaces", "seccomp", "sandbox")


def trial(what: str) -> str:
    """Try one of :data:`TRIALS` in a process of its own; returns what is wrong, empty if nothing."""
    if sys.platform != "linux":
        return "needs Linux"
    command = [sys.executable, "-P", "-s", "-m", "dlcourse.executor.sandbox", what]
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
    reason = trial("sandbox")
    return (reason,) if reason else ()


if __name__ == "__main__":
    try:
        _try(sys.argv[1])
    except SandboxUnavailable as error:
        sys.exit(error.reason)
