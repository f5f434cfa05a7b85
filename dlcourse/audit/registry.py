"""All checks of an audit, in the order in which they run. The table and docs/audit.md follow from
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from .accepted_forms import AcceptedForms
from .audit import Audit
from .cheats import Cheats
from .complete import Complete
from .demos import Demos
from .false_rejection import FalseRejection
from .findings import Finding
from .forbidden import Forbidden
from .habits import Habits
from .inputs import Inputs
from .labels import Labels
from .luck import Luck
from .mistakes import Alternatives, Misconceptions
from .mutation import Mutation
from .points import Points
from .promised_types import PromisedTypes
from .shortcuts import Shortcuts
from .tolerance import Tolerance
from .variants import Variant, VariantResult


class Check(Protocol):
    """One kind of bar that an assignment's tests must pass."""

    @property
    def name(self) -> str:
        """Shown while its variants run."""

    @property
    def column(self) -> str:
        """Of the table, in which its findings count; empty where they concern the whole assignment."""

    @property
    def explains(self) -> str:
        """What is tried, for the table in docs/audit.md."""

    @property
    def says(self) -> tuple[str, ...]:
        """Names of its findings, by their first word; equivalent.toml uses them."""

    def variants(self, audit: Audit) -> Sequence[Variant]:
        """What is to be run."""

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        """What is wrong, from the results of the variants in their order."""


CHECKS: tuple[Check, ...] = (
    Points(),
    Forbidden(),
    Tolerance(),
    Complete(),
    Labels(),
    Inputs(),
    Misconceptions(),
    Alternatives(),
    Cheats(),
    Shortcuts(),
    AcceptedForms(),
    FalseRejection(),
    PromisedTypes(),
    Habits(),
    Mutation(),
    Luck(),
    Demos(),
)


def columns() -> dict[str, tuple[str, ...]]:
    """Columns of the table, each with the names of the findings that count in it."""
    found: dict[str, tuple[str, ...]] = {}
    for check in CHECKS:
        if check.column:
            found[check.column] = (*found.get(check.column, ()), *check.says)
    return found


def documented() -> list[str]:
    """Rows of the table in docs/audit.md: column, what is tried, findings."""
    tried: dict[str, list[str]] = {}
    for check in CHECKS:
        if check.column:
            tried.setdefault(check.column, []).append(check.explains)
    return [f"| {c} | {'; '.join(tried[c])} | {', '.join(says)} |" for c, says in columns().items()]
