"""Verdicts that call parts of a result by the names of the docstring, for every grader."""

from __future__ import annotations

from dataclasses import replace

from ..authoring.assignment import Assignment
from ..core.result_names import named, result_names
from ..core.verdict import Verdict


def name_parts(verdict: Verdict, assignment: Assignment, probe: str) -> Verdict:
    """The verdict on a probe, with names in place of numbers.

    Args:
        verdict: as judged; what a judge says in words of its own stays as it is.
        assignment: the probe's.
        probe: its name.
    """
    graded = assignment.probes[probe]
    if verdict.passed or graded.probe.judge is not None:
        return verdict
    stubs = assignment.questions[graded.spec.question].stub
    names = result_names(graded.program, probe, stubs)
    return replace(verdict, message=named(verdict.message, names))
