"""Cells of the script that ask for an answer in words: the question above, the rubric below a
marker.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from ..core.written import kept_apart
from ..errors import AuthorError
from .assignment import ScriptCell, WrittenAnswer
from .header import Header
from .markers import marker_in

RUBRIC, MODEL = "### RUBRIC", "### MODEL ANSWER"
"""What stands below these lines, students never get."""
_WORDS = re.compile(r"[^A-Z]+")


def written_cells(path: Path, source: str, header: Header) -> list[ScriptCell]:
    """The prose that asks, and the cell in which a student answers.

    Args:
        path: named by messages.
        source: of the script's cell.
        header: of the cell; it names the answer and its points.

    Raises:
        AuthorError: the question or the rubric is missing, or a marker is misspelt.
    """
    where = f"{path}:{header.line}: answer {header.answer}"
    lines = [line.rstrip() for line in source.splitlines()]
    places = {
        marker: [n for n, text in enumerate(lines) if text == marker] for marker in (RUBRIC, MODEL)
    }
    for number, line in enumerate(lines):
        if line not in (RUBRIC, MODEL) and _nearly(line):
            raise AuthorError(
                f"{path}:{header.line + 1 + number}: {line.strip()!r} is no marker; write {RUBRIC!r} and, below it, {MODEL!r}"
            )
    if not places[RUBRIC]:
        raise AuthorError(f"{where}: no line {RUBRIC!r}, with what is worth which points below it")
    if any(len(found) > 1 for found in places.values()):
        raise AuthorError(f"{where}: a marker stands twice")
    begin, middle = places[RUBRIC][0], (places[MODEL] or [len(lines)])[0]
    if middle < begin:
        raise AuthorError(f"{where}: {MODEL!r} stands below the rubric")
    asked, rubric, model = (
        "\n".join(part).strip("\n")
        for part in (lines[:begin], lines[begin + 1 : middle], lines[middle + 1 :])
    )
    if not asked.strip():
        raise AuthorError(f"{where}: nothing is asked above {RUBRIC!r}")
    if not rubric.strip():
        raise AuthorError(f"{where}: the rubric is empty")
    if places[MODEL] and not model.strip():
        raise AuthorError(f"{where}: the model answer is empty")
    if marker := marker_in(rubric) or marker_in(model):
        raise AuthorError(f"{where}: {marker!r} stands in the rubric")
    assert (
        header.answer is not None and header.points is not None
    )  # the header's reader has seen to it
    answer = WrittenAnswer(header.answer, header.points, rubric, model)
    first = header.line + 1
    return [
        ScriptCell("text", asked, line=first),
        ScriptCell("answer", kept_apart(_for_graders(answer)), line=first + begin, answer=answer),
    ]


def _for_graders(answer: WrittenAnswer) -> str:
    """What a grader sees beside an answer."""
    parts = [f"**Rubric** ({answer.points:g} points; students do not see this)", answer.rubric]
    if answer.model:
        parts += ["**Model answer**", answer.model]
    return "\n\n".join(parts)


def _nearly(line: str) -> bool:
    """Whether a line may be meant as one of the markers."""
    if not line.lstrip().startswith("#"):
        return False
    words = _WORDS.sub(" ", line.upper()).strip()
    likeness = (
        difflib.SequenceMatcher(None, words, marker.strip("# ")).ratio()
        for marker in (RUBRIC, MODEL)
    )
    return max(likeness) > 0.8


def check_names(path: Path, cells: Sequence[ScriptCell], questions: Collection[str]) -> None:
    """Make sure that each written answer has a name of its own.

    Raises:
        AuthorError: another one, or a question, has it, too.
    """
    seen = set(questions)
    for cell in cells:
        if cell.answer is None:
            continue
        if cell.answer.name in seen:
            raise AuthorError(
                f"{path}:{cell.line}: two questions or answers are named {cell.answer.name}"
            )
        seen.add(cell.answer.name)
