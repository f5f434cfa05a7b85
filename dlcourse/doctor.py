"""What this machine can do for a course, each shortcoming with its cure: ``dlcourse doctor``."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from rich.table import Table
from rich.text import Text

from .executor.cold import environment
from .executor.limits import Limits, Sandbox

_GB = 1 << 30
_SHOWN = ("numpy", "torch", "ipython", "nbformat", "nbgrader", "jupyterlab", "nh3", "sqlalchemy")
"""Packages whose versions are shown where all is well."""
_NETWORK = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "gpfs",
    "beegfs",
    "sshfs",
    "virtiofs",
)
"""Kinds of file systems on which SQLite's locks cannot be trusted."""
_INSTALL = 'pip install "dlcourse[instructor]"'
_CONTAINER = "in Docker: docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined --security-opt apparmor=unconfined"
_UNSAFE = "--unsafe-no-sandbox for code that you trust"


@dataclass(frozen=True)
class Facility:
    """Something that grading needs of a machine, or is better for.

    Args:
        name: the thing needed, in a word or two.
        ok: whether grading works as this machine is.
        detail: the state that was found, such as a version or an error.
        cure: a command or setting that helps; where ``ok`` is True, one that makes it better still.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""


def _needed(name: str, ok: bool, detail: str, cure: str) -> Facility:
    """A facility whose cure is only told where it is lacking."""
    return Facility(name, ok, detail, "" if ok else cure)


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _system() -> Facility:
    detail = f"{platform.system()} {platform.release()} on {platform.machine()}, Python {platform.python_version()}"
    if sys.platform == "linux":
        return Facility("system", True, detail)
    elsewhere = f"use a Linux virtual machine or container, or {_UNSAFE}"
    cure = "use WSL 2" if sys.platform == "win32" else elsewhere
    return Facility("system", False, f"{detail}: no sandbox and no warm start", cure)


def _namespace_cure() -> str:
    """How to allow ordinary users namespaces, by the settings with which distributions forbid them."""
    if _read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or install bubblewrap with its AppArmor profile (slower)"
    if _read("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "sudo sysctl kernel.unprivileged_userns_clone=1"
    if _read("/proc/sys/user/max_user_namespaces") == "0":
        return "sudo sysctl user.max_user_namespaces=10000"
    return _CONTAINER


def _walls() -> list[Facility]:
    """What the sandbox is made of, and the sandbox itself."""
    from .executor.sandbox import trial  # Linux only

    made = "unprivileged programs can make them"
    kinds = "mount, process, network, IPC, UTS"
    wrong = {what: trial.attempt(what) for what in ("user namespace", "namespaces", "seccomp")}
    user, others, calls = wrong.values()
    return [
        _needed("user namespaces", not user, user or made, _namespace_cure()),
        _needed("other namespaces", not others, others or kinds, _namespace_cure()),
        _needed(
            "seccomp",
            not calls,
            calls or "system calls can be refused",
            "a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64",
        ),
        _sandbox(),
        _bubblewrap(),
    ]


def _sandbox() -> Facility:
    from .executor.sandbox import trial
    from .executor.sandbox.kernel import SandboxUnavailable
    from .executor.warm import Warm

    reasons = trial.available()
    if not reasons:
        who = " (as root: each run gets a user id of its own)" if os.geteuid() == 0 else ""
        return Facility("sandbox", True, f"student code runs in a sandbox{who}")
    if shutil.which("bwrap"):
        try:
            with Warm() as warm, warm.session() as session:
                session.cell("1", "cell", Limits(10, 30))
        except SandboxUnavailable as error:
            reasons = (error.reason,)
        else:
            detail = "through bubblewrap; each run starts Python anew"
            return Facility("sandbox", True, detail, f"for a warm start: {_namespace_cure()}")
    return Facility("sandbox", False, "; ".join(reasons), f"{_namespace_cure()}; or {_UNSAFE}")


def _bubblewrap() -> Facility:
    from .executor.sandbox import trial

    path = shutil.which("bwrap")
    if path is None:
        detail = "not installed; only needed where the line above fails"
        cure = "sudo apt install bubblewrap" if trial.available() else ""
        return Facility("bubblewrap", True, detail, cure)
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    version = " ".join(said.split()[-1:])
    detail = f"{path} {version}, used where namespaces are not allowed otherwise"
    return Facility("bubblewrap", True, detail)


def _memory() -> Facility:
    lines = _read("/proc/meminfo").splitlines()
    available = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    if not available:
        return Facility("memory", True, "unknown")
    free, cores = int(available[0]) << 10, os.cpu_count() or 1
    detail = f"{free / _GB:.1f} GB free for {cores} cores; a submission may take {Sandbox.memory / _GB:g} GB"
    if free < _GB:
        cure = "close other programs; PyTorch alone takes 0.3 GB"
        return Facility("memory", False, detail, cure)
    scarce = "a class that tries to exhaust memory could: grade with fewer --jobs"
    return Facility("memory", True, detail, scarce if free <= cores * Sandbox.memory else "")


def _disk() -> Facility:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    detail = f"{free / _GB:.1f} GB free in {tempfile.gettempdir()}"
    return _needed("disk", free > _GB, detail, "free some, or set TMPDIR")


def _torch() -> Facility:
    """Whether torch keeps to one thread in the environment that student code gets; in a process of
    its own.
    """
    code = "import torch, os; torch.ones(64, 64) @ torch.ones(64, 64); print(torch.__version__, torch.get_num_threads(), len(os.listdir('/proc/self/task')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no output"])[-1]
        cure = f"{_INSTALL}, with the CPU build of torch"
        return Facility("torch", False, said, cure)
    version, threads, tasks = done.stdout.split()
    detail = f"{version}, {threads} thread in student code"
    cure = "a build of torch that heeds OMP_NUM_THREADS"
    return _needed("torch", threads == tasks == "1", detail, cure)


def required(extra: str) -> list[Requirement]:
    """What an installed dlcourse asks for, its extra named ``extra`` included."""
    try:
        requirements = [Requirement(text) for text in metadata.requires("dlcourse") or ()]
    except metadata.PackageNotFoundError:  # a checkout that was not installed
        return [Requirement("dlcourse")]
    return [r for r in requirements if r.marker is None or r.marker.evaluate({"extra": extra})]


def _packages(requirements: Sequence[Requirement]) -> Facility:
    versions: dict[str, str] = {}
    wrong = []
    for requirement in requirements:
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        versions[requirement.name] = version
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, needed is {requirement.specifier}")
    shown = ", ".join(f"{name} {versions[name]}" for name in _SHOWN if name in versions)
    return _needed("packages", not wrong, "; ".join(wrong) or shown, _INSTALL)


def _course(root: Path) -> Facility:
    names = ("course.toml", "nbgrader_config.py")
    missing = [name for name in names if not (root / name).is_file()]
    detail = f"no {' and no '.join(missing)} in {root}" if missing else f"{root}"
    return _needed("course", not missing, detail, "run this in the course's folder")


def _database(root: Path) -> Facility:
    """Whether SQLite can keep its write-ahead log where the gradebook lies, which network disks
    cannot.
    """
    try:
        with tempfile.TemporaryDirectory(dir=root, prefix=".doctor-") as folder:
            connection = sqlite3.connect(Path(folder, "x.db"))
            mode = connection.execute("pragma journal_mode=wal").fetchone()[0]
            connection.execute("create table t (x)")
            connection.commit()
            connection.close()
    except (OSError, sqlite3.Error) as error:
        cure = "a local disk that you may write to, or PostgreSQL (db_url)"
        return Facility("gradebook", False, f"SQLite in {root}: {error}", cure)
    detail, local = (
        f"SQLite {sqlite3.sqlite_version}, journal mode {mode}",
        "a local disk, or PostgreSQL (db_url)",
    )
    shared = network_system(root, _read("/proc/mounts"))
    if shared and mode == "wal":  # it works until two machines write
        return Facility("gradebook", True, f"{detail}, on a network disk ({shared})", local)
    return _needed("gradebook", mode == "wal", detail, local)


def network_system(place: Path, mounts: str) -> str:
    """The kind of the network file system on which a folder lies; empty where it is a local one.

    Args:
        place: the folder.
        mounts: what Linux says of its file systems, a line each: device, folder, kind, options.
    """
    best, kind = Path(), ""
    for line in mounts.splitlines():
        _, where, name, *_ = [*line.split(), "", "", ""]
        # the kernel writes a space in a folder's name as \040
        folder = Path(where.encode().decode("unicode_escape", "replace"))
        if place.resolve().is_relative_to(folder) and len(folder.parts) >= len(best.parts):
            best, kind = folder, name
    return kind if kind.removeprefix("fuse.").startswith(_NETWORK) else ""


def _browser() -> Facility:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next((path for name in names if (path := shutil.which(name))), None)
    detail = path or "not found; only the browser tests need it"
    return Facility("chromium", True, detail, "" if path else "sudo apt install chromium")


def report(root: Path | None = None) -> list[Facility]:
    """Look at everything.

    Args:
        root: the course's folder; the working folder if None.
    """
    root = root or Path.cwd()
    return [
        _system(),
        *(_walls() if sys.platform == "linux" else ()),
        _memory(),
        _disk(),
        _torch(),
        _packages(required("instructor")),
        _course(root),
        _database(root),
        _browser(),
    ]


def table(facilities: Sequence[Facility]) -> Table:
    """The report for a terminal."""
    out = Table(box=None, pad_edge=False, show_header=False)
    out.add_column(no_wrap=True)
    out.add_column(no_wrap=True, style="bold")
    out.add_column(overflow="fold")
    for facility in facilities:
        text = Text(facility.detail)
        if facility.cure:
            text.append(f"\n→ {facility.cure}", style="yellow" if facility.ok else "red")
        out.add_row(
            Text("ok", style="green") if facility.ok else Text("no", style="red"),
            facility.name,
            text,
        )
    return out
