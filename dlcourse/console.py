"""What commands print: one line, one progress bar, on any terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as ProgressBar

from .core.progress import Progress
from .core.rendering import IN_ASCII, clean

out = Console()
err = Console(stderr=True)

WIDE = 130
"""Characters per line of a table that goes to a file or a pipe."""


def say(text: str, *, to: Console = out, style: str | None = None) -> None:
    """Print a text as it is: no markup in it is obeyed, nothing is coloured by guess, no line is
    broken.
    """
    to.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def one_line(text: str) -> str:
    """A text that may hold names which students chose, on one line: characters that steer a
    terminal, or turn the direction of writing, are shown and not obeyed.
    """
    return " ".join(clean(text).split("\n"))


def for_tables() -> Console:
    """Standard output; where it is no terminal, wide enough for a table."""
    return out if out.is_terminal else Console(width=WIDE)


@contextmanager
def progress(title: str, total: int | None, to: Console = err) -> Iterator[Progress]:
    """A progress bar, gone when what it shows is over; nothing where there is no terminal."""
    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", markup=False),  # a student's name, perhaps
    ]
    with ProgressBar(*columns, console=to, transient=True, disable=not to.is_terminal) as bar:
        task = bar.add_task(title, total=total, what="")

        def step(what: str, done: int | None = None, total: int | None = None) -> None:
            advance = 1 if done is None else None
            bar.update(task, advance=advance, completed=done, total=total, what=one_line(what))

        yield step


def print_to_any_encoding() -> None:
    """Let standard output and error replace what their encoding lacks, such as ✓, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=IN_ASCII)
