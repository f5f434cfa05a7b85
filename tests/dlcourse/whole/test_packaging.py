"""What is installed where: pins, the wheel, the student's side without the instructor's packages."""

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import dlcourse
from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.core.cells import student_view
from dlcourse.core.probe import parameters
from tests.support.course import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
IMPORT_NAMES = {"pillow": "PIL", "otter-grader": "otter", "scikit-learn": "sklearn"}
INSTRUCTOR_ONLY = (
    "nbgrader",
    "jupytext",
    "nbconvert",
    "sqlalchemy",
    "distributed",
    "psycopg",
    "jinja2",
    "copydetect",
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def required(requirements: Any) -> set[str]:
    return {normal(re.findall(r"[\w.-]+", r)[0]) for r in requirements}


def lock() -> dict[str, str]:
    lines = (REPOSITORY / "requirements.lock").read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {normal(name): version for name, version in pairs}


def conda_pins(file: str = "environment.yml") -> dict[str, str]:
    lines = (REPOSITORY / file).read_text().splitlines()
    found = [
        m for line in lines if (m := re.fullmatch(r"      - ([\w.-]+)(?:\[\w+\])?==(\S+)", line))
    ]
    return {normal(m[1]): m[2] for m in found}


def test_every_direct_dependency_is_pinned_and_conda_users_get_the_same_versions() -> None:
    direct = required(PROJECT["dependencies"] + [r for extra in EXTRAS.values() for r in extra])
    pins = lock()
    assert direct <= pins.keys()
    assert conda_pins() == {name: pins[name] for name in direct}
    students = required(PROJECT["dependencies"])
    assert conda_pins("environment-student.yml") == {name: pins[name] for name in students}


def test_the_containers_hold_what_a_student_may_have() -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text().split()
    assert {"solutions", "tests", "source", "gradebook.db", "submitted"} <= set(ignored)
    copied = re.findall(
        r"^COPY (?:--\S+ )?(.+) \S+$", (REPOSITORY / "Dockerfile").read_text(), re.M
    )
    named = [name for line in copied for name in line.split()]
    assert named and all((REPOSITORY / name).exists() for name in named)
    assert not set(named) & set(ignored)
    json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text())


def test_the_lock_names_no_build_no_file_and_no_address() -> None:
    text = (REPOSITORY / "requirements.lock").read_text()
    assert not re.search(r"^[^#]*(\+|@|://|file:|--)", text, re.MULTILINE)
    assert lock()["torch"] == "2.13.0"


def test_the_tests_run_with_the_pinned_versions() -> None:
    differ = {}
    for name, version in lock().items():
        try:
            found = importlib.metadata.version(name).split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            continue  # a pin of another platform
        if found != version:
            differ[name] = (found, version)
    assert not differ, "requirements.lock and this environment differ; run `make install`"


def test_the_version_stands_in_one_place() -> None:
    assert "version" not in PROJECT and "version" in PROJECT["dynamic"]
    assert importlib.metadata.version("dlcourse") == dlcourse.__version__
    for path in (REPOSITORY / "README.md", *REPOSITORY.glob("docs/*.md")):
        assert f"dlcourse-{dlcourse.__version__}" not in path.read_text(), path.name


