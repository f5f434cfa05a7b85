"""Runs the audit of one assignment, and keeps its result in tests/<slug>/audit.json."""

from __future__ import annotations

import ast
import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ..authoring.assignment import Assignment
from ..authoring.course import Course
from ..authoring.engine import engine_key, modules_in
from ..authoring.read import load
from ..core.progress import Progress, silent
from ..errors import AuthorError
from . import equivalents
from .audit import Audit
from .demos import too_slow
from .findings import AuditReport, Finding
from .hints import without_hint
from .registry import CHECKS, Check
from .stubs import StubCell
from .variants import VariantRunner

ENGINE = ("audit.run", *modules_in("audit.instrument"))
"""From here everything is reached that has a part in an audit: no import leads to the instrument.
"""


def key_of(assignment: Assignment, seed: str) -> str:
    """Names what an audit's result depends on: code cells, tests, excuses, data, the seed, and the
    audit itself.

    Prose is left out, so that a better sentence asks for no new audit, and so are demos about which
    nothing is claimed; versions of libraries; comments and layout of tests and of the audit's own
    code.
    """
    digest = hashlib.sha256(seed.encode())
    for cell in assignment.cells:
        if cell.kind in ("given", "question"):
            digest.update(f"\0{cell.question}\0{cell.source}".encode())
    for question in assignment.questions.values():
        digest.update(repr((question.name, question.forbid)).encode())
    files = assignment.files
    if assignment.claims:  # the audit runs the demos to see whether what is claimed holds
        for cell in assignment.cells:
            if cell.kind == "demo":
                digest.update(f"\0{cell.source}".encode())
    for path in (
        files.probes, files.misconceptions, files.alternatives, files.oracles, files.claims,
    ):  # fmt: skip
        if path.is_file():
            tree = ast.parse(path.read_text(encoding="utf-8"))
            digest.update(f"{path.name}\0{ast.dump(tree)}\0".encode())
    for path in (files.excuses, *assignment.data):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(engine_key(*ENGINE).encode())
    return digest.hexdigest()[:32]


def state(course: Course, slug: str) -> str:
    """What the committed audit.json is: ``missing``, ``stale``, ``failed`` or ``passed``."""
    try:
        document = json.loads(course.files(slug).audit.read_text(encoding="utf-8"))
        key, findings = document["key"], document["findings"]
    except (OSError, ValueError, KeyError, TypeError):
        return "missing"
    if key != key_of(load(course.root, slug), course.seed):
        return "stale"
    return "failed" if findings else "passed"


def run_audit(
    course: Course,
    slug: str,
    progress: Progress = silent,
    jobs: int = 0,
    seed: str | None = None,
    checks: Sequence[Check] = CHECKS,
    questions: Sequence[str] = (),
) -> AuditReport:
    """Audit one assignment.

    Args:
        course: the course.
        slug: the assignment.
        progress: called with a word after each run of a variant.
        jobs: how many run side by side; 0 means one per core.
        seed: another seed than the course's, to see whether the probes hold under it.
        checks: which checks are made.
        questions: audit these alone, and leave out what concerns the whole assignment; all where
            none is named.

    Raises:
        AuthorError: the assignment cannot be read, or its reference fails, or it has no such
            question.
    """
    start = time.monotonic()
    assignment = load(course.root, slug)
    excuses = equivalents.read(assignment.files.excuses)
    excuses.leave_out(assignment.left_out)
    gone = {question.name for question in assignment.left_out}
    known = {name for name in read_open(assignment.files.open) if name[0] not in gone}
    if questions:
        stubs = {s.name for q in assignment.questions.values() for s in StubCell(q).stubs}
        assignment = only(assignment, questions)
        others = stubs - {s.name for q in assignment.questions.values() for s in StubCell(q).stubs}
        excuses.mutants = {k: v for k, v in excuses.mutants.items() if k[0] not in others}
        excuses.findings = {k: v for k, v in excuses.findings.items() if k[0] in questions}
        known = {name for name in known if name[0] in questions}
        checks = [check for check in checks if check.column]
    findings: list[Finding] = []
    with VariantRunner(assignment, jobs) as runner:
        audit = Audit(assignment, runner, course.seed if seed is None else seed, progress)
        audit.excuses = excuses.mutants
        audit.run_reference()
        if not questions:
            audit.start_demos()
        taken: dict[str, float] = {}
        for check in checks:
            began = time.monotonic()
            results = audit.run(check.variants(audit), check.name)
            findings += check.findings(audit, results)
            taken[check.name] = time.monotonic() - began
        report = AuditReport(slug, key_of(assignment, course.seed), audit.numbers)
        report.taken = taken
        report.survivors = audit.survivors
        report.unhinted = without_hint(audit)
        if not questions:
            report.slow = too_slow(audit)
            report.notebook_seconds = sum(d.seconds for d in audit.demos())
    if questions:
        findings = [finding for finding in findings if finding.question]
    _excuse(report, findings, excuses, assignment.files.excuses)
    set_open_aside(report, known)
    report.seconds = time.monotonic() - start
    return report


