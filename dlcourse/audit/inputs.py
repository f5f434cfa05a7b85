"""What the probes put in: sizes that always coincide, arguments that never change, stubs that are
never called.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .audit import Audit
from .findings import Finding
from .stubs import Stub, axes_of, split_by_wrappable
from .variants import Variant, VariantResult, wrapped

Sizes = dict[str, set[int]]


def named_sizes(axes: Sequence[str], shape: Sequence[int]) -> dict[str, int]:
    """Sizes of the axes that have a plain name."""
    many = next((i for i, a in enumerate(axes) if a.startswith("*") or a == "..."), None)
    if many is None:
        pairs = list(zip(axes, shape, strict=False)) if len(axes) == len(shape) else []
    else:
        tail = len(axes) - many - 1
        pairs = [*zip(axes[:many], shape, strict=False)]
        if tail and len(shape) >= many + tail:
            pairs += zip(axes[many + 1 :], shape[len(shape) - tail :], strict=True)
    return {name: size for name, size in pairs if name.isidentifier() and name != "_"}


def sizes_of(stub: Stub, arguments: Mapping[str, Any]) -> Sizes:
    """Sizes of all named axes in one call."""
    found: Sizes = {}
    for name, annotation in stub.annotations.items():
        specs = axes_of(annotation)
        for i, shape in enumerate(arguments.get(name, {}).get("shapes", [])):
            if specs:
                for axis, size in named_sizes(specs[i % len(specs)], shape).items():
                    found.setdefault(axis, set()).add(size)
    return found


def problems(stub: Stub, calls: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What is weak about the calls of one stub, by subject."""
    if not calls:
        return {stub.name: "is called by no probe of its question"}
    found: dict[str, str] = {}
    sizes = [sizes_of(stub, c) for c in calls]
    names = list(dict.fromkeys(n for s in sizes for n in s))
    for name in names:
        seen = set().union(*(s.get(name, set()) for s in sizes))
        if len(seen) == 1:
            found[f"{stub.name}: {name}"] = (
                f"axis {name} has size {seen.pop()} in every call: it could be written as a number"
            )
    for a, b in itertools.combinations(names, 2):
        both = [s for s in sizes if a in s and b in s]
        if both and all(s[a] == s[b] for s in both):
            found[f"{stub.name}: {a} = {b}"] = (
                f"axes {a} and {b} have the same size in every call: one could be taken for the other"
            )
    for name, annotation in stub.annotations.items():
        given = [c[name] for c in calls if name in c]
        flat = [s for g in given for s in g["shapes"] if len(s) >= 2]
        if flat and not axes_of(annotation) and all(len(set(s[-2:])) == 1 for s in flat):
            found[f"{stub.name}: {name}"] = (
                f"{name} is square in every call: a transpose would not be noticed"
            )
        plain = {g["value"] for g in given if g["value"]}
        if len(plain) == 1 and all(g["value"] for g in given):
            found[f"{stub.name}: {name}"] = (
                f"{name} is {plain.pop()} in every call: it could be ignored"
            )
    return found


class Inputs:
    """All calls that a question's probes make are noted and looked at."""

    name, column = "inputs", "inputs"
    explains = "every call that the probes make"
    says = ("inputs",)

    @staticmethod
    def _noted(audit: Audit) -> list[str]:
        return [q for q in audit.assignment.questions if split_by_wrappable(audit.cells[q])[0]]

    def variants(self, audit: Audit) -> Sequence[Variant]:
        variants = []
        for name in self._noted(audit):
            can, _ = split_by_wrappable(audit.cells[name])
            source = wrapped(audit.assignment.questions[name].source, can, "note")
            variants.append(Variant({name: source}, audit.own(name), audit.seed, calls=True))
        return variants

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        for name, result in zip(self._noted(audit), results, strict=True):
            can, _ = split_by_wrappable(audit.cells[name])
            for stub in audit.cells[name].stubs:
                if stub.name in can:
                    calls = [c["arguments"] for c in result.calls if c["stub"] == stub.name]
                    for subject, text in problems(stub, calls).items():
                        yield Finding(name, "inputs", subject, text)
