"""`dlcourse status`: where the notebooks of a folder stand, by their public tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ..console import say
from ..core.notebook_file import CHECKS, notebook_name
from ..core.written import Written
from ..errors import CourseError, DlcourseError
from ..executor.isolation import SANDBOX, Isolation
from ..executor.warm import Warm
from .checks_file import ChecksFile, NotChecked
from .notebook_session import NOTHING, Tally
from .terminal import run_notebook

DEPTH = 2
"""Folders within the named one that are looked into."""


def notebooks_in(folder: Path) -> list[Path]:
    """The notebooks of assignments in a folder and the folders within it, in order."""
    found: list[Path] = []
    for depth in range(DEPTH + 1):
        for checks in sorted(folder.glob("/".join(["*"] * depth + [CHECKS]))):
            own = sorted(p for p in checks.parent.glob("*.ipynb") if not p.name.startswith("."))
            found += _of_assignment(checks, own)
    return found


def _of_assignment(checks: Path, notebooks: list[Path]) -> Iterator[Path]:
    try:
        name = notebook_name(ChecksFile.read(checks).slug)
    except NotChecked:
        name = ""
    yield from [p for p in notebooks if p.name == name] or notebooks[:1]


def show_status(
    path: Path, console: Console, isolation: Isolation = SANDBOX, as_json: bool = False
) -> None:
    """Run public tests and print the points that are sure, hang on hidden tests and are open: of one
    notebook by question, of several by notebook.

    Args:
        path: a notebook, or a folder that holds some.
        console: where to print.
        isolation: of the notebooks' code.
        as_json: print data in place of a table.

    Raises:
        CourseError: there is no notebook, or the only one cannot be used.
    """
    paths = notebooks_in(path) if path.is_dir() else [path]
    if not paths:
        raise CourseError(f"{path}: no notebook with a {CHECKS} in this folder")
    tallies: dict[str, dict[str, Tally]] = {}
    written: dict[str, dict[str, Written]] = {}
    trouble: dict[str, str] = {}
    with Warm(isolation) as warm:
        for one in paths:
            try:
                checked = run_notebook(one, warm, console)
                tallies[str(one)] = checked.tallies
                written[str(one)] = dict(checked.written)
            except DlcourseError as error:
                if len(paths) == 1:
                    raise
                trouble[str(one)] = str(error)
    if as_json:
        say(json.dumps(_document(tallies, written, trouble)), to=console)
        return
    if len(paths) == 1:
        (rows,) = tallies.values()
        console.print(_table("question", rows))
    else:
        totals = {name: sum(of.values(), NOTHING) for name, of in tallies.items()}
        console.print(_table("notebook", totals))
    for name, of in written.items():
        where = "" if len(paths) == 1 else f"{name}: "
        for answer, state in of.items():
            say(f"{where}{answer}: {state}", to=console)
    for name, text in trouble.items():
        say(f"{name}: {text}", to=console)
    say(f"{sum((s for of in tallies.values() for s in of.values()), NOTHING)}.", to=console)


def _document(
    tallies: dict[str, dict[str, Tally]],
    written: dict[str, dict[str, Written]],
    trouble: dict[str, str],
) -> dict[str, dict[str, Any]]:
    return {
        **{
            name: {q: vars(s) for q, s in (*of.items(), *written[name].items())}
            for name, of in tallies.items()
        },
        **{name: {"error": text} for name, text in trouble.items()},
    }


def _table(what: str, rows: dict[str, Tally]) -> Table:
    table = Table(what, box=None)
    for column in ("sure", "hidden", "open"):
        table.add_column(column, justify="right")
    for name, standing in rows.items():
        table.add_row(name, *(f"{n:g}" for n in (standing.sure, standing.hidden, standing.open)))
    return table
