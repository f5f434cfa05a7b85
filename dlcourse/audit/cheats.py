"""Cheap cheats: none of them earns a hidden point. What each hidden probe lets pass says what is
wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .audit import Audit
from .findings import Finding
from .stubs import split_by_wrappable
from .variants import Variant, VariantResult, wrapped

CHEATS = {
    "zeros": "zeros of the right shape",
    "ones": "ones of the right shape",
    "random": "random numbers of the right shape",
    "constant": "a number of the public example everywhere, in the right shape",
    "example": "the public example's answer",
    "first argument": "its first argument",
    "none": "None",
}
MISSHAPEN = "misshapen"


class Cheats:
    """All stubs of a question at once are replaced by each cheat; its hidden probes must notice."""

    name, column = "cheats", "cheats"
    explains = "stubs that do no work"
    says = ("cheat", "values")

    @staticmethod
    def _trials(audit: Audit) -> list[tuple[str, str]]:
        """Question and mode."""
        return [
            (name, mode)
            for name in audit.assignment.questions
            if split_by_wrappable(audit.cells[name])[0]
            for mode in (*CHEATS, MISSHAPEN)
        ]

    def variants(self, audit: Audit) -> Sequence[Variant]:
        variants = []
        for name, mode in self._trials(audit):
            can, _ = split_by_wrappable(audit.cells[name])
            source = wrapped(audit.assignment.questions[name].source, can, mode, audit.public())
            variants.append(Variant({name: source}, audit.own(name), audit.seed))
        return variants

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for name, numbers in audit.numbers.items():
            _, cannot = split_by_wrappable(audit.cells[name])
            if cannot:
                numbers.skipped.append(
                    f"{', '.join(cannot)}: no cheats and no other form for special, static or decorated methods"
                )
        passed: dict[tuple[str, str], list[str]] = {}
        for (name, mode), result in zip(self._trials(audit), results, strict=True):
            audit.numbers[name].cheats += mode != MISSHAPEN
            lost = audit.lost(result, audit.own(name))
            for probe in audit.own(name):
                if probe not in lost and probe not in audit.public():
                    passed.setdefault((name, probe), []).append(mode)
        for (name, probe), modes in passed.items():
            yield from _let_pass(name, probe, modes)


def _let_pass(question: str, probe: str, modes: list[str]) -> Iterator[Finding]:
    """Findings on one hidden probe: the reason where there is one, else the cheats that it lets
    pass.
    """
    if "random" in modes and MISSHAPEN in modes:
        text = "is passed by random numbers of any shape: what the function returns makes no difference (is it compared with itself?)"
        yield Finding(question, "values", probe, text)
    elif "random" in modes and "zeros" in modes and "ones" in modes:
        text = "is passed by any numbers of the right shape: only shapes or types are looked at"
        yield Finding(question, "values", probe, text)
    elif modes == [MISSHAPEN]:
        yield Finding(question, "values", probe, "is passed by numbers in the wrong shape")
    else:
        for mode in modes:
            if mode in CHEATS:
                text = f"is passed by a stub that returns {CHEATS[mode]}"
                yield Finding(question, f"cheat {mode}", probe, text)
