"""Misconceptions lose points where they should, and are named; alternative implementations lose none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..core.verdict import KnownMistake, judge, settle
from .bench import Variant
from .context import OTHER_SEEDS, Context


def misconceptions(context: Context) -> None:
    """Each loses points on its own question, keeps those of questions that do not build on it, and is named in the feedback."""
    assignment = context.assignment
    known = assignment.misconceptions
    # one test of each question that must not notice: :mod:`dlcourse.audit.reach` has shown that an empty stub changes none of them
    weightiest = {
        q: max(assignment.probes_of(q), key=lambda p: p.spec.points).spec.name
        for q in assignment.questions
    }
    apart = {
        q: [p for r, p in weightiest.items() if r != q and r not in context.builders(q)]
        for q in assignment.questions
    }
    variants = [
        Variant(
            {m.question: assignment.edited(m)},
            [*context.own(m.question), *apart[m.question]],
            context.seed,
            context.graded,
        )
        for m in known
    ]
    outcomes = context.run(variants, "misconceptions")
    for name, expectation in context.expected[context.seed].items():
        found = [
            KnownMistake(m.name, m.hint, o.results[name])
            for m, o in zip(known, outcomes, strict=True)
            if m.question == expectation.spec.question
            and context.wrong(name, o.results[name]) is not None
        ]
        context.expected[context.seed][name] = replace(expectation, mistakes=tuple(found))
    for one, outcome in zip(known, outcomes, strict=True):
        context.numbers[one.question].mistakes += 1
        if one.question in outcome.failed:
            context.find(
                one.question,
                "misconception",
                one.name,
                "its cell raises when it is run; no student would hand that in",
            )
        if not context.lost(outcome, context.own(one.question)):
            context.find(
                one.question, "misconception", one.name, "loses no point on its own question"
            )
            continue
        for probe in context.lost(outcome, apart[one.question]):
            elsewhere = assignment.probes[probe].spec.question
            context.find(
                one.question,
                "misconception",
                f"{one.name} on {probe}",
                f"loses points of {elsewhere}, which does not build on it",
            )
        said = named(context, one.question, outcome.results)
        if one.name not in said:
            instead = f"; {', '.join(sorted(said))} is named instead" if said else ""
            context.find(
                one.question, "misconception", one.name, f"is never named in the feedback{instead}"
            )


def named(context: Context, question: str, results: Mapping[str, Any]) -> set[str]:
    """Misconceptions that the feedback on a question names."""
    expected = context.expected[context.seed]
    raw = {n: judge(expected[n], results[n]) for n in context.own(question)}
    return {
        name for v in settle(raw, dict.fromkeys(raw, question)).values() for name, _ in v.mistakes
    }


def alternatives(context: Context) -> None:
    """Each earns all points of its question under every seed, and of those that build on it under the course's."""
    jobs = []
    for one in context.assignment.alternatives:
        context.numbers[one.question].others += 1
        builders = [p for q in context.builders(one.question) for p in context.own(q)]
        jobs.append((one, context.seed, context.own(one.question) + builders))
        jobs += [(one, seed, context.own(one.question)) for seed in OTHER_SEEDS]
    outcomes = context.run(
        [Variant({a.question: a.source}, probes, seed, context.graded) for a, seed, probes in jobs],
        "alternatives",
    )
    for (one, seed, probes), outcome in zip(jobs, outcomes, strict=True):
        for probe, text in context.lost(outcome, probes, seed).items():
            under = "" if seed == context.seed else f" under the seed {seed!r}"
            context.find(
                one.question,
                "alternative",
                f"{one.name} on {probe}",
                f"loses points{under}: {text}",
            )
