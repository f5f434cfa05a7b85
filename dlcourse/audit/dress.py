"""Right answers in another dress: float32, gaps in memory, tuples, other threads and seeds. All keep their points."""

from __future__ import annotations

from .bench import Variant, wrapped
from .cheats import wrappable
from .context import OTHER_SEEDS, Context

DRESS = {
    "float32": "float32 for float64",
    "strided": "arrays that are not contiguous",
    "scalars": "numpy's numbers for Python's and the reverse",
    "tuples": "tuples for lists",
    "seeds": "another seed of the global generators",
    "draws": "random draws before each call, from the generators passed, too",
    "threads": "two torch threads",
}
THREADS = "import torch as __torch; __torch.set_num_threads(2)\n"


def check(context: Context) -> None:
    """Dress up the reference of each question in turn, and look at its own probes."""
    torch = any("torch" in c.source for c in context.assignment.cells if c.kind == "given")
    jobs = []
    for name in context.assignment.questions:
        can, _ = wrappable(context.cells[name])
        for mode in DRESS:
            by_chance = mode in ("seeds", "draws") and any(
                p.probe.judge or p.spec.compare.statistical
                for p in context.assignment.probes_of(name)
            )
            seeds = (context.seed, *OTHER_SEEDS) if by_chance else (context.seed,)
            if (mode == "threads" and torch) or (mode != "threads" and can):
                context.numbers[name].dressed += 1
                jobs += [(name, mode, seed) for seed in seeds]
    variants = []
    for name, mode, seed in jobs:
        source = context.assignment.questions[name].source
        changed = (
            THREADS + source
            if mode == "threads"
            else wrapped(source, wrappable(context.cells[name])[0], mode)
        )
        variants.append(Variant({name: changed}, context.own(name), seed))
    outcomes = context.run(variants, "right answers")
    seen = set()
    for (name, mode, seed), outcome in zip(jobs, outcomes, strict=True):
        for probe, text in context.lost(outcome, context.own(name), seed).items():
            if (mode, probe) not in seen:
                seen.add((mode, probe))
                context.find(name, mode, probe, f"rejects the reference with {DRESS[mode]}: {text}")
