"""Kills that depend on the draw, killed mutants without a hint, and results without names."""

from typing import Any

import pytest

from dlcourse.audit.findings import AuditReport
from dlcourse.audit.labels import unlabelled
from dlcourse.audit.table import lines
from dlcourse.core.probe import ProbeSpec, seed_of
from dlcourse.core.seeds import seed_everything
from tests.support.audits import audited, found, question

ONE_DRAW = ProbeSpec("one_draw", "double", "Twice a number.", 1, False)
LUCKY = int(seed_everything(seed_of("one", "scratch", ONE_DRAW)).integers(10**6))
"""What the probe `one_draw` draws under the course seed, and under no other."""
CELLS = [
    question("double", "k: int", "return 2 * k"),
    question("half", "k: int", "return k / 2"),
]
PROBES = '''
@probe("double", public=False)
def one_draw(double, rng):
    """Twice a number."""
    return double(int(rng.integers(10**6)))


@probe("half", public=False)
def fixed(half):
    """Half of eight numbers."""
    return {f"half of {k}": half(k) for k in range(8)}


@probe("half", public=False)
def nameless(half, rng):
    """Half of five numbers."""
    return [half(int(k)) for k in rng.integers(10**6, size=5)]
'''
MISCONCEPTIONS = f"""
from dlcourse.authoring import Misconception

MISCONCEPTIONS = {{
    "double": [
        Misconception("seen_by_luck", "One.", {{"2 * k": "2 * k + k * (k == {LUCKY})"}}),
        Misconception("three_times", "Two.", {{"2 * k": "3 * k"}}),
    ],
    "half": [Misconception("by_three", "Three.", {{"k / 2": "k / 3 if k < 8 else k / 2"}})],
}}
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    root = tmp_path_factory.mktemp("luck") / "course"
    checks = ("Misconceptions", "Mutation", "Luck", "Labels")
    return audited(root, CELLS, PROBES, *checks, misconceptions=MISCONCEPTIONS)


def test_a_kill_that_depends_on_the_draw_is_found(report: AuditReport) -> None:
    (text,) = found(report, "double", "luck", "seen_by_luck")
    assert "earns full marks under the seed 'audit 1' and 'audit 2'; give one_draw an input" in text
    assert [f.subject for f in report.findings if f.check == "luck"] == ["seen_by_luck"]


def test_killed_mutants_with_and_without_a_hint_are_counted(report: AuditReport) -> None:
    assert report.questions["double"].hinted == 1  # 3 * k
    assert report.questions["double"].killed > 2
    assert any(u.question == "half" and "half: " in u.subject for u in report.unhinted)
    assert sum(u.count for u in report.unhinted) <= sum(
        n.killed - n.hinted for n in report.questions.values()
    )
    counts = [u.count for u in report.unhinted]
    assert counts == sorted(counts, reverse=True)
    assert any(": no hint: " in line for line in lines(report)) == (counts[0] > 1)


def test_results_without_names_are_found(report: AuditReport) -> None:
    (text,) = found(report, "half", "labels", "nameless")
    assert text == "the result is a list of 5 results without names: return a dictionary"
    assert [f.subject for f in report.findings if f.check == "labels"] == ["nameless"]


@pytest.mark.parametrize(
    ("body", "evidence", "where"),
    [
        ("return f(1)", [1, 2, 3, 4], []),  # one result
        ("return f(1), f(2), f(3)", (1, 2, 3), []),
        ("return f(1), f(2), f(3), f(4)", (1, 2, 3, 4), [""]),
        (
            "out = []\n    for k in range(4):\n        out.append(f(k))\n    return out",
            [0] * 4,
            [""],
        ),
        ("a, b = f(1), [f(k) for k in range(9)]\n    return a, b", (1, [0] * 9), ["[1]"]),
        ("return {'x': [f(k) for k in range(4)], 'y': f(2)}", {"x": [0] * 4, "y": 1}, ["['x']"]),
        (
            "return {k: [f(k) for _ in 'abcd'] for k in 'xy'}",
            {"x": [0] * 4, "y": [0] * 4},
            ["['x']"],
        ),
        ("return {'x': f(1)} | {'y': [f(k) for k in range(4)]}", {"x": 1, "y": [0] * 4}, ["['y']"]),
        ("return [1, 2, 3, 4], f(1)", ([1, 2, 3, 4], 0), []),  # an argument that is shown
        (
            "return {'x': f(1), 'y': f(2), 'z': f(3), 'w': f(4)}",
            {"x": 1, "y": 2, "z": 3, "w": 4},
            [],
        ),
    ],
)
def test_what_counts_as_a_list_of_results(body: Any, evidence: Any, where: Any) -> None:
    found = unlabelled(f"def p(f):\n    {body}\n", "p", evidence)
    assert [place for place, _ in found] == where
