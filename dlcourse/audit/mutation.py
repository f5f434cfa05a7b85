"""Mutants: every one is killed by a probe of its own question, or explained in equivalent.toml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .audit import Audit, Kill
from .findings import Finding
from .mutants import Mutant, mutants
from .variants import Variant, VariantResult

EXPLAINED_SHARE = 0.05
"""Largest share of mutants that equivalent.toml may explain away."""


class Mutation:
    """Each mutant runs until a probe of its own question notices it."""

    name, column = "mutants", "left"
    explains = "small changes of the reference; explained + unexplained survivors"
    says = ("mutant", "entry")

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return [self._variant(audit, m, audit.own(m.question)) for m in self._every(audit)]

    @staticmethod
    def _every(audit: Audit) -> list[Mutant]:
        return [m for q in audit.assignment.questions.values() for m in mutants(q)]

    @staticmethod
    def _variant(audit: Audit, mutant: Mutant, probes: Sequence[str]) -> Variant:
        sources = {mutant.question: mutant.source}
        return Variant(sources, probes, audit.seed, audit.short, until_wrong=True)

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        every = self._every(audit)
        survivors = []
        for mutant, result in zip(every, results, strict=True):
            numbers = audit.numbers[mutant.question]
            numbers.mutants += 1
            subject = f"{mutant.stub}: {mutant.diff}"
            if lost := tuple(audit.lost(result, list(result.results))):
                numbers.killed += 1
                kill = Kill(mutant.question, subject, mutant.source, lost, result.results)
                audit.kills.append(kill)
            else:
                survivors.append(mutant)
                numbers.explained += mutant.id in audit.excuses
        audit.survivors = [m for m in survivors if m.id not in audit.excuses]
        yield from self._needless_entries(audit, every, survivors)
        yield from self._unexplained(audit)
        explained = sum(n.explained for n in audit.numbers.values())
        if explained > EXPLAINED_SHARE * len(every):
            text = f"{explained} of {len(every)} mutants are explained away; at most {EXPLAINED_SHARE:.0%} should be"
            yield Finding("", "entry", "explained", text)

    @staticmethod
    def _needless_entries(
        audit: Audit, every: Sequence[Mutant], survivors: Sequence[Mutant]
    ) -> Iterator[Finding]:
        """Entries of equivalent.toml that explain no survivor."""
        made = {m.id for m in every}
        for key in sorted(set(audit.excuses) - {m.id for m in survivors}):
            stub, line, becomes, occurrence = key
            what = (
                "is killed by a probe now; remove the entry"
                if key in made
                else "is no mutant (any more)"
            )
            number = f" (occurrence {occurrence})" if occurrence > 1 else ""
            yield Finding(
                stub.partition(".")[0],
                "entry",
                line or becomes,
                f"{audit.assignment.files.excuses.name}: {stub}: {line!r} → {becomes!r}{number} {what}",
            )

    def _unexplained(self, audit: Audit) -> Iterator[Finding]:
        """Survivors, with the probes of later questions that notice them."""
        later = [
            self._variant(audit, m, [p for q in audit.builders(m.question) for p in audit.own(q)])
            for m in audit.survivors
        ]
        results = audit.run(later, "survivors")
        for mutant, result in zip(audit.survivors, results, strict=True):
            elsewhere = sorted(audit.lost(result, list(result.results)))
            audit.numbers[mutant.question].elsewhere += bool(elsewhere)
            note = f"; only {', '.join(elsewhere)} of a later question notices" if elsewhere else ""
            yield Finding(
                mutant.question,
                "mutant",
                f"{mutant.stub}: {mutant.diff}",
                f"survives all probes of its question ({mutant.operator}){note}",
            )
