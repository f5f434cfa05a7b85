"""How the tests are spread over cores, and which assignments go the whole way through every grader
today.
"""

from __future__ import annotations

import datetime
import os
import subprocess
from collections.abc import Iterable, Sequence

from tests.support.course import REPOSITORY

VARIABLE = "DLCOURSE_WHOLE_WAY"
"""Environment variable: names of assignments, by spaces, that go the whole way; `all` for every
one.
"""
AT_ONCE = 3
"""Assignments that go the whole way each day besides those that changed. All 29 have had their turn
after ten days.
"""


def whole_way(slugs: Sequence[str], day: int, changed: Iterable[str], wish: str = "") -> list[str]:
    """Assignments that go the whole way, in the course's order.

    Args:
        slugs: all there are.
        day: a number that grows by one a day.
        changed: those whose own files changed.
        wish: `all`, or names; then neither the day nor changes count.
    """
    if wish == "all":
        return list(slugs)
    if wish:
        return [slug for slug in slugs if slug in wish.split()]
    going = {slugs[n] for n in turn(len(slugs), day, AT_ONCE)} | set(changed)
    return [slug for slug in slugs if slug in going]


def turn(count: int, day: int, at_once: int) -> list[int]:
    """Which of ``count`` things have their turn on a day: the next ones each day, all of them where they are few."""
    return sorted({(day * at_once + n) % count for n in range(min(at_once, count))})


def changed(slugs: Iterable[str]) -> list[str]:
    """Assignments whose own files differ from main's, or from the commit before where this is main."""
    for base in ("origin/main...HEAD", "HEAD~1"):
        names = _git("diff", "--name-only", base) + _git("diff", "--name-only", "HEAD")
        if names:
            break
    parts = [name.split("/") for name in names]
    return [
        slug
        for slug in slugs
        if any(p[0] == "tests" and p[1] == slug or p == ["solutions", f"{slug}.py"] for p in parts)
    ]


def today() -> int:
    """The day's number."""
    return datetime.datetime.now(datetime.UTC).toordinal()


def _git(*arguments: str) -> list[str]:
    """Lines that git prints; none where this is no clone, or a commit is not there."""
    done = subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return done.stdout.split() if done.returncode == 0 else []


def group_of(path: str, case: str | None) -> str:
    """What is run by one process, in order: a file, or an assignment's part of a file that has one
    for each.

    Args:
        path: of the test file.
        case: slug of the assignment that the test is about, where its fixture `case` has one.
    """
    return path if case is None else f"{path}:{case}"


def chosen(slugs: Sequence[str]) -> list[str]:
    """:func:`whole_way` of this run. The first to ask decides for processes that it starts."""
    if VARIABLE not in os.environ:
        os.environ[VARIABLE] = " ".join(whole_way(slugs, today(), changed(slugs)))
    return whole_way(slugs, 0, (), os.environ[VARIABLE])


def seconds_by_assignment(
    slugs: Iterable[str], durations: Iterable[tuple[str, float]]
) -> dict[str, float]:
    """Seconds that a run took for each assignment: its own tests and its part of files that have
    one for each.

    Args:
        slugs: of the assignments.
        durations: a test's id with the seconds of its set-up, call or end.
    """
    found = dict.fromkeys(slugs, 0.0)
    for test, seconds in durations:
        for slug in found:
            if test.startswith(f"tests/{slug}/") or f"[{slug}]" in test:
                found[slug] += seconds
    return {slug: seconds for slug, seconds in found.items() if seconds}
