#!/usr/bin/env python3
"""Starts a JupyterHub on this machine, to try the course with three students and an instructor.

    sudo .venv/bin/python hub/start.py --private --assignment backpropagation

It makes Unix users, a course in the instructor's home and nbgrader's exchange, and runs JupyterHub with
hub/jupyterhub_config.py until Ctrl-C. With --private, users, homes and exchange exist for this hub alone and are
gone when it ends: neither /etc nor /home of the machine is touched. Without, they stay; --remove takes them away.
docs/jupyterhub.md says what a hub for a class needs beyond.
"""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = Path("/srv/dlcourse-hub")
"""The exchange, nbgrader's configuration per kind of user, and the hub's own state."""
MADE = FOLDER / "state" / "users"
"""Names of the users that this script made: nobody else is removed."""
COURSE_FILES = ("course.toml", "nbgrader_config.py", "solutions", "tests")
SECRET = ("solutions", "source", "tests")
"""What students must not read of a clone in whose .venv their notebooks run."""

_EVERYBODY = """c = get_config()
c.CourseDirectory.course_id = {course_id!r}
c.Exchange.root = {exchange!r}
"""
_INSTRUCTOR = """c = get_config()
load_subconfig("nbgrader_config.py", path={course!r})
c.CourseDirectory.root = {course!r}
"""
_COURSE = """
c.Exchange.root = {exchange!r}  # hub/start.py
"""
_STUDENTS_LAB = """{"disabledExtensions": {
  "@jupyter/nbgrader:create-assignment": true,
  "@jupyter/nbgrader:formgrader": true,
  "@jupyter/nbgrader:course-list": true
}}
"""
"""Of nbgrader's parts students see the list of assignments and the button that validates."""
_NO_NEWS = """{"@jupyterlab/apputils-extension:notification": {
  "fetchNews": "false", "checkForUpdates": false
}}
"""
"""The offer to subscribe to news lies over the notebook, and nobody here updates JupyterLab."""


@dataclass(frozen=True)
class Plan:
    """What is set up.

    Args:
        course: folder whose authored files the instructor gets.
        assignments: to build; all if empty.
        instructor: name of a Unix user.
        students: likewise.
        port: of the address that everybody opens; the two after it are the hub's own.
    """

    course: Path
    assignments: tuple[str, ...]
    instructor: str
    students: tuple[str, ...]
    port: int

    @property
    def users(self) -> tuple[str, ...]:
        return (self.instructor, *self.students)


# a mount namespace of one's own


def enter(arguments: Sequence[str]) -> None:
    """Start this script again where it may make users: with mounts and processes of its own, which end with it."""
    again = [sys.executable, str(Path(__file__).resolve()), "--inside", *arguments]
    unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    os.execvp("unshare", [*unshare, *again])


def make_private() -> None:
    """Put a copy of /etc over /etc, empty folders over /home and /srv, and let users of this hub pass to Python
    and dlcourse, and to nothing else of the clone.
    """
    _mount("tmpfs", "/srv", "-t", "tmpfs", "-o", "mode=755")
    etc = Path("/srv/etc")
    shutil.copytree("/etc", etc, symlinks=True)
    for path in Path("/etc").rglob("*"):
        _copy_owner(path, etc / path.relative_to("/etc"))
    _mount(str(etc), "/etc", "--bind")
    _mount("tmpfs", "/home", "-t", "tmpfs", "-o", "mode=755")
    needed = [*_program(), Path(__file__).parent.resolve()]
    for folder in dict.fromkeys([REPOSITORY, *_closed(needed)]):
        _show_only(folder, [path for path in needed if path.is_relative_to(folder)])


def _program() -> list[Path]:
    """Folders that notebooks and nbgrader need: the environment, its Python, the packages, dlcourse itself."""
    import dlcourse

    packages = [Path(entry) for entry in sys.path if Path(entry).is_dir()]
    found = [
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(os.path.realpath(sys.executable)).parent,
        Path(sysconfig.get_paths()["purelib"]),
        Path(dlcourse.__file__).parent,
        *(path for path in packages if path.name == "site-packages"),
    ]
    return sorted(set(found))


