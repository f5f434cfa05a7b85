"""Misconceptions lose points where they should, and are named; alternative implementations lose
none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..authoring.assignment import Alternative, Misconception
from ..core.evidence import Result
from ..core.explain import explain
from ..core.verdict import Expectation, KnownMistake, judge
from .audit import OTHER_SEEDS, Audit, Kill
from .findings import Finding
from .variants import Variant, VariantResult


class Misconceptions:
    """Each loses points on its own question only, and is named in the feedback."""

    name, column = "misconceptions", "mistakes"
    explains = "each misconception, on its own question; the first of each question also on the weightiest test of each question that does not build on it"
    says = ("misconception",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return [
            Variant(
                {m.question: audit.assignment.edited(m)},
                [*audit.own(m.question), *self._apart(audit, m)],
                audit.seed,
                audit.graded,
            )
            for m in audit.assignment.misconceptions
        ]

    @staticmethod
    def _apart(audit: Audit, misconception: Misconception) -> list[str]:
        """The weightiest probe of each question that does not build on that of a misconception, the
        first there.

        One is enough, and of one misconception: :mod:`dlcourse.audit.points` has shown that an
        empty stub changes none of them.
        """
        assignment, question = audit.assignment, misconception.question
        if misconception != next(m for m in assignment.misconceptions if m.question == question):
            return []
        others = set(assignment.questions) - {question, *audit.builders(question)}
        return [
            max(assignment.probes_of(q), key=lambda p: p.spec.points).spec.name
            for q in assignment.questions
            if q in others
        ]

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        known = audit.assignment.misconceptions
        audit.known = _with_mistakes(audit, results)
        for misconception, result in zip(known, results, strict=True):
            question, name = misconception.question, misconception.name
            audit.numbers[question].mistakes += 1
            if question in result.failed:
                text = "its cell raises when it is run; no student would hand that in"
                yield Finding(question, "misconception", name, text)
            lost = tuple(audit.lost(result, audit.own(question)))
            if not lost:
                text = "loses no point on its own question"
                yield Finding(question, "misconception", name, text)
                continue
            source = audit.assignment.edited(misconception)
            audit.kills.append(Kill(question, name, source, lost))
            apart = [probe for probe in result.results if audit.question_of(probe) != question]
            for probe in audit.lost(result, apart):
                text = f"loses points of {audit.question_of(probe)}, which does not build on it"
                yield Finding(question, "misconception", f"{name} on {probe}", text)
            said = named(audit, {n: result.results[n] for n in audit.own(question)})
            if name not in said:
                instead = f"; {', '.join(sorted(said))} is named instead" if said else ""
                text = f"is never named in the feedback{instead}"
                yield Finding(question, "misconception", name, text)


def _with_mistakes(audit: Audit, results: Sequence[VariantResult]) -> dict[str, Expectation]:
    """Expectations that know what each misconception gives."""
    found = {}
    for name, expectation in audit.expected[audit.seed].items():
        mistakes = tuple(
            KnownMistake(m.name, m.hint, r.results[name])
            for m, r in zip(audit.assignment.misconceptions, results, strict=True)
            if m.question == expectation.spec.question
            and audit.wrong(name, r.results[name]) is not None
        )
        found[name] = replace(expectation, mistakes=mistakes)
    return found


def named(audit: Audit, results: Mapping[str, Result]) -> set[str]:
    """Misconceptions that the feedback on the results of some probes names."""
    known = [audit.known[name] for name in results]
    verdicts = {e.spec: judge(e, results[e.spec.name]) for e in known}
    found = {outcome.misconception for outcome in explain(verdicts, {}).values()}
    return found - {""}


class Alternatives:
    """Each earns all points of its question under every seed, and of those that build on it under
    the course's.
    """

    name, column = "alternatives", "others"
    explains = "each alternative, under three seeds"
    says = ("alternative",)

    @staticmethod
    def _trials(audit: Audit) -> Iterator[tuple[Alternative, str, list[str]]]:
        """Alternative, seed and probes."""
        for one in audit.assignment.alternatives:
            own = audit.own(one.question)
            builders = [p for q in audit.builders(one.question) for p in audit.own(q)]
            yield one, audit.seed, [*own, *builders]
            yield from ((one, seed, own) for seed in OTHER_SEEDS)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return [
            Variant({a.question: a.source}, probes, seed, audit.graded)
            for a, seed, probes in self._trials(audit)
        ]

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for (one, seed, probes), result in zip(self._trials(audit), results, strict=True):
            audit.numbers[one.question].others += seed == audit.seed
            under = "" if seed == audit.seed else f" under the seed {seed!r}"
            for probe, why in audit.lost(result, probes, seed).items():
                subject = f"{one.name} on {probe}"
                yield Finding(one.question, "alternative", subject, f"loses points{under}: {why}")
