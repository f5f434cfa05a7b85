"""Which assignments go the whole way, and who runs what."""

import re
import subprocess
import sys

import pytest

from tests.support.course import REPOSITORY
from tests.support.spread import VARIABLE, chosen, group_of, seconds_by_assignment, turn, whole_way

SLUGS = ["a", "b", "c", "d", "e", "f", "g"]


def test_everybody_has_a_turn() -> None:
    seen = [set(whole_way(SLUGS, day, ())) for day in range(7)]
    assert all(len(one) == 3 for one in seen) and set().union(*seen[:3]) == set(SLUGS)
    assert seen[0] != seen[1]


def test_turns_come_round() -> None:
    days = [turn(10, day, 4) for day in range(5)]
    assert {n for one in days[:3] for n in one} == set(range(10))
    assert all(len(one) == 4 for one in days) and turn(3, 5, 4) == [0, 1, 2] and turn(0, 5, 4) == []


def test_what_changed_goes_too_and_a_wish_goes_first() -> None:
    assert whole_way(SLUGS, 0, ["g", "a"]) == ["a", "b", "c", "g"]
    assert whole_way(SLUGS, 0, ["g"], "all") == SLUGS
    assert whole_way(SLUGS, 0, ["g"], "f d") == ["d", "f"]


def test_processes_of_a_run_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "b")
    assert chosen(SLUGS) == ["b"]


def test_an_assignments_part_of_a_file_is_a_group() -> None:
    assert group_of("tests/x.py", None) == "tests/x.py" != group_of("tests/x.py", "bert")


def test_seconds_are_charged_to_the_assignment_they_are_spent_for() -> None:
    durations = [("tests/a/test_oracles.py::test_x", 1.0), ("tests/y.py::test_z[b]", 2.0)]
    durations += [("tests/y.py::test_z[b]@g", 0.5), ("tests/y.py::test_b", 9.0)]
    assert seconds_by_assignment(["a", "b", "c"], durations) == {"a": 1.0, "b": 2.5}


def test_a_group_stays_with_one_process() -> None:
    """What a file sets up once is set up once: pytest-xdist finds the groups."""
    file = "tests/dlcourse/unit/test_names.py"
    options = ("-p", "no:cacheprovider", "-v", "-n", "2", "--dist", "loadgroup")
    command = [sys.executable, "-m", "pytest", *options, "--no-loadscope-reorder", file]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    ran = re.findall(r"^\[(gw\d)\].* PASSED ", done.stdout, re.MULTILINE)
    assert len(ran) > 3 and len(set(ran)) == 1, done.stdout[-3000:]
