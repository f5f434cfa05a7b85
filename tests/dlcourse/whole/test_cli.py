"""The command line: help that a newcomer understands, and errors of one line that name file and
cure.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from dlcourse import cli
from dlcourse.authoring.course import Course, read_course
from dlcourse.cli.grade import elapsed
from tests.support.commands import dlcourse
from tests.support.course import COURSE, REPOSITORY, hand_in, released

COMMANDS = sorted(get_group(cli.app).commands)


@pytest.fixture
def run(
    course: Course,
    inline: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Any]:
    """Runs a command in the course, in this process; returns (exit status, what was printed, what
    went to stderr).
    """
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("COLUMNS", "300")

    def command(*arguments: Any, cwd: Path | None = None) -> Any:
        if cwd:
            monkeypatch.chdir(cwd)
        monkeypatch.setattr("sys.argv", ["dlcourse", *arguments])
        try:
            status = 0
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def refused(run: Callable[..., Any]) -> Callable[..., Any]:
    """The one line that a wrong command ends with."""

    def command(*arguments: Any, **more: Any) -> Any:
        status, _, err = run(*arguments, **more)
        lines = err.strip().splitlines()
        assert status == 1, err
        assert len(lines) == 1 and lines[0].startswith("error: ") and "Traceback" not in err, err
        return lines[0]

    return command


def test_the_commands_of_the_issue_are_there() -> None:
    assert {"list", "new", "build", "check", "grade", "demo"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command(name: Any) -> None:
    done = CliRunner().invoke(cli.app, [name, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert done.exit_code == 0 and f"Usage: root {name}" in done.output.replace("dlcourse", "root")
    command = get_group(cli.app).commands[name]
    assert command.help and command.help.strip()[0].isupper()
    subcommands = getattr(command, "commands", {"": command})
    for one in subcommands.values():
        for parameter in one.params:
            assert parameter.name == "help" or getattr(parameter, "help", None), (
                f"{name} {parameter.name} has no help"
            )


def test_help_names_every_command() -> None:
    done = CliRunner().invoke(cli.app, ["--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert done.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^\W*{name}\b", done.output, re.MULTILINE), name


def test_no_arguments_show_the_help(run: Callable[..., Any]) -> None:
    status, out, _ = run()
    assert status in (0, 2) and "Usage" in out


def test_list(run: Callable[..., Any]) -> None:
    status, out, _ = run("list")
    assert status == 0
    assert [
        word
        for word in ("Scratch", "toy", "vectors", "Toy", "Vectors", "First", "Second")
        if word not in out
    ] == []


def test_list_breaks_no_name_on_a_narrow_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dlcourse.cli", "list"],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and set(read_course(REPOSITORY).entries) <= set(done.stdout.split())


WITHOUT_POSIX = """
import sys
sys.modules.update(dict.fromkeys(("fcntl", "grp", "pwd", "resource"), None))  # as on Windows
from dlcourse.cli import main
main()
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--help"], "Usage"), (["check", "--help"], "notebook"), (["list"], "backpropagation")],
)
def test_starts_where_python_lacks_what_is_posix(arguments: Any, said: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and said in done.stdout and not done.stderr


def test_a_command_that_needs_posix_says_what_to_use() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX, "grade", "backpropagation"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert line == "error: this command needs Linux (no resource here); on Windows use WSL 2"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["list"]])
def test_prints_to_any_encoding(course: Course, arguments: Any, encoding: str) -> None:
    path = course.root / "course.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Vectors", "Vectors → Łódź ✓"), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "dlcourse.cli", *arguments],
        cwd=course.root,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        encoding=encoding,
    )
    assert done.returncode == 0 and not done.stderr and done.stdout
    if arguments == ["list"]:
        assert "Vectors -> ?" in done.stdout and "d? +" in done.stdout


def test_new_then_build(run: Callable[..., Any], course: Course) -> None:
    status, out, _ = run("new", "fresh", "--title", "Fresh", "--minutes", "7")
    assert status == 0 and "wrote solutions/fresh.py" in out and "dlcourse build fresh" in out
    assert '"Fresh"' in (course.root / "course.toml").read_text()


def test_build_and_check(run: Callable[..., Any], course: Course) -> None:
    status, out, _ = run("build", "vectors")
    assert status == 0 and "vectors: 4 questions, 9 tests (5 hidden), 16.5 points" in out
    status, out, _ = run("build", "--check")
    assert status == 0 and "toy: up to date" in out and "vectors: up to date" in out
    (course.root / "release" / "vectors" / "answers.txt").write_text("x")
    status, _, err = run("build", "--check", "vectors")
    assert status == 1 and "error: answers.txt: not on the list of what a release may hold" in err
    assert "run `dlcourse build` and commit source/ and release/" in err


def test_command_is_a_program(course: Course) -> None:
    assert "Vectors" in dlcourse(course, "list")


# ---- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("build",), ("grade",)])
def test_unknown_slug_names_the_nearest(refused: Callable[..., Any], command: Any) -> None:
    assert "no assignment 'vektors' in course.toml; did you mean vectors" in refused(
        *command, "vektors"
    )


