"""A written answer in a real browser: written in JupyterLab, graded in formgrader."""

import shutil

import nbformat
import pytest
from playwright.sync_api import Page, expect

from dlcourse.authoring.course import Course
from dlcourse.nbgrader_port.pages import make_pages
from tests.support.commands import dlcourse
from tests.support.course import cell_of, copy_course, hand_in, wrote
from tests.support.lab import TOKEN, open_notebook

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        shutil.which("chromium") is None, reason="Chromium is not installed; .ci/run installs it"
    ),
]

ATTACK = 'It *cancels*. <img src=x onerror="document.title=1"> [x](javascript:alert(1))'


@pytest.fixture(scope="module")
def course(asking: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    own = copy_course(asking, tmp_path_factory.mktemp("browser") / "course")
    hand_in(own, "ada", "toy", wrote(own, "toy", ATTACK), "2027-02-01 12:00:00 UTC")
    dlcourse(own, "grade", "toy")
    shutil.copytree(own.root / "release" / "toy", own.root / "student")
    return own


def test_a_student_writes_into_the_cell(page: Page, address: str, course: Course) -> None:
    open_notebook(page, address, "student/toy.ipynb")
    cell = page.locator(".jp-MarkdownCell", has_text="Write your answer here.")
    cell.scroll_into_view_if_needed()
    cell.dblclick()
    editor = cell.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("One factor cancels.")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Control+S")
    path = course.root / "student" / "toy.ipynb"
    for _ in range(50):
        saved = cell_of(nbformat.read(path, as_version=4), "answer-why").source
        if saved == "One factor cancels.":
            break
        page.wait_for_timeout(200)
    assert saved == "One factor cancels."
    said = dlcourse(course, "status", "student/toy.ipynb")
    assert "why: written; a person gives up to 4 points for it" in said


def test_a_person_grades_it_in_formgrader(page: Page, address: str, course: Course) -> None:
    page.goto(f"{address}/lab?token={TOKEN}&reset")  # signs the page in
    page.goto(f"{address}/formgrader/gradebook/toy/toy")
    page.get_by_role("link", name="Submission #1", exact=True).click()
    answer = page.locator(".nbgrader_cell", has_text="It cancels.")
    expect(answer).to_contain_text("[x] (javascript:alert(1))")
    expect(answer.locator("img, script, .rendered_html a[href^=javascript]")).to_have_count(0)
    expect(page.locator("body")).to_contain_text("Two points: no exponent is above 0.")
    expect(page.locator("body")).to_contain_text("Numerator and denominator share one factor")
    # what is typed before formgrader has fetched the grades is not saved
    page.wait_for_function("formgrader.grades?.loaded && formgrader.comments?.loaded")
    for box, text in (
        ("input.score", "3"),
        ("textarea.comment", "Say why nothing overflows, too."),
    ):
        answer.locator(box).fill(text)
        with page.expect_response(lambda reply: reply.request.method == "PUT") as saved:
            answer.locator(box).press("Tab")
        assert saved.value.ok
    assert page.title() != "1"
    assert "7/8" in dlcourse(course, "grade", "toy", "--again")
    made = make_pages(course, "toy", ["ada"])
    assert made.failed == {}
    text = course.feedback("ada", "toy").read_text(encoding="utf-8")
    assert "3 / 4" in text and "Say why nothing overflows, too." in text
    assert "Two points" not in text and "not graded yet" not in text
