"""Forbidden names: each stands for something in its library. That a call is refused is the guards'
own test.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

from ..core.rules import FAMILIES
from .audit import Audit
from .findings import Finding
from .variants import Variant, VariantResult


def exists(name: str) -> bool:
    """Whether a full dotted name is something in its library."""
    parts = name.split(".")
    for i in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:i]))
        except ImportError:
            continue
        for part in parts[i:]:
            if not hasattr(value, part):
                return False
            value = getattr(value, part)
        return True
    return False


class Forbidden:
    """Every name under ``forbid`` is a family or something in a library."""

    name, column = "forbidden", "points"
    explains = "each forbidden name is something"
    says = ("forbid",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return ()

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for name, question in audit.assignment.questions.items():
            for forbidden in question.forbid:
                audit.numbers[name].cheats += 1
                if forbidden not in FAMILIES and not exists(forbidden):
                    text = "is forbidden, but there is nothing of that name"
                    yield Finding(name, "forbid", forbidden, text)