@pytest.mark.parametrize("command", [("list",), ("build",), ("grade", "toy"), ("new", "x")])
def test_outside_of_a_course(refused: Callable[..., Any], tmp_path: Path, command: Any) -> None:
    (tmp_path / "empty").mkdir()
    message = refused(*command, cwd=tmp_path / "empty")
    assert "no course.toml here or above; change into the course's folder" in message


def test_broken_course_file(refused: Callable[..., Any], course: Course) -> None:
    (course.root / "course.toml").write_text(COURSE.replace('seed = "a seed"', "seed = 3"))
    assert "course.toml: seed must be a str, got 3" in refused("list")


def test_new_of_a_taken_name(refused: Callable[..., Any]) -> None:
    assert "'toy' is in course.toml already" in refused("new", "toy")


def test_new_of_a_bad_name(refused: Callable[..., Any]) -> None:
    assert "a slug is a lower-case Python identifier" in refused("new", "My-Slug")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("tests/toy/probes.py", "points=2", "points='two'", "points='two'; give a positive number"),
        (
            "tests/toy/probes.py",
            '"softmax", points=1)',
            '"sofmax", points=1)',
            "did you mean 'softmax'?",
        ),
        (
            "solutions/toy.py",
            "### END SOLUTION",
            "### END SOLUTON",
            "misspelt marker '### END SOLUTON'",
        ),
        (
            "tests/toy/misconceptions.py",
            "e / e.sum(axis=-1",
            "e / e.sum(axis=-2",
            "stands 0 times in the question's cell",
        ),
    ],
)
def test_wrong_authored_files_are_one_line_with_the_file(
    refused: Callable[..., Any], course: Course, name: Any, old: Any, new: Any, message: Any
) -> None:
    path = course.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = refused("build", "toy")
    assert message in found and name in found


def test_build_without_the_authored_files(refused: Callable[..., Any], course: Course) -> None:
    (course.root / "solutions" / "toy.py").unlink()
    assert "solutions/toy.py: no such file; `dlcourse new toy` writes a template" in refused(
        "build", "toy"
    )


def test_grade_without_submissions(refused: Callable[..., Any]) -> None:
    assert (
        "no submission of toy in submitted/; collect them with `nbgrader collect toy`"
        in refused("grade", "toy")
    )


def test_grade_of_a_student_who_handed_in_nothing(
    refused: Callable[..., Any], course: Course
) -> None:
    hand_in(course, "ada", "toy", released(course, "toy"))
    assert "no submission of toy by eva in submitted/" in refused("grade", "toy", "--only", "eva")


def test_grade_without_the_built_source(refused: Callable[..., Any], course: Course) -> None:
    hand_in(course, "ada", "toy", released(course, "toy"))
    shutil.rmtree(course.root / "source")
    assert "source/toy/toy.ipynb is missing; run `dlcourse build toy`" in refused("grade", "toy")


def test_grade_without_a_gradebook(refused: Callable[..., Any], course: Course) -> None:
    hand_in(course, "ada", "toy", released(course, "toy"))
    (course.root / "gradebook.db").unlink()
    message = refused("grade", "toy")
    assert "is not in the gradebook" in message and "run `dlcourse build toy`" in message


def test_grade_without_nbgraders_configuration(refused: Callable[..., Any], course: Course) -> None:
    hand_in(course, "ada", "toy", released(course, "toy"))
    (course.root / "nbgrader_config.py").unlink()
    assert "nbgrader_config.py" in refused("grade", "toy")


def test_grade_with_a_broken_nbgrader_configuration(
    refused: Callable[..., Any], course: Course
) -> None:
    hand_in(course, "ada", "toy", released(course, "toy"))
    (course.root / "nbgrader_config.py").write_text("c = get_config()\n1 / 0\n")
    message = refused("grade", "toy")
    assert "nbgrader_config.py" in message and "ZeroDivisionError" in message


def test_grade_with_a_gradebook_that_does_not_answer(
    refused: Callable[..., Any], course: Course
) -> None:
    hand_in(course, "ada", "toy", released(course, "toy"))
    message = refused("grade", "toy", "--db", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert "gradebook" in message and "127.0.0.1" in message


def test_grade_with_a_gradebook_address_that_is_none(
    refused: Callable[..., Any], course: Course
) -> None:
    hand_in(course, "ada", "toy", released(course, "toy"))
    assert "gradebook" in refused("grade", "toy", "--db", "what is this")


@pytest.mark.parametrize(
    "arguments",
    [
        ("grade", "toy", "--jobs", "-1"),
        ("grade", "toy", "--since", "yesterday"),
        ("grade",),
        ("nonsense",),
        ("new", "x", "--minutes", "ten"),
    ],
)
def test_wrong_options_are_usage_errors(run: Callable[..., Any], arguments: Any) -> None:
    status, out, err = run(*arguments)
    assert status == 2 and "Usage" in out + err and "Traceback" not in out + err


def test_elapsed_as_a_person_says_it() -> None:
    assert [elapsed(s) for s in (0, 61, 3600, 3725)] == ["0:00", "1:01", "01:00:00", "01:02:05"]
