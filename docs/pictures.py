"""Makes docs/pictures: a notebook, a feedback page and formgrader, as Chromium shows them over a
demo course.

Run from the repository's root with a folder that `dlcourse demo --folder` made:

    PYTHONPATH=. python docs/pictures.py <folder>
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
from dlcourse.authoring.read import load  # noqa: E402
from dlcourse.core.cells import reference_view  # noqa: E402
from tests.support.lab import TOKEN, browser, open_notebook, run_all, running_lab  # noqa: E402

SLUG = "backpropagation"
LIMIT = 200_000
"""Bytes of one picture."""


def save(page: Page, name: str, clip: dict[str, float] | None = None) -> None:
    """Write a picture with few colours, which screenshots do not miss."""
    path = ROOT / "docs" / "pictures" / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path, clip=clip)  # type: ignore[arg-type]
    Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
        path, optimize=True
    )
    assert path.stat().st_size < LIMIT, f"{path} holds {path.stat().st_size} bytes"


def notebook(course: Path) -> Path:
    """A notebook whose second question holds a misconception, next to the demo's release."""
    assignment = load(course, SLUG)
    questions = list(assignment.questions)
    mistake = next(m for m in assignment.misconceptions if m.question == questions[1])
    folder = course / "student"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(course / "release" / SLUG, folder)
    path = folder / f"{SLUG}.ipynb"
    one = nbformat.read(path, as_version=4)
    for cell in one.cells:
        question = cell.metadata.nbgrader["grade_id"].removeprefix("question-")
        if cell.metadata.nbgrader["solution"] and question in questions[:2]:
            cell.source = reference_view(
                assignment.edited(mistake)
                if question == questions[1]
                else assignment.questions[question].source
            )
    nbformat.write(one, path)
    return path


def main(course: Path) -> None:
    path = notebook(course)
    feedback = sorted(course.glob(f"feedback/mistake_*/{SLUG}/{SLUG}.html"))[1]
    with (
        running_lab(course) as address,
        tempfile.TemporaryDirectory() as profile,
        browser(Path(profile)) as context,
    ):
        page = context.new_page()
        page.set_viewport_size({"width": 1100, "height": 820})
        open_notebook(page, address, path.relative_to(course).as_posix())
        page.keyboard.press("Control+b")
        run_all(page)
        failed = page.locator(".jp-OutputArea-output", has_text="Looks like").first
        for _ in range(3):  # cells above it are drawn only now, and move it
            failed.evaluate("one => one.scrollIntoView({block: 'center'})")
            page.wait_for_timeout(1000)
        save(page, "check")
        page.goto(f"{address}/formgrader/manage_submissions/{SLUG}?token={TOKEN}")
        page.locator("td.autograde a").first.wait_for()
        save(page, "formgrader")
        page.goto(feedback.as_uri())
        save(page, "feedback")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).resolve())
