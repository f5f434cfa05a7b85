"""`dlcourse selfgrade` and `dlcourse submit`: for a student who works alone, or hands in."""

from __future__ import annotations

import shutil
import subprocess
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from ..authoring.course import course_root, read_course
from ..console import err, one_line, progress, say
from ..executor.isolation import UNSAFE
from .options import Unsafe, isolation_of


def selfgrade(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    assignment: Annotated[
        str, typer.Option(help="The assignment, where neither checks.json nor the name says it.")
    ] = "",
    page: Annotated[
        Path | None, typer.Option(help="Where the page goes; next to the notebook if not given.")
    ] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Grade one notebook, hidden tests included, and open its feedback page. For those who have the
    course's repository.

    Exit code 0: full marks. 2: not yet.
    """
    from ..executor.sandbox.kernel import SandboxUnavailable
    from ..executor.warm import Warm
    from ..nbgrader_port.selfgrade import selfgrade as grade_one

    course = read_course(course_root())
    isolation = isolation_of(unsafe_no_sandbox)
    with progress("grading", None) as step:
        try:
            with Warm(isolation) as warm:
                found = grade_one(course, notebook, warm, assignment, step)
        except SandboxUnavailable:
            say(
                "this machine has no sandbox; the notebook runs without one: it is your own code",
                to=err,
            )
            with Warm(UNSAFE) as warm:
                found = grade_one(course, notebook, warm, assignment, step)
    target = page or notebook.with_suffix(".feedback.html")
    target.write_text(found.page, encoding="utf-8")
    for note in found.graded.notes:
        say(one_line(f"note: {note}"))
    failed = sum(not o.verdict.passed for o in found.graded.outcomes.values())
    say(
        f"{found.slug}: {found.score:g} of {found.points:g} points; {failed} of {len(found.graded.outcomes)} tests do not pass"
    )
    for name, state in found.written.items():
        say(one_line(f"{name}: {state}"))
    say(f"{target} says which and why")
    if show:
        webbrowser.open(target.resolve().as_uri())
    raise typer.Exit(0 if found.score >= found.points else 2)


def submit(
    notebook: Annotated[Path, typer.Argument(help="Your notebook; checks.json lies next to it.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the zip archive is written.")
    ] = Path(),
) -> None:
    """Check that a notebook opens and holds answers, say which, and hand it in: through nbgrader's exchange where
    this machine has one, else as a zip archive with a receipt.
    """
    from ..student.submit import parcel, write_zip

    one = parcel(notebook)
    say(one_line(f"answered: {', '.join(one.answered)}"))
    if one.open:
        say(one_line(f"still open: {', '.join(one.open)}"))
    refused = _through_exchange(one.slug, notebook)
    if refused is None:
        say(f"{one.slug} was handed in through nbgrader's exchange")
        return
    say(one_line(f"no exchange took it ({refused}); so it is wrapped"), to=err)
    path = write_zip(one, output)
    say(one.receipt, to=err)
    say(f"{path}: hand this file in; the receipt above is in it, too")


def _through_exchange(slug: str, notebook: Path) -> str | None:
    """Hand in by `nbgrader submit`, which takes a folder named after the assignment; what stood in the way, or None."""
    folder = notebook.resolve().parent
    nbgrader = shutil.which("nbgrader")
    if nbgrader is None:
        return "nbgrader is not installed"
    if folder.name != slug:
        return f"it takes a folder named {slug}, not {folder.name}"
    done = subprocess.run(
        [nbgrader, "submit", slug], cwd=folder.parent, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return None
    said = [line.partition("] ") for line in done.stderr.splitlines() if line.startswith("[")]
    critical = [text for level, _, text in said if level.endswith("CRITICAL")]
    return next(iter(critical or [text for *_, text in said[-1:]]), "nbgrader submit failed")
