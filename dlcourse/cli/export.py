"""`dlcourse export`: otter, csv, canvas, moodle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

from ..authoring.course import course_root, read_course
from ..console import err, say
from ..errors import CourseError
from .options import Database

if TYPE_CHECKING:
    from ..export.gradefiles import Grades

app = typer.Typer(
    no_args_is_help=True, help="Write an assignment or its grades for another system."
)
Slugs = Annotated[
    list[str] | None,
    typer.Argument(help="Assignments; all that are in the gradebook if none is named."),
]


@app.command()
def otter(
    slugs: Annotated[list[str], typer.Argument(help="Assignments.")],
    folder: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Where to write; a folder per assignment is made in it."
        ),
    ] = Path("dist/otter"),
    torch_index: Annotated[
        str,
        typer.Option(
            help="Address of a package index with CPU builds of torch, for pip; without it the CPU build is taken from conda-forge."
        ),
    ] = "",
) -> None:
    """Write the student's folder, an autograder.zip for Gradescope or otter, and a README."""
    from ..executor.warm import Warm
    from ..export.otter import export

    course = read_course(course_root())
    base = folder if folder.is_absolute() else course.root / folder
    chosen = [course.entry(slug).slug for slug in slugs]
    with Warm() as warm:
        for slug in chosen:
            target = export(course, slug, base, warm, torch_index)
            say(f"{slug}: {target}; README.md there says what to click")


def _write(
    slugs: list[str] | None,
    path: Path,
    db: str,
    text_of: Callable[[Grades], str],
    numbers: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the grades of some assignments to a file, and say what an instructor should know."""
    from ..export.gradefiles import altered, read_gradebook
    from ..nbgrader_port.config import gradebook_url, nbgrader_config

    course = read_course(course_root())
    chosen = [course.entry(slug).slug for slug in slugs or ()]
    url = db or gradebook_url(course, nbgrader_config(course.root))
    grades = read_gradebook(course, url, chosen, numbers)
    for note in grades.notes:
        say(note, to=err)
    for student in altered(grades):
        say(
            f"{student}: an id or address begins like a formula or holds control characters and was changed; enter this grade by hand",
            to=err,
        )
    target = path if path.is_absolute() else course.root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text_of(grades).encode("utf-8"))
    say(f"{target}: {len(grades.students)} students, {len(grades.columns)} assignments")


@app.command("csv")
def csv_(
    slugs: Slugs = None,
    path: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path(
        "dist/grades.csv"
    ),
    db: Database = "",
) -> None:
    """Write every graded submission in a row: points, extra credit, late penalty, score."""
    from ..export.gradefiles import table as text_of

    _write(slugs, path, db, text_of)


@app.command()
def canvas(
    slugs: Slugs = None,
    path: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path(
        "dist/canvas.csv"
    ),
    number: Annotated[
        list[str] | None,
        typer.Option(
            help="An assignment's number in Canvas, slug=12345; may be given again. Without it Canvas goes by the title."
        ),
    ] = None,
    db: Database = "",
) -> None:
    """Write a file for Canvas: Grades, Import."""
    from ..export.gradefiles import canvas as text_of

    course = read_course(course_root())
    pairs = [n.partition("=") for n in number or ()]
    for slug, _, digits in pairs:
        course.entry(slug)
        if not (digits.isascii() and digits.isdigit()):
            raise CourseError(
                f"--number {slug}={digits}: give the digits that Canvas shows in its own export, such as {slug}=12345"
            )
    _write(slugs, path, db, text_of, {slug: digits for slug, _, digits in pairs})


@app.command()
def moodle(
    slugs: Slugs = None,
    path: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path(
        "dist/moodle.csv"
    ),
    db: Database = "",
) -> None:
    """Write a file for Moodle: Grades, Import, CSV file."""
    from ..export.gradefiles import moodle as text_of

    _write(slugs, path, db, text_of)
