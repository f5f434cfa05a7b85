"""What the audit's instrument sees of a call's arguments."""

import pytest

from dlcourse.audit.instrument.values import key_of


def test_sets_are_told_apart_by_what_they_hold() -> None:
    assert key_of({"a", "b"}) == key_of({"b", "a"}) == key_of(frozenset("ab"))
    assert key_of({"a", "b"}) != key_of({"a", "c"})
    assert key_of([{1}]) != key_of([{2}])


@pytest.mark.parametrize("other", [{"a", "c"}, {"a"}, set(), ["a", "b"], {"a": 1, "b": 2}])
def test_a_set_is_no_other_container(other: object) -> None:
    assert key_of({"a", "b"}) != key_of(other)
