"""The headers of a percent script's cells: `# %% question="softmax" minutes=25 further
forbid=["autograd"]`.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.cells import DEMO_TAG, PREDICT_TAG
from ..core.rules import FAMILIES
from ..errors import AuthorError
from .course import Choice
from .rules import is_rule

TAGS = (DEMO_TAG, PREDICT_TAG)
"""What a cell may be tagged with."""
LEAST_MINUTES, MOST_MINUTES = 5, 90
"""A question outside of these is none, or several."""
MOST_POINTS = 100

_HEADER = re.compile(r"# %%(?: \[(?P<type>\w+)\])?(?P<keys>(?: .*)?)")
_NEARLY = re.compile(r"#\s*%\s*%")
_KEY = re.compile(
    r"""\s+(?P<name>[\w.-]+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|\[[^\]]*\]|[\w.]+))?"""
)
_CODE_KEYS = ("question", "minutes", "further", "forbid", "tags")
_TEXT_KEYS = ("hints", "answer", "points")


@dataclass(frozen=True)
class Header:
    """What the first line of a cell says.

    Args:
        line: its line in the file; the cell's text begins below it.
        markdown: whether it is a cell of prose.
        question: name of the question whose stubs stand in the cell.
        minutes: how long a student needs for the question.
        further: whether the question is no core question.
        forbid: what the question takes away; see :mod:`dlcourse.core.rules`.
        hints: name of the question whose hints stand in the cell.
        tags: some of :data:`TAGS`.
        answer: name of the written answer that the cell asks for.
        points: what a person may give for it.
    """

    line: int
    markdown: bool = False
    question: str | None = None
    minutes: int | None = None
    further: bool = False
    forbid: tuple[str, ...] = ()
    hints: str | None = None
    tags: tuple[str, ...] = ()
    answer: str | None = None
    points: float | None = None


def read_headers(path: Path, text: str) -> list[Header]:
    """The headers of a script, in order.

    Args:
        path: named by messages.
        text: the script.

    Raises:
        AuthorError: one is misspelt, or holds a key or a value that there is not; the message names
            its line.
    """
    return [_parsed(f"{path}:{line}", line, comment) for line, comment in _comments(text)]


def minutes_of(path: Path, choice: Choice = None) -> tuple[int, int]:
    """Minutes that a student needs for the chosen questions of a script, and for the core ones
    among them.

    Raises:
        AuthorError: the script is missing, or one of its headers is wrong.
    """
    if not path.is_file():
        raise AuthorError(f"{path}: no such file; `dlcourse new {path.stem}` writes a template")
    headers = read_headers(path, path.read_text(encoding="utf-8"))
    chosen = [
        h
        for h in headers
        if h.question is not None
        and (choice is None or (not h.further if choice == "core" else h.question in choice))
    ]
    core = sum(h.minutes or 0 for h in chosen if not h.further)
    return sum(h.minutes or 0 for h in chosen), core


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are a header or nearly one, with their numbers; those within strings are none."""
    try:
        comments = [
            (token.start[0], token.string)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT and token.start[1] == 0
        ]
    except (
        tokenize.TokenError,
        SyntaxError,
    ):  # the cell that is no Python gets a message of its own
        comments = list(enumerate(text.splitlines(), 1))
    yield from ((line, comment) for line, comment in comments if _NEARLY.match(comment))


def _parsed(where: str, line: int, comment: str) -> Header:
    match = _HEADER.fullmatch(comment.rstrip())
    if match is None:
        raise AuthorError(
            f"{where}: {comment!r}: a cell begins with '# %%' or '# %% [markdown]', then a space"
        )
    if match["type"] not in (None, "markdown"):
        raise AuthorError(
            f"{where}: a {match['type']} cell; only markdown and code cells are built"
        )
    markdown = match["type"] is not None
    known = _TEXT_KEYS if markdown else _CODE_KEYS
    found: dict[str, Any] = {}
    at, keys = 0, match["keys"].rstrip()
    while at < len(keys):
        key = _KEY.match(keys, at)
        name = key["name"] if key else keys[at:].strip()
        if key is None or name not in known:
            raise AuthorError(f"{where}: {_unknown(name, known, markdown)}")
        if name in found:
            raise AuthorError(f"{where}: {name!r} stands twice")
        found[name] = _value(_named(where, found), name, key["value"])
        at = key.end()
    _check_company(where, found)
    return Header(line, markdown, **found)


def _named(where: str, found: dict[str, Any]) -> str:
    """A place, with the name of the question where that is known already."""
    return f"{where}: question {found['question']}" if "question" in found else where


def _unknown(name: str, known: tuple[str, ...], markdown: bool) -> str:
    near = difflib.get_close_matches(name, known, 1)
    what = "prose" if markdown else "code"
    cure = f"did you mean {near[0]!r}?" if near else f"a {what} cell takes {', '.join(known)}"
    return f"unknown key {name!r} in a cell's header; {cure}"


def _value(where: str, name: str, text: str | None) -> Any:
    """The value of a key, checked."""
    if name == "further":
        if text is not None:
            raise AuthorError(f"{where}: further stands alone, without a value")
        return True
    try:
        value = ast.literal_eval(text or "")
    except (ValueError, SyntaxError):
        value = text
    if name in ("question", "hints", "answer"):
        if not isinstance(value, str) or text == value or not value.isidentifier():
            if name == "answer":
                raise AuthorError(
                    f'{where}: a written answer needs a name: answer="why", got {text}'
                )
            raise AuthorError(f'{where}: a question needs a name: {name}="softmax", got {text}')
        return value
    if name == "minutes":
        if not isinstance(value, int) or not LEAST_MINUTES <= value <= MOST_MINUTES:
            raise AuthorError(
                f"{where}: minutes is a whole number from {LEAST_MINUTES} to {MOST_MINUTES}, got {text}"
            )
        return value
    if name == "points":
        if type(value) not in (int, float) or not 0 < value <= MOST_POINTS:
            raise AuthorError(
                f"{where}: points is a number above 0, at most {MOST_POINTS}, got {text}"
            )
        return float(value)
    if name == "forbid":
        if not isinstance(value, list) or not all(map(is_rule, value)):
            raise AuthorError(
                f"{where}: forbid takes a list of full dotted names and of families "
                f"({', '.join(FAMILIES)}), got {text}"
            )
        return tuple(value)
    if not isinstance(value, list) or len(value) != 1 or value[0] not in TAGS:
        raise AuthorError(
            f"{where}: tags is one of {', '.join(f'[{t!r}]' for t in TAGS)}, got {text}"
        )
    return tuple(value)


def _check_company(where: str, found: dict[str, Any]) -> None:
    """Make sure that no key stands where it means nothing, and none is missing."""
    if "answer" in found and "hints" in found:
        raise AuthorError(f"{where}: a cell of hints asks for no answer")
    if "answer" in found and "points" not in found:
        name = found["answer"]
        raise AuthorError(f'{where}: answer {name} needs its points: answer="{name}" points=4')
    if "points" in found and "answer" not in found:
        raise AuthorError(f'{where}: points belongs to a written answer: answer="why" points=4')
    if "question" not in found:
        for name in ("minutes", "further", "forbid"):
            if name in found:
                raise AuthorError(
                    f'{where}: {name} belongs to a question: question="softmax" {name}'
                )
    elif "tags" in found:
        raise AuthorError(f"{where}: a question has no tags")
