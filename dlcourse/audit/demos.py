"""Demos run, with the whole notebook around them. Slow ones are only said: a time is not the same twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .audit import Audit
from .findings import Finding
from .variants import Variant, VariantResult

DEMO_SECONDS, NOTEBOOK_SECONDS = 10.0, 30.0


class Demos:
    """The reference's notebook, demos included, ends without an exception."""

    name, column = "demos", ""
    explains = "the whole notebook with its demos"
    says = ("demo",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return ()

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for demo in audit.demos():
            if demo.error:
                yield Finding("", "demo", demo.name or "notebook", f"fails: {demo.error}")


def too_slow(audit: Audit) -> list[str]:
    """Demos and notebooks over their time, in words."""
    demos = audit.demos()
    slow = [
        f"demo {d.name} takes {d.seconds:.0f} s of computing time; at most {DEMO_SECONDS:.0f} are allowed"
        for d in demos
        if d.name and d.seconds > DEMO_SECONDS
    ]
    total = sum(d.seconds for d in demos)
    if total > NOTEBOOK_SECONDS:
        slow.append(f"the notebook takes {total:.0f} s; at most {NOTEBOOK_SECONDS:.0f} are allowed")
    return slow
