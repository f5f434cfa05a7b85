"""What an assignment must have before it is worth auditing: enough probes, mistakes, alternatives and oracles."""

from __future__ import annotations

import ast

from .context import Context

HIDDEN_SHARE = 0.55


def check(context: Context) -> None:
    """Count what each question has."""
    assignment = context.assignment
    path = assignment.root / "tests" / assignment.slug / "test_oracles.py"
    named: set[str] = set()
    if path.is_file():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} | {
            n.id for n in ast.walk(tree) if isinstance(n, ast.Name)
        }
        named |= {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    for name, numbers in context.numbers.items():
        wanted = [
            ("public probe", numbers.public, 1),
            ("hidden probe", numbers.hidden, 2),
            ("misconception", sum(m.question == name for m in assignment.misconceptions), 2),
            ("alternative", sum(a.question == name for a in assignment.alternatives), 1),
        ]
        for what, has, needs in wanted:
            if has < needs:
                context.find(
                    name,
                    "complete",
                    what,
                    f"has {has} of at least {needs} {what}{'s' * (needs > 1)}",
                )
        if not named & set(assignment.questions[name].functions):
            context.find(
                name,
                "complete",
                "oracle",
                f"tests/{assignment.slug}/test_oracles.py names none of its functions",
            )
    hidden = (
        sum(p.spec.points for p in assignment.probes.values() if not p.spec.public)
        / assignment.points
    )
    if hidden < HIDDEN_SHARE:
        context.find(
            "",
            "complete",
            "hidden points",
            f"only {hidden:.0%} of the points are hidden; about two thirds should be",
        )
