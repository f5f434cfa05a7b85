"""Mutants: every one is killed by a probe of its own question, or explained in equivalent.toml."""

from __future__ import annotations

from typing import Any

from .bench import Variant
from .context import Context
from .mutants import Mutant, mutants


def check(context: Context) -> list[Mutant]:
    """Make and run all mutants.

    Returns:
        Those that survive the probes of their own question and are not explained.
    """
    every = [m for q in context.assignment.questions.values() for m in mutants(q)]

    def stop(name: str, result: Any) -> bool:
        return context.wrong(name, result) is not None

    variants = [
        Variant({m.question: m.source}, context.own(m.question), context.seed, context.short)
        for m in every
    ]
    outcomes = context.run(variants, "mutants", stop)
    survivors = []
    for mutant, outcome in zip(every, outcomes, strict=True):
        numbers = context.numbers[mutant.question]
        numbers.mutants += 1
        if context.lost(outcome, list(outcome.results)):
            numbers.killed += 1
        else:
            survivors.append(mutant)
    unknown = set(context.excuses) - {m.id for m in survivors}
    made = {m.id for m in every}
    for stub, line, becomes, occurrence in sorted(unknown):
        what = (
            "is killed by a probe now; remove the entry"
            if (stub, line, becomes, occurrence) in made
            else "is no mutant (any more)"
        )
        number = f" (occurrence {occurrence})" if occurrence > 1 else ""
        context.find(
            stub.partition(".")[0],
            "entry",
            line or becomes,
            f"equivalent.toml: {stub}: {line!r} → {becomes!r}{number} {what}",
        )
    left = [m for m in survivors if m.id not in context.excuses]
    for mutant in survivors:
        context.numbers[mutant.question].explained += mutant.id in context.excuses
    later = []
    for mutant in left:
        probes = [p for q in context.builders(mutant.question) for p in context.own(q)]
        later.append(Variant({mutant.question: mutant.source}, probes, context.seed, context.short))
    for mutant, outcome in zip(left, context.run(later, "survivors", stop), strict=True):
        elsewhere = sorted(context.lost(outcome, list(outcome.results)))
        context.numbers[mutant.question].elsewhere += bool(elsewhere)
        note = f"; only {', '.join(elsewhere)} of a later question notices" if elsewhere else ""
        context.find(
            mutant.question,
            "mutant",
            f"{mutant.stub}: {mutant.diff}",
            f"survives all probes of its question ({mutant.operator}){note}",
        )
    return left
