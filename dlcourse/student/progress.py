"""`progress`: what a student calls to see where a notebook stands."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.notebook_file import Submission, notebook_name, read_notebook
from ..core.rendering import trouble_html
from .check import namespace_of_caller, session, show
from .checks_file import ChecksFile, NotChecked
from .notebook_session import NOTHING, Tally

_HEAD = ("question", "sure", "hidden", "open")


def progress() -> None:
    """Show which points are sure, which hang on hidden tests and which are open, by question; and
    which answers in words are written in the notebook as it was saved last.

    Counted is what `check` has found in this session, of the functions as they are now.
    """
    namespace = namespace_of_caller()
    try:
        now = session(namespace)
        tallies = now.tallies()
        written = now.file.written(_saved(namespace, now.file))
    except NotChecked as reason:
        text = str(reason)
        show(f"○ not checked: {text}", lambda: trouble_html(text))
        return
    total = str(sum(tallies.values(), NOTHING))
    words = [f"{name}: {state}" for name, state in written.items()]
    show("\n".join([table(tallies), *words, total]), lambda: _html(tallies, words, total))


def _saved(namespace: Mapping[str, Any], checks: ChecksFile) -> Submission | None:
    """The notebook as it was saved last; None where nobody can tell which one it is."""
    named = (namespace.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME"))
    places = [Path(name).absolute() for name in named if isinstance(name, str) and name]
    for path in (*places, checks.path.with_name(notebook_name(checks.slug))):
        if path.suffix == ".ipynb" and path.is_file():
            found = read_notebook(path)
            return found if found.readable else None
    return None


def rows(tallies: dict[str, Tally]) -> list[tuple[str, ...]]:
    """A row for each question."""
    return [(q, *(f"{n:g}" for n in (s.sure, s.hidden, s.open))) for q, s in tallies.items()]


def table(tallies: dict[str, Tally]) -> str:
    """The rows as plain text."""
    width = max(map(len, (*tallies, _HEAD[0])))
    lines = [_HEAD, *rows(tallies)]
    return "\n".join(f"{name:{width}}{a:>8}{b:>8}{c:>8}" for name, a, b, c in lines)


def _html(tallies: dict[str, Tally], words: list[str], total: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows(tallies)
    )
    lines = "".join(f"<p>{html.escape(line)}.</p>" for line in words)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{lines}<p>{html.escape(total)}.</p>"