def _closed(paths: Iterable[Path]) -> Iterator[Path]:
    """The topmost folders on the way to ``paths`` that other users may not pass."""
    for path in paths:
        for folder in reversed(path.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                yield folder
                break


def _show_only(folder: Path, parts: list[Path]) -> None:
    """Leave nothing of a folder but some parts of it, which everybody may pass to."""
    outer = [p for p in parts if not any(p != q and p.is_relative_to(q) for q in parts)]
    aside = Path("/srv/aside")
    for n, part in enumerate(outer):
        (aside / str(n)).mkdir(parents=True, exist_ok=True)
        _mount(str(part), str(aside / str(n)), "--bind")
    _mount("tmpfs", str(folder), "-t", "tmpfs", "-o", "mode=755")
    for n, part in enumerate(outer):
        part.mkdir(parents=True, exist_ok=True)
        _mount(str(aside / str(n)), str(part), "--move")


def _mount(what: str, where: str, *options: str) -> None:
    subprocess.run(["mount", *options, what, where], check=True)


def _copy_owner(path: Path, copy: Path) -> None:
    status = path.lstat()
    os.chown(copy, status.st_uid, status.st_gid, follow_symlinks=False)


# users, course, exchange


def add_user(name: str) -> bool:
    """Make a Unix user whose home nobody else can enter; False if there is one of this name.

    In a terminal, which JupyterLab starts as a login shell, `dlcourse` and `nbgrader` are found, too.
    """
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(
            ["useradd", "--create-home", "--no-log-init", "--shell", "/bin/bash", name], check=True
        )
    else:
        return False
    home(name).chmod(0o700)
    with (home(name) / ".profile").open("a", encoding="utf-8") as profile:
        profile.write(f'\nPATH="{Path(sys.executable).parent}:$PATH"\n')
    return True


def home(name: str) -> Path:
    return Path(pwd.getpwnam(name).pw_dir)


def make_course(plan: Plan, exchange: Path) -> Path:
    """A course in the instructor's home, built by the instructor; one that is there is left alone."""
    user = pwd.getpwnam(plan.instructor)
    target = home(plan.instructor) / "course"
    if target.exists():
        return target
    target.mkdir()
    for name in COURSE_FILES:
        origin = plan.course / name
        if origin.is_dir():
            shutil.copytree(origin, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(origin, target / name)
    with (target / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(_COURSE.format(exchange=str(exchange)))
    names = "".join(f"{name},{name},Trial,\n" for name in plan.students)
    columns = "id,first_name,last_name,email\n"
    (target / "students.csv").write_text(columns + names, encoding="utf-8")
    for part in (target, *target.rglob("*")):
        os.chown(part, user.pw_uid, user.pw_gid, follow_symlinks=False)
    print("building the course", flush=True)
    build = [sys.executable, "-m", "dlcourse.cli", "build", *plan.assignments]
    as_instructor(plan, build, target)
    roster = ["db", "student", "import", "students.csv"]
    as_instructor(plan, [sys.executable, "-m", "nbgrader", *roster], target)
    return target


def as_instructor(plan: Plan, command: list[str], folder: Path) -> None:
    subprocess.run(["runuser", "-u", plan.instructor, "--", *command], cwd=folder, check=True)


def set_up(plan: Plan) -> None:
    """Users, course, exchange and nbgrader's configuration, as far as they are missing."""
    MADE.parent.mkdir(parents=True, exist_ok=True)
    MADE.parent.chmod(0o700)
    with MADE.open("a", encoding="utf-8") as made:
        made.writelines(f"{name}\n" for name in plan.users if add_user(name))
    exchange = FOLDER / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)  # nbgrader asks for it; who may do what is said by the folders inside
    course = make_course(plan, exchange)
    course_id = tomllib.loads((course / "course.toml").read_text(encoding="utf-8"))["course_id"]
    lines = {
        "instructor": _INSTRUCTOR.format(course=str(course)),
        "student": _EVERYBODY.format(course_id=course_id, exchange=str(exchange)),
    }
    for kind, text in lines.items():
        lab = FOLDER / "etc" / kind / "labconfig"
        lab.mkdir(parents=True, exist_ok=True)
        (lab.parent / "nbgrader_config.py").write_text(text, encoding="utf-8")
        (lab / "default_setting_overrides.json").write_text(_NO_NEWS, encoding="utf-8")
    (lab / "page_config.json").write_text(_STUDENTS_LAB, encoding="utf-8")


def remove() -> None:
    """Take away the users that :func:`set_up` made, homes included, and the exchange."""
    for name in MADE.read_text(encoding="utf-8").split() if MADE.exists() else ():
        subprocess.run(["userdel", "--remove", name], check=True)
    shutil.rmtree(FOLDER, ignore_errors=True)


# the hub


def run(plan: Plan) -> None:
    """Say who can log in, and become JupyterHub."""
    passwords = {"INSTRUCTOR": secrets.token_urlsafe(24), "STUDENT": secrets.token_urlsafe(9)}
    width = max(map(len, (plan.instructor, ", ".join(plan.students))))
    print(f"http://127.0.0.1:{plan.port}")
    print(f"  {plan.instructor:{width}}  password {passwords['INSTRUCTOR']}")
    print(f"  {', '.join(plan.students):{width}}  password {passwords['STUDENT']}", flush=True)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DLCOURSE_HUB": str(FOLDER),
        "DLCOURSE_INSTRUCTOR": plan.instructor,
        "DLCOURSE_STUDENTS": " ".join(plan.students),
        "DLCOURSE_PORT": str(plan.port),
        **{f"DLCOURSE_{who}_PASSWORD": password for who, password in passwords.items()},
    }
    os.chdir(FOLDER)
    config = str(Path(__file__).with_name("jupyterhub_config.py").resolve())
    os.execve(sys.executable, [sys.executable, "-m", "jupyterhub", "--config", config], environment)


def refuse_what_cannot_work() -> None:
    """Users of the machine must reach Python, and must not reach the solutions."""
    for folder in _closed(_program()):
        sys.exit(
            f"other users may not enter {folder}, in which Python or dlcourse lies: clone into /opt, say, or use --private"
        )
    for path in (REPOSITORY / name for name in SECRET):
        if path.exists() and path.stat().st_mode & stat.S_IXOTH:
            sys.exit(f"students could read {path}: chmod 700 {path}, or use --private")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--course", type=Path, default=REPOSITORY, help="this repository's")
    parser.add_argument(
        "--assignment", action="append", default=[], help="may be given again; all if not given"
    )
    parser.add_argument("--instructor", default="instructor")
    parser.add_argument(
        "--student", action="append", help="may be given again; student1 to student3"
    )
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--private", action="store_true", help="leave nothing behind")
    parser.add_argument("--remove", action="store_true", help="take away what was left behind")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("only root can start servers as other users: sudo .venv/bin/python hub/start.py")
    if options.remove:
        remove()
        return
    if options.inside:
        make_private()
    elif options.private:
        enter(sys.argv[1:])
    else:
        refuse_what_cannot_work()
    students = tuple(options.student or ("student1", "student2", "student3"))
    plan = Plan(
        options.course.resolve(),
        tuple(options.assignment),
        options.instructor,
        students,
        options.port,
    )
    set_up(plan)
    run(plan)


if __name__ == "__main__":
    main()
