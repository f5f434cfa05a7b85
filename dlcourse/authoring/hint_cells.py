"""Cells of hints: read, checked, and rendered as folds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.folds import LEVELS, NEEDED
from ..errors import AuthorError
from .assignment import ScriptCell

_BEGIN = re.compile(r"^([a-z]+):(?:\s+|$)")


@dataclass(frozen=True)
class Hint:
    """One hint.

    Args:
        line: of the cell's text, from 0.
        text: its markdown.
    """

    line: int
    text: str


def read_hints(where: str, source: str, question: str) -> dict[str, Hint]:
    """The hints of a cell by level.

    A paragraph that begins with ``idea:`` begins that hint; paragraphs without such a word go on
    with it.

    Raises:
        AuthorError: a level is unknown, missing, empty, out of order or there twice; the message
            begins with ``where``.
    """
    found: dict[str, Hint] = {}
    above = ""
    for number, line in enumerate(source.splitlines()):
        begin = None if above.strip() else _BEGIN.match(line)
        above = line
        if begin and begin[1] in LEVELS:
            level = begin[1]
            if level in found:
                raise AuthorError(f"{where}: hints of {question}: {level}: stands twice")
            found[level] = Hint(number, line[begin.end() :])
        elif begin and (near := difflib.get_close_matches(begin[1], LEVELS, 1)):
            raise AuthorError(
                f"{where}: hints of {question}: {begin[1]!r}; did you mean {near[0]!r}?"
            )
        elif found:
            level = list(found)[-1]
            found[level] = Hint(found[level].line, f"{found[level].text}\n{line}")
        elif line.strip():
            raise AuthorError(
                f"{where}: hints of {question}: each begins with one of {', '.join(LEVELS)} and a colon"
            )
    missing = [level for level in NEEDED if level not in found or not found[level].text.strip()]
    if missing:
        raise AuthorError(f"{where}: hints of {question}: no {', '.join(missing)}")
    if list(found) != [level for level in LEVELS if level in found]:
        raise AuthorError(f"{where}: hints of {question}: their order is {', '.join(LEVELS)}")
    return {level: Hint(hint.line, hint.text.strip()) for level, hint in found.items()}


def check_places(path: Path, cells: Sequence[ScriptCell]) -> None:
    """Make sure that hints stand beside the stub that they are for, and that all questions have
    them if one has.

    Raises:
        AuthorError: they do not.
    """
    hints = {n: cell for n, cell in enumerate(cells) if cell.kind == "hints"}
    questions = {cell.question: n for n, cell in enumerate(cells) if cell.kind == "question"}
    seen: set[str | None] = set()
    for number, cell in hints.items():
        where = f"{path}:{cell.line - 1}: hints of {cell.question}"
        read_hints(f"{path}:{cell.line}", cell.source, str(cell.question))
        if cell.question not in questions:
            near = difflib.get_close_matches(str(cell.question), [q for q in questions if q], 1)
            raise AuthorError(
                f"{where}: no such question" + (f"; did you mean {near[0]!r}?" if near else "")
            )
        if cell.question in seen:
            raise AuthorError(f"{where}: they have a cell already")
        if abs(questions[cell.question] - number) != 1:
            raise AuthorError(
                f"{where}: put them just above or just below the question's code cell"
            )
        seen.add(cell.question)
    for question, number in questions.items():
        if hints and question not in seen:
            raise AuthorError(
                f'{path}:{cells[number].line}: question {question} has no hints, others have: # %% [markdown] hints="{question}"'
            )
