"""`dlcourse similar`: pairs of students whose code is more alike than that of their class.

copydetect compares (winnowing, the method of MOSS: Schleimer, Wilkerson and Aiken, SIGMOD 2003): names, comments and
layout do not count, nor does the order of functions. What everybody has is taken out before: the stubs, the reference
and its alternatives, and what a good part of the class shares. A pair on the page is a question and no proof.
"""

from __future__ import annotations

import html
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from copydetect import CodeFingerprint, compare_files

from ..authoring.assignment import Assignment
from ..authoring.course import Course
from ..core.cells import reference_view
from ..core.notebook_file import notebook_name
from ..errors import CourseError
from ..grading.journal import Journal
from .code import anonymous, answers
from .page import framed

NOISE = 25
"""Characters of normalised code that must agree to count at all; names are one character there."""
WINDOW = 4
COMMON = 0.25
"""Share of the class from which on what they have in common is nobody's."""
LEAST = 0.4
"""Likeness below which no pair is listed, whatever the class."""
LEAST_CHARACTERS = 120
"""Characters of normalised code that a listed pair shares."""
MANY = 6.0
"""Spreads above the class's median from which on a pair is listed."""
MOST = 50
"""Pairs on the page."""


@dataclass(frozen=True)
class Pair:
    """Two students whose code is alike.

    Args:
        students: their ids.
        likeness: share of the shorter code that stands in the other, from 0 to 1.
        marked: both codes as HTML, the shared parts marked.
    """

    students: tuple[str, str]
    likeness: float
    marked: tuple[str, str]


@dataclass(frozen=True)
class Likeness:
    """A class's pairs.

    Args:
        students: how many were compared.
        median: of all pairs' likeness.
        level: from which on pairs are listed.
        pairs: the most alike first.
    """

    students: int
    median: float
    level: float
    pairs: tuple[Pair, ...]


def _bare(source: str) -> str:
    """Code without docstrings and comments where it can be read, else as it is."""
    return anonymous(source) or source


def _print(source: str, window: int = WINDOW, boilerplate: Sequence[int] = ()) -> CodeFingerprint:
    return CodeFingerprint(
        "code.py",
        NOISE,
        window,
        boilerplate=np.array(boilerplate),
        fp=io.StringIO(source),
        language="python",
    )


def compare(codes: Mapping[str, str], common: Sequence[str] = ()) -> Likeness:
    """Compare all pairs.

    Args:
        codes: the answers of each student, by id.
        common: code that everybody has or may have.
    """
    texts = {student: _bare(code) for student, code in codes.items()}
    known = {int(h) for code in common for h in _print(_bare(code), 1).hashes}
    counted = Counter(int(h) for text in texts.values() for h in set(_print(text, 1).hashes))
    enough = max(4, COMMON * len(texts))
    known |= {h for h, times in counted.items() if times >= enough}
    prints = {s: _print(text, boilerplate=sorted(known)) for s, text in texts.items()}
    found = []
    for one, other in combinations(sorted(prints), 2):
        shared, shares, slices = compare_files(prints[one], prints[other])
        found.append(
            (float(min(max(shares), 1.0)) if shared else 0.0, int(shared), one, other, slices)
        )
    likeness = np.array([pair[0] for pair in found]) if found else np.zeros(1)
    median = float(np.median(likeness))
    spread = 1.4826 * float(np.median(abs(likeness - median)))
    level = max(LEAST, median + MANY * spread)
    listed = sorted(
        (p for p in found if p[0] >= level and p[1] >= LEAST_CHARACTERS),
        key=lambda p: (-p[0], p[2:4]),
    )
    return Likeness(
        len(codes),
        median,
        level,
        tuple(
            Pair((a, b), share, (_marked(texts[a], own), _marked(texts[b], theirs)))
            for share, _, a, b, (own, theirs) in listed[:MOST]
        ),
    )


def _marked(text: str, slices: np.ndarray) -> str:
    """A text as HTML, with the shared parts marked."""
    parts, at = [], 0
    for start, end in sorted((int(a), int(b)) for a, b in zip(*slices, strict=True)):
        start, end = max(start, at), min(end, len(text))
        if end > start:
            parts += [
                html.escape(text[at:start]),
                "<mark>",
                html.escape(text[start:end]),
                "</mark>",
            ]
            at = end
    return "".join([*parts, html.escape(text[at:])])


def of_class(course: Course, assignment: Assignment) -> Likeness:
    """Compare the graded notebooks of an assignment.

    Raises:
        CourseError: fewer than two are graded.
    """
    slug = assignment.slug
    codes = {}
    for student in Journal(course.files(slug).journal).entries:
        path = course.autograded(student, slug) / notebook_name(slug)
        written = [s for q, s in answers(path) if s != assignment.questions[q].stub]
        if written:
            codes[student] = "\n\n".join(written)
    if len(codes) < 2:
        raise CourseError(f"fewer than two answered notebooks of {slug} are graded")
    return compare(codes, list(_common(assignment)))


def _common(assignment: Assignment) -> Iterator[str]:
    for question in assignment.questions.values():
        yield question.stub
        yield reference_view(question.source)
    for other in assignment.alternatives:
        yield other.source


def page(title: str, found: Likeness) -> str:
    """The pairs side by side, on one self-contained page."""
    head = (
        f"<p>{found.students} students; half of all pairs share at most {100 * found.median:.0f} % of the shorter code, pairs "
        f"from {100 * found.level:.0f} % on are listed: {len(found.pairs)}. Names, comments, layout and the order of functions do "
        "not count; stubs, the reference and what much of the class shares are taken out. A pair is a reason to talk, "
        "no proof.</p>"
    )
    body = "".join(
        f"<h2>{html.escape(p.students[0])} and {html.escape(p.students[1])}: {100 * p.likeness:.0f} %</h2>"
        f"<div class=pair><pre>{p.marked[0]}</pre><pre>{p.marked[1]}</pre></div>"
        for p in found.pairs
    )
    style = (
        "body{max-width:90rem}.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem}mark{background:#ffe08a}"
        "@media print{.pair{font-size:8pt}h2{break-before:page}}"
    )
    return framed(title, head + body, style)
