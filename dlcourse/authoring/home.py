"""What leads through the course: release/index.ipynb, and the lines in each notebook that name the
ones before and after it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..core.notebook_file import notebook_name
from .course import Course, CourseEntry, read_course
from .course_map import course_map
from .header import minutes_of

HOME = "index.ipynb"
"""Name of the notebook in release/."""
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

_START = """Each notebook below derives a method, has you write it, tests it at once, and ends in an experiment that runs on
your own functions. Open one, run its cells from the top, and go where its first cell leads you.

Where to begin: **{first}** asks for nothing but Python and some calculus. Otherwise choose from the map; an arrow leads from a
notebook to those that build on it. Minutes are for a student who has read the article: core questions, then all."""
_STATE = """## Where you stand

The next cell runs the visible tests of the notebooks in this folder, and says for each which points are sure, which hang on
hidden tests, and which are open. Within a notebook, `from dlcourse import progress; progress()` says the same by question."""
_COMMAND = "!dlcourse status ."


def home_of(course: Course) -> Path:
    """The file, beside the folders that students get."""
    first = next(iter(course.entries))
    return course.files(first).release.parent / HOME


def picture_of(course: Course, slug: str) -> Path:
    """The picture of an assignment's payoff, which docs/payoffs.py makes; it need not exist."""
    return course.root / "docs" / "payoffs" / f"{slug}.png"


def home_notebook(course: Course) -> nbformat.NotebookNode:
    """The notebook that leads through the course: a map, the assignments of each track, and the
    student's state.
    """
    entries = list(course.entries.values())
    texts = [f"# {course.title}\n\n{_START.format(first=entries[0].title)}", _map(course)]
    for track, members in groupby(entries, lambda entry: entry.track):
        rows = [_row(course, entry) for entry in members]
        head = "| | | minutes |\n|:--|:--|--:|"
        texts.append("\n".join([f"## {track}\n", head, *rows]))
    texts.append(_STATE)
    cells = [new_markdown_cell(text, id=f"home-{n:02d}") for n, text in enumerate(texts, 1)]
    cells.append(new_code_cell(_COMMAND, id="home-state"))
    notebook = new_notebook(cells=cells, metadata=KERNEL)
    nbformat.validate(notebook)
    return notebook


def _map(course: Course) -> str:
    """Which assignment builds on which, as a picture and in words."""
    data = base64.b64encode(course_map(course).encode()).decode()
    return f"![Map of the course; the tables below say the same](data:image/svg+xml;base64,{data})"


def _row(course: Course, entry: CourseEntry) -> str:
    whole, core = minutes_of(course.files(entry.slug).script, entry.questions)
    link = f"[{entry.title}]({entry.slug}/{notebook_name(entry.slug)})"
    needs = f"<br>builds on {', '.join(entry.needs)}" if entry.needs else ""
    payoff = f"<br>{entry.payoff}" if entry.payoff else ""
    picture = picture_of(course, entry.slug)
    shown = ""
    if picture.is_file():
        data = base64.b64encode(picture.read_bytes()).decode()
        shown = f'<img alt="{entry.title}: what it ends in" width="180" src="data:image/png;base64,{data}">'
    return f"| {shown} | **{link}**{payoff}{needs} | {core} / {whole} |"


def write_home(course: Course) -> None:
    """Write release/index.ipynb."""
    path = home_of(course)
    path.parent.mkdir(exist_ok=True)
    path.write_text(home_text(course), encoding="utf-8")


def stale_home(course: Course) -> list[str]:
    """What is wrong with the committed release/index.ipynb."""
    path = home_of(course)
    kept = path.read_text(encoding="utf-8") if path.is_file() else ""
    return (
        []
        if kept == home_text(course)
        else [f"{path.relative_to(course.root).as_posix()} is stale"]
    )


def home_text(course: Course) -> str:
    """What release/index.ipynb holds."""
    return nbformat.writes(home_notebook(course)) + "\n"


def around(root: Path, slug: str) -> str:
    """The line at the end of a notebook: what comes next, what came before, and the way back; empty
    where a folder is no course, or another assignment's.
    """
    if not (root / "course.toml").is_file():
        return ""
    course = read_course(root)
    if slug not in course.entries:
        return ""
    return "  \n".join(_around(course, list(course.entries), slug))


def _around(course: Course, slugs: list[str], slug: str) -> Iterator[str]:
    at = slugs.index(slug)
    if at + 1 < len(slugs):
        entry = course.entries[slugs[at + 1]]
        payoff = f": {entry.payoff}" if entry.payoff else ""
        yield f"**Next** [{entry.title}]({_beside(entry.slug)}){payoff}."
    if at:
        entry = course.entries[slugs[at - 1]]
        yield f"**Before** [{entry.title}]({_beside(entry.slug)})."
    yield f"**All** [{course.title}](../{HOME})."


def _beside(slug: str) -> str:
    """Another assignment's notebook, as links in a notebook name it: the folders lie side by side."""
    return f"../{slug}/{notebook_name(slug)}"
