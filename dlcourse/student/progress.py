"""`progress`: what a student calls to see where a notebook stands."""

from __future__ import annotations

import html

from ..core.rendering import trouble_html
from .check import namespace_of_caller, session, show
from .checks_file import NotChecked
from .notebook_session import NOTHING, Tally

_HEAD = ("question", "sure", "hidden", "open")


def progress() -> None:
    """Show which points are sure, which hang on hidden tests and which are open, by question.

    Counted is what `check` has found in this session, of the functions as they are now.
    """
    try:
        tallies = session(namespace_of_caller()).tallies()
    except NotChecked as reason:
        text = str(reason)
        show(f"○ not checked: {text}", lambda: trouble_html(text))
        return
    total = str(sum(tallies.values(), NOTHING))
    show(table(tallies) + "\n" + total, lambda: _html(tallies, total))


def rows(tallies: dict[str, Tally]) -> list[tuple[str, ...]]:
    """A row for each question."""
    return [(q, *(f"{n:g}" for n in (s.sure, s.hidden, s.open))) for q, s in tallies.items()]


def table(tallies: dict[str, Tally]) -> str:
    """The rows as plain text."""
    width = max(map(len, (*tallies, _HEAD[0])))
    lines = [_HEAD, *rows(tallies)]
    return "\n".join(f"{name:{width}}{a:>8}{b:>8}{c:>8}" for name, a, b, c in lines)


def _html(tallies: dict[str, Tally], total: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows(tallies)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{html.escape(total)}.</p>"
