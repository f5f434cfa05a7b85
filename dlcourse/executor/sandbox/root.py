"""The root folder of student code: what of the machine's files exists in it, and how it is built."""

from __future__ import annotations

import os
import sys

from ..limits import Sandbox
from . import kernel

FOLDER = "/notebook"
"""The working folder of student code: private, writable, gone with the run."""
WRITABLE = (FOLDER, "/tmp", "/dev/shm")
"""Where student code may write; each is in memory and gone with the run."""
USER_ID = 1000
"""What student code sees as its user id."""

# what exists there of the machine's own files: folders of the system, links and folders of its top,
# files of /etc, parts of a Python installation, devices
SYSTEM = (
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
TOP = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
ETC = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
)
PREFIX = (
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
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
CPUS = "/sys/devices/system/cpu"
"""What libraries read to learn how many cores there are."""
FILES = {
    "/etc/passwd": f"student:x:{USER_ID}:{USER_ID}:student:{FOLDER}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    "/etc/group": f"student:x:{USER_ID}:\nnogroup:x:65534:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "/etc/hosts": "127.0.0.1 localhost notebook\n",
}
"""Files made for the sandbox, with their contents."""


def inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def visible_paths(box: Sandbox) -> list[str]:
    """What exists in the sandbox of the machine's own files: deny by default, folders of libraries
    only.

    A virtual environment may lie inside the course folder or even be it, so that of a prefix only
    the usual sub-folders are taken, and of ``sys.path`` only folders that installers make.
    """
    paths = [*SYSTEM, *ETC, *DEVICES, CPUS, *box.visible]
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        for one in {prefix, os.path.realpath(prefix)} - {"/", "/usr", "/usr/local"}:
            paths += [os.path.join(one, name) for name in PREFIX]
    paths += [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
    return sorted({os.path.abspath(p) for p in paths if os.path.lexists(p)})


def plan_paths(box: Sandbox) -> list[tuple[str, bool]]:
    """Paths to show (True) and to hide (False), outer ones first; what follows from an outer one is
    left out.
    """
    shown = visible_paths(box)
    hidden = {os.path.realpath(h) for h in box.hide}
    hidden = {h for h in hidden if any(inside(h, s) and h != s for s in shown)}
    plan: dict[str, bool] = {}
    for path, show in sorted(
        [(p, True) for p in shown] + [(h, False) for h in hidden - set(shown)]
    ):
        around = [p for p in plan if inside(path, p)]
        if not around or plan[max(around, key=len)] != show:
            plan[path] = show
    return list(plan.items())


def place(target: str, folder: bool) -> None:
    """Make the folder or the empty file that something is to be mounted on."""
    os.makedirs(target if folder else os.path.dirname(target), exist_ok=True)
    if not folder and not os.path.lexists(target):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))


def build_root(root: str, box: Sandbox) -> list[str]:
    """Make the whitelisted world on the folder ``root``; returns what of it lies inside a writable
    folder.
    """
    plan = plan_paths(box)
    # a symbolic link is made again, since a mount would follow it; all else is opened before
    # ``root`` covers anything
    links = {p: os.readlink(p) for p, show in plan if show and os.path.islink(p)}
    links |= {p: os.readlink(p) for p in TOP if os.path.islink(p)}
    mounts = [p for p, show in plan if show and p not in links] + [
        p for p in TOP if os.path.isdir(p) and p not in links
    ]
    devices = set(DEVICES)
    trees = {}
    for path in mounts:
        may = 0 if path in devices else kernel.ATTR_NODEV
        fd = kernel.copy_tree(path, kernel.ATTR_RDONLY | kernel.ATTR_NOSUID | may)
        trees[path] = (fd, os.path.isdir(path))
    kernel.tmpfs(root, 1 << 20)
    for path in (*WRITABLE, "/proc"):
        os.makedirs(root + path)
    for path in WRITABLE:
        kernel.tmpfs(root + path, box.disk, 0o1777)
    for path, show in plan:
        if path in links:
            place(root + path, False)
            os.unlink(root + path)
            os.symlink(links[path], root + path)
        elif show:
            fd, folder = trees.pop(path)
            place(root + path, folder)
            kernel.attach(fd, root + path)
        else:
            place(root + path, True)
            kernel.tmpfs(root + path, 1 << 16)
    for path, (fd, folder) in trees.items():
        place(root + path, folder)
        kernel.attach(fd, root + path)
    for path, target in links.items():
        if not os.path.lexists(root + path):
            os.symlink(target, root + path)
    for path, text in FILES.items():
        place(root + path, False)
        with open(root + path, "w") as file:
            file.write(text)
    for name, target in (
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ):
        os.symlink(target, f"{root}/dev/{name}")
    return [p for p in mounts if any(inside(p, w) for w in WRITABLE)]


def environment_inside() -> dict[str, str]:
    """Variables that point into the sandbox."""
    return {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": FOLDER, "USER": "student", "LOGNAME": "student", "TMPDIR": "/tmp", "SHELL": "/bin/sh",
        "MPLCONFIGDIR": "/tmp/.matplotlib", "IPYTHONDIR": "/tmp/.ipython", "XDG_CACHE_HOME": "/tmp/.cache",
    }  # fmt: skip
