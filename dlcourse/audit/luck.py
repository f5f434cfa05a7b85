"""A kill that depends on luck is no kill: what dies under the course seed dies under other seeds,
too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..core.evidence import split_changes
from .audit import OTHER_SEEDS, Audit, Kill
from .findings import Finding
from .variants import Variant, VariantResult


class Luck:
    """Mutants and misconceptions meet the probes that noticed them once more, under two other
    course seeds.

    Only the probes that noticed first are run, which is why the check is cheap; where they miss,
    the question's others are.
    """

    name, column = "luck", "left"
    explains = "what was noticed by a test whose inputs are drawn, under two more seeds"
    says = ("luck",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return [self._variant(audit, kill, kill.probes, seed) for kill, seed in self._trials(audit)]

    @staticmethod
    def _variant(audit: Audit, kill: Kill, probes: Sequence[str], seed: str) -> Variant:
        sources = {kill.question: kill.source}
        return Variant(sources, probes, seed, audit.short, until_wrong=True)

    @staticmethod
    def _trials(audit: Audit) -> list[tuple[Kill, str]]:
        """Kills of which each probe depends on the seed, with each other seed."""
        drawn = {
            (name, seed)
            for name, graded in audit.assignment.probes.items()
            for seed in OTHER_SEEDS
            if not graded.spec.public and _inputs_differ(audit, name, seed)
        }
        return [
            (kill, seed)
            for kill in audit.kills
            for seed in OTHER_SEEDS
            if all((probe, seed) in drawn for probe in kill.probes)
        ]

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        missed = [
            (kill, seed)
            for (kill, seed), result in zip(self._trials(audit), results, strict=True)
            if not audit.lost(result, list(result.results), seed)
        ]
        others = [
            self._variant(audit, k, [p for p in audit.own(k.question) if p not in k.probes], seed)
            for k, seed in missed
        ]
        escaped: dict[tuple[str, str], list[str]] = {}
        probes: dict[tuple[str, str], str] = {}
        for (kill, seed), result in zip(missed, audit.run(others, self.name), strict=True):
            if not audit.lost(result, list(result.results), seed):
                escaped.setdefault((kill.question, kill.subject), []).append(repr(seed))
                probes[kill.question, kill.subject] = ", ".join(kill.probes)
        for (question, subject), seeds in escaped.items():
            text = (
                f"was noticed by luck: earns full marks under the seed {' and '.join(seeds)}; "
                f"give {probes[question, subject]} an input that always shows it"
            )
            yield Finding(question, "luck", subject, text)


def _inputs_differ(audit: Audit, probe: str, seed: str) -> bool:
    """Whether the reference gives something else under another seed, as far as can be seen."""
    here, there = (split_changes(audit.expected[s][probe].expected)[1] for s in (audit.seed, seed))
    return audit.assignment.probes[probe].spec.compare.difference(here, there) is not None
