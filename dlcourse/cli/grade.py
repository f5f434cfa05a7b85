"""`dlcourse grade`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..authoring.course import course_root, read_course
from ..console import err, one_line, out, progress, say
from .options import Database, Slug, Unsafe, isolation_of

if TYPE_CHECKING:
    from ..grading.class_run import ClassReport


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
    db: Database = "",
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print data for programs; what a person is told goes to stderr."
        ),
    ] = False,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Grade a whole class: all that lies in submitted/ under this assignment.

    Exit code 0: everybody has a grade. 2: everybody has a grade, but some submissions need a look.
    1: somebody has none.
    """
    from ..grading.class_run import grade_class
    from ..grading.plan import Settings
    from ..nbgrader_port.gradebook import open_gradebook
    from ..nbgrader_port.pages import make_pages

    course = read_course(course_root())
    entry = course.entry(slug)
    when = since.astimezone(UTC).replace(tzinfo=None) if since and since.tzinfo else since
    settings = Settings(
        tuple(only or ()), again, when, jobs, cluster, isolation_of(unsafe_no_sandbox)
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
    to = err if as_json else out
    if as_json:
        say(json.dumps(_document(slug, report)))
    else:
        out.print(_table(entry.title, report))
    for where, text, on in _lines(slug, report):
        say(one_line(f"{where}: {text}"), to=err if as_json else on)
    if report.public_only:
        who = "; ".join(f"{s}: {', '.join(q)}" for s, q in report.public_only.items())
        say(one_line(f"public tests pass and no hidden one: {who}"), to=to)
    stale = [s for s in report.graded if course.feedback(s, slug).is_file()]
    if stale:
        pages = make_pages(course, slug, stale, jobs=jobs, db_url=db)
        say(f"{len(pages.made)} feedback pages made anew", to=to)
    slowest = max((report.entries[s] for s in report.graded), key=lambda e: e.seconds, default=None)
    tail = f"; slowest {slowest.student}, {slowest.seconds:.1f} s" if slowest else ""
    say(
        one_line(
            f"{len(report.graded)} graded now, {len(report.entries) - len(report.graded)} unchanged, {len(report.failed)} failed, {elapsed(time.monotonic() - start)}{tail}"
        ),
        to=to,
    )
    unreadable = any(not e.readable for e in report.entries.values())
    look = unreadable or any(report.attention.values()) or report.strangers
    raise typer.Exit(1 if report.failed else 2 if look else 0)


def _table(title: str, report: ClassReport) -> Table:
    table = Table(title=f"{title}: {len(report.entries)} submissions")
    for column in ("student", "score", "diagnosed"):
        table.add_column(column, overflow="fold", justify="right" if column == "score" else "left")
    for student, graded in sorted(report.entries.items()):
        diagnosed = "; ".join(graded.diagnoses[:4])
        score = f"{report.standings[student]}/{graded.points:g}"
        table.add_row(*map(Text, map(one_line, (student, score, diagnosed))))
    return table


def _document(slug: str, report: ClassReport) -> dict[str, Any]:
    """A class run as data: each student's standing and tests, and what wants a look."""
    students = {
        student: {
            **{k: v for k, v in asdict(report.standings[student]).items() if k != "waiting" or v},
            "total": report.standings[student].total,
            "points": graded.points,
            "graded_now": student in report.graded,
            "readable": graded.readable,
            "verdicts": [v._asdict() for v in graded.verdicts],
            "notes": graded.notes,
        }
        for student, graded in sorted(report.entries.items())
    }
    return {
        "assignment": slug,
        "students": students,
        "failed": report.failed,
        "changes": [asdict(change) for change in report.changes],
        "penalties": report.penalties,
        "public_only": report.public_only,
        "strangers": report.strangers,
    }


def _lines(slug: str, report: ClassReport) -> Iterator[tuple[str, str, Console]]:
    """What an instructor is told of single students: whom, what, and where it is printed."""
    for change in filter(None, report.changes):
        yield change.student, str(change), out
    for student, (before, after) in sorted(report.penalties.items()):
        yield student, f"{after:g} points off for handing in late, {before:g} before", out
    for student, notes in report.attention.items():
        for note in notes:
            yield f"submitted/{student}/{slug}", note, err
    for student, nearest in sorted(report.strangers.items()):
        near = f"; the nearest is {nearest}" if nearest else ""
        yield f"submitted/{student}/{slug}", f"{student} is not on the roster{near}", err
    for student, reason in sorted(report.failed.items()):
        yield f"submitted/{student}/{slug}", f"no grade: {reason}", err


def elapsed(seconds: float) -> str:
    """Seconds as a person says them."""
    return (
        time.strftime("%H:%M:%S", time.gmtime(seconds))
        if seconds >= 3600
        else f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    )
