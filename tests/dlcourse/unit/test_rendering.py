"""How a verdict looks: words first, everything escaped, at home in either theme."""

from __future__ import annotations

import html.parser
import re
from dataclasses import replace

import pytest

from dlcourse.core.explain import FailingNeed, Outcome, needs_text
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.rendering import clean, lines, to_html, to_text, trouble_html
from dlcourse.core.verdict import FAILED, PASSED, UNWRITTEN, Verdict


def outcome(
    question: str,
    title: str,
    verdict: Verdict,
    needs: tuple[tuple[str, str], ...] = (),
    notes: tuple[str, ...] = (),
) -> Outcome:
    probe = ProbeSpec("p", question, title, 1, True)
    return Outcome(probe, verdict, tuple(FailingNeed(*need) for need in needs), 0.0, notes)


EVIL = "<script>alert(1)</script><b onclick='x()'>&amp;"
FAIL = outcome(
    "loss",
    "Mean over the batch.",
    Verdict(
        FAILED,
        "yours is 3, expected 2",
        (("not_averaged", "Divide by m."),),
        (("cell In[4]", 7, "return total"),),
    ),
    (("softmax", FAILED), ("scores", UNWRITTEN)),
    ("RuntimeWarning: overflow",),
)


class Tags(html.parser.HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_passed_is_one_line() -> None:
    shown = outcome("loss", "Mean over the batch.", Verdict(PASSED))
    assert to_text(shown) == "✓ loss · Mean over the batch."
    assert Tags(to_html(shown)).text == "✓ passed · loss · Mean over the batch."
    named = replace(shown, functions=("loss", "grad"))
    assert to_text(named) == "✓ loss, grad · Mean over the batch."
    assert Tags(to_html(named)).text == "✓ passed · loss, grad · Mean over the batch."


def test_failed_says_everything_in_order() -> None:
    assert to_text(FAIL) == (
        "✗ failed · loss · Mean over the batch.\n"
        "  yours is 3, expected 2\n"
        "  Looks like not averaged: Divide by m.\n"
        "  This question uses softmax, whose own tests fail; and scores, which is not\n"
        "  written yet: look there first.\n"
        "  at cell In[4], line 7: return total\n"
        "  note: RuntimeWarning: overflow"
    )
    text = Tags(to_html(FAIL)).text
    places = [
        text.index(part)
        for part in (
            "✗ failed",
            "loss",
            "Mean over",
            "yours is 3",
            "Looks like not averaged.",
            "look there first",
            "cell In[4], line 7:  return total",
            "overflow",
        )
    ]
    assert places == sorted(places)


def test_unwritten_is_no_error() -> None:
    shown = outcome(
        "loss",
        "Mean.",
        Verdict(
            UNWRITTEN, "not written yet", trace=(("cell In[4]", 7, "raise NotImplementedError"),)
        ),
    )
    assert to_text(shown) == "○ not written yet · loss · Mean."
    assert "NotImplementedError" not in to_html(shown)


def test_waiting_for_another_question() -> None:
    shown = outcome(
        "loss", "Mean.", Verdict(UNWRITTEN, "not written yet"), (("softmax", UNWRITTEN),)
    )
    assert "waits for another question · loss" in to_text(shown)
    assert (
        "This question uses softmax, which is not written yet: look there first."
        in Tags(to_html(shown)).text
    )


def test_missing_function_says_which() -> None:
    shown = outcome(
        "loss",
        "Mean.",
        Verdict(UNWRITTEN, "loss is not defined; run the cell that defines it, and keep its name"),
    )
    assert "loss is not defined" in to_text(shown) and "loss is not defined" in to_html(shown)


@pytest.mark.parametrize("status", [PASSED, FAILED, UNWRITTEN])
def test_everything_is_escaped(status: str) -> None:
    shown = outcome(
        EVIL,
        EVIL,
        Verdict(status, EVIL, ((EVIL, EVIL),), ((EVIL, 1, EVIL),)),
        ((EVIL, FAILED),),
        (EVIL,),
    )
    found = Tags(to_html(shown))
    assert found.tags <= {"div", "span", "strong", "code"}
    assert found.names <= {"style", "aria-hidden"}
    assert "alert(1)" in found.text
    assert Tags(trouble_html(EVIL)).tags <= {"div", "span", "strong"}


def test_follows_the_theme() -> None:
    page = to_html(FAIL)
    assert "background" not in page
    assert not re.search(r"(?<!-)color:(?!var\(--jp-)", page), (
        "every colour is JupyterLab's, with a fallback"
    )


def test_control_characters_and_length() -> None:
    assert clean("a\x1b[31m\u202eb\nc\td\x00") == "a\ufffd[31m\ufffdb\nc\td\ufffd"
    assert clean("x" * 100, 10) == "x" * 9 + "…"
    shown = outcome(
        "q",
        "t",
        Verdict(FAILED, "m" * 100_000, (), (("c", 1, "s" * 10_000),) * 6),
        (),
        ("n" * 100_000,),
    )
    assert len(to_text(shown)) < 15_000 and len(to_html(shown)) < 15_000


def test_lines_fit_what_nbgrader_shows() -> None:
    shown = outcome(
        "loss",
        "Mean.",
        Verdict(FAILED, "word " * 100, (("n", "hint " * 60),), (("cell In[4]", 7, "x" * 300),)),
        (("softmax", FAILED),),
    )
    assert max(map(len, lines(shown))) <= 80


def test_no_needs_no_sentence() -> None:
    assert needs_text(()) == ""
