"""What an assignment must have before it is worth auditing: enough probes, mistakes, alternatives
and oracles.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from .audit import Audit
from .findings import Finding
from .variants import Variant, VariantResult

HIDDEN_SHARE = 0.55
DESCRIBED = ("probes.py", "misconceptions.py", "alternatives.py", "test_oracles.py")
"""Files of tests/<slug>/ that say in a docstring of one line what they hold."""


class Complete:
    """Counts what each question has."""

    name, column = "complete", "probes"
    explains = "public + hidden"
    says = ("complete",)

    def variants(self, audit: Audit) -> Sequence[Variant]:
        return ()

    def findings(self, audit: Audit, results: Sequence[VariantResult]) -> Iterator[Finding]:
        assignment = audit.assignment
        tested = self._names_in_oracles(audit)
        for name, numbers in audit.numbers.items():
            wanted = [
                ("public probe", numbers.public, 1),
                ("hidden probe", numbers.hidden, 2),
                ("misconception", sum(m.question == name for m in assignment.misconceptions), 2),
                ("alternative", sum(a.question == name for a in assignment.alternatives), 1),
            ]
            for what, has, needs in wanted:
                if has < needs:
                    text = f"has {has} of at least {needs} {what}{'s' * (needs > 1)}"
                    yield Finding(name, "complete", what, text)
            if not tested & set(assignment.questions[name].functions):
                file = assignment.files.name(assignment.files.oracles)
                text = f"{file} names none of its functions"
                yield Finding(name, "complete", "oracle", text)
        for path in (assignment.root / "tests" / assignment.slug / name for name in DESCRIBED):
            if path.is_file() and not _described(path):
                text = f"tests/{assignment.slug}/{path.name} has no docstring of one line"
                yield Finding("", "complete", f"docstring of {path.name}", text)
        hidden = sum(p.spec.points for p in assignment.probes.values() if not p.spec.public)
        if (share := hidden / assignment.points) < HIDDEN_SHARE:
            text = f"only {share:.0%} of the points are hidden; about two thirds should be"
            yield Finding("", "complete", "hidden points", text)

    @staticmethod
    def _names_in_oracles(audit: Audit) -> set[str]:
        """All names that test_oracles.py uses."""
        path = audit.assignment.files.oracles
        if not path.is_file():
            return set()
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {n.attr for n in nodes if isinstance(n, ast.Attribute)}
        names |= {n.id for n in nodes if isinstance(n, ast.Name)}
        return names | {a.name for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}


def _described(path: Path) -> bool:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return docstring is not None and "\n" not in docstring
