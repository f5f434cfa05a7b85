"""The command line: `dlcourse --help`."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from . import _nbformat  # noqa: F401
from .authoring.course import course_root, read_course
from .console import err, for_tables, out, print_to_any_encoding, progress, say
from .errors import AuthorError, DlcourseError
from .executor.isolation import SANDBOX, UNSAFE, Isolation
from .export.cli import app as export_app

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Deep Learning by Hand: build, check and grade the course's notebooks.",
    epilog="A student needs `check` only. An instructor starts with `list` and `demo`; an author with `new`.",
)
app.add_typer(export_app, name="export")

POSIX_ONLY = ("fcntl", "grp", "pwd", "resource")
"""Modules of Python's own that Windows lacks."""
Unsafe = Annotated[
    bool,
    typer.Option(
        "--unsafe-no-sandbox", help="Run student code without a sandbox. For code you trust only."
    ),
]
Slug = Annotated[str, typer.Argument(help="Name of the assignment, as `dlcourse list` shows it.")]


def _isolation(unsafe: bool) -> Isolation:
    return UNSAFE if unsafe else SANDBOX


@app.command("list")
def list_() -> None:
    """Show the course's assignments by track."""
    course = read_course(course_root())
    table = Table(title=course.title, box=None, title_justify="left")
    table.add_column("assignment", no_wrap=True)  # names are there to be copied
    table.add_column("title", overflow="fold")
    table.add_column("minutes", justify="right")
    table.add_column("needs", no_wrap=True)
    last = None
    for entry in course.entries.values():
        if entry.track != last:
            table.add_row(f"\n[bold]{entry.track}[/bold]")
        table.add_row(entry.slug, entry.title, str(entry.minutes), "\n".join(entry.needs))
        last = entry.track
    out.print(table)


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
    minutes: Annotated[int, typer.Option(help="How long a student needs.")] = 60,
) -> None:
    """Write a working template of a new assignment."""
    from .authoring.scaffold import create

    for path in create(
        read_course(course_root()),
        slug,
        title or slug.replace("_", " ").capitalize(),
        track,
        article,
        minutes,
    ):
        say(f"wrote {path}")
    say(f"Now run: python solutions/{slug}.py; pytest tests/{slug}; dlcourse build {slug}")


@app.command()
def build(
    slugs: Annotated[
        list[str] | None, typer.Argument(help="Assignments to build; all if none is named.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing; fail when source/ or release/ is stale or holds what it must not.",
        ),
    ] = False,
) -> None:
    """Make source/ and release/ from solutions/ and tests/."""
    from .executor.warm import Warm
    from .nbgrader_port.generate import build as build_one
    from .nbgrader_port.generate import stale

    course = read_course(course_root())
    chosen = [course.entry(s).slug for s in slugs or course.entries]
    problems: list[str] = []
    with Warm() as warm:
        for slug in chosen:
            with progress(f"{'checking' if check else 'building'} {slug}", None) as step:
                if check:
                    found = stale(course, slug, warm, step)
                    problems += found
                    text = f"{len(found)} problems" if found else "up to date"
                else:
                    assignment = build_one(course, slug, warm, step)
                    hidden = sum(not p.spec.public for p in assignment.probes.values())
                    text = f"{len(assignment.questions)} questions, {len(assignment.probes)} tests ({hidden} hidden), {assignment.points:g} points"
            say(f"{slug}: {text}")
    if problems:
        raise AuthorError(
            "\n".join([*problems, "run `dlcourse build` and commit source/ and release/"])
        )


