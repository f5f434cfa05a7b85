"""Comparison rules and the wording of what students read."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from dlcourse.core.compare import (
    AtMost,
    Close,
    Comparison,
    Exact,
    WithinSE,
    at_most,
    close,
    exact,
    within_se,
)
from dlcourse.core.evidence import Opaque, Raised

E = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])


def said(expected: Any, actual: Any, rule: Comparison | None = None) -> str | None:
    found = (rule or close()).difference(expected, actual)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (E, E.copy()),
        (E, E * (1 + 1e-7)),
        (E, E.astype(np.float32)),
        (E.astype(np.float32), E),
        (E, E.astype(np.float16)),
        ((E / 3).astype(np.float16), (E / 3).astype(np.float32)),
        (3, np.int32(3)),
        (True, np.bool_(True)),
        (np.array(2.0), 2),
        ([0.0, 2.5], [0, 2.5]),
        (np.array([1, 2]), np.array([1, 2], dtype=np.int32)),
        ([1, 2], (1, 2)),
        ([np.array([1.0]), np.array([2.0])], np.array([[1.0], [2.0]])),
        (np.array([[1.0], [2.0]]), [[1], [2.0]]),
        (np.array([True, False]), (True, np.bool_(False))),
        ({"a": 1}, {"a": np.int64(1)}),
        ({}, {}),
        ("text", "text"),
        (None, None),
        (np.array([np.nan, np.inf, -np.inf]), np.array([np.nan, np.inf, -np.inf])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (frozenset({1, 2}), frozenset({2, 1})),
        (np.array(["a", "b"], dtype=object), ["a", "b"]),
        (np.array("a", dtype=object), "a"),
        (
            Raised("ValueError", ("ValueError", "Exception"), "", (), True),
            Raised("MyError", ("MyError", "ValueError", "Exception"), "m", (), True),
        ),
        (np.array([1 + 2j]), np.array([1 + 2j])),
        ([1.0, 2.0], np.array([1.0, 2.0], dtype=np.float32)),
        (np.array([0.0, 1000.0]), np.array([1e-7, 1000.0])),
    ],
)
def test_equal(expected: Any, actual: Any) -> None:
    assert said(expected, actual) is None
    assert Close().agrees(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (E, E * (1 + 1e-4)),
        (E, E.astype(np.float32) * np.float32(1.001)),
        (3, 4),
        (True, False),
        (1, None),
        (None, 0),
        (1, "1"),
        ("1", 1),
        ([1, 2], [2, 1]),
        ([1, 2], [1, 2, 3]),
        ([1], 1),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, [("a", 1)]),
        (np.zeros((0, 3)), np.zeros((3, 0))),
        (E, [[1.0, 2.0, 3.0], [4.0, 5.0, 8.0]]),
        (E, [[1.0, 2.0, 3.0], [4.0, 5.0]]),
        (np.array([1.0]), np.array([np.nan])),
        (np.array([np.nan]), np.array([1.0])),
        (np.array([np.inf]), np.array([-np.inf])),
        (np.array([np.inf]), np.array([1e300])),
        (E, Raised("ValueError", ("ValueError",))),
        (Raised("ValueError", ("ValueError",)), E),
        (Raised("ValueError", ("ValueError",)), Raised("TypeError", ("TypeError",))),
        (frozenset({1}), frozenset({2})),
        (E, Opaque("generator", "<generator>")),
        (np.array("a", dtype=object), np.array("b", dtype=object)),
        (np.array([1 + 2j]), np.array([1 - 2j])),
    ],
)
def test_different(expected: Any, actual: Any) -> None:
    assert said(expected, actual)
    assert not Close().agrees(expected, actual)


WORDING = {
    "one value": (
        E,
        E + np.array([[0, 0, 0], [0, 0, 1]]),
        "1 of 6 values differs (shape (2, 3)); the largest difference is 1, at [1, 2]: yours 8, expected 7",
    ),
    "all values": (
        E,
        E + 1,
        "all 6 values differ (shape (2, 3)); the largest difference is 1, at [0, 0]: yours 2, expected 1",
    ),
    "one-element array": (
        np.array([1.0]),
        np.array([2.0]),
        "the value differs (shape (1,)): yours 2, expected 1",
    ),
    "number": (1.5, 1.25, "yours is 1.25, expected 1.5"),
    "integers": (
        np.array([1, 2, 3]),
        np.array([1, 2, 5]),
        "1 of 3 values differs (shape (3,)); the largest difference is 2, at [2]: yours 5, expected 3",
    ),
    "truth values": (
        np.array([True, False]),
        np.array([True, True]),
        "1 of 2 values differs (shape (2,)); the largest difference is 1, at [1]: yours True, expected False",
    ),
    "dtype": (
        1.5,
        np.float32(1.25),
        "yours is 1.25, expected 1.5; yours is float32, expected float64",
    ),
    "shape": (E, np.zeros((2, 4)), "yours has shape (2, 4), expected (2, 3)"),
    "transposed": (
        E,
        E.T,
        "yours has shape (3, 2), expected (2, 3) (right but for the order of the axes: transposed)",
    ),
    "transposed and wrong": (E, E.T + 1, "yours has shape (3, 2), expected (2, 3) (transposed?)"),
    "axis missing": (
        E[:, :1],
        E[:, 0],
        "yours has shape (2,), expected (2, 1) (an axis of length 1 is missing)",
    ),
    "axis too many": (
        E,
        E[None],
        "yours has shape (1, 2, 3), expected (2, 3) (an axis of length 1 too many)",
    ),
    "flattened": (
        E,
        E.ravel(),
        "yours has shape (6,), expected (2, 3) (the number of elements is right, the axes are not)",
    ),
    "axes of three": (
        E[None],
        E.T[:, None, :],
        "yours has shape (3, 1, 2), expected (1, 2, 3) (right but for the order of the axes: transposed)",
    ),
    "scalar for array": (E, 3.0, "yours has shape (), expected (2, 3)"),
    "nan": (
        E,
        np.where(E > 4, np.nan, E),
        "2 of 6 values differ (shape (2, 3)); for example at [1, 1]: yours nan, expected 5; 2 of yours are nan",
    ),
    "all nan": (
        E,
        E * np.nan,
        "all 6 values differ (shape (2, 3)); for example at [0, 0]: yours nan, expected 1; all of yours are nan",
    ),
    "infinite": (
        np.array([1.0, 2.0]),
        np.array([1.0, np.inf]),
        "1 of 2 values differs (shape (2,)); for example at [1]: yours inf, expected 2; 1 of yours is infinite",
    ),
    "sign": (
        E,
        -E,
        "all 6 values differ (shape (2, 3)); the largest difference is 14, at [1, 2]: yours -7, expected 7; everywhere the opposite sign",
    ),
    "factor": (
        E,
        2 * E,
        "all 6 values differ (shape (2, 3)); the largest difference is 7, at [1, 2]: yours 14, expected 7; "
        "everywhere 2 times what is expected",
    ),
    "fraction": (
        E,
        E * 5 / 6,
        "all 6 values differ (shape (2, 3)); the largest difference is 1.16667, at [1, 2]: yours 5.83333, expected 7; "
        "everywhere 5/6 times what is expected",
    ),
    "odd factor": (
        E,
        E * 0.73912,
        "all 6 values differ (shape (2, 3)); the largest difference is 1.82616, at [1, 2]: yours 5.17384, expected 7; "
        "everywhere 0.73912 times what is expected",
    ),
    "minus zero": (1.5, -0.0, "yours is 0, expected 1.5"),
    "no gradient": (
        {"grad": E},
        {"grad": None},
        "grad: yours is None, expected an array of shape (2, 3)",
    ),
    "zeros": (
        E,
        0 * E,
        "all 6 values differ (shape (2, 3)); the largest difference is 7, at [1, 2]: yours 0, expected 7; all of yours are 0",
    ),
    "order": (
        E,
        E[::-1],
        "all 6 values differ (shape (2, 3)); the largest difference is 4, at [0, 2]: yours 7, expected 3; "
        "the values are right, their order is not",
    ),
    "square transposed": (
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([[1.0, 3.0], [2.0, 4.0]]),
        "2 of 4 values differ (shape (2, 2)); the largest difference is 1, at [0, 1]: yours 3, expected 2; "
        "equal to the expected values transposed",
    ),
    "none": (E, None, "yours is None (is a `return` missing?), expected an array of shape (2, 3)"),
    "none for a number": (1.0, None, "yours is None (is a `return` missing?), expected a float"),
    "list for array": (E, [1, 2], "yours is a list of length 2, expected an array of shape (2, 3)"),
    "array for dict": (
        {"a": 1},
        E,
        "yours is an array of shape (2, 3), expected a dict of length 1",
    ),
    "generator": (
        [1, 2],
        Opaque("generator", "<g>"),
        "yours is a generator, expected a list of length 2",
    ),
    "function": (
        E,
        Opaque("function", "<f>"),
        "yours is a function, expected an array of shape (2, 3)",
    ),
    "length": ([1, 2], [1, 2, 3], "yours has 3 entries ([1, 2, 3]), expected 2 ([1, 2])"),
    "length of arrays": ((E, E), (E,), "yours has 1 entry, expected 2"),
    "place in a tuple": (
        (1.0, E),
        (1.0, E[:1]),
        "result[1]: yours has shape (1, 3), expected (2, 3)",
    ),
    "place in a dict": (
        {"loss": 1.0, "grads": [1.0, 2.0]},
        {"loss": 1.0, "grads": [1.0, 3.0]},
        "grads[1]: yours is 3, expected 2",
    ),
    "place by number key": ({3: "a"}, {3: "b"}, "result[3]: yours is 'b', expected 'a'"),
    "keys": (
        {"W1": 1, "b1": 2},
        {"W1": 1, "B1": 2},
        "the keys differ: 'b1' missing; 'B1' not expected",
    ),
    "keys missing": ({"a": 1, "b": 2}, {"a": 1}, "the keys differ: 'b' missing"),
    "strings": ("cat", "dog", "yours is 'dog', expected 'cat'"),
    "long strings": (
        "a" * 40 + "right",
        "a" * 40 + "left",
        "the strings differ from character 40 on: yours goes on 'left', expected 'right'; yours has 44 characters, expected 45",
    ),
    "should raise": (
        Raised("ValueError", ("ValueError",)),
        E,
        "should raise ValueError, but returned an array of shape (2, 3)",
    ),
    "raised another": (
        Raised("ValueError", ("ValueError",)),
        Raised("KeyError", ("KeyError",), "'x'"),
        "should raise ValueError, but raised KeyError: 'x'",
    ),
    "raised instead": (
        E,
        Raised("ValueError", ("ValueError",), "no", (), True),
        "raised ValueError: no where an array of shape (2, 3) is expected",
    ),
}


@pytest.mark.parametrize("case", WORDING)
def test_wording(case: str) -> None:
    expected, actual, text = WORDING[case]
    assert said(expected, actual) == text


def test_a_factor_is_named_only_where_it_explains_everything() -> None:
    almost = 2 * E
    almost[0, 0] = 5
    assert "times" not in str(said(E, almost))
    assert "times" not in str(said(np.ones(4), np.full(4, 3.0)))
    assert "order" not in str(said(E, E + 1))
    assert "order" not in str(said(np.array([1.0, 2.0]), np.array([2.0, 1.0]))), (
        "two values are soon a permutation"
    )


@pytest.mark.parametrize(
    ("expected", "actual", "text"),
    [
        (3, 3.0, "yours is 3.0, a float; expected 3, an integer"),
        (3, np.float64(3), "yours is 3.0, a float; expected 3, an integer"),
        (True, 1, "yours is 1, an integer; expected True, a truth value"),
        (1, True, "yours is True, a truth value; expected 1, an integer"),
        (1.0, True, "yours is True, a truth value; expected 1.0, a float"),
        (
            np.array([1, 2]),
            np.array([1.0, 2.0]),
            "yours are floats (float64), expected integers (int64)",
        ),
        (
            np.array([True]),
            np.array([1], dtype=np.int8),
            "yours are integers (int8), expected truth values (bool)",
        ),
        (
            np.array([1.0, 2.0]),
            np.array([1, 2]),
            "yours are integers (int64), expected floats (float64)",
        ),
        (np.array([1, 2]), [1.0, 2.0], "yours are floats (float64), expected integers (int64)"),
    ],
)
def test_kinds_are_told_apart(expected: Any, actual: Any, text: str) -> None:
    for rule in (close(), exact()):
        assert said(expected, actual, rule) == text
    assert said({"a": [expected]}, {"a": [actual]}) == f"a[0]: {text}"


def test_dtypes_are_told_apart_where_they_are_promised() -> None:
    single, double = np.array([1.5, 2.5], np.float32), np.array([1.5, 2.5])
    promised = Close(dtypes=True)
    for expected, actual in ((single, double), (double, single)):
        assert said(expected, actual) is None
        assert said(expected, actual, promised) == (
            f"the values are right, but yours have the dtype {actual.dtype}, expected {expected.dtype}"
        )
    assert said(double, double.copy(), promised) is None
    assert said(2.5, np.float64(2.5), promised) is None and said(2.0, 2, promised) is None
    assert said(np.array([1, 2]), np.array([1, 2], dtype=np.int32), promised) is None
    assert said(single, [1.5, 2.5], promised) is None  # Python's numbers have no dtype
    assert said(np.array(1.5, np.float32), 1.5, promised) is None
    assert said(double, [np.float32(1.5), np.float32(2.5)], promised) is not None
    assert Comparison.from_json(promised.to_json()) == promised
    assert promised.to_json() == {"kind": "close", "dtypes": True}


def test_exact() -> None:
    assert said(np.array([1, 2]), np.array([1, 2]), exact()) is None
    assert said(0.1 + 0.2, 0.3, exact()) == "yours is 0.3, expected 0.3"
    big = np.array([2**60, 1])
    assert said(big, big + np.array([1, 0]), exact()) == (
        "1 of 2 values differs (shape (2,)); for example at [0]: yours 1152921504606846977, expected 1152921504606846976"
    )


def test_at_most() -> None:
    assert said(1.0, 0.5, at_most()) is None
    assert said(1.0, 1.05, at_most(0.1)) is None
    assert said(1.0, 1.2, at_most(0.1)) == "yours is 1.2, at most 1 is expected"
    for bad in (np.nan, np.inf, -np.inf, "0", None):
        assert said(1.0, bad, at_most(0.1)), bad


def test_within_se() -> None:
    rng = np.random.default_rng(0)
    reference = rng.normal(size=(4000, 2))
    assert said(reference, rng.normal(size=(4000, 2)), within_se()) is None
    assert "the mean of 4000 samples at [1]" in str(
        said(reference, rng.normal(size=(4000, 2)) + [0, 0.5], within_se())
    )
    assert "the variance of 4000 samples at [0]" in str(
        said(reference, rng.normal(size=(4000, 2)) * [1.5, 1], within_se())
    )
    assert said(reference, rng.normal(size=(4000, 2)) * [1.5, 1], within_se(moments=1)) is None
    assert "shape" in str(said(reference, reference[:10], within_se()))
    wrong = reference.copy()
    wrong[3, 1] = np.nan
    assert said(reference, wrong, within_se()) == "1 of 8000 samples are nan or infinite"
    assert said(np.zeros((0, 2)), np.zeros((0, 2)), within_se()) is None
    assert "at [1, 1]" in str(said(reference + 0j, reference + np.array([0, 1j]), within_se()))
    assert said(1.0, 1.0, within_se()) is None
    assert said(1.0, 2.0, within_se())


def test_rules_survive_json() -> None:
    for rule in (close(), close(rtol=0.1), exact(), at_most(0.2), within_se(3, 1)):
        assert Comparison.from_json(json.loads(json.dumps(rule.to_json()))) == rule
    assert close().to_json() == {"kind": "close"}
    assert within_se().to_json() == {"kind": "within_se", "k": 6.0, "moments": 2}


def test_rules_are_values() -> None:
    assert close(1e-3) == Close(rtol=1e-3) != close() and len({exact(), Exact(), at_most()}) == 2
    assert AtMost(0.5) == at_most(0.5) and WithinSE(3) == within_se(3)


def test_a_misconception_is_matched_element_by_element() -> None:
    """Nothing that passes by chance, or by being smaller, is the result of a misconception."""
    assert close(rtol=0.1).for_mistakes() == close(rtol=0.1) and exact().for_mistakes() == exact()
    assert at_most(0.1).for_mistakes() == within_se().for_mistakes() == close()
    assert [r.statistical for r in (close(), exact(), at_most(), within_se())] == [False] * 3 + [
        True
    ]


def test_which_elements_are_wrong() -> None:
    expected, actual = np.array([1.0, 2.0, np.nan]), np.array([1.0, 2.5, np.nan])
    for rule in (Close(), Exact()):
        wrong, gap = rule.wrong(expected, actual)
        assert wrong.tolist() == [False, True, False] and gap[1] == 0.5
    assert AtMost(0.3).wrong(expected, actual)[0].tolist() == [False, False, True]


def test_tolerance_can_be_set() -> None:
    assert said(1.0, 1.01) is not None
    assert said(1.0, 1.01, close(rtol=0.02)) is None
    assert said(np.array([0.0, 1.0]), np.array([0.01, 1.0]), close(atol=0.02)) is None


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_random_trees_never_crash() -> None:
    """Whatever a student's process sends, a comparison ends with a text or None."""
    rng = np.random.default_rng(1)
    leaves: list[Any] = [
        None, True, 0, -1, 10**200, 1.5, float("nan"), float("inf"), "", "abc", E, E.T, E[:0], E.astype(np.float16), E.astype(bool), E + 1j,
        np.array(3), np.array("x", dtype=object), np.array([None, "a"], dtype=object), np.zeros((2, 3), dtype=np.uint8), frozenset({1}),
        Opaque("map", "<map>"), Raised("E", ("E",), "m"), Raised("E", ("E",), "m", (), True), np.float32(2), np.full((2, 3), np.inf),
    ]  # fmt: skip

    def tree(depth: int) -> Any:
        kind = rng.integers(5 if depth < 3 else 2)
        if kind < 2:
            return leaves[rng.integers(len(leaves))]
        items = [tree(depth + 1) for _ in range(rng.integers(3))]
        return (
            items
            if kind == 2
            else tuple(items)
            if kind == 3
            else dict(zip("ab", items, strict=False))
        )

    for _ in range(3000):
        expected, actual = tree(0), tree(0)
        for rule in (close(), exact(), at_most(), within_se()):
            found = said(expected, actual, rule)
            assert found is None or (isinstance(found, str) and found)
            assert rule.agrees(expected, actual) == (found is None)
            if isinstance(rule, (Close, Exact)):
                assert said(expected, expected, rule) is None


def test_returned_values_in_another_order_are_recognised() -> None:
    rule = Close()
    loss, grad, third = 1.5, np.arange(3.0), "word"
    found = rule.difference((loss, grad), (grad, loss))
    assert str(found) == "the right values in another order: expected are your second, first"
    found = rule.difference({"a": (loss, grad, third)}, {"a": (third, loss, grad)})
    assert (
        str(found) == "a: the right values in another order: expected are your second, third, first"
    )
    assert "another order" not in str(rule.difference((loss, grad), (grad, loss + 1)))
    assert "another order" not in str(rule.difference([1.0, 2.0], [2.0, 1.0]))
    assert rule.difference((1.0, 1.0), (1.0, 1.0)) is None
