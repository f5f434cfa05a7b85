"""Which assignments go the whole way, and who runs what."""

import pytest

from tests.support.spread import VARIABLE, chosen, group_of, seconds_by_assignment, whole_way

SLUGS = ["a", "b", "c", "d", "e", "f", "g"]


def test_everybody_has_a_turn() -> None:
    seen = [set(whole_way(SLUGS, day, ())) for day in range(7)]
    assert all(len(one) == 3 for one in seen) and set().union(*seen[:3]) == set(SLUGS)
    assert seen[0] != seen[1]


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
