"""Forbidden library calls: they exist, they are found in a student's cell, and nothing of ours makes them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

from ..authoring.assignment import Question
from ..core.cells import BEGIN_SOLUTION, END_SOLUTION
from ..student.forbid import violations
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


def cheat(question: Question, name: str) -> str:
    """The question's cell, the first body replaced by a call of a forbidden function."""
    module, _, function = name.rpartition(".")
    out, inside, written = [], False, False
    for line in question.source.splitlines():
        if line.strip() == BEGIN_SOLUTION and not written:
            indent = line[: len(line) - len(line.lstrip())]
            out += [
                line,
                f"{indent}from {module} import {function} as solved",
                f"{indent}return solved(*locals().values())",
            ]
            inside = written = True
        elif line.strip() == END_SOLUTION:
            inside = False
            out.append(line)
        elif not inside:
            out.append(line)
    return "\n".join(out)


class Forbidden:
    """Every name under ``forbid`` is found; reference, stub and alternatives are clean."""

    name, column = "forbidden", "points"
    explains = "each forbidden name, called by a stub"
    says = ("forbid",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return ()

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        assignment = audit.assignment
        given = [c.source for c in assignment.cells if c.kind == "given"]
        for name, question in assignment.questions.items():
            for forbidden in question.forbid:
                audit.numbers[name].cheats += 1
                if not exists(forbidden):
                    text = "is forbidden, but there is nothing of that name"
                    yield Finding(name, "forbid", forbidden, text)
                if not violations([*given, cheat(question, forbidden)], [forbidden]):
                    yield Finding(name, "forbid", forbidden, "is not found where a stub calls it")
            if not question.forbid:
                continue
            ours = {"the reference": question.source, "the stub": question.stub}
            ours |= {
                f"alternative {a.name}": a.source
                for a in assignment.alternatives
                if a.question == name
            }
            for what, source in ours.items():
                for found in violations([*given, source], question.forbid)[:1]:
                    text = f"{what} uses {found[0]}, which the question forbids: {found[2].strip()}"
                    yield Finding(name, "forbid", f"{what}: {found[0]}", text)
