"""`dlcourse hint`: the hints of a notebook's question in a terminal, one at a time."""

from __future__ import annotations

import difflib
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from ..console import say
from ..core.folds import LEVELS, unfolded
from ..core.notebook_file import read_notebook
from ..core.rendering import clean
from ..errors import CourseError


def show_hint(path: Path, question: str, level: str, console: Console) -> None:
    """Print one hint.

    Args:
        path: the notebook.
        question: its name.
        level: a name of :data:`~dlcourse.core.folds.LEVELS`, or a number from 1.
        console: where to print.

    Raises:
        CourseError: there is no such notebook, question or hint; the message says what there is.
    """
    if not path.is_file():
        raise CourseError(f"{path}: no such file")
    folds = (unfolded(c.source) for c in read_notebook(path).cells if c.kind == "markdown")
    found = dict(one for one in folds if one is not None)
    if question not in found:
        near = difflib.get_close_matches(question, found, 1)
        there = f"there are hints for {', '.join(found)}" if found else "the notebook has no hints"
        raise CourseError(
            f"{path.name}: no hints for {question!r}; "
            + (f"did you mean {near[0]!r}?" if near else there)
        )
    hints = {name: found[question][name] for name in LEVELS if name in found[question]}
    names = list(hints)
    if level.isdecimal() and 1 <= int(level) <= len(names):
        level = names[int(level) - 1]
    if level not in hints:
        listed = ", ".join(f"{n} {name}" for n, name in enumerate(names, 1))
        raise CourseError(f"no hint {level!r} for {question}; there are {listed}")
    number = names.index(level) + 1
    say(f"Hint {number} of {len(names)} · {level}", to=console)
    console.print(Markdown(clean(hints[level])))
    if number < len(names):
        say(f"next: dlcourse hint {path} {question} {number + 1}", to=console)
