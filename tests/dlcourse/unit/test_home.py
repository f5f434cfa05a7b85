"""The notebook that leads through the course, its map, and the lines that name what comes next."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from dlcourse.authoring.course import Course, CourseEntry, read_course
from dlcourse.authoring.course_map import course_map
from dlcourse.authoring.home import HOME, around, home_notebook, picture_of, stale_home, write_home

ROOT = Path(__file__).parents[3]
LINK = re.compile(r"\]\(([^)#]+\.ipynb)\)")


@pytest.fixture(scope="module")
def course() -> Course:
    return read_course(ROOT)


def entry(slug: str, *needs: str, track: str = "One") -> CourseEntry:
    return CourseEntry(slug, slug.title(), "", needs, track, None, f"what {slug} ends in")


def arrows(svg: str) -> int:
    """Each is a curve, whose control points follow a C."""
    return len(re.findall(r"\dC", svg))


def test_every_assignment_can_be_reached_and_says_what_it_ends_in(course: Course) -> None:
    text = "".join(cell.source for cell in home_notebook(course).cells)
    links = LINK.findall(text)
    assert links == [f"{slug}/{slug}.ipynb" for slug in course.entries]
    assert all((ROOT / "release" / link).is_file() for link in links)
    for one in course.entries.values():
        assert one.payoff and one.payoff in text
        assert picture_of(course, one.slug).is_file()
    assert text.count("data:image/png;base64,") == len(course.entries)


def test_readme_says_the_same_of_the_end(course: Course) -> None:
    rows = re.findall(
        r"^\| \[(\w+)\]\(solutions/\w+\.py\) \| (.+?) \| !\[.*\]\(docs/payoffs/(\w+)\.png\) \|$",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    wanted = [(e.slug, e.payoff, e.slug) for e in course.entries.values()]
    assert rows == wanted


def test_a_stale_home_is_found(course: Course, tmp_path: Path) -> None:
    (tmp_path / "solutions").symlink_to(ROOT / "solutions")
    elsewhere = replace(course, root=tmp_path)
    assert stale_home(elsewhere) == [f"release/{HOME} is stale"]
    write_home(elsewhere)
    assert stale_home(elsewhere) == []
    path = tmp_path / "release" / HOME
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "# Another course"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert stale_home(elsewhere) == [f"release/{HOME} is stale"]


def test_next_and_before(course: Course, tmp_path: Path) -> None:
    slugs = list(course.entries)
    first, middle, last = (around(ROOT, slugs[n]) for n in (0, 5, -1))
    assert LINK.findall(first) == [f"../{slugs[1]}/{slugs[1]}.ipynb", "../index.ipynb"]
    assert LINK.findall(middle)[:2] == [f"../{s}/{s}.ipynb" for s in (slugs[6], slugs[4])]
    assert LINK.findall(last) == [f"../{slugs[-2]}/{slugs[-2]}.ipynb", "../index.ipynb"]
    assert around(tmp_path, slugs[0]) == ""
    assert around(ROOT, "no_such_assignment") == ""


def test_the_map_names_all_and_draws_each_need_once(course: Course) -> None:
    svg = course_map(course)
    texts = {e.text for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("text")}
    assert {slug.replace("_", " ") for slug in course.entries} <= texts
    needs = [n for e in course.entries.values() for n in e.needs if n != "backpropagation"]
    assert arrows(svg) == len(needs)
    assert svg.count("<circle") == 1 + sum(
        "backpropagation" in e.needs for e in course.entries.values()
    )


def test_the_map_of_a_small_course() -> None:
    entries = [entry("a"), entry("b"), entry("c", "b", track="Two & <three>"), entry("d", "c", track="Two & <three>")]  # fmt: skip
    course = Course(Path(), "R & D", "r", "s", {e.slug: e for e in entries})
    svg = course_map(course)
    ElementTree.fromstring(svg)
    assert arrows(svg) == 2
    assert "<circle" not in svg  # nothing that more than a third build on
