"""The report as people read it: one table per assignment, then one line for each bar that is missed."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from .equivalents import entry
from .findings import Report
from .mutants import Mutant

_COLUMNS = {
    "complete": ("complete",),
    "points": ("reference", "stub", "alone", "forbid", "tolerance"),
    "inputs": ("inputs",),
    "mistakes": ("misconception",),
    "others": ("alternative",),
    "cheats": ("cheat", "values"),
    "right answers": ("float32", "strided", "scalars", "tuples", "seeds", "draws", "threads"),
}
"""Column of the table and the checks whose findings it counts."""


def _missed(report: Report, question: str, checks: Sequence[str]) -> int:
    return sum(f.question == question and f.check.split()[0] in checks for f in report.findings)


def table(report: Report) -> Table:
    """A row per question; ``✗`` counts the findings that are listed below the table."""
    made, killed, explained = (
        sum(getattr(n, what) for n in report.questions.values())
        for what in ("mutants", "killed", "explained")
    )
    left = made - killed - explained
    title = f"{report.slug}: {made} mutants, {killed} killed, {explained} explained ({explained / max(made, 1):.1%}), {left} left"
    shown = Table(
        box=box.SIMPLE,
        title=title,
        caption=f"{report.seconds:.0f} s; notebook with demos {report.notebook_seconds:.1f} s",
        title_justify="left",
        caption_justify="left",
    )
    for name in (
        "question",
        "points",
        "probes",
        "inputs",
        "mistakes",
        "others",
        "cheats",
        "right answers",
        "mutants",
        "left",
        "ms",
    ):
        shown.add_column(name, justify="left" if name == "question" else "right", no_wrap=True)
    for name, numbers in report.questions.items():

        def cell(count: int | str, column: str, name: str = name) -> str:
            missed = _missed(report, name, _COLUMNS[column])
            return f"{count} [red]{missed}✗[/red]" if missed else str(count)

        unexplained = numbers.mutants - numbers.killed - numbers.explained
        survivors = (
            f"{numbers.explained}+[red]{unexplained}✗[/red]"
            if unexplained
            else str(numbers.explained)
        )
        shown.add_row(
            name,
            cell(f"{numbers.points:g}", "points"),
            cell(f"{numbers.public}+{numbers.hidden}", "complete"),
            cell("ok", "inputs"),
            cell(numbers.mistakes, "mistakes"),
            cell(numbers.others, "others"),
            cell(numbers.cheats, "cheats"),
            cell(numbers.dressed, "right answers"),
            str(numbers.mutants),
            survivors,
            f"{1000 * numbers.seconds:.0f}",
        )
    return shown


def lines(report: Report) -> list[str]:
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
    return [*found, *report.slow, *skipped]


def entries(survivors: Sequence[Mutant]) -> str:
    """Survivors as entries of equivalent.toml, reasons left open."""
    return "\n".join(entry(m) for m in survivors)
