"""What this machine can do for a course, each shortcoming with its cure: ``dlcourse doctor``."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rich.table import Table
from rich.text import Text

from .executor.cold import environment
from .executor.limits import Limits, Sandbox
from .executor.sandbox import trial
from .executor.sandbox.kernel import SandboxUnavailable
from .executor.warm import Warm

_GB = 1 << 30
_PACKAGES = {
    "numpy": "2.2", "torch": "2.7", "ipython": "9", "nbformat": "5.10", "nbgrader": "0.9.6", "jupyterlab": "4.4", "nh3": "0.3", "sqlalchemy": "2.0",
}  # fmt: skip
_INSTALL = 'pip install "dlcourse[instructor]"'
_CONTAINER = "in Docker: docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined --security-opt apparmor=unconfined"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Args:
        name: what.
        ok: whether grading can go on with it.
        detail: what was found.
        cure: what helps, where something does; also for what is well but could be better.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _system() -> Check:
    detail = f"{platform.system()} {platform.release()} on {platform.machine()}, Python {platform.python_version()}"
    if sys.platform == "linux":
        return Check("system", True, detail)
    cure = (
        "use WSL 2"
        if sys.platform == "win32"
        else "use a Linux virtual machine or container, or --unsafe-no-sandbox for code that you trust"
    )
    return Check("system", False, f"{detail}: no sandbox and no warm start", cure)


def _namespace_cure() -> str:
    """What keeps ordinary users from namespaces, by the settings that distributions have for it."""
    if _read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or install bubblewrap with its AppArmor profile (slower)"
    if _read("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "sudo sysctl kernel.unprivileged_userns_clone=1"
    if _read("/proc/sys/user/max_user_namespaces") == "0":
        return "sudo sysctl user.max_user_namespaces=10000"
    return _CONTAINER


def _trial(what: str, name: str, good: str) -> Callable[[], Check]:
    def check() -> Check:
        wrong = trial.attempt(what)
        return Check(name, not wrong, wrong or good, "" if not wrong else _namespace_cure())

    return check


def _seccomp() -> Check:
    wrong = trial.attempt("seccomp")
    cure = "a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64" if wrong else ""
    return Check("seccomp", not wrong, wrong or "system calls can be refused", cure)


def _sandbox() -> Check:
    reasons = trial.available()
    if not reasons:
        return Check(
            "sandbox",
            True,
            "student code runs in a sandbox"
            + (" (as root: each run gets a user id of its own)" if os.geteuid() == 0 else ""),
        )
    if shutil.which("bwrap"):
        try:
            with Warm() as warm, warm.session() as session:
                session.cell("1", "cell", Limits(10, 30))
        except SandboxUnavailable as error:
            reasons = (error.reason,)
        else:
            return Check(
                "sandbox",
                True,
                "through bubblewrap; each run starts Python anew",
                f"for a warm start: {_namespace_cure()}",
            )
    return Check(
        "sandbox",
        False,
        "; ".join(reasons),
        f"{_namespace_cure()}; or --unsafe-no-sandbox for code that you trust",
    )


def _bubblewrap() -> Check:
    path = shutil.which("bwrap")
    if path is None:
        cure = "" if not trial.available() else "sudo apt install bubblewrap"
        return Check(
            "bubblewrap", True, "not installed; only needed where the line above fails", cure
        )
    version = subprocess.run(
        [path, "--version"], capture_output=True, text=True, check=False
    ).stdout.split()[-1:]
    return Check(
        "bubblewrap",
        True,
        f"{path} {' '.join(version)}, used where namespaces are not allowed otherwise",
    )


def _memory() -> Check:
    found = [
        line.split()[1]
        for line in _read("/proc/meminfo").splitlines()
        if line.startswith("MemAvailable:")
    ]
    if not found:
        return Check("memory", True, "unknown")
    free, cores = int(found[0]) << 10, os.cpu_count() or 1
    detail = f"{free / _GB:.1f} GB free for {cores} cores; a submission may take {Sandbox.memory / _GB:g} GB"
    if free < _GB:
        return Check("memory", False, detail, "close other programs; PyTorch alone takes 0.3 GB")
    return Check(
        "memory",
        True,
        detail,
        ""
        if free > cores * Sandbox.memory
        else "a class that tries to exhaust memory could: grade with fewer --jobs",
    )


def _disk() -> Check:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    return Check(
        "disk",
        free > _GB,
        f"{free / _GB:.1f} GB free in {tempfile.gettempdir()}",
        "" if free > _GB else "free some, or set TMPDIR",
    )


def _torch() -> Check:
    """In a process of its own: whether one thread is what the environment of student code gives."""
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
        return Check(
            "torch",
            False,
            (done.stderr.strip().splitlines() or ["no output"])[-1],
            "pip install torch --index-url https://download.pytorch.org/whl/cpu",
        )
    version, threads, tasks = done.stdout.split()
    ok = threads == tasks == "1"
    return Check(
        "torch",
        ok,
        f"{version}, {threads} thread in student code",
        "" if ok else "a build of torch that heeds OMP_NUM_THREADS",
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(
        int("".join(c for c in part if c.isdigit()) or 0)
        for part in version.split("+")[0].split(".")[:3]
    )


def _packages() -> Check:
    found, wrong = [], []
    for name, least in _PACKAGES.items():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        found.append(f"{name} {version}")
        if _number(version) < _number(least):
            wrong.append(f"{name} {version} is older than {least}")
    return Check(
        "packages", not wrong, "; ".join(wrong) or ", ".join(found), _INSTALL if wrong else ""
    )


def _course(root: Path) -> Check:
    missing = [
        name for name in ("course.toml", "nbgrader_config.py") if not (root / name).is_file()
    ]
    if missing:
        return Check(
            "course",
            False,
            f"no {' and no '.join(missing)} in {root}",
            "run this in the course's folder",
        )
    return Check("course", True, f"{root}")


def _database(root: Path) -> Check:
    """Whether SQLite can keep its write-ahead log where the gradebook lies, which network disks cannot."""
    try:
        with tempfile.TemporaryDirectory(dir=root, prefix=".doctor-") as folder:
            connection = sqlite3.connect(Path(folder, "x.db"))
            mode = connection.execute("pragma journal_mode=wal").fetchone()[0]
            connection.execute("create table t (x)")
            connection.commit()
            connection.close()
    except (OSError, sqlite3.Error) as error:
        return Check(
            "gradebook",
            False,
            f"SQLite in {root}: {error}",
            "a local disk that you may write to, or PostgreSQL (db_url)",
        )
    ok = mode == "wal"
    return Check(
        "gradebook",
        ok,
        f"SQLite {sqlite3.sqlite_version}, journal mode {mode}",
        "" if ok else "a local disk, or PostgreSQL (db_url)",
    )


def _browser() -> Check:
    path = next(
        (
            p
            for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
            if (p := shutil.which(name))
        ),
        None,
    )
    return Check(
        "chromium",
        True,
        path or "not found; only the browser tests need it",
        "" if path else "sudo apt install chromium",
    )


def report(root: Path | None = None) -> list[Check]:
    """Look at everything.

    Args:
        root: the course's folder; the working folder if None.
    """
    root = root or Path.cwd()
    return [
        _system(),
        _trial("user namespace", "user namespaces", "unprivileged programs can make them")(),
        _trial("namespaces", "other namespaces", "mount, process, network, IPC, UTS")(),
        _seccomp(),
        _sandbox(),
        _bubblewrap(),
        _memory(),
        _disk(),
        _torch(),
        _packages(),
        _course(root),
        _database(root),
        _browser(),
    ]


def table(checks: list[Check]) -> Table:
    """The report for a terminal."""
    out = Table(box=None, pad_edge=False, show_header=False)
    out.add_column(no_wrap=True)
    out.add_column(no_wrap=True, style="bold")
    out.add_column(overflow="fold")
    for one in checks:
        text = Text(one.detail)
        if one.cure:
            text.append(f"\n→ {one.cure}", style="yellow" if one.ok else "red")
        out.add_row(
            Text("ok", style="green") if one.ok else Text("no", style="red"), one.name, text
        )
    return out
