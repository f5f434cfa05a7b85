"""`dlcourse new`: the template works as it is."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.authoring.scaffold import checklist, create
from dlcourse.errors import AuthorError, CourseError
from tests.support.commands import environment
from tests.support.course import COURSE


@pytest.fixture
def empty(tmp_path: Path) -> Course:
    (tmp_path / "course.toml").write_text("# kept\n" + COURSE)
    return read_course(tmp_path)


def make(
    course: Course,
    slug: str = "toy",
    title: str = "Toy",
    track: str = "First",
    article: str = "https://example.org",
    minutes: int = 5,
) -> Any:
    return create(course, slug, title, track, article, minutes)


def test_files_and_entry(empty: Course) -> None:
    assert make(empty) == [
        "solutions/toy.py", "tests/toy/probes.py", "tests/toy/misconceptions.py", "tests/toy/alternatives.py",
        "tests/toy/test_oracles.py", "tests/toy/claims.py", "tests/toy/equivalent.toml", "tests/conftest.py", "course.toml",
    ]  # fmt: skip
    entry = read_course(empty.root).entries["toy"]
    assert (entry.title, entry.track, entry.article, entry.questions, entry.needs) == (
        "Toy",
        "First",
        "https://example.org",
        None,
        (),
    )
    assert (empty.root / "course.toml").read_text().startswith("# kept\n")
    assert load(empty.root, "toy").questions["softmax"].minutes == 5


def test_no_placeholder_is_left(empty: Course) -> None:
    for name in make(empty)[:-1]:
        text = (empty.root / name).read_text()
        assert not any(
            "{" + word + "}" in text for word in ("slug", "title", "article", "minutes")
        ), name


def test_template_runs_as_a_program_and_its_oracles_pass(empty: Course) -> None:
    make(empty)
    env = {**environment(empty.root), "MPLBACKEND": "agg"}
    subprocess.run(
        [sys.executable, "solutions/toy.py"], cwd=empty.root, env=env, check=True, timeout=120
    )
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "tests/toy"],
        cwd=empty.root, env=env, check=True, timeout=120,
    )  # fmt: skip


def test_several_assignments_in_one_course(empty: Course) -> None:
    make(empty)
    make(read_course(empty.root), slug="other", track="First")
    assert list(read_course(empty.root).entries) == ["toy", "other"]
    assert load(empty.root, "other").points == 4


def test_a_conftest_that_is_there_stays(empty: Course) -> None:
    (empty.root / "tests").mkdir()
    (empty.root / "tests/conftest.py").write_text("mine")
    assert "tests/conftest.py" not in make(empty)
    assert (empty.root / "tests/conftest.py").read_text() == "mine"


TWO_TRACKS = """# kept
title = "Scratch"
course_id = "scratch"
seed = "a seed"

[[track]]
title = "First"

[[track.assignment]]
slug = "one"
title = "One"
article = "https://example.org"
needs = [
    "two",
]

# the second half of the term
[[track]] # of two
title = "Second"

[[track.assignment]]
slug = "two"
title = "Two"
article = "https://example.org"
needs = []
"""


@pytest.mark.parametrize(
    ("track", "order", "before"),
    [
        ("First", ["one", "toy", "two"], "\n# the second half of the term\n[[track]] # of two\n"),
        ("Second", ["one", "two", "toy"], ""),
        ("Third", ["one", "two", "toy"], ""),
    ],
)
def test_an_assignment_goes_to_the_end_of_its_track(
    tmp_path: Path, track: Any, order: Any, before: Any
) -> None:
    (tmp_path / "course.toml").write_text(TWO_TRACKS)
    make(read_course(tmp_path), track=track)
    entries = read_course(tmp_path).entries
    assert list(entries) == order and entries["toy"].track == track
    text = (tmp_path / "course.toml").read_text()
    assert text.count("[[track]]") == (3 if track == "Third" else 2)
    assert f"needs = []\n{before}" in text[text.index('slug = "toy"') :]
    # nothing else has changed: without the new lines it is the old text
    new = text[text.index('[[track.assignment]]\nslug = "toy"') :]
    new = new[: new.index("needs = []\n") + len("needs = []\n")]
    rest = text.replace(new, "").replace('\n[[track]]\ntitle = "Third"\n', "")
    assert rest.replace("\n\n\n", "\n\n").rstrip() == TWO_TRACKS.rstrip()


def test_a_track_written_in_another_form_is_not_touched(tmp_path: Path) -> None:
    text = (
        'title = "S"\ncourse_id = "s"\nseed = "a"\ntrack = [{title = "First", assignment = []}]\n'
    )
    (tmp_path / "course.toml").write_text(text)
    with pytest.raises(CourseError, match="track 'First' is not written as .* enter toy by hand"):
        make(read_course(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["course.toml"]
    assert (tmp_path / "course.toml").read_text() == text


def test_the_checklist_names_what_is_found_by_its_name() -> None:
    text = checklist("toy")
    for word in (
        "MISCONCEPTIONS",
        "<stub>__<name>",
        "rng",
        "judge",
        'tags=["demo"]',
        'tags=["predict"]',
        'hints="softmax"',
        "CLAIMS",
        "tests/toy/audit.json",
    ):
        assert word in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("text", ['say "hello"', "back\\slash", "tab’s #", "Ünïcödé", "{slug}"])
def test_titles_of_any_kind(empty: Course, text: str) -> None:
    make(empty, title=text, track=text, article=text)
    entry = read_course(empty.root).entries["toy"]
    assert (entry.title, entry.track, entry.article) == (text, text, text)


@pytest.mark.parametrize("field", ["title", "track", "article"])
def test_text_of_two_lines_is_refused_before_anything_is_written(empty: Course, field: str) -> None:
    with pytest.raises(AuthorError, match=f"{field} 'a.nb' must be one line"):
        make(empty, **{field: "a\nb"})  # type: ignore[arg-type]
    assert sorted(p.name for p in empty.root.iterdir()) == ["course.toml"]


@pytest.mark.parametrize(
    "slug", ["batch-norm", "BatchNorm", "1st", "", "a b", "../x", "class", "dlcourse"]
)
def test_names_that_cannot_be(empty: Course, slug: str) -> None:
    with pytest.raises(AuthorError):
        make(empty, slug=slug)
    assert sorted(p.name for p in empty.root.iterdir()) == ["course.toml"]


def test_taken_name(empty: Course) -> None:
    make(empty)
    with pytest.raises(AuthorError, match=r"'toy' is in course\.toml already"):
        make(read_course(empty.root))


def test_nothing_is_overwritten(empty: Course) -> None:
    target = empty.root / "tests" / "toy" / "probes.py"
    target.parent.mkdir(parents=True)
    target.write_text("mine")
    with pytest.raises(AuthorError, match=r"tests/toy/probes\.py exists"):
        make(empty)
    assert target.read_text() == "mine" and not (empty.root / "solutions").exists()
