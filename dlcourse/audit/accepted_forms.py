"""The right answer in another form: float32, gaps in memory, tuples, other threads and seeds. All
keep their points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .audit import OTHER_SEEDS, Audit
from .findings import Finding
from .stubs import split_by_wrappable
from .variants import Variant, VariantResult, wrapped

FORMS = {
    "float32": "float32 for float64",
    "strided": "arrays that are not contiguous",
    "scalars": "numpy's numbers for Python's and the reverse",
    "tuples": "tuples for lists",
    "seeds": "another seed of the global generators",
    "draws": "random draws before each call, from the generators passed, too",
    "threads": "two torch threads",
}
THREADS = "import torch as __torch; __torch.set_num_threads(2)\n"


@dataclass(frozen=True)
class _FormTrial:
    """One form of one question's reference under one seed."""

    question: str
    form: str
    seed: str


class AcceptedForms:
    """The reference of each question in turn takes each form; its own probes accept it."""

    name, column = "right answers", "right answers"
    explains = "the reference in another form"
    says = tuple(FORMS)

    def _trials(self, audit: Audit) -> Iterator[_FormTrial]:
        torch = any("torch" in c.source for c in audit.assignment.cells if c.kind == "given")
        for name in audit.assignment.questions:
            can, _ = split_by_wrappable(audit.cells[name])
            for form in FORMS:
                by_chance = form in ("seeds", "draws") and any(
                    p.probe.judge or p.spec.compare.statistical
                    for p in audit.assignment.probes_of(name)
                )
                seeds = (audit.seed, *OTHER_SEEDS) if by_chance else (audit.seed,)
                if form == "float32" and audit.promises_dtypes(name):
                    continue  # see promised_types
                if torch if form == "threads" else can:
                    yield from (_FormTrial(name, form, seed) for seed in seeds)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        variants = []
        for trial in self._trials(audit):
            source = audit.assignment.questions[trial.question].source
            can, _ = split_by_wrappable(audit.cells[trial.question])
            changed = (
                THREADS + source if trial.form == "threads" else wrapped(source, can, trial.form)
            )
            variants.append(
                Variant({trial.question: changed}, audit.own(trial.question), trial.seed)
            )
        return variants

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        seen = set()
        for trial, result in zip(self._trials(audit), results, strict=True):
            name, form = trial.question, trial.form
            audit.numbers[name].forms += trial.seed == audit.seed
            for probe, text in audit.lost(result, audit.own(name), trial.seed).items():
                if (form, probe) not in seen:
                    seen.add((form, probe))
                    yield Finding(
                        name, form, probe, f"rejects the reference with {FORMS[form]}: {text}"
                    )
