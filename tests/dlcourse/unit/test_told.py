"""What one feedback page repeats of what student code says."""

import random
import string
from typing import Any

import pytest

from dlcourse.core.evidence import NotRun, Raised
from dlcourse.core.verdict import FAILED, PASSED, UNWRITTEN, Verdict
from dlcourse.grading.told import MAX_EXCEPTION, Told, printable


def raised(text: str) -> tuple[Verdict, Raised]:
    result = Raised("ValueError", ("ValueError",), text)
    return Verdict(FAILED, f"your code raised {result}"), result


def test_an_ordinary_exception_is_told_as_it_is() -> None:
    verdict, result = raised("shapes (2, 3) and (4,) do not fit")
    assert Told().verdict(verdict, result) == verdict


def test_texts_are_printable_ascii_on_one_line() -> None:
    assert printable("a\n\tb\x1b[31m – \u202e中") == "a b?[31m ? ??"
    assert len(printable("x" * 1000)) == MAX_EXCEPTION and printable("x" * 1000).endswith("...")


def test_forty_hidden_tests_do_not_carry_a_file_out() -> None:
    told, secret = Told(), "".join(random.Random(0).choices(string.ascii_letters, k=40 * 190))
    pieces = [secret[190 * n : 190 * (n + 1)] for n in range(40)]
    said = [told.verdict(*raised(piece)).message for piece in pieces]
    assert sum(len(text) for text in said if "left out" not in text) < 1_200
    assert sum("left out" in text for text in said) >= 34


def test_the_same_exception_everywhere_costs_once() -> None:
    told = Told()
    said = [told.verdict(*raised("the same " * 15)).message for _ in range(50)]
    assert len(set(said)) == 1 and "left out" not in said[0]


@pytest.mark.parametrize("result", ["evidence", NotRun("died", "x")])
def test_messages_about_results_have_a_total(result: Any) -> None:
    told = Told()
    said = [
        told.verdict(Verdict(FAILED, f"{n:03d}" + "中" * 90), result).message for n in range(40)
    ]
    told_in_full = [text for text in said if "中" in text]
    assert sum(len(text.encode()) for text in told_in_full) <= 4_000 and len(told_in_full) >= 14
    assert all(
        text.startswith("wrong; the details are left out") for text in said[len(told_in_full) :]
    )


def test_what_passed_or_is_not_written_is_untouched() -> None:
    told = Told(exceptions=0, results=0)
    for verdict in (Verdict(PASSED), Verdict(UNWRITTEN, "not written yet")):
        stub = Raised("NotImplementedError", ("NotImplementedError",))
        assert told.verdict(verdict, stub) == verdict


def test_hints_and_places_stay() -> None:
    told = Told(exceptions=0)
    verdict = Verdict(FAILED, "your code raised E: x", (("axis", "Sum."),), (("f", 1, "x"),))
    found = told.verdict(verdict, Raised("E", ("E",), "x"))
    assert (found.mistakes, found.trace) == (verdict.mistakes, verdict.trace)
    assert "left out" in found.message
