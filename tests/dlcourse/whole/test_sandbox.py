"""The walls themselves: what is whitelisted, what is refused, where there is no sandbox."""

from __future__ import annotations

import io
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packaging.requirements import Requirement
from rich.console import Console

from dlcourse import doctor
from dlcourse.executor import process as process_module
from dlcourse.executor.isolation import Isolation
from dlcourse.executor.limits import Limits, RunEnded, Sandbox
from dlcourse.executor.process import Zygote
from dlcourse.executor.sandbox import kernel, root, seccomp, trial
from dlcourse.executor.sandbox.kernel import SandboxUnavailable
from dlcourse.executor.session import Session

LIMITS = Limits(20, 40)
UNPRIVILEGED = r"""
mkdir -p "$2" && mount --bind "$1" "$2" && mount -t tmpfs -o mode=755 none /root && mkdir -p "$1" && mount --move "$2" "$1"
shift 2
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
"""


def _printed(session: Session, cell: str) -> str:
    found = session.cell(cell, "cell", LIMITS).outputs
    assert not [o for o in found if o["output_type"] == "error"], found
    return "".join(o["text"] for o in found)


# ---- the filter


def _answer(program: bytes, audit: int, number: int, *arguments: int) -> int:
    """What a filter says of a call: the kernel's interpreter of it, as far as the filter uses it."""
    words = {0: number, 4: audit} | {16 + 8 * i: a & 0xFFFFFFFF for i, a in enumerate(arguments)}
    lines = list(struct.iter_unpack("<HBBI", program))
    at, loaded = 0, 0
    while True:
        code, yes, no, value = lines[at]
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            loaded = words.get(value, 0)
            continue
        test = {0x15: loaded == value, 0x25: loaded > value, 0x45: bool(loaded & value)}[code]
        at += yes if test else no


ALLOW, EPERM, ENOSYS, EAFNOSUPPORT, KILL = 0x7FFF0000, 0x50001, 0x50026, 0x50061, 0x80000000


@pytest.mark.parametrize(("machine", "audit", "calls"), [
    ("x86_64", 0xC000003E, {"read": 0, "clone": 56, "clone3": 435, "socket": 41, "socketpair": 53, "ioctl": 16, "ptrace": 101, "mount": 165}),
    ("aarch64", 0xC00000B7, {"read": 63, "clone": 220, "clone3": 435, "socket": 198, "socketpair": 199, "ioctl": 29, "ptrace": 117, "mount": 40}),
])  # fmt: skip
def test_filter(machine: str, audit: int, calls: dict[str, int]) -> None:
    program = seccomp.program(machine)

    def answer(name: str, *arguments: int) -> int:
        return _answer(program, audit, calls[name], *arguments)

    assert answer("read") == ALLOW
    assert answer("ptrace") == answer("mount") == EPERM
    assert answer("clone3") == ENOSYS
    assert answer("clone", 0x01200011) == ALLOW  # fork
    assert answer("clone", 0x003D0F00) == ALLOW  # a thread
    assert answer("clone", 0x10000011) == EPERM
    for name in ("socket", "socketpair"):
        assert answer(name, 1) == ALLOW
        assert {answer(name, family) for family in (0, 2, 10, 16, 17, 40)} == {EAFNOSUPPORT}
    assert answer("ioctl", 0, 0x5401) == ALLOW
    assert answer("ioctl", 0, 0x5412) == answer("ioctl", 0, 0x541C) == EPERM
    assert (
        _answer(program, audit, 5000)
        == _answer(program, audit, 0x40000000 | calls["read"])
        == ENOSYS
    )
    assert _answer(program, 0x40000003, calls["read"]) == KILL


