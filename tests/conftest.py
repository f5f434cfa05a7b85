"""Fixtures of every assignment's oracles, and how the tests are spread over cores."""

from collections import Counter

import pytest

from dlcourse.authoring.course import read_course
from dlcourse.authoring.oracles import headless, ref, rng, torch_rng
from tests.support import spread
from tests.support.course import REPOSITORY

__all__ = ["headless", "ref", "rng", "torch_rng"]
SLUGS = list(read_course(REPOSITORY).entries)


def pytest_configure() -> None:
    spread.chosen(SLUGS)


def case_of(item: pytest.Item) -> str | None:
    """Slug of the assignment that a test is about, where its fixture `case` begins with it."""
    call = getattr(item, "callspec", None)
    slug = str(call.params.get("case")).partition(" ")[0] if call is not None else None
    return slug if slug in SLUGS else None


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out who does not go the whole way today; slow files first, so that no core waits for
    the last of them.
    """
    out = [
        item
        for item in items
        if item.get_closest_marker("whole_way") and case_of(item) not in spread.chosen(SLUGS)
    ]
    if out:
        config.hook.pytest_deselected(items=out)
        left_out = set(out)
        items[:] = [item for item in items if item not in left_out]
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])  # a stable sort: the order within a file stays
    for item in items:
        group = spread.group_of(item.path.relative_to(REPOSITORY).as_posix(), case_of(item))
        item.add_marker(pytest.mark.xdist_group(group.replace("@", "_")))


def pytest_report_header() -> str:
    chosen = spread.chosen(SLUGS)
    return f"the whole way through every grader: {', '.join(chosen)} ({spread.VARIABLE}=all: each)"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Seconds per assignment."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    durations = [(r.nodeid, r.duration) for r in reports if isinstance(r, pytest.TestReport)]
    for slug, seconds in spread.seconds_by_assignment(SLUGS, durations).items():
        terminalreporter.write_line(f"{seconds:7.1f} s  {slug}")
