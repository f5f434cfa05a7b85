"""Makes docs/payoffs: the picture at the end of each assignment, for README's table, the gallery of
the site, and the notebook that leads through the course.

Run from the repository's root, for all assignments or for some; `dlcourse build` afterwards puts the
pictures into release/index.ipynb:

    python docs/payoffs.py [slug ...]
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from PIL import Image

from dlcourse.authoring.claims import demo_of
from dlcourse.authoring.course import read_course
from dlcourse.authoring.read import load, load_reference
from dlcourse.student.figures import style

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "payoffs"
SIZE = (320, 200)
"""Largest width and height in pixels."""
COLOURS = 48
NOT_THE_LAST = {
    "backpropagation": "move_the_pixels",
    "word_embeddings": "king_minus_man_plus_woman",
}
"""Demos that show an assignment's payoff though others come after them."""
LIMIT = 20_000
"""Bytes of one picture."""


def draw(slug: str) -> Path:
    """Run an assignment's payoff, its last demo if nothing else is said, with the reference, and save
    what it draws.
    """
    assignment = load(ROOT, slug)
    demos = [name for c in assignment.cells if c.kind == "demo" and (name := demo_of(c.source))]
    reference = load_reference(slug, ROOT)
    path = FOLDER / f"{slug}.png"
    with matplotlib.rc_context(style()):  # type: ignore[arg-type]
        with contextlib.chdir(
            assignment.files.script.parent
        ):  # where the script finds data/<slug>/
            getattr(reference, NOT_THE_LAST.get(slug, demos[-1]))()
        plt.gcf().savefig(path, dpi=120, facecolor="white", bbox_inches="tight")
        plt.close("all")
    with Image.open(path) as picture:
        small = picture.convert("RGB")
    small.thumbnail(SIZE, Image.Resampling.LANCZOS)
    small.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(path, optimize=True)
    assert path.stat().st_size < LIMIT, f"{path} holds {path.stat().st_size} bytes"
    return path


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for slug in sys.argv[1:] or read_course(ROOT).entries:
        path = draw(slug)
        print(f"{slug}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
