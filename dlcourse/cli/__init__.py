"""The command line: `dlcourse --help`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from .. import __version__, _nbformat  # noqa: F401
from ..authoring.course import Course, CourseEntry, course_root, read_course
from ..authoring.header import minutes_of
from ..console import err, for_tables, out, print_to_any_encoding, say
from ..errors import DlcourseError
from .alone import selfgrade, submit
from .audit import audit
from .build import build
from .collect import collect
from .export import app as export_app
from .feedback import feedback
from .grade import grade
from .options import Unsafe, isolation_of
from .preview import preview
from .teaching import release_solutions, report, similar, viva

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Deep Learning by Hand: build, check and grade the course's notebooks.",
    epilog="A student needs `check` and `hint` only. An instructor starts with `list` and `demo`; an author with `new`.",
)
app.add_typer(export_app, name="export")

POSIX_ONLY = ("fcntl", "grp", "pwd", "resource")
"""Modules of Python's own that Windows lacks."""


def _version(wanted: bool) -> None:
    if wanted:
        say(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Deep Learning by Hand: build, check and grade the course's notebooks."""


@app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print data for programs.")] = False,
) -> None:
    """Show the course's assignments by track."""
    course = read_course(course_root())
    if as_json:
        say(json.dumps([_entry(course, entry) for entry in course.entries.values()]))
        return
    table = Table(title=course.title, box=None, title_justify="left")
    table.add_column("assignment", no_wrap=True)  # names are there to be copied
    table.add_column("title", overflow="fold")
    table.add_column("minutes", justify="right")
    table.add_column("core", justify="right")
    table.add_column("needs", no_wrap=True)
    last = None
    for entry in course.entries.values():
        if entry.track != last:
            table.add_row(f"\n[bold]{entry.track}[/bold]")
        minutes = minutes_of(course.files(entry.slug).script, entry.questions)
        table.add_row(entry.slug, entry.title, *(f"{m}" for m in minutes), "\n".join(entry.needs))
        last = entry.track
    out.print(table)


def _entry(course: Course, entry: CourseEntry) -> dict[str, Any]:
    """An assignment as data."""
    minutes = minutes_of(course.files(entry.slug).script, entry.questions)
    whole, core = (int(f"{m}") for m in minutes)
    known = {
        "slug": entry.slug,
        "title": entry.title,
        "track": entry.track,
        "article": entry.article,
    }
    return {**known, "needs": list(entry.needs), "minutes": whole, "core": core}


@app.command()
def new(
    slug: Annotated[
        str,
        typer.Argument(help="Name of the new assignment: a Python identifier, such as batch_norm."),
    ],
    title: Annotated[str, typer.Option(help="Title in course.toml.")] = "",
    track: Annotated[str, typer.Option(help="Track in course.toml.")] = "New assignments",
    article: Annotated[
        str, typer.Option(help="Address of the article it goes with.")
    ] = "https://example.org/article",
    minutes: Annotated[
        int, typer.Option(help="How long a student needs for the template's question.")
    ] = 20,
) -> None:
    """Write a working template of a new assignment."""
    from ..authoring.scaffold import checklist, create

    for path in create(
        read_course(course_root()),
        slug,
        title or slug.replace("_", " ").capitalize(),
        track,
        article,
        minutes,
    ):
        say(f"wrote {path}")
    say(checklist(slug))
    say(f"Now run: python solutions/{slug}.py; pytest tests/{slug}; dlcourse build {slug}")


@app.command()
def check(
    notebook: Annotated[
        Path, typer.Argument(help="Your notebook. Its checks.json must lie next to it.")
    ],
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Run a notebook's own tests in a terminal, as Run All does in JupyterLab."""
    from ..student.terminal import check_notebook

    failed = check_notebook(notebook, out, isolation_of(unsafe_no_sandbox))
    raise typer.Exit(1 if failed else 0)


@app.command()
def status(
    path: Annotated[
        Path, typer.Argument(help="Your notebook, or a folder that holds several.")
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print data for programs.")] = False,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Say which points are sure, which hang on hidden tests and which are open."""
    from ..student.status import show_status

    show_status(path, out, isolation_of(unsafe_no_sandbox), as_json)


@app.command()
def hint(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    question: Annotated[str, typer.Argument(help="The question's name, as its stub is called.")],
    level: Annotated[
        str, typer.Argument(help="1 idea, 2 shapes, 3 steps, 4 the commonest mistake.")
    ] = "1",
) -> None:
    """Show one hint for a question, the gentlest first."""
    from ..student.hint import show_hint

    show_hint(notebook, question, level, out)


app.command()(submit)
app.command()(selfgrade)
app.command()(build)
app.command()(collect)
app.command()(grade)
app.command()(feedback)
app.command()(release_solutions)
app.command()(report)
app.command()(similar)
app.command()(viva)
app.command()(audit)
app.command()(preview)


@app.command()
def demo(
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to put the demo course; a new temporary folder if not given."),
    ] = None,
    assignment: Annotated[
        list[str] | None,
        typer.Option(
            help="Hand out this one; may be given again. Three that show most if not given."
        ),
    ] = None,
    autograde: Annotated[
        bool,
        typer.Option(
            "--autograde", help="Grade with plain `nbgrader autograde`; the scores are the same."
        ),
    ] = False,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Hand out the course, collect a small class of sample submissions, grade it through nbgrader,
    show the result.
    """
    from ..tour.tour import run_tour

    run_tour(
        read_course(course_root()),
        folder,
        for_tables(),
        autograde,
        isolation_of(unsafe_no_sandbox),
        tuple(assignment or ()),
    )


@app.command()
def doctor() -> None:
    """Say what this machine can do, each line with its cure. Exit code 1: student code cannot be
    graded here.
    """
    from ..doctor import report, table

    facilities = report(Path.cwd())
    out.print(table(facilities))
    raise typer.Exit(0 if all(facility.ok for facility in facilities) else 1)


def main() -> None:
    """Entry point: errors that a person can mend are one line, not a traceback."""
    print_to_any_encoding()
    try:
        app()
    except DlcourseError as error:
        say(f"error: {error}", to=err, style="red")
        sys.exit(1)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("dlcourse"):
            raise
        if error.name in POSIX_ONLY:
            text = f"this command needs Linux (no {error.name} here); on Windows use WSL 2"
        else:
            cure = "pip install 'dlcourse[instructor]'"
            text = f"{error.name} is not installed; this command needs the instructor's packages: {cure}"
        say(f"error: {text}", to=err, style="red")
        sys.exit(1)
