"""`dlcourse release-solutions`, `dlcourse report` and `dlcourse viva`: what an instructor does with a
graded class.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..authoring.course import course_root, read_course
from ..console import say
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
    folder = output or course.root / "dist" / "solutions" / slug
    say(f"{write_model_solution(assignment, folder)}: give it to nobody before the deadline")
