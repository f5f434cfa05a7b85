"""`dlcourse collect`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer

from ..authoring.course import course_root, read_course
from ..console import err, one_line, say
from .options import Database, Slug

Systems = StrEnum("Systems", ["canvas", "moodle", "blackboard"])


def collect(
    system: Annotated[Systems, typer.Argument(help="The system that the archive comes from.")],
    archive: Annotated[Path, typer.Argument(help="Its zip file of all submissions.")],
    slug: Slug,
    timezone: Annotated[
        str, typer.Option(help="Zone of the times in the archive; this machine's if not given.")
    ] = "",
    db: Database = "",
) -> None:
    """Put the submissions of an LMS's zip archive into submitted/: the last attempt of each student of
    the roster, with its time.

    Exit code 2: somebody in the archive is not on the roster, or a file is of no known form.
    """
    from ..grading.lms import System
    from ..nbgrader_port.collect import collect as take

    assert system.value in get_args(System)
    course = read_course(course_root())
    report = take(course, course.entry(slug).slug, system.value, archive, timezone, db)  # type: ignore[arg-type]
    for who, near in sorted(report.strangers.items()):
        hint = f"; the nearest is {near}" if near else ""
        say(one_line(f"{who} is not on the roster{hint}"), to=err)
    for name in report.unread[:20]:
        say(one_line(f"{name}: not named as {system.value} names submissions; left out"), to=err)
    for student, why in sorted(report.failed.items()):
        say(one_line(f"{student}: not collected: {why}"), to=err)
    say(
        f"{len(report.taken)} collected, {len(report.kept)} already there, {len(report.strangers)} not on the roster"
    )
    look = report.strangers or report.unread or report.failed
    raise typer.Exit(2 if look else 0)
