"""Points can be had, and cannot be had for nothing: the reference, the stubs, and each question by
itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .audit import OTHER_SEEDS, Audit
from .findings import Finding
from .variants import Variant, VariantResult


class Points:
    """The reference again, all stubs, each question as the only stub, and each with only what it
    builds on.
    """

    name, column = "stubs", "points"
    explains = "reference twice and under two more seeds; all stubs; each question as the only stub; each with only what it builds on"
    says = ("reference", "stub", "alone")

    def variants(self, audit: Audit) -> Sequence[Variant]:
        questions = audit.assignment.questions
        every = list(audit.assignment.probes)
        stubs = {name: q.stub for name, q in questions.items()}
        variants = [Variant({}, every, audit.seed), Variant(stubs, every, audit.seed)]
        variants += [Variant({name: stubs[name]}, every, audit.seed) for name in questions]
        for name in questions:
            kept = {name} | audit.needs(name)
            sources = {q: s for q, s in stubs.items() if q not in kept}
            variants.append(Variant(sources, audit.own(name), audit.seed))
        return variants

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        again, nothing, *rest = results
        questions = list(audit.assignment.questions)
        every = list(audit.assignment.probes)
        yield from self._reference(audit, again)
        unearned = set(every) - set(audit.lost(nothing, every))
        for probe in sorted(unearned):
            yield Finding(audit.question_of(probe), "stub", probe, "passes on the untouched stub")
        for name, without, alone in zip(
            questions, rest[: len(questions)], rest[len(questions) :], strict=True
        ):
            lost = audit.lost(without, every)
            for probe in audit.own(name):
                if probe not in lost and probe not in unearned:
                    text = "passes on the untouched stub when the other questions are solved"
                    yield Finding(name, "stub", probe, text)
            for probe in lost:
                other = audit.question_of(probe)
                if other != name and name not in audit.needs(other):
                    text = f"fails when {name} is not solved, though {other} does not build on it"
                    yield Finding(other, "alone", probe, text)
            for probe, why in audit.lost(alone, audit.own(name)).items():
                text = f"fails when only {name} and what it builds on are solved: {why}"
                yield Finding(name, "alone", probe, text)

    @staticmethod
    def _reference(audit: Audit, again: VariantResult) -> Iterator[Finding]:
        """The reference passes its own probes under each seed, and gives the same twice."""
        every = list(audit.assignment.probes)
        for seed in (audit.seed, *OTHER_SEEDS):
            for probe in every:
                why = audit.wrong(probe, audit.expected[seed][probe].expected, seed)
                if why is not None:
                    text = f"the reference fails its own probe under the seed {seed!r}: {why}"
                    yield Finding(audit.question_of(probe), "reference", probe, text)
        for probe, why in audit.lost(again, every).items():
            text = f"two runs of the reference differ: {why}"
            yield Finding(audit.question_of(probe), "reference", probe, text)
