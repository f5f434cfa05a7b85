"""`dlcourse release-solutions`, `dlcourse report` and `dlcourse viva`: what an instructor does with a
graded class.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..authoring.course import course_root, read_course
from ..console import one_line, progress, say
from .options import Slug

Folder = Annotated[
    Path | None, typer.Option("--output", "-o", help="Where to write; dist/ if not given.")
]


def release_solutions(slug: Slug, output: Folder = None) -> None:
    """Write the model solution of an assignment: the reference as a notebook, other right ways, and
    what often goes wrong. For after the deadline.
    """
    from ..authoring.model_solution import write_model_solution
    from ..authoring.read import load

    course = read_course(course_root())
    assignment = load(course.root, course.entry(slug).slug)
    folder = output or course.root / "dist" / "model_solutions"
    say(f"{write_model_solution(assignment, folder)}: give it to nobody before the deadline")


def report(
    slug: Annotated[str, typer.Argument(help="The assignment; the term if none is named.")] = "",
    output: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print data for programs.")] = False,
) -> None:
    """Write what a graded class knows: one page and, for an assignment, a CSV of its tests."""
    from ..insight.report import report_csv, report_html, report_json, term_html

    course = read_course(course_root())
    if as_json:
        say(report_json(course, course.entry(slug).slug if slug else ""))
        return
    folder = output or course.root / "dist" / "reports"
    name = course.entry(slug).slug if slug else "term"
    pages = {f"{name}.html": report_html(course, slug) if slug else term_html(course)}
    if slug:
        pages[f"{name}.csv"] = report_csv(course, slug)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in pages.items():
        (folder / file).write_text(text, encoding="utf-8")
        say(f"wrote {folder / file}")


def similar(slug: Slug, output: Folder = None) -> None:
    """List pairs of students whose code is more alike than that of their class, side by side."""
    from ..authoring.read import load
    from ..insight.similar import of_class, page

    course = read_course(course_root())
    entry = course.entry(slug)
    found = of_class(course, load(course.root, slug))
    folder = output or course.root / "dist" / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{slug}-similar.html"
    path.write_text(page(f"{entry.title}: alike", found), encoding="utf-8")
    for pair in found.pairs:
        say(one_line(f"{100 * pair.likeness:.0f} %  {pair.students[0]}, {pair.students[1]}"))
    say(f"{len(found.pairs)} pairs of {found.students} students; {path} shows them side by side")


def viva(
    slug: Slug,
    only: Annotated[
        list[str] | None, typer.Option(help="This student's sheet only; may be given again.")
    ] = None,
    output: Folder = None,
) -> None:
    """Write a printable sheet per student for five minutes of talk about their own code, and the
    instructor's copy with the answers.
    """
    from ..executor.warm import Warm
    from ..insight.viva import write_sheets

    course = read_course(course_root())
    folder = output or course.root / "dist" / "viva" / course.entry(slug).slug
    with Warm() as warm, progress(f"sheets of {slug}", None) as step:
        sheets, copy = write_sheets(course, slug, folder, warm, tuple(only or ()), step)
    say(f"{sheets} and, for you, {copy}")
