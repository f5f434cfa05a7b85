"""Points can be had, and cannot be had for nothing: the reference, the stubs, and each question by itself."""

from __future__ import annotations

from .bench import Variant
from .context import OTHER_SEEDS, Context


def check(context: Context) -> None:
    """Run the reference again, all stubs, each question as the only stub, and each question with only what it builds on."""
    questions = context.assignment.questions
    every = list(context.assignment.probes)
    stubs = {name: q.stub for name, q in questions.items()}
    for seed in (context.seed, *OTHER_SEEDS):
        for name in every:
            text = context.wrong(name, context.expected[seed][name].expected, seed)
            if text is not None:
                context.find(
                    _question(context, name),
                    "reference",
                    name,
                    f"the reference fails its own probe under the seed {seed!r}: {text}",
                )
    variants = [Variant({}, every, context.seed), Variant(stubs, every, context.seed)]
    variants += [Variant({name: stubs[name]}, every, context.seed) for name in questions]
    for name in questions:
        kept = {name} | context.needs(name)
        variants.append(
            Variant(
                {q: s for q, s in stubs.items() if q not in kept}, context.own(name), context.seed
            )
        )
    again, nothing, *rest = context.run(variants, "stubs")
    for probe, text in context.lost(again, every).items():
        context.find(
            _question(context, probe),
            "reference",
            probe,
            f"two runs of the reference differ: {text}",
        )
    unearned = set(every) - set(context.lost(nothing, every))
    for probe in sorted(unearned):
        context.find(_question(context, probe), "stub", probe, "passes on the untouched stub")
    for name, without, alone in zip(questions, rest, rest[len(questions) :], strict=False):
        lost = context.lost(without, every)
        for probe in context.own(name):
            if probe not in lost and probe not in unearned:
                context.find(
                    name,
                    "stub",
                    probe,
                    "passes on the untouched stub when the other questions are solved",
                )
        for probe in lost:
            other = _question(context, probe)
            if other != name and name not in context.needs(other):
                context.find(
                    other,
                    "alone",
                    probe,
                    f"fails when {name} is not solved, though {other} does not build on it",
                )
        for probe, text in context.lost(alone, context.own(name)).items():
            context.find(
                name,
                "alone",
                probe,
                f"fails when only {name} and what it builds on are solved: {text}",
            )


def _question(context: Context, probe: str) -> str:
    return context.assignment.probes[probe].spec.question
