"""Written answers before anybody runs anything: what the script says, what is gathered from a notebook, what
a grader's browser must not get.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from nbconvert.filters import markdown2html

from dlcourse.authoring.header import Header, read_headers
from dlcourse.authoring.written import written_cells
from dlcourse.core.cells import CellView, nbgrader_metadata
from dlcourse.core.notebook_file import SubmittedCell
from dlcourse.core.written import (
    TEXT_STUB,
    answer_id,
    answer_name,
    gathered,
    harmless,
    is_written,
    released,
    rubric_of,
)
from dlcourse.errors import AuthorError

PATH = Path("solutions/toy.py")
HEADER = Header(10, True, answer="why", points=4.0)
ASKED = "Why?\n\n### RUBRIC\nTwo points: it cancels.\n\n### MODEL ANSWER\nIt cancels."


def test_a_header_names_the_answer_and_its_points() -> None:
    assert read_headers(PATH, '# %% [markdown] answer="why" points=4\n') == [
        Header(1, True, answer="why", points=4.0)
    ]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('[markdown] answer="why"', 'answer why needs its points: answer="why" points=4'),
        ("[markdown] points=4", 'points belongs to a written answer: answer="why" points=4'),
        ("[markdown] answer=why points=4", "a written answer needs a name"),
        ('[markdown] answer="why" points=0', "points is a number above 0, at most 100, got 0"),
        ('[markdown] answer="why" points=-1', "points is a number above 0"),
        ('[markdown] answer="why" points=101', "points is a number above 0"),
        ('[markdown] answer="why" points=True', "points is a number above 0"),
        ('[markdown] answer="why" points="4"', "points is a number above 0"),
        ('[markdown] answer="why" point=4', "unknown key 'point' in a cell's header; did you mean"),
        ('[markdown] answer="why" points=4 hints="soft"', "a cell of hints asks for no answer"),
        ('[markdown] answer="why" minutes=4', "unknown key 'minutes'"),
        ('answer="why" points=4', "unknown key 'answer'"),
    ],
)
def test_a_wrong_header(header: str, message: str) -> None:
    with pytest.raises(AuthorError, match=r"^solutions/toy\.py:1: ") as caught:
        read_headers(PATH, f"# %% {header}\n")
    assert message in str(caught.value)


def test_a_cell_becomes_prose_and_a_place_to_write() -> None:
    asks, answer = written_cells(PATH, ASKED, HEADER)
    assert (asks.kind, asks.source, asks.line) == ("text", "Why?", 11)
    assert answer.kind == "answer"
    assert answer.answer is not None
    assert (answer.answer.name, answer.answer.points) == ("why", 4.0)
    assert answer.answer.rubric == "Two points: it cancels."
    assert answer.answer.model == "It cancels."


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Why?", "10: answer why: no line '### RUBRIC'"),
        ("Why?\n### RUBRICS\nTwo points", "12: '### RUBRICS' is no marker"),
        ("Why?\n## Rubric\nTwo points", "12: '## Rubric' is no marker"),
        ("Why?\n### RUBRIC\nTwo\n### MODEL ANSWERS\nIt cancels", "14: '### MODEL ANSWERS' is no marker"),
        ("Why?\n### RUBRIC\n\n", "10: answer why: the rubric is empty"),
        ("### RUBRIC\nTwo", "10: answer why: nothing is asked above"),
        ("Why?\n### RUBRIC\nTwo\n### MODEL ANSWER\n", "10: answer why: the model answer is empty"),
        ("Why?\n### MODEL ANSWER\nSo\n### RUBRIC\nTwo", "10: answer why: '### MODEL ANSWER' stands below"),
        ("Why?\n### RUBRIC\nTwo\n### RUBRIC\nThree", "10: answer why: a marker stands twice"),
        ("Why?\n### RUBRIC\n### END SOLUTION", "10: answer why: '### END SOLUTION' stands in the rubric"),
    ],
)  # fmt: skip
def test_a_wrong_cell(source: str, message: str) -> None:
    with pytest.raises(AuthorError) as caught:
        written_cells(PATH, source, HEADER)
    assert f"{PATH}:{message}" in str(caught.value)


def test_ids() -> None:
    assert answer_id("why") == "answer-why"
    assert answer_name("answer-why") == "why"
    assert answer_name("question-why") == answer_name("why") == answer_name(None) == ""


def test_what_students_and_graders_see_of_the_cell() -> None:
    source = written_cells(PATH, ASKED, HEADER)[1].source
    document = {"cell_type": "markdown", "source": source, "metadata": {}}
    cell = CellView(document)
    cell.mark_built(nbgrader_metadata("answer-why", "answer", 4.0), "answer")
    assert (cell.kind, cell.name, cell.points) == ("answer", "why", 4.0)
    assert released(cell) == TEXT_STUB
    assert "Two points: it cancels." in rubric_of(cell)
    assert "It cancels." in rubric_of(cell)
    assert rubric_of(CellView({**document, "source": "my own text"})) == ""


@pytest.mark.parametrize(("text", "written"), [(TEXT_STUB, False), (f" {TEXT_STUB}\n", False), ("", False), ("\n ", False), ("x", True), (f"{TEXT_STUB}\nx", True)])  # fmt: skip
def test_what_counts_as_written(text: str, written: bool) -> None:
    assert is_written(text) == written


def cell(source: str, grade_id: str | None = None, kind: str = "markdown") -> SubmittedCell:
    return SubmittedCell(kind, source, grade_id)


def found(*cells: SubmittedCell) -> dict[str, str]:
    return gathered(cells, [c.grade_id for c in cells])


def test_texts_are_gathered() -> None:
    assert found(cell("mine", "answer-why")) == {"why": "mine"}
    assert found(cell("mine", "answer-why", "code")) == {"why": "mine"}
    assert found(cell("mine", "answer-why", "raw")) == {"why": "mine"}
    assert found(cell(TEXT_STUB, "answer-why")) == {"why": ""}
    assert found(cell("mine")) == {}
    # who goes on below
    below = cell(TEXT_STUB, "answer-why"), cell("x = 1", kind="code"), cell("mine"), cell("more")
    assert found(*below) == {"why": "mine\n\nmore"}
    assert found(cell("one", "answer-why"), cell("given", "text-04"), cell("two")) == {"why": "one"}
    # a copy of the cell keeps its id
    assert found(cell(TEXT_STUB, "answer-why"), cell("mine", "answer-why")) == {"why": "mine"}


RUNS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onclick='alert(1)'>b</b>",
    "<!-- --><svg/onload=alert(1)>",
    "[here](javascript:alert(1))",
    "[here][1]\n\n[1]: javascript:alert(1)",
    "![x](http://example.org/tracker.png)",
    "<javascript:alert(1)>",
    "```\n</pre><script>alert(1)</script>\n```",
]


@pytest.mark.parametrize("text", RUNS)
def test_nothing_of_a_students_runs_in_a_graders_browser(text: str) -> None:
    dangerous = ("<script", "<img", "<b ", "<svg", 'href="javascript')
    before, after = markdown2html(text), markdown2html(harmless(text))
    assert any(sign in before for sign in dangerous) or "```" in text
    assert not any(sign in after for sign in dangerous)


def test_formulas_with_links_are_taken_apart() -> None:
    assert r"\href" not in harmless(r"$\href{javascript:alert(1)}{x}$")


def test_words_and_formulas_stay() -> None:
    text = "If $x < y$ and a<3, then `p[0]` is **large**.\n\n- one\n- two\n\n$$\\frac{a}{b}$$"
    assert harmless(text) == text
