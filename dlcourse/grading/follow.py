"""Follow-through: a mistake costs its own question, not those that build on it.

Where a question fails, and one that it builds on fails, too, its failed tests run once more in a run of their
own, in which the failing earlier stubs are the reference's. What passes there counts. Reference code is
in that run, so nothing comes out of it but pass or fail: no message, no output, no value.

Nobody gains by spoiling an earlier stub. Its own points are lost, and what the reference gives in its
place is what the student's would have given, had it been right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

from ..core.explain import Outcome


def second_chances(
    outcomes: Mapping[str, Outcome], written: Collection[str]
) -> dict[tuple[str, ...], list[str]]:
    """What is run once more: by the earlier questions that are to be the reference's, the names of
    tests that did not pass.

    Args:
        outcomes: of the first run, by test.
        written: questions whose cell is not the released stub; others get no second run.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, outcome in outcomes.items():
        if outcome.needs and outcome.probe.question in written:
            groups[tuple(need.question for need in outcome.needs)].append(name)
    return dict(groups)


def credited(outcome: Outcome, share: float) -> Outcome:
    """The outcome of a test that passes once the questions before it are right: it has failed still,
    and its points count.
    """
    first = " and ".join(f"`{need.question}`" for need in outcome.needs)
    verb = "is" if len(outcome.needs) == 1 else "are"
    points = share * float(outcome.probe.points)
    return replace(
        outcome, score=points, notes=(*outcome.notes, f"right once {first} {verb} right")
    )
