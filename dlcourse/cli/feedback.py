"""`dlcourse feedback`."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from ..authoring.course import course_root, read_course
from ..console import err, one_line, progress, say
from .grade import elapsed
from .options import Database, Slug


def feedback(
    slug: Slug,
    only: Annotated[
        list[str] | None, typer.Option(help="This student's page only; may be given again.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Make pages that are up to date, too.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 means one per core.")] = 0,
    db: Database = "",
) -> None:
    """Make the feedback pages of a graded assignment: those that are missing or out of date.

    `nbgrader release_feedback` hands them out. Exit code 1: somebody has no page.
    """
    from ..nbgrader_port.pages import make_pages

    course = read_course(course_root())
    start = time.monotonic()
    with progress(f"feedback for {slug}", None) as step:
        report = make_pages(
            course, course.entry(slug).slug, tuple(only or ()), again, jobs, db, step
        )
    for student, reason in sorted(report.failed.items()):
        say(one_line(f"feedback/{student}/{slug}: no page: {reason}"), to=err)
    say(
        f"{len(report.made)} pages made, {len(report.unchanged)} unchanged, {len(report.failed)} failed, "
        f"{elapsed(time.monotonic() - start)}"
    )
    raise typer.Exit(1 if report.failed else 0)
