"""The markers around solutions, and what looks like one."""

from __future__ import annotations

import difflib
import re

from ..core.cells import BEGIN_SOLUTION, END_SOLUTION
from ..errors import AuthorError

_COMMENT = re.compile(r"^\s*(#+)(.*)$")
_MARKER = re.compile(
    r"^\s*[#=]+\s*((BEGIN|END)[ _-]*(HIDD?EN|SOLUTI?ON|MARK).*|(RUBRIC|MODEL[ _-]ANSWER)\W*$)",
    re.IGNORECASE | re.MULTILINE,
)


def marker_in(text: str) -> str:
    """The first marker in any text, prose included; empty where there is none."""
    found = _MARKER.search(text)
    return found.group(0).strip() if found else ""


def looks_like_marker(line: str) -> bool:
    """Whether a comment is a marker with a typo: too costly to miss, since the reference would be
    handed out.
    """
    comment = _COMMENT.match(line)
    if comment is None:
        return False
    words = re.sub(r"[^A-Z]+", " ", comment.group(2).upper()).strip()
    if (
        re.match(r"(BEGIN|END) ?(SOLUTION|HIDDEN|MARK)", words)
        or len(comment.group(1)) == 3
        and "SOLUTION" in words
    ):
        return True
    return any(
        difflib.SequenceMatcher(None, words, marker).ratio() > 0.8
        for marker in (BEGIN_SOLUTION.strip("# "), END_SOLUTION.strip("# "))
    )


def check_markers(where: str, source: str) -> None:
    """Make sure that the markers in a cell of the script stand in turn and are spelt right.

    Raises:
        AuthorError: they are not; the message begins with ``where``.
    """
    inside = False
    for line in source.splitlines():
        text = line.strip()
        if text == BEGIN_SOLUTION and not inside:
            inside = True
        elif text == END_SOLUTION and inside:
            inside = False
        elif text in (BEGIN_SOLUTION, END_SOLUTION) or looks_like_marker(line):
            raise AuthorError(
                f"{where}: stray or misspelt marker {text!r}; write {BEGIN_SOLUTION!r} and {END_SOLUTION!r} in turn"
            )
    if inside:
        raise AuthorError(f"{where}: {BEGIN_SOLUTION!r} without {END_SOLUTION!r}")
