"""`dlcourse export otter`: the student's folder, an autograder.zip and a README.

The zip is made by `otter generate`, then completed: the assignment's data, a wheel of this package,
and a `run_otter.py` that grades what otter refuses to read.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
import zipfile
from importlib import resources
from pathlib import Path
from typing import Any

from ..authoring.course import Course
from ..authoring.lint import lint_release
from ..authoring.references import data_files
from ..core.progress import Progress, silent
from ..errors import AuthorError, SetupError
from ..executor.warm import Warm
from ..grading.grader import Grader, open_grader
from .pack import FILENAME, to_document
from .wheel import archive, pinned, wheel

AUTOGRADER = "/autograder"
"""Where Gradescope and otter's containers unpack the zip."""
PLUGIN = "dlcourse.export.otter_plugin.Verified"
_RUN = '''"""Runs otter; what otter refuses to read is graded all the same."""

from dlcourse.export.gradescope import main

if __name__ == "__main__":
    main("{autograder}")
'''

_SETUP = """
# Student code runs as the user `nobody`, who must be able to reach this Python.
chmod o+x /root
"""


def export(
    course: Course,
    slug: str,
    folder: Path,
    warm: Warm,
    torch_index: str = "",
    progress: Progress = silent,
) -> Path:
    """Write ``folder/<slug>/``.

    Args:
        course: the course; the assignment must be built.
        slug: the assignment.
        folder: such as ``dist/otter``.
        warm: used only when expected results must be computed.
        torch_index: address of a package index with CPU builds of torch; conda-forge's CPU build if
            empty.
        progress: called per expected result that is computed.

    Returns:
        The folder written.

    Raises:
        AuthorError: the assignment is not built, or something would leak.
        SetupError: otter is not installed.
    """
    entry = course.entry(slug)
    grader = open_grader(course, slug, warm, progress)
    files = course.files(slug)
    if not files.release_notebook.is_file():
        name = files.name(files.release_notebook)
        raise AuthorError(f"{name} is missing; run `dlcourse build {slug}`")
    problems = lint_release(grader.assignment, files.release)
    if problems:
        raise AuthorError(
            f"{files.name(files.release)} holds what students must not get:\n  "
            + "\n  ".join(problems)
        )
    target = folder / slug
    fresh = folder / f".{slug}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    student = fresh / "student"
    shutil.copytree(files.release, student)
    _write_tests(grader, student / "tests", public_only=True)
    (fresh / "autograder.zip").write_bytes(autograder(grader, torch_index))
    hidden = sum(not p.spec.public for p in grader.assignment.probes.values())
    values = {
        "slug": slug, "title": entry.title, "points": f"{grader.assignment.points:g}",
        "tests": str(len(grader.assignment.probes)), "hidden": str(hidden),
        "torch": "the CPU build of the index that was given" if torch_index else "conda-forge's CPU build",
    }  # fmt: skip
    text = (
        resources.files("dlcourse.export").joinpath("otter_readme.md").read_text(encoding="utf-8")
    )
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    if answers := grader.assignment.answers.values():
        asked = ", ".join(f"{one.name} ({one.points:g} points)" for one in answers)
        text += f"\nA person grades what is answered in words: {asked}. Turn on *Manual Grading* and give it a rubric there.\n"
    (fresh / "README.md").write_text(text, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return target


def autograder(grader: Grader, torch_index: str = "") -> bytes:
    """The autograder.zip, byte for byte the same for the same assignment and versions.

    Raises:
        AuthorError: the reference would be in the zip.
        SetupError: otter is not installed.
    """
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        _write_tests(grader, root / "tests")
        wheel_name, wheel_bytes = wheel()
        _write_inputs(root, f"{AUTOGRADER}/source/dlcourse/{wheel_name}", torch_index)
        files = _generate(root)
        files[f"tests/{FILENAME}"] = (root / "tests" / FILENAME).read_bytes()
    files[f"dlcourse/{wheel_name}"] = wheel_bytes
    files["run_otter.py"] = _RUN.replace("{autograder}", AUTOGRADER).encode()
    files["setup.sh"] = files["setup.sh"].rstrip() + b"\n" + _SETUP.encode()
    for name, path in data_files(grader.assignment).items():
        files[f"files/{name}"] = path.read_bytes()
    _check_leaks(grader, files)
    return archive(files)


def _generate(root: Path) -> dict[str, bytes]:
    """Run `otter generate` in a folder with tests/, otter_config.json, requirements.txt and
    environment.yml.
    """
    try:
        from otter.generate import main as generate
    except ImportError as error:
        raise SetupError("otter-grader is not installed; run `pip install otter-grader`") from error
    with contextlib.chdir(root):  # otter looks for its inputs in the current folder
        generate(
            output_path="autograder.zip",
            python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
        )
    with zipfile.ZipFile(root / "autograder.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write_inputs(root: Path, wheel_path: str, torch_index: str) -> None:
    config = {
        "show_hidden": True,  # otter's word for: shown after publication
        "show_stdout": False,
        "print_summary": False,
        "plugins": [{PLUGIN: {"isolation": "auto"}}],
    }
    (root / "otter_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    pins = pinned()
    # torch brings libraries of its own; those of a CUDA build are not wanted there
    torch = pins.pop("torch")
    pins = {n: v for n, v in pins.items() if not n.startswith(("nvidia-", "triton", "cuda-"))}
    lines = [f"{name}=={version}" for name, version in sorted(pins.items())]
    dependencies = []
    if torch_index:
        lines = [f"--extra-index-url {torch_index}", f"torch=={torch}+cpu", *lines]
    else:
        # pip's torch for Linux carries CUDA, several gigabytes that Gradescope's machines cannot
        # use
        dependencies = [f"pytorch-cpu={torch}", f"numpy={pins['numpy']}"]
    (root / "requirements.txt").write_text("\n".join([*lines, wheel_path]) + "\n", encoding="utf-8")
    environment = (
        "channels:\n  - conda-forge\ndependencies:\n" + "".join(f"  - {d}\n" for d in dependencies)
        if dependencies
        else ""
    )
    if environment:
        (root / "environment.yml").write_text(environment, encoding="utf-8")


def _write_tests(grader: Grader, folder: Path, public_only: bool = False) -> None:
    """otter's test files, one per question, and the data that they need."""
    folder.mkdir(parents=True, exist_ok=True)
    document = to_document(grader, public_only)
    text = json.dumps(document, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / FILENAME).write_text(text, encoding="utf-8")
    for question in grader.assignment.questions:
        (folder / f"{question}.py").write_text(
            test_file(grader, question, public_only), encoding="utf-8"
        )


def test_file(grader: Grader, question: str, public_only: bool = False) -> str:
    """A question's tests in otter's exception-based format: one case per probe."""
    probes = [
        p.spec for p in grader.assignment.probes_of(question) if p.spec.public or not public_only
    ]
    lines = [
        "OK_FORMAT = False",
        "",
        "from otter.test_files import test_case",
        "",
        "from dlcourse.export.otter_tests import check",
        "",
    ]
    lines += [f"name = {question!r}", "points = None"]
    for one in sorted(probes, key=lambda p: not p.public):
        settings = f"name={one.title!r}, points={_points(one.points)}, hidden={not one.public}"
        lines += [
            "",
            "",
            f"@test_case({settings})",
            f"def {one.name}(env):",
            f"    check(env, {one.name!r})",
        ]
    return "\n".join(lines) + "\n"


def _points(value: float) -> Any:
    return int(value) if value == int(value) else float(value)


def _check_leaks(grader: Grader, files: dict[str, bytes]) -> None:
    """Refuse to write a zip that holds a line of the reference or of a rubric."""
    from ..authoring.lint import secrets

    banned = {
        line: owner
        for line, owner in secrets(grader.assignment).items()
        if not owner.startswith("hidden probe") and len(line) >= 12
    }
    document = json.loads(files[f"tests/{FILENAME}"])
    allowed = "".join(
        "".join(p["program"].split()) + "".join(p["definition"].split()) for p in document["probes"]
    )
    for name, content in files.items():
        if name.endswith(".whl"):
            continue
        text = "".join(
            content.decode("utf-8", "replace").replace("\\n", " ").replace('\\"', '"').split()
        )
        for line, owner in banned.items():
            if line in text and line not in allowed:
                raise AuthorError(
                    f"autograder.zip: {name} would hold a line of {owner}: {line[:60]!r}"
                )
