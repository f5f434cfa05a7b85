"""`dlcourse report`: a class on one self-contained page, and as a table for a spreadsheet."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..authoring.assignment import Assignment
from ..authoring.course import Course
from ..authoring.read import load
from ..core.notebook_file import notebook_name
from ..core.rendering import words
from ..errors import CourseError
from ..grading.journal import Journal
from ..student.figures import PALETTE, style
from .code import anonymous, answers
from .items import ClassItems, Mistake, class_items
from .page import framed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..nbgrader_port.in_words import ClassAnswer

WEAK = 0.15
"""Discrimination below which a test is worth a look."""
LOOK = "◂"
_NUMBER = re.compile(rf"([-−]?\d+(\.\d+)?( %| {LOOK})?)?")
_STYLE = """
body { max-width: 60rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #d1d9e0; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
img { max-width: 100%; } .soft { color: #59636e; } .weak { color: #c4232d; font-weight: 600; }
@media print { tr, pre, img { break-inside: avoid; } h2 { break-after: avoid; } }
"""


def read_items(course: Course, slug: str) -> tuple[Assignment, ClassItems]:
    """What the last class runs found of an assignment.

    Raises:
        CourseError: nothing of it was graded.
    """
    assignment = load(course.root, slug)
    entries = Journal(course.files(slug).journal).entries
    if not entries:
        raise CourseError(f"no submission of {slug} is graded; run `dlcourse grade {slug}`")
    probes = [p.spec for q in assignment.questions for p in assignment.probes_of(q)]
    return assignment, class_items(probes, entries)


def report_html(course: Course, slug: str) -> str:
    """The page of one assignment: distribution, questions, tests, misconceptions, who needs a look."""
    assignment, found = read_items(course, slug)
    title = course.entry(slug).title
    shares = np.array([found.scores[s] for s in found.students]) / (found.points or 1.0)
    body = [
        f"<p>{len(found.students)} submissions; of {found.points:g} points the tests gave a mean of "
        f"{100 * shares.mean():.0f} %, a median of {100 * np.median(shares):.0f} %. "
        f"Penalties, extra credit and grades by hand are not in these numbers.</p>",
        _picture(_distribution(shares), "Distribution of scores"),
        "<h2>Questions</h2>",
        _picture(_questions(found), "Share of points by question"),
        "<h2>Tests</h2>",
        "<p class=soft>Discrimination: correlation of passing a test with the score on all others. Near 0, or below, the "
        "test does not tell those who know more from the others: look at it.</p>",
        _table(("question", "test", "", "points", "passed", "discrimination"), _item_rows(found)),
        *_in_words(course, assignment),
        "<h2>Misconceptions</h2>",
        *_misconceptions(course, assignment, found),
        "<h2>Time of a run</h2>",
        _seconds(found),
        "<h2>Who passes public tests alone</h2>",
        _list([f"{s}: {', '.join(q)}" for s, q in found.public_only.items()]),
        "<h2>Who needs a look</h2>",
        _list([f"{s}: {'; '.join(notes)}" for s, notes in found.look.items()]),
    ]
    return framed(f"{title}: report", "".join(body), _STYLE)


def report_csv(course: Course, slug: str) -> str:
    """The tests as a table: question, test, title, public, points, passed, discrimination."""
    _, found = read_items(course, slug)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("question", "test", "title", "public", "points", "passed", "discrimination"))
    for item in found.items:
        d = "" if item.discrimination is None else f"{item.discrimination:.4f}"
        probe = item.probe
        writer.writerow(
            (
                probe.question,
                probe.name,
                probe.title,
                int(probe.public),
                f"{probe.points:g}",
                f"{item.passed:.4f}",
                d,
            )
        )
    return file.getvalue()


def report_json(course: Course, slug: str = "") -> str:
    """What the page says, as data: of one assignment, or by slug of all that were graded."""
    if not slug:
        graded = [s for s in course.entries if course.files(s).journal.is_file()]
        return json.dumps({one: json.loads(report_json(course, one)) for one in graded})
    assignment, found = read_items(course, slug)
    return json.dumps(
        {
            **_words_data(course, assignment),
            "submissions": len(found.students),
            "points": found.points,
            "scores": dict(found.scores),
            "questions": dict(found.questions),
            "tests": [
                {"name": i.probe.name, "passed": i.passed, "discrimination": i.discrimination}
                for i in found.items
            ],
            "misconceptions": [
                {"question": m.question, "name": m.name, "students": len(m.students)}
                for m in found.mistakes
            ],
        }
    )


def term_html(course: Course) -> str:
    """The page of a term: a row for each assignment that was graded.

    Raises:
        CourseError: nothing was graded.
    """
    graded: dict[str, np.ndarray] = {}
    for slug in course.entries:
        if course.files(slug).journal.is_file():
            _, found = read_items(course, slug)
            graded[slug] = np.array([found.scores[s] for s in found.students]) / (found.points or 1)
    if not graded:
        raise CourseError("nothing is graded yet; run `dlcourse grade <slug>`")
    rows = []
    for slug, shares in graded.items():
        low, middle, high = np.percentile(shares, (25, 50, 75))
        texts = [f"{100 * value:.0f} %" for value in (shares.mean(), low, middle, high)]
        rows.append((slug, str(len(shares)), *texts))
    head = ("assignment", "submissions", "mean", "lower quartile", "median", "upper quartile")
    body = [_picture(_boxes(graded), "Scores by assignment"), _table(head, rows)]
    return framed(f"{course.title}: the term", "".join(body), _STYLE)


def _item_rows(found: ClassItems) -> Iterator[Sequence[str]]:
    for item in found.items:
        d = item.discrimination
        said = "" if d is None else f"{d:.2f}"
        if d is not None and d < WEAK:
            said = f"{said} {LOOK}"
        kind = "public" if item.probe.public else "hidden"
        yield (
            item.probe.question, item.probe.title, kind, f"{item.probe.points:g}",
            f"{100 * item.passed:.0f} %", said,
        )  # fmt: skip


def _answers(course: Course, assignment: Assignment) -> list[ClassAnswer]:
    """How far the class's written answers are; the gradebook is asked only where there are any."""
    if not assignment.answers:
        return []
    from ..nbgrader_port.config import gradebook_url
    from ..nbgrader_port.in_words import class_answers

    return class_answers(gradebook_url(course), assignment.slug)


def _in_words(course: Course, assignment: Assignment) -> Iterator[str]:
    found = _answers(course, assignment)
    if not found:
        return
    yield "<h2>Answers in words</h2>"
    yield "<p>The mean is that of answers that a person has graded, and of 0 for those who wrote nothing.</p>"
    head = ("answer", "points", "graded", "not graded yet", "nothing written", "mean")
    rows: list[Sequence[str]] = []
    for one in found:
        mean = "" if one.mean is None else f"{one.mean:.2f}"
        counts = (str(n) for n in (len(one.scores), one.waiting, one.open))
        rows.append((words(one.name), f"{one.points:g}", *counts, mean))
    yield _table(head, rows)


def _words_data(course: Course, assignment: Assignment) -> dict[str, Any]:
    found = _answers(course, assignment)
    data = [
        {
            "name": one.name,
            "points": one.points,
            "graded": len(one.scores),
            "waiting": one.waiting,
            "open": one.open,
            "mean": one.mean,
        }
        for one in found
    ]
    return {"answers": data} if data else {}


def _misconceptions(course: Course, assignment: Assignment, found: ClassItems) -> Iterator[str]:
    hints = {(m.question, m.name): m.hint for m in assignment.misconceptions}
    if not found.mistakes:
        yield "<p>None was recognised.</p>"
    for mistake in found.mistakes:
        count = len(mistake.students)
        hint = hints.get((mistake.question, mistake.name), "")
        yield (
            f"<p><strong>{count} × {html.escape(mistake.question)}: {html.escape(words(mistake.name))}.</strong> "
            f"{html.escape(hint)}</p>"
        )
        if example := _example(course, assignment.slug, mistake):
            yield f"<pre>{html.escape(example)}</pre>"


def _example(course: Course, slug: str, mistake: Mistake) -> str:
    """The shortest code of those who have a misconception, without comments or names."""
    found = []
    for student in mistake.students:
        path: Path = course.autograded(student, slug) / notebook_name(slug)
        found += [anonymous(s) for q, s in answers(path) if q == mistake.question]
    return min(filter(None, found), key=len, default="")


def _seconds(found: ClassItems) -> str:
    low, high = np.percentile(found.seconds, (50, 95))
    slowest = max(zip(found.seconds, found.students, strict=True))
    return (
        f"<p>Half of the runs took at most {low:.1f} s, 95 % at most {high:.1f} s; "
        f"the slowest, {html.escape(slowest[1])}, {slowest[0]:.1f} s.</p>"
    )


def _distribution(shares: np.ndarray) -> Figure:
    figure, ax = _axes()
    ax.hist(100 * shares, bins=np.linspace(0, 100, 21), color=PALETTE[0], edgecolor="white")
    ax.set_xlabel("points of the tests in %")
    ax.set_ylabel("submissions")
    return figure


def _questions(found: ClassItems) -> Figure:
    figure, ax = _axes(0.7 + 0.32 * len(found.questions))
    names = list(found.questions)[::-1]
    ax.barh(names, [100 * found.questions[name] for name in names], color=PALETTE[0])
    ax.set_xlim(0, 100)
    ax.set_xlabel("share of the question's points that the class earns, in %")
    return figure


def _boxes(graded: dict[str, np.ndarray]) -> Figure:
    figure, ax = _axes(0.7 + 0.32 * len(graded))
    names = list(graded)[::-1]
    ax.boxplot([100 * graded[name] for name in names], orientation="horizontal", tick_labels=names)
    ax.set_xlim(-2, 102)
    ax.set_xlabel("points of the tests in %")
    return figure


def _axes(height: float = 2.6):  # type: ignore[no-untyped-def]
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with matplotlib.rc_context(style()):  # type: ignore[arg-type]
        return plt.subplots(figsize=(8.0, height))


def _picture(figure: Figure, alt: str) -> str:
    import matplotlib.pyplot as plt

    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=150, facecolor="white")
    plt.close(figure)
    data = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}">'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose columns of numbers stand right."""
    rows = list(rows)
    numbers = [all(map(_NUMBER.fullmatch, column)) for column in zip(*rows, strict=True)]

    def line(tag: str, cells: Sequence[str]) -> str:
        kinds = zip(cells, numbers or [False] * len(cells), strict=True)
        parts = [
            f'<{tag} class="{"n" * number}{" weak" * cell.endswith(LOOK)}">{html.escape(cell)}</{tag}>'
            for cell, number in kinds
        ]
        return f"<tr>{''.join(parts)}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', head)}</thead><tbody>{body}</tbody></table>"


def _list(lines: Sequence[str]) -> str:
    if not lines:
        return "<p>Nobody.</p>"
    return f"<ul>{''.join(f'<li>{html.escape(line)}</li>' for line in lines)}</ul>"
