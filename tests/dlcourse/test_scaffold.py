"""`dlcourse new`: the template works as it is."""

import subprocess
import sys

import pytest
from scratch import COURSE, environment

from dlcourse.authoring.course import read_course
from dlcourse.authoring.read import load
from dlcourse.authoring.scaffold import create
from dlcourse.errors import AuthorError


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "course.toml").write_text("# kept\n" + COURSE)
    return read_course(tmp_path)


def make(course, slug="toy", title="Toy", track="First", article="https://example.org", minutes=5):
    return create(course, slug, title, track, article, minutes)


def test_files_and_entry(empty):
    assert make(empty) == [
        "solutions/toy.py", "tests/toy/probes.py", "tests/toy/misconceptions.py", "tests/toy/alternatives.py", "tests/toy/test_oracles.py", "course.toml",
    ]  # fmt: skip
    entry = read_course(empty.root).entries["toy"]
    assert (entry.title, entry.track, entry.article, entry.minutes, entry.needs) == (
        "Toy",
        "First",
        "https://example.org",
        5,
        (),
    )
    assert (empty.root / "course.toml").read_text().startswith("# kept\n")


def test_no_placeholder_is_left(empty):
    for name in make(empty)[:-1]:
        text = (empty.root / name).read_text()
        assert not any(
            "{" + word + "}" in text for word in ("slug", "title", "article", "minutes")
        ), name


def test_template_runs_as_a_program_and_its_oracles_pass(empty):
    make(empty)
    env = {**environment(empty.root), "MPLBACKEND": "agg"}
    subprocess.run(
        [sys.executable, "solutions/toy.py"], cwd=empty.root, env=env, check=True, timeout=120
    )
    # as in a real course, the package lies in the folder of the course
    oracles = "import dlcourse.authoring.read as a, pathlib, pytest, sys; a.course_root = lambda start=None: pathlib.Path.cwd(); sys.exit(pytest.main(['-q', 'tests/toy']))"
    subprocess.run(
        [sys.executable, "-c", oracles], cwd=empty.root, env=env, check=True, timeout=120
    )


def test_several_assignments_in_one_course(empty):
    make(empty)
    make(read_course(empty.root), slug="other", track="First")
    assert list(read_course(empty.root).entries) == ["toy", "other"]
    assert load(empty.root, "other").points == 4


@pytest.mark.parametrize("text", ['say "hello"', "back\\slash", "tab’s #", "Ünïcödé", "{slug}"])
def test_titles_of_any_kind(empty, text):
    make(empty, title=text, track=text, article=text)
    entry = read_course(empty.root).entries["toy"]
    assert (entry.title, entry.track, entry.article) == (text, text, text)


@pytest.mark.parametrize("field", ["title", "track", "article"])
def test_text_of_two_lines_is_refused_before_anything_is_written(empty, field):
    with pytest.raises(AuthorError, match=f"{field} 'a.nb' must be one line"):
        make(empty, **{field: "a\nb"})
    assert sorted(p.name for p in empty.root.iterdir()) == ["course.toml"]


@pytest.mark.parametrize(
    "slug", ["batch-norm", "BatchNorm", "1st", "", "a b", "../x", "class", "dlcourse"]
)
def test_names_that_cannot_be(empty, slug):
    with pytest.raises(AuthorError):
        make(empty, slug=slug)
    assert sorted(p.name for p in empty.root.iterdir()) == ["course.toml"]


def test_taken_name(empty):
    make(empty)
    with pytest.raises(AuthorError, match=r"'toy' is in course\.toml already"):
        make(read_course(empty.root))


def test_nothing_is_overwritten(empty):
    target = empty.root / "tests" / "toy" / "probes.py"
    target.parent.mkdir(parents=True)
    target.write_text("mine")
    with pytest.raises(AuthorError, match=r"tests/toy/probes\.py exists"):
        make(empty)
    assert target.read_text() == "mine" and not (empty.root / "solutions").exists()
