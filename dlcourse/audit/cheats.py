"""Cheap cheats: none of them earns a hidden point. What each hidden probe lets pass says what is wrong with it."""

from __future__ import annotations

from .bench import Variant, wrapped
from .context import Context
from .stubs import Cell

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


def wrappable(cell: Cell) -> tuple[list[str], list[str]]:
    """Stubs that can be replaced by wrappers around the reference, and those that cannot."""
    can: list[str] = []
    cannot: list[str] = []
    for stub in cell.stubs:
        owner, _, name = stub.name.rpartition(".")
        special = owner and name.startswith("__") and name != "__call__"
        (cannot if special or "." in owner or stub.node.decorator_list else can).append(stub.name)
    return can, cannot


def check(context: Context) -> None:
    """Replace all stubs of a question at once by each cheat, and look at its hidden probes."""
    public = context.public()
    jobs = []
    for name in context.assignment.questions:
        can, cannot = wrappable(context.cells[name])
        if cannot:
            context.numbers[name].skipped.append(
                f"{', '.join(cannot)}: no cheats and no other dress for special, static or decorated methods"
            )
        if can:
            jobs += [(name, mode, can) for mode in (*CHEATS, MISSHAPEN)]
    variants = []
    for name, mode, can in jobs:
        source = wrapped(context.assignment.questions[name].source, can, mode, public)
        variants.append(Variant({name: source}, context.own(name), context.seed))
    outcomes = context.run(variants, "cheats")
    passed: dict[str, dict[str, list[str]]] = {}
    for (name, mode, _), outcome in zip(jobs, outcomes, strict=True):
        context.numbers[name].cheats += mode != MISSHAPEN
        lost = context.lost(outcome, context.own(name))
        for probe in context.own(name):
            if probe not in lost and probe not in public:
                passed.setdefault(name, {}).setdefault(probe, []).append(mode)
    for name, probes in passed.items():
        for probe, modes in probes.items():
            _say(context, name, probe, modes)


def _say(context: Context, question: str, probe: str, modes: list[str]) -> None:
    """Findings on one hidden probe: the reason where there is one, else the cheats that it lets pass."""
    if "random" in modes and MISSHAPEN in modes:
        text = "is passed by random numbers of any shape: what the function returns makes no difference (is it compared with itself?)"
        context.find(question, "values", probe, text)
    elif "random" in modes and "zeros" in modes and "ones" in modes:
        context.find(
            question,
            "values",
            probe,
            "is passed by any numbers of the right shape: only shapes or types are looked at",
        )
    elif modes == [MISSHAPEN]:
        context.find(question, "values", probe, "is passed by numbers in the wrong shape")
    else:
        for mode in modes:
            if mode in CHEATS:
                context.find(
                    question,
                    f"cheat {mode}",
                    probe,
                    f"is passed by a stub that returns {CHEATS[mode]}",
                )
