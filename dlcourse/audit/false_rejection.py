"""The chance that right work fails by bad luck: where samples are compared, it is a number, and it
must be tiny.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..authoring.assignment import GradedProbe
from ..core.difference import difference
from ..core.evidence import Evidence, split_changes
from ..core.moments import tail
from ..core.probe import margin_of
from .audit import OTHER_SEEDS, Audit
from .findings import Finding
from .stubs import split_by_wrappable
from .variants import Variant, VariantResult, wrapped

DRAWS = ("draws", *(f"draws {count}" for count in range(8, 15)))
"""Modes of the instrument under which the generators give other numbers."""
MOST = 1e-6
"""Largest chance per test, over course seeds and students."""


@dataclass(frozen=True)
class _ChanceTrial:
    """One probe on the reference, whose random numbers are others than the probe left to it."""

    probe: str
    seed: str
    form: str


class FalseRejection:
    """Right programs that draw other random numbers are compared with each other, under three
    seeds.
    """

    name, column = "false rejections", "right answers"
    explains = "for each comparison of samples the chance that right work fails"
    says = ("chance",)

    @staticmethod
    def _statistical(audit: Audit) -> list[GradedProbe]:
        every = audit.assignment.probes.values()
        return [p for p in every if p.spec.compare.statistical or p.probe.judge]

    def _trials(self, audit: Audit) -> Iterator[_ChanceTrial]:
        for graded in self._statistical(audit):
            can, _ = split_by_wrappable(audit.cells[graded.spec.question])
            if not can:
                continue
            # moments are simulated from two sets of samples; a judge is asked about many pairs of
            # results
            forms = DRAWS if graded.probe.judge and margin_of(graded.probe.judge) else DRAWS[:1]
            for seed in (audit.seed, *OTHER_SEEDS):
                yield from (_ChanceTrial(graded.spec.name, seed, form) for form in forms)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        variants = []
        for trial in self._trials(audit):
            question = audit.question_of(trial.probe)
            can, _ = split_by_wrappable(audit.cells[question])
            source = wrapped(audit.assignment.questions[question].source, can, trial.form)
            variants.append(Variant({question: source}, [trial.probe], trial.seed))
        return variants

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        seeds = (audit.seed, *OTHER_SEEDS)
        right: dict[tuple[str, str], list[Evidence]] = {
            (graded.spec.name, seed): [_evidence(audit.expected[seed][graded.spec.name].expected)]
            for graded in self._statistical(audit)
            for seed in seeds
        }
        for trial, result in zip(self._trials(audit), results, strict=True):
            right[trial.probe, trial.seed].append(_evidence(result.results[trial.probe]))
        for graded in self._statistical(audit):
            name, question = graded.spec.name, graded.spec.question
            drawn = [right[name, seed] for seed in seeds]
            if graded.probe.judge is None:
                chance = graded.spec.compare.chance_of_rejection(drawn)
            elif (margin := margin_of(graded.probe.judge)) is not None:
                margins = [margin(*pair) for r in drawn for pair in itertools.permutations(r, 2)]
                chance = tail(np.array(margins, dtype=np.float64))
            elif any(_differ(r) for r in drawn):
                text = "its judge meets random numbers: say with @statistical(margin) how much of what it allows they use up"
                yield Finding(question, "chance", name, text)
                continue
            else:
                continue
            audit.numbers[question].chance = max(audit.numbers[question].chance, chance)
            if chance >= MOST:
                text = (
                    f"fails right work by bad luck with probability {chance:.1g}, at most {MOST:g} is allowed: "
                    "draw more samples, compare fewer numbers, or allow more standard errors"
                )
                yield Finding(question, "chance", name, text)


def _evidence(result: Evidence) -> Evidence:
    return split_changes(result)[1]


def _differ(results: Sequence[Evidence]) -> bool:
    """Whether right results differ: the probe's evidence is random."""
    return any(
        difference(
            results[0],
            r,
            lambda e, a: None if np.array_equal(e, a, equal_nan=e.dtype.kind in "fc") else "differ",
        )
        for r in results[1:]
    )
