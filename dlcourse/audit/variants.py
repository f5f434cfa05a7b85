"""Runs variants of an assignment's notebook in forks of one warm process, on all cores."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from ..authoring.assignment import Assignment
from ..authoring.claims import demo_of
from ..authoring.references import data_files, notebook_steps, probe_step
from ..core.cells import PROSE
from ..core.evidence import Result, failure
from ..executor.isolation import SANDBOX, UNSAFE
from ..executor.limits import Limits, RunEnded
from ..executor.session import Session
from ..executor.warm import Warm

_INSTRUMENT = Path(__file__).with_name("instrument")
_FILES = ("values", "calls", "cheats", "forms", "habits", "kinds", "shortcuts", "__init__")
"""Files of the instrument in the order in which they import each other."""


def _prelude() -> str:
    """A program that makes the instrument's modules from their texts: in a sandbox its files do not
    exist.

    They say that they are files of dlcourse, so that guards do not take what they call for a
    student's doing.
    """
    texts = {n: (_INSTRUMENT / f"{n}.py").read_text(encoding="utf-8") for n in _FILES}
    return f"""
def __load_audit():
    import sys, types, dlcourse
    package = sys.modules["audit"] = types.ModuleType("audit")
    package.__package__, package.__path__ = "audit", []
    for name, text in {texts!r}.items():
        module = package
        if name != "__init__":
            module = sys.modules["audit." + name] = types.ModuleType("audit." + name)
            module.__package__ = "audit"
            setattr(package, name, module)
        module.__file__ = dlcourse.__file__
        exec(compile(text, f"<audit {{name}}>", "exec"), module.__dict__)
    return package

__audit__ = __load_audit()
"""


PRELUDE = _prelude()
_GENEROUS = Limits(cpu=60.0, wall=300.0)
DEMO_SEEDS = (0, 1, 2)
"""Under which what is claimed of a demo must hold."""


@dataclass(frozen=True)
class Variant:
    """A notebook with some cells replaced.

    Args:
        sources: the new cell of each question that is replaced.
        probes: which probes are run.
        seed: the course seed.
        limits: time limits of probes; those without one get a generous one.
        until_wrong: whether the run ends with the first probe whose result is wrong.
        calls: whether to fetch the calls that mode ``note`` of :mod:`dlcourse.audit.instrument`
            saw.
    """

    sources: Mapping[str, str]
    probes: Sequence[str]
    seed: str
    limits: Mapping[str, Limits] = field(default_factory=dict)
    until_wrong: bool = False
    calls: bool = False


@dataclass
class VariantResult:
    """What a variant gave.

    Args:
        results: by probe, decoded; probes after the end of the run are missing.
        seconds: wall seconds of each probe.
        calls: of the stubs, where they were noted.
        unknown: why the calls could not be fetched; empty where they were.
        failed: questions whose cell raised.
    """

    results: dict[str, Result] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    unknown: str = ""
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DemoRun:
    """What a demo returned under one seed, and its CPU seconds."""

    seed: int
    result: Result
    seconds: float


@dataclass(frozen=True)
class Demo:
    """How one cell of the whole notebook went; the name is empty where it is no demo.

    Args:
        name: of the demo.
        seconds: CPU time of the cell.
        error: of the cell; empty where it went well.
        runs: of a demo about which something is claimed, once under each of :data:`DEMO_SEEDS`.
    """

    name: str
    seconds: float
    error: str
    runs: tuple[DemoRun, ...] = ()


T = TypeVar("T")
IsWrong = Callable[[str, Result], bool]
"""Takes a probe's name and its result."""


def wrapped(source: str, stubs: Sequence[str], mode: str, public: Sequence[str] = ()) -> str:
    """A question's cell, its stubs replaced as :func:`dlcourse.audit.instrument.install` says."""
    return f"{source}\n\n\n__audit__.install(globals(), {json.dumps(list(stubs))}, {mode!r}, {json.dumps(list(public))})\n"


