"""Runs the audit of one assignment, and keeps its result in tests/<slug>/audit.json."""

from __future__ import annotations

import ast
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from ..authoring.assignment import Assignment, load
from ..authoring.course import Course
from . import (
    cheats,
    complete,
    dress,
    equivalents,
    forbidden,
    inputs,
    kills,
    mistakes,
    reach,
    tolerance,
)
from .bench import Bench, Demo
from .context import Context
from .findings import Report
from .mutants import Mutant

DEMO_SECONDS, NOTEBOOK_SECONDS, EXPLAINED_SHARE = 10.0, 30.0, 0.05
_JUDGES = (
    "core/compare.py",
    "core/difference.py",
    "core/evidence.py",
    "core/verdict.py",
    "core/probe.py",
    "student/forbid.py",
    "student/scopes.py",
    "student/cell_source.py",
)


def result_path(root: Path, slug: str) -> Path:
    return root / "tests" / slug / "audit.json"


def without_docstrings(source: str) -> str:
    """Python source without its docstrings, so that a better word in the audit's own asks for no new audit."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and ast.get_docstring(node) is not None
        ):
            text = node.body[0]
            lines[text.lineno - 1 : text.end_lineno] = [""] * (
                (text.end_lineno or text.lineno) - text.lineno + 1
            )
    return "\n".join(lines)


def key_of(assignment: Assignment, seed: str) -> str:
    """Names what an audit's result depends on: code cells, tests, excuses, data, the seed, and the audit itself.

    Prose and demos are left out, so that a better sentence asks for no new audit; so are versions of libraries.
    """
    digest = hashlib.sha256(seed.encode())
    for cell in assignment.cells:
        if cell.kind in ("given", "question"):
            digest.update(f"\0{cell.question}\0{cell.source}".encode())
    for question in assignment.questions.values():
        digest.update(repr((question.name, question.forbid)).encode())
    tests = assignment.root / "tests" / assignment.slug
    authored = [
        tests / n
        for n in (
            "probes.py",
            "misconceptions.py",
            "alternatives.py",
            "test_oracles.py",
            equivalents.NAME,
        )
    ]
    for path in [*authored, *assignment.data]:
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    here = Path(__file__).parent
    for path in [*sorted(here.glob("*.py")), *(here.parent / n for n in _JUDGES)]:
        digest.update(
            f"{path.name}\0{without_docstrings(path.read_text(encoding='utf-8'))}\0".encode()
        )
    return digest.hexdigest()[:32]


def state(course: Course, slug: str) -> str:
    """What the committed audit.json is: ``missing``, ``stale``, ``failed`` or ``passed``."""
    try:
        document = json.loads(result_path(course.root, slug).read_text(encoding="utf-8"))
        key, findings = document["key"], document["findings"]
    except (OSError, ValueError, KeyError, TypeError):
        return "missing"
    if key != key_of(load(course.root, slug), course.seed):
        return "stale"
    return "failed" if findings else "passed"


def audit(
    course: Course,
    slug: str,
    tick: Callable[[str], None] = lambda word: None,
    jobs: int = 0,
    seed: str | None = None,
) -> tuple[Report, list[Mutant]]:
    """Audit one assignment.

    Args:
        course: the course.
        slug: the assignment.
        tick: called with a word after each run of a variant.
        jobs: how many run side by side; 0 means one per core.
        seed: another seed than the course's, to see whether the probes hold under it.

    Returns:
        The report, and the mutants that survive without explanation.

    Raises:
        AuthorError: the assignment cannot be read, or its reference fails.
    """
    start = time.monotonic()
    assignment = load(course.root, slug)
    excuses = equivalents.read(assignment.root / "tests" / slug / equivalents.NAME)
    with Bench(assignment, jobs) as bench:
        context = Context(assignment, bench, course.seed if seed is None else seed, tick)
        context.excuses = excuses.mutants
        context.reference()
        demos = bench.submit(bench.demos)
        complete.check(context)
        forbidden.check(context)
        reach.check(context)
        tolerance.check(context)
        inputs.check(context)
        mistakes.misconceptions(context)
        mistakes.alternatives(context)
        cheats.check(context)
        dress.check(context)
        survivors = kills.check(context)
        report = Report(slug, key_of(assignment, course.seed), context.numbers)
        _times(report, context, demos.result())
    made, explained = (
        sum(getattr(n, what) for n in context.numbers.values()) for what in ("mutants", "explained")
    )
    if explained > EXPLAINED_SHARE * made:
        context.find(
            "",
            "entry",
            "explained",
            f"{explained} of {made} mutants are explained away; at most {EXPLAINED_SHARE:.0%} should be",
        )
    _excuse(report, context, excuses)
    report.seconds = time.monotonic() - start
    return report, survivors


def _times(report: Report, context: Context, demos: list[Demo]) -> None:
    """Failed demos are findings; slow ones are only said, since a time is not the same twice."""
    for demo in demos:
        if demo.error:
            context.find("", "demo", demo.name or "notebook", f"fails: {demo.error}")
        if demo.name and demo.seconds > DEMO_SECONDS:
            report.slow.append(
                f"demo {demo.name} takes {demo.seconds:.0f} s of computing time; at most {DEMO_SECONDS:.0f} are allowed"
            )
    report.notebook_seconds = sum(d.seconds for d in demos)
    if report.notebook_seconds > NOTEBOOK_SECONDS:
        report.slow.append(
            f"the notebook takes {report.notebook_seconds:.0f} s; at most {NOTEBOOK_SECONDS:.0f} are allowed"
        )


def _excuse(report: Report, context: Context, excuses: equivalents.Excuses) -> None:
    """Sort findings into those that count and those that are allowed; an excuse for nothing is a finding."""
    used = set()
    for finding in context.findings:
        key = (finding.question, finding.check, finding.subject)
        if key in excuses.findings and finding.check not in ("entry", "mutant"):
            used.add(key)
            report.excused.append((finding, excuses.findings[key]))
        else:
            report.findings.append(finding)
    for key in sorted(set(excuses.findings) - used):
        context.find(
            key[0],
            "entry",
            key[2],
            f"{equivalents.NAME}: there is no finding {key[1]!r} on {key[2]!r} to allow",
        )
        report.findings.append(context.findings[-1])


def write(course: Course, report: Report) -> None:
    """Write audit.json."""
    text = json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n"
    result_path(course.root, report.slug).write_text(text, encoding="utf-8")
