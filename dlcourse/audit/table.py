"""The report as people read it: one table per assignment, then one line for each bar that is
missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich import box
from rich.table import Table

from .equivalents import entry
from .findings import AuditReport, Numbers
from .mutants import Mutant
from .registry import columns

MOST_UNHINTED = 10
"""Wrong results without a hint that are listed, the commonest first."""
COLUMNS: dict[str, Callable[[Numbers], str]] = {
    "points": lambda n: f"{n.points:g}",
    "probes": lambda n: f"{n.public}+{n.hidden}",
    "inputs": lambda n: "ok",
    "mistakes": lambda n: str(n.mistakes),
    "others": lambda n: str(n.others),
    "cheats": lambda n: str(n.cheats),
    "right answers": lambda n: str(n.forms),
    "habits": lambda n: str(n.habits),
    "types": lambda n: str(n.types),
    "mutants": lambda n: str(n.mutants),
    "hints": lambda n: f"{n.hinted / n.killed:.0%}" if n.killed else "",
    "left": lambda n: str(n.explained),
    "ms": lambda n: f"{1000 * n.seconds:.0f}",
}
"""What each column shows of a question, beside its findings; times are in milliseconds."""


def table(report: AuditReport) -> Table:
    """A row per question; ``✗`` counts the findings that are listed below the table."""
    numbers = report.questions.values()
    made, explained = sum(n.mutants for n in numbers), sum(n.explained for n in numbers)
    killed = sum(n.killed for n in numbers)
    title = (
        f"{report.slug}: {made} mutants, {killed} killed, {explained} explained "
        f"({explained / max(made, 1):.1%}), {made - killed - explained} left"
    )
    shown = Table(
        box=box.SIMPLE,
        title=title,
        caption=f"{report.seconds:.0f} s ({_longest(report)}); notebook with demos {report.notebook_seconds:.1f} s",
        title_justify="left",
        caption_justify="left",
        collapse_padding=True,
        pad_edge=False,
    )
    shown.add_column("question", no_wrap=True)
    for column in COLUMNS:
        shown.add_column(column, justify="right")
    for question in report.questions:
        shown.add_row(question, *(_cell(report, question, column) for column in COLUMNS))
    return shown


def _longest(report: AuditReport) -> str:
    """The checks that took a second or more, the longest first."""
    ordered = sorted(report.taken.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {seconds:.0f}" for name, seconds in ordered if seconds >= 1)


def _cell(report: AuditReport, question: str, column: str) -> str:
    """What a column says of a question."""
    numbers = report.questions[question]
    text = COLUMNS[column](numbers)
    names = columns().get(column, ())
    missed = sum(f.question == question and f.check.split()[0] in names for f in report.findings)
    if column == "left":
        return f"{text}+[red]{missed}✗[/red]" if missed else text
    return f"{text} [red]{missed}✗[/red]" if missed else text


def lines(report: AuditReport) -> list[str]:
    """Every finding in one line: question, check, subject, what is wrong."""
    found = [
        f"{f.question or report.slug}: {f.check}: {f.subject}: {f.text}"
        for f in sorted(report.findings)
    ]
    skipped = [
        f"{name}: not tried: {text}"
        for name, numbers in report.questions.items()
        for text in numbers.skipped
    ]
    commonest = [
        f"{u.question}: no hint: {u.count} mutants give what this one gives: {u.subject}"
        for u in report.unhinted[:MOST_UNHINTED]
        if u.count > 1
    ]
    return [*found, *report.slow, *skipped, *commonest]


def entries(survivors: Sequence[Mutant]) -> str:
    """Survivors as entries of equivalent.toml, reasons left open."""
    return "\n".join(entry(m) for m in survivors)
