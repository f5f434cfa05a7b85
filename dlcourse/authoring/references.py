"""Expected results: the reference, and every misconception, run live and kept by content."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from ..core.encoding import from_json, to_json
from ..core.evidence import Evidence, Raised, Result, failure, located
from ..core.probe import seed_of
from ..core.progress import Progress, silent
from ..core.verdict import Expectation, KnownMistake, wrong
from ..errors import AuthorError
from ..executor.limits import Limits
from ..executor.runner import CellStep, ProbeStep, Record, Step, probe_limits
from ..executor.warm import Warm
from .assignment import Assignment, GradedProbe
from .engine import engine_key

ENGINE = "authoring.references"
"""From here everything is reached that has a part in what the reference and the misconceptions give."""
NO_PART = (
    "authoring.claims", "authoring.hint_cells", "authoring.pictures", "authoring.promises",
    "student.check", "student.demo", "student.predict", "student.progress",
)  # fmt: skip
"""Modules that are reached, since they read or check other parts of an assignment, and change no
result.
"""
KEPT = 7 * 86400
"""Seconds for which results of other builds stay."""
_REFERENCE_LIMITS = Limits(cpu=60.0, wall=120.0)
_PACKAGES = ("dlcourse", "numpy", "torch", "scipy", "scikit-learn")


def probe_step(assignment: Assignment, graded: GradedProbe, seed: str, limits: Limits) -> ProbeStep:
    """The step that runs one probe under a course seed."""
    own_seed = seed_of(seed, assignment.slug, graded.spec)
    return ProbeStep(graded.spec, graded.program, own_seed, limits, assignment.rules)


def notebook_steps(
    assignment: Assignment, seed: str, sources: dict[str, str], only: str | None = None
) -> list[Step]:
    """The author's notebook as steps: given cells and questions, each question followed by its
    probes.

    Args:
        assignment: the assignment.
        seed: the course seed.
        sources: replaces the cell of a question, by question.
        only: keep the probes of this question only, and nothing that comes after them.
    """
    steps: list[Step] = []
    for number, cell in enumerate(assignment.cells):
        if cell.kind not in ("given", "question"):
            continue
        source = sources.get(cell.question, cell.source) if cell.question else cell.source
        steps.append(
            CellStep(
                f"cell {number}",
                source,
                cell.question or f"given {number}",
                _REFERENCE_LIMITS,
            )
        )
        if cell.question and only in (None, cell.question):
            steps += [
                probe_step(assignment, p, seed, _REFERENCE_LIMITS)
                for p in assignment.probes_of(cell.question)
            ]
            if only is not None:
                break
    return steps


def run_variant(
    assignment: Assignment,
    seed: str,
    warm: Warm,
    sources: dict[str, str],
    only: str | None = None,
) -> Record:
    """Run the author's notebook with some questions' cells replaced."""
    steps = notebook_steps(assignment, seed, sources, only)
    return warm.run(steps, data_files(assignment), budget=600.0)


def data_files(assignment: Assignment) -> dict[str, Path]:
    """The assignment's data files by their path in the notebook's folder."""
    return {assignment.files.beside(p): p for p in assignment.data}


def content_key(assignment: Assignment, seed: str) -> str:
    """Names everything that expected results depend on: prose and demos are no part of it."""
    digest = hashlib.sha256()
    for cell in assignment.cells:
        if cell.kind in ("given", "question"):
            digest.update(f"{cell.question}\0{cell.source}\0".encode())
    digest.update(json.dumps(assignment.rules.to_json()).encode())
    for path in (assignment.files.probes, assignment.files.misconceptions, *assignment.data):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(engine_key(ENGINE, without=NO_PART).encode())
    versions = [f"{name} {metadata.version(name)}" for name in _PACKAGES if _installed(name)]
    digest.update("\n".join([seed, sys.version, platform.machine(), *versions]).encode())
    return digest.hexdigest()[:32]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


@dataclass
class ReferenceResults:
    """What the reference and every misconception gave.

    Args:
        expected: evidence of the reference, by probe.
        mistakes: ``(misconception, result)`` of those of the probe's question that it tells from the
            reference, by probe.
        seconds: wall seconds of each probe on the reference.
    """

    expected: dict[str, Evidence]
    mistakes: dict[str, list[tuple[str, Result]]]
    seconds: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As a JSON-ready dict."""
        return {
            "expected": {name: to_json(v) for name, v in self.expected.items()},
            "mistakes": {
                name: [[m, to_json(v)] for m, v in results]
                for name, results in self.mistakes.items()
            },
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ReferenceResults:
        """The results of a dict that :meth:`to_json` made."""
        return cls(
            {name: from_json(v) for name, v in document["expected"].items()},
            {
                name: [(m, from_json(v)) for m, v in results]
                for name, results in document["mistakes"].items()
            },
            {name: float(document["seconds"][name]) for name in document["expected"]},
        )

    def expectations(self, assignment: Assignment) -> dict[str, Expectation]:
        """What is needed to judge each probe."""
        hints = {(m.question, m.name): m.hint for m in assignment.misconceptions}
        found = {}
        for name, graded in assignment.probes.items():
            known = tuple(
                KnownMistake(m, hints[graded.spec.question, m], result)
                for m, result in self.mistakes.get(name, [])
            )
            expected = self.expected[name]
            found[name] = Expectation(graded.spec, expected, known, judge=graded.probe.judge)
        return found


@dataclass
class References:
    """Expected results of one assignment.

    Args:
        assignment: the assignment.
        seed: the course seed.
        key: names all that the results depend on; see :func:`content_key`.
        expectations: by probe.
        limits: what each probe may use in a student's run.
    """

    assignment: Assignment
    seed: str
    key: str
    expectations: dict[str, Expectation]
    limits: dict[str, Limits]

    def step(self, probe: str) -> ProbeStep:
        """The step that runs a probe on a student's notebook."""
        return probe_step(
            self.assignment, self.assignment.probes[probe], self.seed, self.limits[probe]
        )


def compute(
    assignment: Assignment, seed: str, warm: Warm, progress: Progress = silent
) -> ReferenceResults:
    """Run the reference and every misconception.

    Raises:
        AuthorError: the reference fails where it must not.
    """
    # what the first of so many runs imports, the others find there
    warm.prepare(
        f"reference {assignment.slug}",
        notebook_steps(assignment, seed, {}),
        data_files(assignment),
    )
    record = run_variant(assignment, seed, warm, {})
    progress("reference")
    for name, result in record.results.items():
        failed = failure(result)
        if failed is not None:
            script = assignment.files.name(assignment.files.script)
            raise AuthorError(f"{script}: probe {name} fails on the reference: {located(failed)}")

    plain = {
        name: Expectation(graded.spec, record.results[name], judge=graded.probe.judge)
        for name, graded in assignment.probes.items()
    }
    # edited before the threads start: Python 3.11 cannot make syntax trees in several at once
    edited = [(m.question, assignment.edited(m)) for m in assignment.misconceptions]

    def run_mistake(mistake: tuple[str, str]) -> Record:
        question, source = mistake
        return run_variant(assignment, seed, warm, {question: source}, question)

    mistakes: dict[str, list[tuple[str, Result]]] = {}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        records = pool.map(run_mistake, edited)
        for misconception, found in zip(assignment.misconceptions, records, strict=True):
            for name, result in found.results.items():
                if wrong(plain[name], result) is None:
                    continue
                if isinstance(result, Raised):
                    # its traceback quotes the edited reference, and checks.json goes to students
                    result = replace(result, trace=())
                mistakes.setdefault(name, []).append((misconception.name, result))
            progress(misconception.name)
    seconds = {name: record.seconds[name] for name in record.results}
    return ReferenceResults(record.results, mistakes, seconds)


def references(
    assignment: Assignment,
    seed: str,
    warm: Warm,
    progress: Progress = silent,
) -> References:
    """Expected results, from the cache where nothing has changed.

    Args:
        assignment: the assignment.
        seed: the course seed.
        warm: used only when something has to be run.
        progress: called after the reference and after each misconception that is run.
    """
    key = content_key(assignment, seed)
    results = _kept(assignment, key)
    if results is None:
        results = compute(assignment, seed, warm, progress)
        _keep(assignment, key, results)
    limits = {
        name: probe_limits(graded.probe.seconds, results.seconds[name])
        for name, graded in assignment.probes.items()
    }
    return References(assignment, seed, key, results.expectations(assignment), limits)


def _kept(assignment: Assignment, key: str) -> ReferenceResults | None:
    """Results from an earlier time; None where there are none, or the file is damaged."""
    try:
        text = assignment.files.references(key).read_text(encoding="utf-8")
        results = ReferenceResults.from_json(json.loads(text))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return results if set(results.expected) == set(assignment.probes) else None


def _keep(assignment: Assignment, key: str, results: ReferenceResults) -> None:
    """Keep results in one step, and remove those of other keys that are old."""
    path = assignment.files.references(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    for other in assignment.files.all_references():
        with contextlib.suppress(FileNotFoundError):  # another process removes them, too
            if time.time() - other.stat().st_mtime > KEPT:
                other.unlink()
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump(results.to_json(), file)
    os.replace(file.name, path)
