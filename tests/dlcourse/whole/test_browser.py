"""JupyterLab and formgrader in a real browser, with this course's configuration."""

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

from dlcourse.authoring.course import Course
from dlcourse.authoring.read import load
from tests.support.commands import nbgrader
from tests.support.course import answered, copy_course, hand_in, perfect
from tests.support.gradebooks import totals
from tests.support.lab import (
    TOKEN,
    cell_with,
    menu,
    offline,
    open_notebook,
    replace_source,
    run_all,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        shutil.which("chromium") is None, reason="Chromium is not installed; .ci/run installs it"
    ),
]

KNOB = """from dlcourse import demo

@demo(tau=(0.1, 5.0))
def waves(tau: float = 1.0):
    import matplotlib.pyplot as plt

    plt.subplots()[1].set_title(f"tau = {tau}")
    print("drawn with", tau)
"""


@pytest.fixture(scope="module")
def course(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with one submission to grade, and a notebook in which one question is wrong."""
    own = copy_course(built_course, tmp_path_factory.mktemp("browser") / "course")
    hand_in(own, "ada", "vectors", perfect(own, "vectors"))
    assignment = load(own.root, "vectors")
    wrong = next(m for m in assignment.misconceptions if m.name == "not_normalised")
    answers = {q.name: q.source for q in assignment.questions.values()} | {
        "cosine": assignment.edited(wrong)
    }
    student = own.root / "student"
    shutil.copytree(own.root / "release" / "vectors", student)
    nbformat.write(answered(own, "vectors", answers), student / "vectors.ipynb")
    shutil.copytree(own.root / "release" / "toy", own.root / "untouched")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    knob = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(KNOB)], metadata=kernel)
    nbformat.write(knob, own.root / "knob.ipynb")
    return own


def validate(page: Page) -> Any:
    """Press nbgrader's button; what its dialog says."""
    page.get_by_text("Validate", exact=True).first.click()
    dialog = page.locator(".jp-Dialog-content")
    dialog.wait_for()
    text = dialog.inner_text()
    dialog.locator("button").last.click()
    dialog.wait_for(state="detached")
    return text


def test_a_student_sees_red_mends_it_and_sees_green(
    page: Page, address: str, course: Course
) -> None:
    open_notebook(page, address, "student/vectors.ipynb")
    run_all(page)
    right, wrong = (
        cell_with(page, f"check({name})").locator(".jp-OutputArea")
        for name in ("three_four", "right_angle")
    )
    expect(right).to_contain_text("passed")
    expect(wrong).to_contain_text("failed")
    expect(wrong).to_contain_text("Looks like not normalised")
    assert page.locator(".jp-mod-error, .jp-RenderedText[data-mime-type*=stderr]").count() == 0, (
        "a failed check is no traceback"
    )
    said = validate(page)
    assert "right_angle" in said or "Two axes" in said, said
    assert "Success" not in said

    source = load(course.root, "vectors").questions["cosine"].source
    replace_source(page, cell_with(page, "def cosine"), source)
    run_all(page)
    expect(cell_with(page, "check(right_angle)").locator(".jp-OutputArea")).to_contain_text(
        "passed"
    )
    assert "Success" in validate(page)


@pytest.mark.parametrize(
    ("theme", "light"), [("JupyterLab Dark", "false"), ("JupyterLab Light", "true")]
)
def test_pictures_and_the_table_of_questions_show_in_both_themes(
    page: Page, address: str, tmp_path: Path, theme: str, light: str
) -> None:
    open_notebook(page, address, "student/vectors.ipynb")
    page.locator(".lm-MenuBar-itemLabel", has_text="Settings").first.click()
    page.locator(".lm-Menu-itemLabel", has_text="Theme").first.click()
    page.locator(".lm-Menu-itemLabel", has_text=theme).first.click()
    page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")
    expect(page.locator(".jp-RenderedMarkdown table").first).to_contain_text("Length one")
    picture = page.get_by_alt_text("Both on one ray").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 240
    page.screenshot(path=tmp_path / "themed.png")


def test_a_knob_draws_a_new_picture(page: Page, address: str) -> None:
    """The picture of the default stands; a slider puts another one under itself."""
    open_notebook(page, address, "knob.ipynb")
    run_all(page)
    pictures = page.locator(".jp-OutputArea-output img")
    slider = page.locator(".noUi-handle").first
    slider.wait_for()
    expect(pictures).to_have_count(1)
    slider.focus()
    page.keyboard.press("PageUp")
    expect(pictures).to_have_count(2)
    said = page.locator(".jp-OutputArea-output pre", has_text="drawn with")
    before = said.nth(1).inner_text()
    page.keyboard.press("PageUp")
    expect(said.nth(1)).not_to_have_text(before)
    expect(said).to_have_count(2)
    expect(pictures).to_have_count(2)


def test_an_untouched_release_says_what_is_not_written_yet(page: Page, address: str) -> None:
    open_notebook(page, address, "untouched/toy.ipynb")
    run_all(page)
    expect(
        cell_with(page, "check(quarter_and_three_quarters)").locator(".jp-OutputArea")
    ).to_contain_text("not written yet")
    assert "Success" not in validate(page)


def test_formgrader_lists_the_assignments_and_its_button_autogrades(
    page: Page, address: str, course: Course
) -> None:
    page.goto(f"{address}/lab?token={TOKEN}&reset")
    page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").wait_for()
    menu(page, "Nbgrader", "Formgrader")
    frame = page.frame_locator("iframe[src*=formgrader]")
    expect(frame.get_by_role("link", name="vectors", exact=True)).to_be_visible()
    expect(frame.get_by_role("link", name="toy", exact=True)).to_be_visible()

    page.goto(f"{address}/formgrader/manage_submissions/vectors?token={TOKEN}")
    page.locator("td.autograde a").click()
    expect(page.locator(".modal-body")).to_contain_text("Successfully autograded")
    assert totals(course.root / "gradebook.db", "vectors") == {
        "ada": load(course.root, "vectors").points
    }


def test_formgrader_shows_formulas_without_any_other_host(
    page: Page, address: str, course: Course
) -> None:
    if not (course.root / "autograded" / "ada" / "vectors").exists():
        nbgrader(course, "autograde", "vectors")
    refused = offline(page, address)
    page.goto(f"{address}/lab?token={TOKEN}&reset")  # signs the page in
    page.goto(f"{address}/formgrader/gradebook/vectors/vectors")
    page.get_by_role("link", name="Submission #1", exact=True).click()
    expect(page.locator(".MathJax").first).to_contain_text("(3,4)")
    page.wait_for_load_state("networkidle")
    assert refused == []
    page.evaluate("fetch('https://example.org/').catch(() => 0)")
    assert refused == ["https://example.org/"], "what is refused is seen"


def test_formgraders_generate_button_makes_the_same_release(
    page: Page, address: str, course: Course
) -> None:
    release = course.root / "release" / "toy" / "toy.ipynb"
    before = release.read_bytes()
    release.unlink()
    page.goto(f"{address}/formgrader/manage_assignments?token={TOKEN}")
    page.locator("tr", has=page.get_by_role("link", name="toy", exact=True)).locator(
        "td.assign a"
    ).click()
    expect(page.locator(".modal-body").last).to_contain_text("Successfully created")
    assert release.read_bytes() == before
