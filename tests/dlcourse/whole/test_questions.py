"""The table of questions in a title cell, the totals of `dlcourse list`, and what is refused."""

import re
from pathlib import Path

import pytest

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.build import source_notebook
from dlcourse.authoring.course import Course
from dlcourse.authoring.header import minutes_of
from dlcourse.authoring.questions import PLACE, check_questions, table
from dlcourse.authoring.read import load
from dlcourse.errors import AuthorError
from tests.support.course import REPOSITORY, make_course

SLUGS = sorted(p.stem for p in (REPOSITORY / "solutions").glob("*.py"))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path)


def edited(course: Course, *edits: tuple[str, str]) -> Assignment:
    """The assignment `vectors` with edits of its script."""
    path = course.files("vectors").script
    text = path.read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return load(course.root, "vectors")


TABLE = """\
| | question | minutes | | points |
|--:|:--|--:|:--|--:|
| 1 | Length one | 10 | core | {0} |
| 2 | Cosine | 15 | core | {1} |
| 3 | Centroid | 20 | further | {2} |
| 4 | Noise | 5 | core | {3} |
| | **core** | **30** | | **{4}** |
| | **all** | **50** | | **{5}** |"""


def test_table(course: Course) -> None:
    vectors = load(course.root, "vectors")
    points = [sum(p.spec.points for p in vectors.probes_of(name)) for name in vectors.questions]
    core, every = sum(points) - points[2], sum(points)
    assert table(vectors) == TABLE.format(*(f"{p:g}" for p in [*points, core, every]))
    title = source_notebook(vectors).cells[0].source
    assert PLACE not in title
    assert table(vectors) in title


def test_without_further_questions_one_total(course: Course) -> None:
    vectors = edited(course, (" further", ""))
    assert "**core**" not in table(vectors)
    assert "| | **all** | **50** |" in table(vectors)


def test_two_questions_of_one_section_are_told_apart(course: Course) -> None:
    vectors = edited(course, ("# ## 2 · Cosine", "# Cosine"))
    titles = [q.title for q in vectors.questions.values()]
    assert titles[:2] == ["Length one (`normalise`)", "Length one (`cosine`)"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (PLACE, "Questions:", ":1: the title cell needs one line <!-- questions -->"),
        (PLACE, f"{PLACE}\n# {PLACE}", ":1: the title cell needs one line <!-- questions -->"),
        ("# A running mean of directions.", f"# {PLACE}", "<!-- questions --> stands in the title cell, once"),
        ("## 3 · Centroid", "## 4. Centroid", "the heading above question centroid says 4, it is number 3"),
    ],
)  # fmt: skip
def test_what_the_table_needs(course: Course, old: str, new: str, message: str) -> None:
    check_questions(load(course.root, "vectors"))
    with pytest.raises(AuthorError, match=r"^solutions/vectors\.py:\d+: ") as caught:
        check_questions(edited(course, (old, new)))
    assert message in str(caught.value)


def test_seven_core_questions_are_too_many(course: Course) -> None:
    cell = '\n# %% question="q{0}" minutes=5\ndef q{0}(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n'
    probe = '\n\n@probe("q{0}", points=1)\ndef p{0}(q{0}):\n    """One."""\n    return q{0}(1)\n'
    files = course.files("vectors")
    for path, text in ((files.script, cell), (files.probes, probe)):
        path.write_text(path.read_text() + "".join(text.format(n) for n in range(3)))
    check_questions(load(course.root, "vectors"))
    for path, text in ((files.script, cell), (files.probes, probe)):
        path.write_text(path.read_text() + text.format(3))
    with pytest.raises(
        AuthorError, match="7 core questions; mark all but 6 as further: normalise,"
    ):
        check_questions(load(course.root, "vectors"))


def test_minutes_of_a_choice(course: Course) -> None:
    script = course.files("vectors").script
    assert minutes_of(script) == (50, 30)
    assert minutes_of(script, "core") == (30, 30)
    assert minutes_of(script, ("centroid", "jitter")) == (25, 5)
    with pytest.raises(AuthorError, match="no such file"):
        minutes_of(Path("nowhere.py"))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_course(slug: str) -> None:
    """Every assignment has its table, three to six core questions, and no second sentence about
    time.
    """
    assignment = load(REPOSITORY, slug)
    check_questions(assignment)
    assert 3 <= sum(not q.further for q in assignment.questions.values()) <= 6
    assert not re.search(r"\*\*Time", assignment.cells[0].source)