@app.command()
def check(
    notebook: Annotated[
        Path, typer.Argument(help="Your notebook. Its checks.json must lie next to it.")
    ],
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Run a notebook's own tests in a terminal, as Run All does in JupyterLab."""
    from .student.terminal import check_notebook

    failed = check_notebook(notebook, out, _isolation(unsafe_no_sandbox))
    raise typer.Exit(1 if failed else 0)


@app.command()
def grade(
    slug: Slug,
    only: Annotated[
        list[str] | None, typer.Option(help="Grade this student only; may be given again.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Grade unchanged submissions, too.")
    ] = False,
    since: Annotated[
        datetime | None, typer.Option(help="Only what was handed in at or after this time (UTC).")
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Worker processes; 0 means one per core.")] = 0,
    cluster: Annotated[
        str, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786.")
    ] = "",
    db: Annotated[str, typer.Option(help="Gradebook, if not nbgrader's own setting.")] = "",
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Grade a whole class: all that lies in submitted/ under this assignment.

    Exit code 0: everybody has a grade. 2: everybody has a grade, but some submissions need a look. 1: somebody has none.
    """
    from .grading.class_run import grade_class
    from .grading.plan import Settings
    from .nbgrader_port.gradebook import open_gradebook

    course = read_course(course_root())
    entry = course.entry(slug)
    when = since.astimezone(UTC).replace(tzinfo=None) if since and since.tzinfo else since
    settings = Settings(
        tuple(only or ()), again, when, jobs, cluster, _isolation(unsafe_no_sandbox)
    )
    start = time.monotonic()
    with open_gradebook(course, slug, db) as gradebook, progress(f"grading {slug}", None) as step:
        report = grade_class(
            course,
            slug,
            settings,
            gradebook,
            step,
        )
    table = Table(title=f"{entry.title}: {len(report.entries)} submissions")
    for column in ("student", "score", "diagnosed"):
        table.add_column(column, overflow="fold", justify="right" if column == "score" else "left")
    for student, graded in sorted(report.entries.items()):
        diagnosed = "; ".join(graded.diagnoses[:4])
        table.add_row(student, f"{graded.score:g}/{graded.points:g}", diagnosed)
    out.print(table)
    for student, notes in report.attention.items():
        for note in notes:
            say(f"submitted/{student}/{slug}: {note}", to=err)
    for student, reason in sorted(report.failed.items()):
        say(f"submitted/{student}/{slug}: no grade: {reason}", to=err)
    slowest = max((report.entries[s] for s in report.graded), key=lambda e: e.seconds, default=None)
    tail = f"; slowest {slowest.student}, {slowest.seconds:.1f} s" if slowest else ""
    say(
        f"{len(report.graded)} graded now, {len(report.entries) - len(report.graded)} unchanged, {len(report.failed)} failed, {elapsed(time.monotonic() - start)}{tail}"
    )
    unreadable = any(not e.readable for e in report.entries.values())
    raise typer.Exit(
        1 if report.failed else 2 if unreadable or any(report.attention.values()) else 0
    )


def elapsed(seconds: float) -> str:
    """Seconds as a person says them."""
    return (
        time.strftime("%H:%M:%S", time.gmtime(seconds))
        if seconds >= 3600
        else f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    )


@app.command()
def audit(
    slugs: Annotated[
        list[str] | None, typer.Argument(help="Assignments to audit; all if none is named.")
    ] = None,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="Only those whose files, or the audit itself, changed since the last audit.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Run nothing; fail when an audit.json is missing, stale or has findings.",
        ),
    ] = False,
    entries: Annotated[
        bool, typer.Option("--entries", help="Print survivors as entries for equivalent.toml.")
    ] = False,
    seed: Annotated[
        str, typer.Option(help="Audit under another course seed and write nothing.")
    ] = "",
    jobs: Annotated[
        int, typer.Option(help="How many variants run side by side; 0 means one per core.")
    ] = 0,
) -> None:
    """Test the tests: stubs, misconceptions, alternatives, cheats and mutants against every probe.

    Writes tests/<slug>/audit.json. docs/audit.md explains the table. Exit code 1 when a bar is missed.
    """
    from .audit.run import run_audit, state, write
    from .audit.table import entries as entries_of
    from .audit.table import lines, table

    course = read_course(course_root())
    chosen = [course.entry(s).slug for s in slugs or course.entries]
    states = {slug: state(course, slug) for slug in chosen} if check or changed else {}
    if check:
        bad = [
            f"tests/{slug}/audit.json: {what}" for slug, what in states.items() if what != "passed"
        ]
        if bad:
            raise AuthorError(
                "\n".join([*bad, "run `dlcourse audit --changed` and commit the result"])
            )
        say(f"{len(chosen)} audits up to date")
        return
    failed = False
    for slug in chosen:
        if changed and states[slug] in ("passed", "failed"):
            say(f"{slug}: unchanged, {states[slug]}")
            failed |= states[slug] == "failed"
            continue
        with progress(f"auditing {slug}", None) as step:
            report = run_audit(course, slug, step, jobs, seed or None)
        if not seed:
            write(course, report)
        for_tables().print(table(report))
        for line in lines(report):
            say(f"  {line}")
        if entries and report.survivors:
            say(entries_of(report.survivors))
        failed |= not report.passed
    raise typer.Exit(1 if failed else 0)


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
    """Hand out the course, collect a small class of sample submissions, grade it through nbgrader, show the result."""
    from .tour.tour import run_tour

    run_tour(
        read_course(course_root()),
        folder,
        for_tables(),
        autograde,
        _isolation(unsafe_no_sandbox),
        tuple(assignment or ()),
    )


@app.command()
def doctor() -> None:
    """Say what this machine can do, each line with its cure. Exit code 1: student code cannot be graded here."""
    from .doctor import report, table

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


if __name__ == "__main__":
    main()
