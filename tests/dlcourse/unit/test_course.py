"""A course: what course.toml may say, what is refused with which words, and where files lie."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlcourse.authoring.course import AssignmentFiles, Course, read_course
from dlcourse.errors import CourseError
from tests.support.course import REPOSITORY

GOOD = """title = "C"
course_id = "c"
seed = "s"

[[track]]
title = "One"

[[track.assignment]]
slug = "first"
title = "First"
article = "https://example.org"
needs = []

[[track.assignment]]
slug = "second_one"
title = "Second"
article = ""
needs = ["first"]
"""


@pytest.fixture
def course(tmp_path: Path) -> Callable[..., Course]:
    def read(text: str = GOOD) -> Any:
        (tmp_path / "course.toml").write_bytes(text.encode() if isinstance(text, str) else text)
        return read_course(tmp_path)

    return read


def test_entries_in_order(course: Callable[..., Course]) -> None:
    found = course()
    assert (found.title, found.course_id, found.seed) == ("C", "c", "s")
    assert [(e.slug, e.questions, e.needs, e.track) for e in found.entries.values()] == [
        ("first", None, (), "One"), ("second_one", None, ("first",), "One"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "read"), [('"core"', "core"), ('["b", "a"]', ("b", "a")), ('["a"]', ("a",))]
)
def test_a_choice_of_questions(
    course: Callable[..., Course], value: str, read: str | tuple[str, ...]
) -> None:
    text = GOOD.replace("needs = []", f"needs = []\nquestions = {value}")
    assert course(text).entries["first"].questions == read


def test_course_without_assignments(course: Callable[..., Course]) -> None:
    assert course("title='a'\ncourse_id='b'\nseed='c'\n").entries == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "C"', "", "title must be a str, got None"),
        ('seed = "s"', "seed = 7", "seed must be a str, got 7"),
        ('course_id = "c"', "", "course_id must be a str"),
        (
            "needs = []",
            "needs = []\nminutes = 9",
            "assignment first: unknown key 'minutes'; there are slug, title",
        ),
        ("needs = []", "needs = []\nquestion = 'core'", "assignment first: unknown key 'question'"),
        (
            "needs = []",
            "needs = []\nquestions = 'all'",
            'assignment first: questions is "core" or a list',
        ),
        (
            "needs = []",
            "needs = []\nquestions = []",
            'assignment first: questions is "core" or a list',
        ),
        (
            "needs = []",
            "needs = []\nquestions = [1]",
            'assignment first: questions is "core" or a list',
        ),
        (
            "needs = []",
            "needs = []\nquestions = ['a', 'a']",
            "a list of names of questions, each once",
        ),
        ('slug = "first"', 'slug = "not a name"', "a slug is a Python identifier that stands once"),
        ('slug = "first"', 'slug = "second_one"', "a slug is a Python identifier that stands once"),
        ('slug = "first"', "", "assignment ?: slug must be a str"),
        (
            'needs = ["first"]',
            'needs = ["frist"]',
            "assignment second_one: needs 'frist', which is not in the course",
        ),
        (
            'needs = ["first"]',
            "needs = [[1]]",
            "assignment second_one: needs must be a list of slugs",
        ),
        ('needs = ["first"]', 'needs = "first"', "needs must be a list"),
        ('[[track]]\ntitle = "One"', "[[track]]", "track: title must be a str"),
        ('[[track]]\ntitle = "One"', '[[track]\ntitle = "One"', "Expected ']]'"),
        ("[[track]]", "[track]", ""),
    ],
)
def test_wrong_fields_are_refused(
    course: Callable[..., Course], old: Any, new: Any, message: Any
) -> None:
    assert old in GOOD
    with pytest.raises(CourseError) as caught:
        course(GOOD.replace(old, new, 1))
    assert "course.toml" in str(caught.value) and message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "track = 3\n",
        'track = ["x"]\n',
        "[[track]]\ntitle='t'\nassignment = 'x'\n",
        b"title = '\xff'",
    ],
)
def test_wrong_structure_is_refused(course: Callable[..., Course], text: Any) -> None:
    with pytest.raises(CourseError, match=r"course\.toml"):
        course(text)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"course\.toml: cannot be read: No such file"):
        read_course(tmp_path)


def test_unknown_slug_names_the_nearest(course: Callable[..., Course]) -> None:
    with pytest.raises(
        CourseError, match=r"no assignment 'secondone' in course\.toml; did you mean second_one\?"
    ):
        course().entry("secondone")


def test_unknown_slug_far_from_all_names_all(course: Callable[..., Course]) -> None:
    with pytest.raises(CourseError, match="there are first, second_one"):
        course().entry("qqqq")


def test_known_slug(course: Callable[..., Course]) -> None:
    assert course().entry("first").title == "First"


# ---- the layout ------------------------------------------------------------------------------------------------------


def test_files_of_the_committed_course_lie_where_the_layout_says() -> None:
    course = read_course(REPOSITORY)
    for slug in course.entries:
        files = course.files(slug)
        if not files.script.is_file():
            continue  # on the syllabus, not written yet
        authored = [files.probes, files.misconceptions, files.alternatives, files.oracles]
        built = [files.source_notebook, files.checks, files.release_notebook, files.audit]
        assert [files.name(p) for p in [*authored, *built] if not p.is_file()] == []


def test_files_are_named_relative_to_the_course_and_to_the_notebook(tmp_path: Path) -> None:
    files = AssignmentFiles(tmp_path, "softmax")
    assert files.name(files.source_notebook) == "source/softmax/softmax.ipynb"
    assert files.beside(files.data / "words.txt") == "data/softmax/words.txt"
    assert files.name(files.references("k")) == ".dlcourse/references/softmax-k.json"


def test_no_other_module_spells_the_layout() -> None:
    spelt = re.compile(
        r"""/ ["'](solutions|release|submitted|autograded|feedback|\.dlcourse|audit\.json)["']"""
        r"""|["'/]\{(self\.)?slug\}\.(py|ipynb)["']|sqlite:///\{"""
    )
    folder = REPOSITORY / "dlcourse"
    found = [
        f"{path.relative_to(folder)}:{number}: {line.strip()}"
        for path in sorted(folder.rglob("*.py"))
        if path.name not in ("course.py", "notebook_file.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if spelt.search(line)
    ]
    assert found == []