def third_party(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return {n for n in names if n not in sys.stdlib_module_names and n != "dlcourse"}


def test_every_import_of_the_package_is_a_declared_dependency() -> None:
    declared = {
        IMPORT_NAMES.get(n, n.replace("-", "_"))
        for n in required(PROJECT["dependencies"] + [r for e in EXTRAS.values() for r in e])
    }
    for path in (REPOSITORY / "dlcourse").rglob("*.py"):
        assert third_party(path) <= {n.lower() for n in declared} | {"IPython"}, path.name


def test_what_released_notebooks_import_is_a_students_dependency() -> None:
    student = {IMPORT_NAMES.get(n, n.replace("-", "_")) for n in required(PROJECT["dependencies"])}
    for slug in read_course(REPOSITORY).entries:
        for cell in load(REPOSITORY, slug).cells:
            if cell.kind not in ("text", "hints"):
                tree = ast.parse(student_view(cell.source))
                modules = {
                    a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
                }
                modules |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
                used = {m.split(".")[0] for m in modules} - sys.stdlib_module_names - {"dlcourse"}
                assert used <= student, slug


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, as `make wheel` builds it."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    shutil.copytree(
        REPOSITORY / "dlcourse", copy / "dlcourse", ignore=shutil.ignore_patterns("__pycache__")
    )
    for slug in ("solutions", "tests", "source", "release"):
        shutil.copytree(
            REPOSITORY / slug, copy / slug, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(REPOSITORY / name, copy / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(out),
        ".",
    ]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, timeout=120)
    (path,) = out.glob(f"dlcourse-{dlcourse.__version__}-py3-none-any.whl")
    return path


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {n for n in archive.namelist() if not n.endswith("/")}
    package = {n for n in names if not re.match(r"dlcourse-[\d.]+\.dist-info/", n)}
    expected = {
        p.relative_to(REPOSITORY).as_posix()
        for p in (REPOSITORY / "dlcourse").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert package == expected
    assert "dlcourse/py.typed" in package and any(
        n.startswith("dlcourse/authoring/template/") for n in package
    )


def test_the_wheel_holds_no_solution_and_no_hidden_test(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        text = "\n".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    squeezed = re.sub(r"\s+", "", text)
    for slug in read_course(REPOSITORY).entries:
        assignment = load(REPOSITORY, slug)
        for question in assignment.questions.values():
            own = [
                line
                for line in question.source.splitlines()
                if line not in question.stub.splitlines()
            ]
            for line in own:
                short = re.sub(r"\s+", "", line)
                assert len(short) < 30 or short not in squeezed, f"{slug}: {line.strip()}"
        for graded in assignment.probes.values():
            # with its first parameter, since a function of the package may be called `numbers`, too
            definition = f"def {graded.spec.name}({parameters(graded.probe.function)[0]}"
            assert definition in graded.program
            assert graded.spec.public or definition not in text


# what a student has: every import of the instructor's packages fails
STUDENT = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {INSTRUCTOR_ONLY}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


def as_student(code: str, cwd: Path | None, *arguments: Any) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", STUDENT + code, *arguments],
        cwd=cwd,
        text=True,
        capture_output=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_student_without_the_instructors_packages_can_check(
    built_course: Course, tmp_path: Path
) -> None:
    release = built_course.root / "release" / "toy"
    status, said = as_student(
        "from dlcourse.cli import main; main()", tmp_path, "check", str(release / "toy.ipynb")
    )
    assert status == 1 and "not written yet" in said, said


@pytest.mark.parametrize("command", ["grade", "build", "demo", "report", "similar"])
def test_the_instructors_commands_tell_a_student_what_to_install(
    built_course: Course, command: str
) -> None:
    status, said = as_student(
        "from dlcourse.cli import main; main()",
        built_course.root,
        command,
        *(["toy"] if command != "demo" else []),
    )
    assert (
        status == 1
        and said.strip().endswith("pip install 'dlcourse[instructor]'")
        and said.strip().count("\n") == 0
    ), said


def test_the_blocked_imports_do_fail(tmp_path: Path) -> None:
    for name in INSTRUCTOR_ONLY:
        status, said = as_student(f"import {name}", tmp_path)
        assert status == 1 and "ModuleNotFoundError" in said


def test_no_submodule_takes_the_place_of_a_public_name() -> None:
    """`dlcourse.x` becomes the module x when that is imported after the package, whatever it was
    before.
    """
    code = (
        "import pkgutil, types, dlcourse\n"
        "for module in pkgutil.iter_modules(dlcourse.__path__):\n"
        "    __import__(f'dlcourse.{module.name}')\n"
        "print([n for n in dlcourse.__all__ if isinstance(getattr(dlcourse, n), types.ModuleType)])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert run.stdout.strip() == "[]", run.stdout + run.stderr


def test_readme_lists_the_assignments_of_the_course_in_order() -> None:
    listed = re.findall(
        r"^\| \[(\w+)\]\(solutions/(\w+)\.py\) \|",
        (REPOSITORY / "README.md").read_text(),
        re.MULTILINE,
    )
    assert listed == [(slug, slug) for slug in read_course(REPOSITORY).entries]