def only(assignment: Assignment, questions: Iterable[str]) -> Assignment:
    """The assignment with some of its questions; the cells of the others stay the reference's.

    Raises:
        AuthorError: there is no such question.
    """
    chosen = set(questions)
    if missing := chosen - set(assignment.questions):
        names = ", ".join(assignment.questions)
        raise AuthorError(
            f"{assignment.slug} has no question {sorted(missing)[0]!r}; there are {names}"
        )
    kept = {
        name: replace(q, needs=tuple(n for n in q.needs if n in chosen))
        for name, q in assignment.questions.items()
        if name in chosen
    }
    return replace(
        assignment,
        questions=kept,
        probes={n: p for n, p in assignment.probes.items() if p.spec.question in chosen},
        misconceptions=tuple(m for m in assignment.misconceptions if m.question in chosen),
        alternatives=tuple(a for a in assignment.alternatives if a.question in chosen),
    )


def _excuse(
    report: AuditReport, findings: list[Finding], excuses: equivalents.Excuses, file: Path
) -> None:
    """Sort findings into those that count and those that are allowed; an excuse for nothing is a
    finding.
    """
    used = set()
    for finding in findings:
        key = (finding.question, finding.check, finding.subject)
        if key in excuses.findings and finding.check not in ("entry", "mutant"):
            used.add(key)
            report.excused.append((finding, excuses.findings[key]))
        else:
            report.findings.append(finding)
    for question, check, subject in sorted(set(excuses.findings) - used):
        text = f"{file.name}: there is no finding {check!r} on {subject!r} to allow"
        report.findings.append(Finding(question, "entry", subject, text))


Named = tuple[str, str, str]
"""Question, check and subject: what a finding is known by."""


def read_open(path: Path) -> set[Named]:
    """Findings that are known and still to be mended; none where there is no file.

    Raises:
        AuthorError: the file is damaged.
    """
    if not path.is_file():
        return set()
    try:
        return {
            (str(q), str(c), str(s)) for q, c, s in json.loads(path.read_text(encoding="utf-8"))
        }
    except (ValueError, TypeError) as error:
        raise AuthorError(f"{path}: {error}; `dlcourse audit --record-open` writes it") from error


def set_open_aside(report: AuditReport, known: set[Named]) -> None:
    """Move the known findings out of those that fail the audit; one that is mended must leave the
    file, so that it only shrinks.
    """
    found = {(f.question, f.check, f.subject): f for f in report.findings}
    report.open = [finding for name, finding in found.items() if name in known]
    report.findings = [f for f in report.findings if (f.question, f.check, f.subject) not in known]
    for question, check, subject in sorted(known - set(found)):
        text = f"open.json lists a finding of {check!r} on {subject!r} that is mended; take it out"
        report.findings.append(Finding(question, "entry", subject, text))


def record_open(course: Course, report: AuditReport) -> None:
    """Write down every finding of a report as open, and set it aside."""
    named = sorted(
        (f.question, f.check, f.subject)
        for f in [*report.findings, *report.open]
        if f.check != "entry"
    )
    path = course.files(report.slug).open
    if not named:
        path.unlink(missing_ok=True)
    else:
        lines = ",\n".join(json.dumps(name, ensure_ascii=False) for name in named)
        path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    report.findings = [*report.open, *(f for f in report.findings if f.check != "entry")]
    set_open_aside(report, set(named))


def write(course: Course, report: AuditReport) -> None:
    """Write audit.json."""
    text = json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n"
    course.files(report.slug).audit.write_text(text, encoding="utf-8")
