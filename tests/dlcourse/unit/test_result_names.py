"""Parts of a result have the names of the docstring, and no others."""

from dataclasses import replace
from typing import Any

import pytest

from dlcourse.authoring.read import load
from dlcourse.core.difference import Mismatch
from dlcourse.core.result_names import named, result_names
from dlcourse.core.verdict import FAILED, PASSED, Verdict
from dlcourse.grading.parts import name_parts
from tests.support.course import REPOSITORY

STUB = '''
def back(x: int) -> tuple[list[int], int]:
    """One line.

    Args:
        x: a number.

    Returns:
        {returns}

    Raises:
        ValueError: what is no name.
    """
    raise NotImplementedError
'''
TEST = '''
@probe("back", points=1)
def t(back):
    """Title."""
    x = 3
    return {result}


check(t)
'''


def names(returns: str = "(dx, dw): two.", result: str = "back(x)", stub: str = STUB) -> Any:
    return dict(
        result_names(TEST.replace("{result}", result), "t", stub.replace("{returns}", returns))
    )


@pytest.mark.parametrize(
    "returns",
    [
        "(dx, dw): two lists.",
        "(dx, dw), each of the shape of ``x``.",
        "dx and dw, in this order.",
        "dx, dw. Both are new.",
        "dx and dw (the divisor is 2).",
        "dx, dw in the order of x.",
        "dx: the one, of which more\n            is said here\n        dw: the other.",
        "``dx``: the one.\n        ``dw``: the other.",
        "Both are new.\n\n        dx: the one.\n        dw: the other.",
    ],
)
def test_names_of_the_docstring(returns: str) -> None:
    assert names(returns) == {"[0]": "dx", "[1]": "dw"}


@pytest.mark.parametrize(
    "returns",
    [
        "The loss and its gradient.",
        "X and the vocabulary.",
        "A, the noise, and Bm, all zeros.",
        "dx, the gradient, and dw.",
        "(dx, dw, db): three, where two are returned.",
        "(dx, dx): twice the same.",
        "dx: the one.",
        "The two.\n            dx: the one.\n            dw: the other.",
        "dx: the one.\n        dw: the other.\n        x: not changed.",
        "Mean and variance over all rows.",
        "Both, one of them new.",
        "a and the.",
    ],
)
def test_no_name_is_guessed(returns: str) -> None:
    assert names(returns) == {}


def test_a_result_that_is_no_tuple_has_no_parts() -> None:
    assert names(stub=STUB.replace("tuple[list[int], int]", "list[int]")) == {}
    assert names(stub=STUB.replace("tuple[list[int], int]", "tuple[int, ...]")) == {}
    assert names(stub=STUB.replace(" -> tuple[list[int], int]", "")) == {}


@pytest.mark.parametrize(
    ("result", "places"),
    [
        ("back(x)", ["[0]", "[1]"]),
        ("(x, back(x))", ["[1][0]", "[1][1]"]),
        (
            '{"one": back(1), "both": (back(x), x)}',
            ["one[0]", "one[1]", "both[0][0]", "both[0][1]"],
        ),
        ("tuple(back(x))", []),
        ("back(x)[::-1]", []),
        ("other(x)", []),
        ("(*x, back(x))", []),
        ("[back(i) for i in x]", []),
        ('{**x, "one": 1}', []),
    ],
)
def test_only_where_the_test_returns_what_the_stub_returned(result: str, places: Any) -> None:
    assert list(names(result=result)) == places


def test_a_test_that_makes_something_else_of_the_function_gives_no_names() -> None:
    stub = STUB.replace("{returns}", "(dx, dw): two.")
    again = TEST.replace("x = 3", "back = swapped(back)").replace("{result}", "back(3)")
    assert result_names(again, "t", stub) == {}
    early = TEST.replace("x = 3", "if back:\n        return 1").replace("{result}", "back(3)")
    assert result_names(early, "t", stub) == {}
    assert result_names("def t(back:", "t", stub) == {}
    assert result_names(TEST.replace("{result}", "back(3)"), "u", stub) == {}


def test_messages_begin_with_the_name() -> None:
    found = names() | names(result='{"one": back(1), "pairs": (x, back(x))}')

    def said(where: str) -> str:
        return named(str(Mismatch(where, "wrong")), found)

    assert said("[1]") == "dw: wrong"
    assert said("[0][2]") == "dx[2]: wrong"
    assert said("one[1][0]") == "one, dw[0]: wrong"
    assert said("pairs[1][0]") == "pairs[1], dx: wrong"
    assert said("[2]") == "result[2]: wrong"
    assert said("one") == "one: wrong" and said("") == "wrong"
    assert named("your code raised KeyError: result[1]: no", found).startswith("your code")


def test_graders_say_it_unless_a_judge_has_words_of_its_own() -> None:
    assignment = load(REPOSITORY, "transformer")
    verdict = Verdict(FAILED, "result[1]: yours has shape (1,), expected (2,)")
    said = name_parts(verdict, assignment, "masks_by_hand").message
    assert said == "tgt_mask: yours has shape (1,), expected (2,)"
    graded = assignment.probes["masks_by_hand"]
    judged = replace(graded, probe=replace(graded.probe, judge=lambda result, expected: None))
    own = replace(assignment, probes=assignment.probes | {"masks_by_hand": judged})
    assert name_parts(verdict, own, "masks_by_hand") == verdict
    right = Verdict(PASSED)
    assert name_parts(right, assignment, "masks_by_hand") == right