@pytest.mark.parametrize(
    "path", ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm-generic/unistd.h"]
)
def test_numbers_are_the_kernels(path: str) -> None:
    """Against the headers of this machine, where it has them."""
    if not os.path.exists(path):
        pytest.skip(f"{path} is not installed")
    column = 0 if "x86_64" in path else 1
    text = Path(path).read_text()
    real = {
        m[1]: int(m[2])
        for m in re.finditer(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", text, re.MULTILINE)
    }
    ours = {
        name: numbers[column]
        for name, numbers in (seccomp._REFUSED | seccomp._CHECKED | kernel.CALLS).items()
    }
    assert {
        name: number
        for name, number in ours.items()
        if number is not None and real.get(name, number) != number
    } == {}
    assert sum(name in real for name in ours) > 50


# ---- what exists


def test_only_libraries_are_visible(zygote_in_sandbox: Zygote) -> None:
    with Session(zygote_in_sandbox) as one:
        assert set(_printed(one, "import os; print(*os.listdir('/'))").split()) - {
            "bin", "sbin", "lib", "lib32", "lib64", "usr", "etc", "dev", "proc", "sys", "tmp", "notebook",
        } <= {Path(p).parts[1] for p in (sys.prefix, sys.base_prefix)}  # fmt: skip
        assert set(_printed(one, "print(*os.listdir('/etc'))").split()) <= {
            "alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "passwd", "group", "nsswitch.conf", "hosts",
        }  # fmt: skip
        assert set(_printed(one, "print(*os.listdir('/dev'))").split()) == {
            "null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "shm",
        }  # fmt: skip


@pytest.fixture(scope="module")
def zygote_in_sandbox() -> Any:
    with Zygote() as one:
        yield one


def test_status(zygote_in_sandbox: Zygote) -> None:
    with Session(zygote_in_sandbox) as one:
        status = _printed(one, "print(open('/proc/self/status').read())")
    for line in (
        "Uid:\t1000\t1000\t1000\t1000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
        "CapEff:\t0000000000000000",
        "CapBnd:\t0000000000000000",
    ):
        assert line in status


def test_identities_differ(zygote_in_sandbox: Zygote) -> None:
    """Where the grader is root each run has a user id of its own, which is nobody's."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with Session(zygote_in_sandbox) as one, Session(zygote_in_sandbox) as two:
        ids = set()
        for session in (one, two):
            assert session._process.proc is not None
            status = os.read(
                os.open("1/status", os.O_RDONLY, dir_fd=session._process.proc), 4096
            ).decode()
            ids.add(int(re.findall(r"Uid:\s+(\d+)", status)[0]))
    assert len(ids) == 2 and min(ids) >= 0x70000000


def _with_prefix(monkeypatch: pytest.MonkeyPatch, prefix: Path) -> None:
    for name in ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix"):
        monkeypatch.setattr(sys, name, str(prefix))
    monkeypatch.setattr(
        sys,
        "path",
        [str(prefix / "lib"), str(prefix), str(prefix / "elsewhere" / "site-packages"), ""],
    )


def test_the_virtual_environment_may_be_the_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bin", "lib", "source", "solutions", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "gradebook.db").touch()
    _with_prefix(monkeypatch, tmp_path)
    assert [p for p in root.visible_paths(Sandbox()) if p.startswith(str(tmp_path))] == [
        f"{tmp_path}/bin",
        f"{tmp_path}/lib",
    ]


def test_plan_hides_what_lies_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = tmp_path / "share" / "course"
    venv = course / ".venv"
    (venv / "bin").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    _with_prefix(monkeypatch, tmp_path)
    box = Sandbox(
        visible=(str(venv / "bin"), str(tmp_path / "lib")),
        hide=(str(course), "/home", str(tmp_path)),
    )
    plan = [(p, show) for p, show in root.plan_paths(box) if p.startswith(str(tmp_path))]
    assert plan == [
        (f"{tmp_path}/lib", True),
        (f"{tmp_path}/share", True),
        (str(course), False),
        (f"{venv}/bin", True),
    ]


def test_exchange_is_not_visible() -> None:
    """nbgrader's default exchange, with everybody's submissions, lies in /usr/local/share."""
    shown = root.visible_paths(Sandbox())
    for path in (
        "/usr/local/share/nbgrader/exchange",
        "/srv/nbgrader",
        os.getcwd() + "/source",
        os.path.expanduser("~/.ssh"),
        "/tmp",
        "/run",
        "/var",
    ):
        assert not [p for p in shown if root.inside(path, p)], path


def test_course_among_the_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course in a visible folder is hidden, the interpreter next to it is not."""
    course = tmp_path / "libraries" / "course"
    course.mkdir(parents=True)
    (course / "gradebook.db").write_text("grades")
    (tmp_path / "libraries" / "module.py").write_text("x = 5")
    monkeypatch.chdir(course)
    with (
        Zygote(Isolation(Sandbox(visible=(str(tmp_path / "libraries"),)))) as zygote,
        Session(zygote) as one,
    ):
        cell = f"import os\nprint(os.listdir({str(course)!r}), open({str(tmp_path / 'libraries' / 'module.py')!r}).read())"
        assert _printed(one, cell) == "[] x = 5\n"
        one.cell(f"open({str(course / 'new')!r}, 'w')", "cell", LIMITS)
    assert os.listdir(course) == ["gradebook.db"]


# ---- limits


def test_limits_can_be_set(zygote_in_sandbox: Zygote) -> None:
    with (
        Zygote(Isolation(Sandbox(memory=3 << 29, disk=1 << 20, processes=20, files=100))) as zygote,
        Session(zygote) as one,
    ):
        cell = "import resource as r\nprint([r.getrlimit(n)[1] for n in (r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_NPROC, r.RLIMIT_NOFILE, r.RLIMIT_CORE)])"
        assert _printed(one, cell) == f"[{3 << 29}, {1 << 20}, 20, 100, 0]\n"
        cell = "try:\n    open('x', 'wb').write(bytes(2 << 20))\nexcept OSError as e:\n    print(e.strerror)"
        assert "File too large" in _printed(one, cell) or "No space" in _printed(one, cell)


def test_cpu_limit_of_the_kernel() -> None:
    with Zygote(Isolation(Sandbox(cpu=1))) as zygote, Session(zygote) as one:
        with pytest.raises(RunEnded, match="computing time of a whole run") as caught:
            one.cell("while True: pass", "cell", LIMITS)
        assert caught.value.reason == "time"


# ---- where the kernel is less willing


def test_this_machine_has_a_sandbox() -> None:
    assert trial.available() == ()
    for what in trial.TRIALS:
        assert trial.attempt(what) == ""


def test_refused_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """No quiet fall back to running without a sandbox."""

    def refuse(self: Zygote, modules: list[str]) -> None:
        raise SandboxUnavailable("user namespace: Operation not permitted")

    monkeypatch.setattr(Zygote, "_start_zygote", refuse)
    monkeypatch.setattr(process_module.shutil, "which", lambda name: None)
    with pytest.raises(SandboxUnavailable, match="user namespace.*doctor.*--unsafe-no-sandbox"):
        Zygote()


def test_the_kernels_refusal_arrives() -> None:
    """A zygote that may not make namespaces says so, and no student code runs."""
    code = f"""
import ctypes, os, sys
sys.path.insert(0, {os.getcwd()!r})
from dlcourse.executor import process
from dlcourse.executor.sandbox import kernel, seccomp
process.shutil.which = lambda name: None
kernel.prctl(kernel.NO_NEW_PRIVS, 1)  # then a filter that refuses unshare
kernel.install_filter(seccomp.program())
try:
    process.Zygote()
except kernel.SandboxUnavailable as error:
    print("refused:", error.reason)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert "refused:" in done.stdout and "not permitted" in done.stdout, done


@pytest.fixture
def as_nobody(tmp_path: Path) -> Callable[[str], str]:
    """Runs Python code as a user without rights, on a machine where the tests are root's."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv, to become somebody else")

    def run(code: str) -> str:
        for folder in (tmp_path, *tmp_path.parents):
            if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
                folder.chmod(0o755)
        keep = tmp_path / "keep"
        base = next(
            (p for p in Path(sys.base_prefix).parents if p.parent == Path("/root")),
            Path(sys.base_prefix),
        )
        command = ["unshare", "-m", "sh", "-euc", UNPRIVILEGED, "sh", str(base), str(keep)]
        if not base.is_relative_to("/root"):
            command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        done = subprocess.run(
            [*command, sys.executable, "-B", "-c", code],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd="/",
        )
        assert done.returncode == 0, done
        return done.stdout

    return run


def test_without_privileges(as_nobody: Callable[[str], str]) -> None:
    """The same walls for a user who is not root, from a user namespace."""
    code = """
import os
from dlcourse.executor.isolation import Isolation
from dlcourse.executor.limits import Limits
from dlcourse.executor.process import Zygote
from dlcourse.executor.session import Session
with Zygote() as zygote, Session(zygote) as one:
    cell = "import os\\nprint(os.getpid(), os.getuid(), os.listdir('.'), os.path.exists('/root/.ssh'), os.path.exists('/home'))\\nprint(open('/proc/self/status').read())"
    print(os.getuid(), zygote.warm_start, one.cell(cell, "cell", Limits(5, 20)).outputs[0]["text"])
"""
    text = as_nobody(code)
    assert text.startswith("65534 True 1 1000 [] False False\n")
    assert "CapEff:\t0000000000000000" in text and "Seccomp:\t2" in text


def test_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only bubblewrap may make namespaces runs start in it."""
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")

    def refuse(self: Zygote, modules: list[str]) -> None:
        raise SandboxUnavailable("AppArmor")

    monkeypatch.setattr(Zygote, "_start_zygote", refuse)
    with Zygote() as zygote:
        assert not zygote.warm_start
        with Session(zygote) as one:
            cell = f"import os\nprint(os.getuid(), os.listdir('.'), os.path.exists({os.getcwd() + '/tests'!r}), os.path.exists('/var'), os.path.exists('/root/.ssh'))"
            assert _printed(one, cell) == "1000 [] False False False\n"
            status = _printed(one, "print(open('/proc/self/status').read())")
            assert (
                "CapEff:\t0000000000000000" in status
                and "NoNewPrivs:\t1" in status
                and "Seccomp:\t2" in status
            )
            with pytest.raises(RunEnded, match="exit code 5"):
                one.cell("import os; os._exit(5)", "cell", LIMITS)
        with Session(zygote) as one, pytest.raises(RunEnded, match="computing time"):
            one.cell(
                "import os\nif os.fork() == 0: os.setsid()\nwhile True: pass", "cell", Limits(1, 20)
            )


def test_machine_without_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert not seccomp.supported()


# ---- doctor


def test_doctor(tmp_path: Path) -> None:
    checks = {one.name: one for one in doctor.report(tmp_path)}
    assert [name for name, one in checks.items() if not one.ok] == [
        "course"
    ]  # an empty folder is none
    assert "course.toml" in checks["course"].detail and checks["course"].cure
    assert list(tmp_path.iterdir()) == []
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(doctor.table(list(checks.values())))
    assert "→ run this in the course's folder" in console.export_text()


MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local xfs rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
me@host: /mnt/ssh fuse.sshfs rw 0 0
overlay /mnt/over overlay rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/ada/course", "nfs4"), ("/home/local/course", ""), ("/mnt/my share/course", "cifs"),
        ("/mnt/ssh", "fuse.sshfs"), ("/mnt/over/x", ""), ("/srv", ""), ("/homework", ""),
    ],
)  # fmt: skip
def test_doctor_knows_network_disks(place: str, kind: str) -> None:
    assert doctor.network_system(Path(place), MOUNTS) == kind


def test_doctor_says_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "available", lambda: ("user namespace: Operation not permitted",))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for path, cure in (
        ("apparmor_restrict_unprivileged_userns", "apparmor"),
        ("unprivileged_userns_clone", "userns_clone=1"),
        ("none", "docker run"),
    ):
        monkeypatch.setattr(
            doctor,
            "_read",
            lambda name, path=path: "01"[path.startswith("app")] if name.endswith(path) else "",
        )
        one = doctor._sandbox()
        assert (
            not one.ok
            and "not permitted" in one.detail
            and cure in one.cure
            and "--unsafe-no-sandbox" in one.cure
        )
    assert doctor._bubblewrap().cure == "sudo apt install bubblewrap"


def test_doctor_asks_for_the_versions_that_the_package_declares() -> None:
    names = {
        requirement.name: str(requirement.specifier)
        for requirement in doctor.required("instructor")
    }
    assert names["numpy"] == ">=2.2" and "nbgrader" in names and "otter-grader" not in names
    assert "nbgrader" not in {requirement.name for requirement in doctor.required("")}
    found = doctor._packages(
        [Requirement("numpy>=99"), Requirement("no-such-package"), Requirement("rich")]
    )
    assert not found.ok and "dlcourse[instructor]" in found.cure
    assert found.detail == f"numpy is {np.__version__}, needed is >=99; no-such-package is missing"
