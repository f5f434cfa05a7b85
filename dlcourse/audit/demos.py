"""Demos run, with the whole notebook around them, and show what the prose claims under every seed.

Slow ones are only said: a time is not the same twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ..authoring.claims import Claim
from ..core.evidence import Result, failure, located
from .audit import Audit
from .findings import Finding
from .variants import Demo, DemoRun, Variant, VariantResult

DEMO_SECONDS, NOTEBOOK_SECONDS = 10.0, 30.0


class Demos:
    """The reference's notebook, demos included, ends without an exception; claims hold under every
    seed.
    """

    name, column = "demos", ""
    explains = "the whole notebook with its demos; every claim of `claims.py` under three seeds"
    says = ("demo", "claim")

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return ()

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for demo in audit.demos():
            if demo.error:
                yield Finding("", "demo", demo.name or "notebook", f"fails: {demo.error}")
            for claim in audit.assignment.claims.get(demo.name, ()) if demo.runs else ():
                if text := _broken(demo, claim):
                    yield Finding("", "claim", f"{demo.name}: {claim.sentence}", text)


def _broken(demo: Demo, claim: Claim) -> str:
    """Why a claim does not hold, for the first seed under which it does not; empty where it holds."""
    return next((text for run in demo.runs if (text := _of_run(run, claim))), "")


def _of_run(run: DemoRun, claim: Claim) -> str:
    if (failed := failure(run.result)) is not None:
        return f"the demo fails under seed {run.seed}: {located(failed)}"
    if (numbers := _numbers(run.result)) is None:
        return f"the demo returns no dictionary of finite numbers under seed {run.seed}"
    try:
        holds = bool(claim.holds(numbers))
    except Exception as error:
        return f"cannot be judged under seed {run.seed}: {type(error).__name__}: {error}"
    listed = ", ".join(f"{name} = {value:.4g}" for name, value in numbers.items())
    return "" if holds else f"does not hold under seed {run.seed}: {listed}"


def _numbers(result: Result) -> dict[str, float] | None:
    """A demo's numbers; None where it is no dictionary of finite ones. Numpy's scalars are numbers,
    too: they come out of a run as arrays without axes.
    """
    if not isinstance(result, dict) or any(np.ndim(value) for value in result.values()):
        return None
    numbers = {
        name: value.item() if isinstance(value, np.ndarray) else value
        for name, value in result.items()
    }
    finite = all(isinstance(n, (int, float)) and math.isfinite(n) for n in numbers.values())
    return numbers if finite else None


def too_slow(audit: Audit) -> list[str]:
    """Demos and notebooks over their time, in words."""
    demos = audit.demos()
    longest = {d.name: max([d.seconds, *(run.seconds for run in d.runs)]) for d in demos if d.name}
    slow = [
        f"demo {name} takes {seconds:.0f} s of computing time; at most {DEMO_SECONDS:.0f} are allowed"
        for name, seconds in longest.items()
        if seconds > DEMO_SECONDS
    ]
    total = sum(d.seconds for d in demos)
    if total > NOTEBOOK_SECONDS:
        slow.append(f"the notebook takes {total:.0f} s; at most {NOTEBOOK_SECONDS:.0f} are allowed")
    return slow
