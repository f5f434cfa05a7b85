"""Runs the steps of one notebook, cells and probes, and survives whatever they do.

A step that kills the process or runs out of time is left out, and the run goes on in a new process
which first repeats the cells that came before.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ..core.evidence import NotRun, Raised, Result
from ..core.probe import ProbeSpec
from ..core.progress import Progress, silent
from ..core.rules import NO_RULES, Rules
from .limits import Allowance, Limits, RunEnded
from .outputs import Output
from .process import Zygote
from .session import Session

CELL_LIMITS = Limits(cpu=30.0, wall=60.0)
BUDGET = 120.0
"""Wall seconds of one submission, all steps and repetitions together."""
PROBE_CPU = 2.0
"""Least CPU seconds of a probe; a slower reference raises it to :data:`PROBE_FACTOR` times its own.
"""
PROBE_FACTOR = 20.0
WALL_FACTOR = 4.0
"""Wall seconds of a probe per CPU second that it may use: a busy machine must not cost points."""
AFTER_TIMEOUT = 0.25
"""Part of their time that the probes of a question keep when one of them has run out of it."""


@dataclass(frozen=True)
class CellStep:
    """A cell to run.

    Args:
        key: names the cell in the record.
        source: Python, with IPython's additions.
        label: how tracebacks call the cell.
        limits: what it may use.
    """

    key: str
    source: str
    label: str = ""
    limits: Limits = CELL_LIMITS


@dataclass(frozen=True)
class ProbeStep:
    """A probe to run.

    Args:
        spec: the probe; its name is the key in the record.
        program: source that defines its function.
        seed: what its inputs are drawn from, as :func:`dlcourse.core.probe.seed_of` makes it.
        limits: what it may use.
        rules: libraries and functions that the code under test may use.
    """

    spec: ProbeSpec
    program: str
    seed: str
    limits: Limits
    rules: Rules = NO_RULES

    @property
    def key(self) -> str:
        return self.spec.name


Step: TypeAlias = CellStep | ProbeStep


def probe_limits(own: float | None, reference_seconds: float, least: float = PROBE_CPU) -> Limits:
    """What a probe may use in a student's run.

    Args:
        own: CPU seconds that the probe itself asks for; None where it does not.
        reference_seconds: what it took on the reference.
        least: CPU seconds that every probe without a limit of its own may use.
    """
    cpu = own or max(least, PROBE_FACTOR * reference_seconds)
    return Limits(cpu, WALL_FACTOR * cpu)


@dataclass
class Record:
    """What a run gave.

    Args:
        outputs: of each cell, as nbformat dictionaries; not to be trusted.
        results: of each probe, decoded.
        seconds: wall time of each step.
        ended: steps that took the process with them, and how.
        complete: False where the budget ended the run.
    """

    outputs: dict[str, list[Output]] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    complete: bool = True


def rehearse(
    steps: Sequence[Step], zygote: Zygote, data: Mapping[str, Path] | None = None
) -> list[str]:
    """Run trusted steps once and return the modules that they load, for :meth:`Zygote.warm`."""
    with Session(zygote, dict(data or {})) as session:
        before = set(session.modules())
        for step in steps:
            if isinstance(step, CellStep):
                session.cell(step.source, step.label, step.limits)
            else:
                _probe(session, step, step.limits)
        return sorted(set(session.modules()) - before - {"__main__"})


def _missing(result: Result) -> bool:
    return (
        isinstance(result, Raised)
        and not result.expected
        and bool({"NameError", "NotImplementedError"} & set(result.bases))
    )


def run(
    steps: Sequence[Step],
    zygote: Zygote,
    data: Mapping[str, Path] | None = None,
    budget: float = BUDGET,
    progress: Progress = silent,
) -> Record:
    """Run all steps in order.

    A probe that lacks a name, or meets an empty stub, is tried once more after the last cell:
    students move cells, and write the answer into a cell of their own further down.

    Args:
        steps: cells and probes in the order of the notebook.
        zygote: where processes come from.
        data: files that the notebook may read.
        budget: wall seconds for everything.
        progress: called after each step.

    Returns:
        A record in which every probe of ``steps`` has a result.
    """
    record = Record()
    allowance = Allowance()
    deadline = time.monotonic() + budget
    todo = list(enumerate(steps))
    last_cell = max((i for i, s in todo if isinstance(s, CellStep)), default=-1)
    session: Session | None = None
    # questions with a probe that ran out of time: the others of an endless loop need not take as
    # long
    slow: set[str] = set()
    try:
        while todo:
            if time.monotonic() > deadline:
                _give_up(record, [s for _, s in todo], budget)
                break
            if session is None:
                session = Session(zygote, dict(data or {}), allowance)
                repeat = [
                    s
                    for s in steps[: todo[0][0]]
                    if isinstance(s, CellStep) and s.key not in record.ended
                ]
                if not _repeat(session, repeat, record, deadline):
                    session = None
                    continue
            index, step = todo.pop(0)
            start = time.monotonic()
            try:
                if isinstance(step, CellStep):
                    reply = session.cell(step.source, step.label, _within(step.limits, deadline))
                    record.outputs[step.key] = reply.outputs
                else:
                    limits = step.limits
                    if step.spec.question in slow:
                        limits = limits.times(AFTER_TIMEOUT)
                    result = _probe(session, step, _within(limits, deadline))
                    record.results[step.key] = result
                    if _missing(result) and index < last_cell:
                        todo.append((len(steps), step))
            except RunEnded as end:
                record.ended[step.key] = str(end)
                if isinstance(step, ProbeStep):
                    record.results[step.key] = end.not_run
                    if end.reason == "time":
                        slow.add(step.spec.question)
                session = None
            record.seconds[step.key] = time.monotonic() - start
            progress(step.key)
    finally:
        if session is not None:
            session.close()
    record.complete = time.monotonic() <= deadline
    return record


def _probe(session: Session, step: ProbeStep, limits: Limits) -> Result:
    spec = step.spec
    return session.probe(
        spec.name, step.program, step.seed, limits, spec.warms_up, spec.question, step.rules
    )


def _within(limits: Limits, deadline: float) -> Limits:
    return Limits(limits.cpu, min(limits.wall, max(deadline - time.monotonic(), 0.1)))


def _repeat(session: Session, cells: Sequence[CellStep], record: Record, deadline: float) -> bool:
    """Run earlier cells again in a new process; a cell that ends it this time is left out from now
    on.
    """
    for step in cells:
        try:
            session.cell(step.source, step.label, _within(step.limits, deadline))
        except RunEnded as end:
            record.ended[step.key] = str(end)
            return False
    return True


def _give_up(record: Record, steps: Sequence[Step], budget: float) -> None:
    for step in steps:
        if isinstance(step, ProbeStep) and step.key not in record.results:
            record.results[step.key] = NotRun(
                "budget", f"not run: the notebook had used up its {budget:g} s"
            )