class VariantRunner:
    """Threads that run variants in forks of one warm process.

    Args:
        assignment: whose notebook is run.
        jobs: how many run at once; 0 means one per core.
    """

    def __init__(self, assignment: Assignment, jobs: int = 0) -> None:
        self.assignment = assignment
        self.cells = [c for c in assignment.cells if c.kind in ("given", "question")]
        # where there is no sandbox it is the author's own code
        self.warm = Warm.first_of((SANDBOX, UNSAFE))
        self.warm.prepare(
            assignment.slug, notebook_steps(assignment, "", {}), data_files(assignment)
        )
        self._pool = ThreadPoolExecutor(jobs or os.cpu_count() or 1)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self.warm.close()

    def __enter__(self) -> VariantRunner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def each(self, jobs: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        """Results of jobs, in their order, while they run side by side."""
        return self._pool.map(lambda job: job(), jobs)

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Start a job beside the others."""
        return self._pool.submit(job)

    def run(
        self, variant: Variant, is_wrong: IsWrong = lambda name, result: False
    ) -> VariantResult:
        """Run one variant.

        Args:
            variant: what to run.
            is_wrong: asked about each probe's result where the variant runs only until one is
                wrong.

        Returns:
            The results; a probe that ends the process gives :class:`NotRun`, and the rest runs in a
            new one.
        """
        outcome = VariantResult()
        left = set(variant.probes)
        ended: set[int] = set()
        while left or variant.calls:
            with self.warm.session(data_files(self.assignment)) as session:
                if self._pass(session, variant, left, ended, is_wrong, outcome):
                    break
        return outcome

    def _pass(
        self,
        session: Session,
        variant: Variant,
        left: set[str],
        ended: set[int],
        is_wrong: IsWrong,
        outcome: VariantResult,
    ) -> bool:
        """One process: cells and the probes that are left. False where it ended before its time."""
        wrapped_stubs = any("__audit__" in source for source in variant.sources.values())
        waiting = (
            [PRELUDE] if wrapped_stubs else []
        )  # cells of the reference run together, which saves most of their time
        for number, cell in enumerate(self.cells):
            changed = cell.question is not None and cell.question in variant.sources
            if number not in ended and not changed:
                waiting.append(cell.source)
            wanted = (
                [p for p in self.assignment.probes_of(cell.question) if p.spec.name in left]
                if cell.question
                else []
            )
            if waiting and (changed or wanted):
                session.cell("\n\n\n".join(waiting), "reference", _GENEROUS)
                waiting = []
            if changed and cell.question and number not in ended:
                try:
                    if not session.cell(
                        variant.sources[cell.question], cell.question, _GENEROUS
                    ).ok:
                        outcome.failed.append(cell.question)
                except RunEnded:
                    ended.add(number)
                    return False
            for graded in wanted:
                name = graded.spec.name
                left.discard(name)
                step = probe_step(
                    self.assignment, graded, variant.seed, variant.limits.get(name, _GENEROUS)
                )
                start = time.monotonic()
                try:
                    result = session.probe(
                        name,
                        step.program,
                        step.seed,
                        step.limits,
                        step.spec.warms_up,
                        step.spec.question,
                        self.assignment.rules,
                    )
                except RunEnded as end:
                    outcome.results[name] = end.not_run
                    return variant.until_wrong and is_wrong(name, outcome.results[name])
                outcome.results[name], outcome.seconds[name] = result, time.monotonic() - start
                if variant.until_wrong and is_wrong(name, result):
                    return True
            if not left and not variant.calls:
                return True
        if variant.calls:
            self._fetch_calls(session, outcome)
        return True

    def _fetch_calls(self, session: Session, outcome: VariantResult) -> None:
        program = "def audit_noted(audit_calls):\n    return audit_calls()\n"
        try:
            answer = self._ask(session, "audit_noted", program)
        except RunEnded as end:
            answer = end.not_run
        if isinstance(answer, list):
            outcome.calls = answer
        else:
            outcome.unknown = str(answer)

    @staticmethod
    def _ask(session: Session, name: str, program: str) -> Any:
        """Result of a probe of our own."""
        return session.probe(name, program, "", _GENEROUS)

    def demos(self) -> list[Demo]:
        """Run the whole notebook, demos included, and say how they went."""
        clock = "import time\n\n\ndef audit_clock():\n    return time.process_time()\n"
        found = []
        with self.warm.session(data_files(self.assignment)) as session:
            last = float(self._ask(session, "audit_clock", clock))
            for cell in self.assignment.cells:
                if cell.kind in PROSE:
                    continue
                reply = session.cell(cell.source, cell.kind, _GENEROUS)
                now = float(self._ask(session, "audit_clock", clock))
                error = next(
                    (
                        f"{o['ename']}: {o['evalue']}"
                        for o in reply.outputs
                        if o["output_type"] == "error"
                    ),
                    "",
                )
                name = demo_of(cell.source) if cell.kind == "demo" else ""
                found.append(Demo(name, now - last, error))
                last = now
            return [self._with_runs(session, demo) for demo in found]

    def _with_runs(self, session: Session, demo: Demo) -> Demo:
        """A demo of which something is claimed, run under every seed."""
        if demo.error or not self.assignment.claims.get(demo.name):
            return demo
        runs = []
        for seed in DEMO_SEEDS:
            program = (
                f"import time\n\n\ndef audit_claims({demo.name}):\n    start = time.process_time()\n"
                f"    numbers = {demo.name}(seed={seed})\n    return numbers, time.process_time() - start\n"
            )
            try:
                result = self._ask(session, "audit_claims", program)
            except RunEnded as end:
                runs.append(DemoRun(seed, end.not_run, 0.0))
                break
            if failure(result) is None:
                runs.append(DemoRun(seed, result[0], float(result[1])))
            else:
                runs.append(DemoRun(seed, result, 0.0))
        return replace(demo, runs=tuple(runs))
