"""The map of a course as SVG: a column for each track, an arrow from what an assignment builds on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import groupby

from .course import Course, CourseEntry

_COLUMN, _ROW = 182, 44
_WIDTH, _HEIGHT = 152, 26
_TOP = 74
_INK, _LINE, _DOT = "#333333", "#0072B2", "#D55E00"


def course_map(course: Course) -> str:
    """The map.

    What more than a third of the assignments build on would bury it under arrows: those have a dot
    in their place.
    """
    entries = list(course.entries.values())
    places = _places(entries)
    counts = Counter(need for entry in entries for need in entry.needs)
    common = [need for need, count in counts.items() if 3 * count > len(entries)]
    width = _COLUMN * (1 + max(x for x, _ in places.values())) + 10
    height = _TOP + _ROW * (1 + max(y for _, y in places.values()))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="sans-serif" font-size="12" fill="{_INK}">',
        f"<title>What each assignment of {escape(course.title)} builds on</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#FAFAFA"/>',
        *_legend(common),
        *(_head(track, n) for n, (track, _) in enumerate(groupby(entries, lambda e: e.track))),
    ]
    for entry in entries:
        parts += [_arrow(places[n], places[entry.slug]) for n in entry.needs if n not in common]
    for entry in entries:
        parts += _node(entry, places[entry.slug], dot=bool(set(common) & set(entry.needs)))
    return "\n".join([*parts, "</svg>", ""])


def _places(entries: list[CourseEntry]) -> dict[str, tuple[int, int]]:
    """Column and row of each assignment."""
    return {
        entry.slug: (column, row)
        for column, (_, members) in enumerate(groupby(entries, lambda e: e.track))
        for row, entry in enumerate(members)
    }


def _legend(common: list[str]) -> Iterator[str]:
    text = " and ".join(need.replace("_", " ") for need in common)
    if common:
        yield f'<circle cx="20" cy="20" r="5" fill="{_DOT}"/>'
        yield f'<text x="32" y="24">builds on {escape(text)}</text>'
    x = 32 + (7 * len(text) + 90 if common else 0)
    yield f'<path d="M{x} 20h26" stroke="{_LINE}" stroke-width="1.6"/>'
    yield f'<path d="M{x + 26} 16l8 4l-8 4z" fill="{_LINE}"/>'
    yield f'<text x="{x + 44}" y="24">leads to what builds on it</text>'


def _head(track: str, column: int) -> str:
    return f'<text x="{_left(column)}" y="{_TOP - 16}" font-weight="bold">{escape(track)}</text>'


def _left(column: int) -> int:
    return 22 + _COLUMN * column


def _middle(row: int) -> int:
    return _TOP + _ROW * row + _HEIGHT // 2


def _arrow(origin: tuple[int, int], target: tuple[int, int]) -> str:
    """From the right of one to the left of another; within a column round the left side."""
    (a, r), (b, s) = origin, target
    x, y = _left(b) - 7, _middle(s)
    if a == b:
        start, bend = _left(a), 14 + 3 * abs(s - r)
        path = f"M{start} {_middle(r)}C{start - bend} {_middle(r)} {start - bend} {y} {x} {y}"
    else:
        start = _left(a) + _WIDTH
        path = f"M{start} {_middle(r)}C{start + 60} {_middle(r)} {x - 60} {y} {x} {y}"
    return (
        f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.6" opacity="0.75"/>'
        f'<path d="M{x} {y - 4}l7 4l-7 4z" fill="{_LINE}"/>'
    )


def _node(entry: CourseEntry, place: tuple[int, int], dot: bool) -> Iterator[str]:
    x, y = _left(place[0]), _middle(place[1])
    yield (
        f'<rect x="{x}" y="{y - _HEIGHT // 2}" width="{_WIDTH}" height="{_HEIGHT}" rx="5" fill="#FFFFFF"'
        f' stroke="#999999"/>'
    )
    yield f'<text x="{x + 8}" y="{y + 4}">{escape(entry.slug.replace("_", " "))}</text>'
    if dot:
        yield f'<circle cx="{x + _WIDTH}" cy="{y - _HEIGHT // 2}" r="5" fill="{_DOT}"/>'
