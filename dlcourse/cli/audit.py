"""`dlcourse audit`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..authoring.course import course_root, read_course
from ..console import for_tables, progress, say
from ..errors import AuthorError


def audit(
    slugs: Annotated[
        list[str] | None, typer.Argument(help="Assignments to audit; all if none is named.")
    ] = None,
    question: Annotated[
        list[str] | None,
        typer.Option(
            help="Audit this question alone and write nothing; may be given several times."
        ),
    ] = None,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="Only those whose files, or the audit itself, changed since the last audit.",
        ),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Run nothing; fail when an audit.json is missing, stale or has findings.",
        ),
    ] = False,
    entries: Annotated[
        bool, typer.Option("--entries", help="Print survivors as entries for equivalent.toml.")
    ] = False,
    open_too: Annotated[
        bool,
        typer.Option(
            "--record-open",
            help="Write what is found to tests/<slug>/open.json: known, and still to be mended.",
        ),
    ] = False,
    seed: Annotated[
        str, typer.Option(help="Audit under another course seed and write nothing.")
    ] = "",
    jobs: Annotated[
        int, typer.Option(help="How many variants run side by side; 0 means one per core.")
    ] = 0,
) -> None:
    """Test the tests: stubs, misconceptions, alternatives, cheats and mutants against every probe.

    Writes tests/<slug>/audit.json. docs/audit.md explains the table. Exit code 1 when a bar is
    missed.
    """
    from ..audit.run import record_open, run_audit, state, write
    from ..audit.table import entries as entries_of
    from ..audit.table import lines, table

    course = read_course(course_root())
    chosen = [course.entry(s).slug for s in slugs or course.entries]
    questions = tuple(question or ())
    if questions and (len(chosen) != 1 or check or changed or open_too):
        raise AuthorError(
            "--question goes with one assignment, and without --check, --changed and --record-open"
        )
    states = {slug: state(course, slug) for slug in chosen} if check or changed else {}
    if check:
        bad = [
            f"tests/{slug}/audit.json: {what}" for slug, what in states.items() if what != "passed"
        ]
        if bad:
            raise AuthorError(
                "\n".join([*bad, "run `dlcourse audit --changed` and commit the result"])
            )
        say(f"{len(chosen)} audits up to date")
        return
    failed = False
    for slug in chosen:
        if changed and states[slug] in ("passed", "failed"):
            say(f"{slug}: unchanged, {states[slug]}")
            failed |= states[slug] == "failed"
            continue
        with progress(f"auditing {slug}", None) as step:
            report = run_audit(course, slug, step, jobs, seed or None, questions=questions)
        if open_too:
            record_open(course, report)
        if not seed and not questions:
            write(course, report)
        for_tables().print(table(report))
        for line in lines(report):
            say(f"  {line}")
        if questions:
            for finding in report.open:
                say(
                    f"  open: {finding.question}: {finding.check}: {finding.subject}: {finding.text}"
                )
        if report.open:
            say(f"  {len(report.open)} known findings are open: tests/{slug}/open.json")
        if entries and report.survivors:
            say(entries_of(report.survivors))
        failed |= not report.passed
    raise typer.Exit(1 if failed else 0)
