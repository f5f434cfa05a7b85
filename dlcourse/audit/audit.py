"""What every check of an audit works with: the assignment, a runner of variants, and the
reference's results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ..authoring.assignment import Assignment
from ..core.evidence import Result, failure, located
from ..core.progress import Progress
from ..core.verdict import Expectation, wrong
from ..errors import AuthorError
from ..executor.limits import Limits
from ..executor.runner import PROBE_CPU, probe_limits
from .findings import Numbers
from .mutants import Mutant
from .stubs import StubCell
from .variants import Demo, Variant, VariantResult, VariantRunner, wrapped

MUTANT_CPU = 1.0
OTHER_SEEDS = ("audit 1", "audit 2")


@dataclass(frozen=True)
class Kill:
    """A wrong program that lost points of its own question under the course seed.

    Args:
        question: whose cell was changed.
        subject: names the program in a finding.
        source: of the changed cell.
        probes: that noticed it; of a mutant the first alone.
        results: of a mutant, of that first probe and of those that ran before it.
    """

    question: str
    subject: str
    source: str
    probes: tuple[str, ...]
    results: Mapping[str, Result] = field(default_factory=dict)


@dataclass
class Audit:
    """The state of one audit.

    Args:
        assignment: what is audited.
        runner: runs variants.
        seed: the course seed.
        progress: called with a word after each run.
        numbers: the row of each question.
        expected: the reference's results by seed and probe.
        cells: of each question, as text that can be changed.
        graded: time limits of probes as a grader sets them.
        short: shorter ones, for mutants.
        excuses: of mutants, from equivalent.toml.
        known: the reference's results under the course seed; with those of the misconceptions, once
            they have run.
        kills: misconceptions and mutants that lost points, once they have run.
        survivors: mutants that no probe of their question notices and nothing explains, once they
            have run.
    """

    assignment: Assignment
    runner: VariantRunner
    seed: str
    progress: Progress
    numbers: dict[str, Numbers] = field(default_factory=dict)
    expected: dict[str, dict[str, Expectation]] = field(default_factory=dict)
    cells: dict[str, StubCell] = field(default_factory=dict)
    graded: dict[str, Limits] = field(default_factory=dict)
    short: dict[str, Limits] = field(default_factory=dict)
    excuses: dict[tuple[str, str, str, int], str] = field(default_factory=dict)
    known: dict[str, Expectation] = field(default_factory=dict)
    kills: list[Kill] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._demos: Future[list[Demo]] | None = None
        for name, question in self.assignment.questions.items():
            probes = [p.spec for p in self.assignment.probes_of(name)]
            self.cells[name] = StubCell(question)
            self.numbers[name] = Numbers(
                points=sum(p.points for p in probes),
                public=sum(p.public for p in probes),
                hidden=sum(not p.public for p in probes),
            )

    def own(self, question: str) -> list[str]:
        """Names of a question's probes."""
        return [p.spec.name for p in self.assignment.probes_of(question)]

    def public(self) -> list[str]:
        return [name for name, p in self.assignment.probes.items() if p.spec.public]

    def needs(self, question: str) -> set[str]:
        """Questions that ``question`` builds on, directly or not."""
        found: set[str] = set()
        todo = list(self.assignment.questions[question].needs)
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo.extend(self.assignment.questions[one].needs)
        return found

    def builders(self, question: str) -> list[str]:
        """Questions that build on ``question``, directly or not."""
        return [q for q in self.assignment.questions if question in self.needs(q)]

    def promises_dtypes(self, question: str) -> bool:
        """Whether the notebook promises the floating dtypes of a question's results."""
        return any(p.spec.compare.dtypes for p in self.assignment.probes_of(question))

    def question_of(self, probe: str) -> str:
        return self.assignment.probes[probe].spec.question

    def with_wrapped(self, question: str, stub: str, mode: str, calls: bool) -> Variant:
        """The reference with one stub that does what a mode of the instrument says; runs until a
        test of its question notices.
        """
        source = wrapped(self.assignment.questions[question].source, [stub], mode)
        probes = self.own(question)
        return Variant(
            {question: source}, probes, self.seed, self.short, until_wrong=True, calls=calls
        )

    def run(self, variants: Sequence[Variant], word: str) -> list[VariantResult]:
        """Run variants side by side; the results come in their order."""

        def job(variant: Variant) -> Callable[[], VariantResult]:
            def run() -> VariantResult:
                result = self.runner.run(variant, self._is_wrong(variant.seed))
                self.progress(word)
                return result

            return run

        return list(self.runner.each([job(v) for v in variants]))

    def _is_wrong(self, seed: str) -> Callable[[str, Any], bool]:
        return lambda name, result: self.wrong(name, result, seed) is not None

    def demos(self) -> list[Demo]:
        """How the demos went; the first call starts them beside what else is running."""
        return self.start_demos().result()

    def start_demos(self) -> Future[list[Demo]]:
        if self._demos is None:
            self._demos = self.runner.submit(self.runner.demos)
        return self._demos

    def wrong(self, probe: str, result: Any, seed: str = "") -> str | None:
        """What is wrong with a probe's result, or None."""
        return wrong(self.expected[seed or self.seed][probe], result)

    def lost(self, result: VariantResult, probes: Sequence[str], seed: str = "") -> dict[str, str]:
        """Probes that a variant fails, and why."""
        found = {}
        for name in probes:
            text = (
                self.wrong(name, result.results[name], seed)
                if name in result.results
                else "was not run"
            )
            if text is not None:
                found[name] = text
        return found

    def run_reference(self) -> None:
        """Run the reference under every seed; set expectations and time limits.

        Raises:
            AuthorError: a probe fails on it.
        """
        every = list(self.assignment.probes)
        outcomes = {
            self.seed: self.runner.run(Variant({}, every, self.seed))
        }  # alone, since it is timed
        self.progress("reference")
        first = outcomes[self.seed]
        for name in every:
            own, seconds = self.assignment.probes[name].probe.seconds, first.seconds.get(name, 0.0)
            for limits, least in ((self.graded, PROBE_CPU), (self.short, MUTANT_CPU)):
                limits[name] = probe_limits(own, seconds, least)
        for question, numbers in self.numbers.items():
            numbers.seconds = sum(first.seconds.get(name, 0.0) for name in self.own(question))
        outcomes.update(
            zip(
                OTHER_SEEDS,
                self.run([Variant({}, every, s) for s in OTHER_SEEDS], "reference"),
                strict=True,
            )
        )
        for seed, outcome in outcomes.items():
            self.expected[seed] = {}
            for name, graded in self.assignment.probes.items():
                result = outcome.results[name]
                failed = failure(result)
                if failed is not None:
                    text = f"probe {name} fails on the reference under the seed {seed!r}: {located(failed)}"
                    raise AuthorError(f"solutions/{self.assignment.slug}.py: {text}")
                self.expected[seed][name] = Expectation(
                    graded.spec, result, judge=graded.probe.judge
                )
        self.known = dict(self.expected[self.seed])
