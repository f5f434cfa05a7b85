"""Expected results: the reference, and every misconception, run live and kept by content."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from ..core.encoding import from_json, to_json
from ..core.evidence import Raised, failure, located
from ..core.verdict import Expectation, KnownMistake, wrong
from ..errors import AuthorError
from ..executor.limits import Limits
from ..executor.process import Zygote
from ..executor.runner import PROBE_CPU, PROBE_FACTOR, Record, Step, run
from .assignment import Assignment, GradedProbe

_REFERENCE_LIMITS = Limits(cpu=60.0, wall=120.0)
_PACKAGES = ("dlcourse", "numpy", "torch", "scipy", "scikit-learn")


def probe_step(assignment: Assignment, graded: GradedProbe, seed: str, limits: Limits) -> Step:
    """The step that runs one probe."""
    request = {
        "name": graded.probe.name,
        "question": graded.probe.question,
        "public": graded.probe.public,
        "slug": assignment.slug,
        "seed": "" if graded.probe.public else seed,
    }
    return Step(graded.probe.name, graded.program, probe=request, limits=limits)


def notebook_steps(
    assignment: Assignment, seed: str, sources: dict[str, str], only: str | None = None
) -> list[Step]:
    """The author's notebook as steps: given cells and questions, each question followed by its probes.

    Args:
        assignment: the assignment.
        seed: the course seed.
        sources: replaces the cell of a question, by question.
        only: keep the probes of this question only.
    """
    steps = []
    for number, cell in enumerate(assignment.cells):
        if cell.kind not in ("given", "question"):
            continue
        source = sources.get(cell.question, cell.source) if cell.question else cell.source
        steps.append(
            Step(
                f"cell {number}",
                source,
                cell.question or f"given {number}",
                limits=_REFERENCE_LIMITS,
            )
        )
        if cell.question and only in (None, cell.question):
            steps += [
                probe_step(assignment, p, seed, _REFERENCE_LIMITS)
                for p in assignment.probes_of(cell.question)
            ]
    return steps


def run_variant(
    assignment: Assignment,
    seed: str,
    zygote: Zygote,
    sources: dict[str, str],
    only: str | None = None,
) -> Record:
    """Run the author's notebook with some questions' cells replaced."""
    steps = notebook_steps(assignment, seed, sources, only)
    return run(steps, zygote, data_files(assignment), budget=600.0)


def data_files(assignment: Assignment) -> dict[str, Path]:
    """The assignment's data files by their path in the notebook's folder."""
    base = assignment.root / "solutions"
    return {p.relative_to(base).as_posix(): p for p in assignment.data}


def content_key(assignment: Assignment, seed: str) -> str:
    """Names everything that expected results depend on."""
    digest = hashlib.sha256()
    tests = assignment.root / "tests" / assignment.slug
    paths = [
        assignment.root / "solutions" / f"{assignment.slug}.py",
        tests / "probes.py",
        tests / "misconceptions.py",
        *assignment.data,
    ]
    engine = sorted(Path(__file__).parents[1].rglob("*.py"))
    for path in [*paths, *engine]:
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    versions = [f"{name} {metadata.version(name)}" for name in _PACKAGES if _installed(name)]
    digest.update("\n".join([seed, sys.version, platform.machine(), *versions]).encode())
    return digest.hexdigest()[:32]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


class References:
    """Expected results of one assignment.

    Args:
        assignment: the assignment.
        seed: the course seed.
        expectations: by probe.
        limits: CPU and wall limits of each probe in a student's run.
    """

    def __init__(self, assignment: Assignment, seed: str, results: dict[str, Any]) -> None:
        self.assignment = assignment
        self.seed = seed
        expected, mistakes, seconds = results["expected"], results["mistakes"], results["seconds"]
        self.expectations: dict[str, Expectation] = {}
        self.limits: dict[str, Limits] = {}
        hints = {(m.question, m.name): m.hint for m in assignment.misconceptions}
        for name, graded in assignment.probes.items():
            one = graded.probe
            plain = Expectation(
                name,
                one.question,
                one.title,
                one.points,
                one.public,
                one.compare,
                expected[name],
                (),
                one.judge,
            )
            known = [
                KnownMistake(m, hints[one.question, m], result)
                for m, result in mistakes.get(name, [])
                if wrong(plain, result) is not None
            ]
            self.expectations[name] = Expectation(**{**vars(plain), "mistakes": tuple(known)})
            cpu = one.seconds or max(PROBE_CPU, PROBE_FACTOR * seconds[name])
            self.limits[name] = Limits(cpu, 4 * cpu)

    def steps_for(self, probe: str) -> Step:
        return probe_step(
            self.assignment, self.assignment.probes[probe], self.seed, self.limits[probe]
        )


def compute(
    assignment: Assignment, seed: str, zygote: Zygote, tick: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Run the reference and every misconception.

    Raises:
        AuthorError: the reference fails where it must not.
    """
    record = run_variant(assignment, seed, zygote, {})
    tick("reference")
    for name, result in record.results.items():
        failed = failure(result)
        if failed is not None:
            raise AuthorError(
                f"solutions/{assignment.slug}.py: probe {name} fails on the reference: {located(failed)}"
            )
    mistakes: dict[str, list[tuple[str, Any]]] = {}
    for one in assignment.misconceptions:
        wrong_record = run_variant(
            assignment, seed, zygote, {one.question: assignment.edited(one)}, one.question
        )
        for name, result in wrong_record.results.items():
            if isinstance(
                result, Raised
            ):  # its traceback quotes the edited reference, and checks.json goes to students
                result = replace(result, trace=())
            mistakes.setdefault(name, []).append((one.name, result))
        tick(one.name)
    return {
        "expected": record.results,
        "mistakes": mistakes,
        "seconds": {n: record.seconds[n] for n in record.results},
    }


def references(
    assignment: Assignment,
    seed: str,
    zygote: Callable[[], Zygote],
    tick: Callable[[str], None] = lambda _: None,
) -> References:
    """Expected results, from the cache where nothing has changed.

    Args:
        assignment: the assignment.
        seed: the course seed.
        zygote: called only when something has to be run.
        tick: called after the reference and after each misconception that is run.
    """
    path = (
        assignment.root
        / ".dlcourse"
        / "references"
        / f"{assignment.slug}-{content_key(assignment, seed)}.json"
    )
    try:
        results = _read(path)
        if set(results["expected"]) != set(assignment.probes):
            raise ValueError("not the results of these probes")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):  # none yet, or damaged
        results = compute(assignment, seed, zygote(), tick)
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob(f"{assignment.slug}-*.json"):
            if time.time() - old.stat().st_mtime > 7 * 86400:
                old.unlink(missing_ok=True)
        _write(path, results)
    return References(assignment, seed, results)


def _read(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text())
    return {
        "expected": {name: from_json(v) for name, v in document["expected"].items()},
        "mistakes": {
            name: [(m, from_json(v)) for m, v in items]
            for name, items in document["mistakes"].items()
        },
        "seconds": document["seconds"],
    }


def _write(path: Path, results: dict[str, Any]) -> None:
    document = {
        "expected": {name: to_json(v) for name, v in results["expected"].items()},
        "mistakes": {
            name: [(m, to_json(v)) for m, v in items] for name, items in results["mistakes"].items()
        },
        "seconds": results["seconds"],
    }
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump(document, file)
    os.replace(file.name, path)
