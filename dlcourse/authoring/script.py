"""Reads the percent script: its cells, and the questions among them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..core.cells import BEGIN_SOLUTION, DEMO_TAG, PREDICT_TAG, Kind, student_view
from ..core.names import read
from ..errors import AuthorError
from .assignment import Question, ScriptCell
from .header import Header, read_headers
from .hint_cells import check_places
from .markers import check_markers
from .source_file import defined
from .written import check_names, written_cells

_HEADING = re.compile(r"^## (.+?)\s*$", re.MULTILINE)
_NUMBERED = re.compile(r"(\d+)\s*[.:·]\s*(.+)")


def read_script(path: Path) -> tuple[tuple[ScriptCell, ...], dict[str, Question]]:
    """Cells and questions of a percent script.

    Raises:
        AuthorError: the file is missing or breaks the form of docs/authoring.md.
    """
    if not path.is_file():
        raise AuthorError(f"{path}: no such file; `dlcourse new {path.stem}` writes a template")
    import jupytext  # students, who check notebooks only, do not have it

    text = path.read_text(encoding="utf-8")
    headers = read_headers(path, text)
    notebook = jupytext.reads(text, fmt="py:percent")
    if len(headers) != len(notebook.cells):
        raise AuthorError(f"{path}:1: text above the first cell's header")
    cells: list[ScriptCell] = []
    heads: dict[str, _Head] = {}
    heading = ""
    for cell, header in zip(notebook.cells, headers, strict=True):
        if header.markdown:
            heading = ([heading, *_HEADING.findall(cell.source)])[-1]
        head = None if header.markdown else _head_of(path, cell.source, header, heading)
        if header.answer is not None:
            cells += written_cells(path, cell.source, header)
        elif head is None:
            cells.append(_plain_cell(cell.source, header))
        elif head.name in heads:
            raise AuthorError(f"{path}:{header.line}: two questions are named {head.name}")
        else:
            heads[head.name] = head
            cells.append(ScriptCell("question", head.source, head.name, header.line + 1))
    check_places(path, cells)
    check_names(path, cells, heads)
    if not heads:
        raise AuthorError(
            f'{path}: no question; a question is a code cell headed # %% question="name"'
        )
    return tuple(cells), _questions(heads)


@dataclass(frozen=True)
class _Head:
    """A question's cell and what its first line says."""

    name: str
    source: str
    functions: tuple[str, ...]
    header: Header
    minutes: int
    heading: str


def _plain_cell(source: str, header: Header) -> ScriptCell:
    """A cell that is no question."""
    kind: Kind = "given"
    if header.hints is not None:
        kind = "hints"
    elif header.markdown:
        kind = "text"
    elif DEMO_TAG in header.tags:
        kind = "demo"
    elif PREDICT_TAG in header.tags:
        kind = "predict"
    return ScriptCell(kind, source, header.hints, header.line + 1)


def _head_of(path: Path, source: str, header: Header, heading: str) -> _Head | None:
    """What makes a code cell a question; None where it is none."""
    where = f"{path}:{header.line}"
    check_markers(where, source)
    if header.question is None and BEGIN_SOLUTION not in source:
        return None
    try:
        functions = defined(source)
    except SyntaxError as error:
        raise AuthorError(f"{path}:{header.line + (error.lineno or 1)}: {error.msg}") from error
    name = header.question
    if name is None:
        raise AuthorError(f'{where}: a question needs a name: # %% question="softmax" minutes=20')
    if header.minutes is None:
        raise AuthorError(
            f'{where}: question {name} needs its minutes: question="{name}" minutes=20'
        )
    if BEGIN_SOLUTION not in source:
        raise AuthorError(f"{where}: question {name}: no {BEGIN_SOLUTION!r} in its cell")
    if functions and not _stub_can_be_defined(student_view(source)):
        raise AuthorError(
            f"{where}: question {name}: its stub cannot be run; indent the markers like the body between them"
        )
    return _Head(name, source, functions, header, header.minutes, heading)


def _questions(heads: dict[str, _Head]) -> dict[str, Question]:
    """The questions, each with those that it builds on in the order of the script."""
    owner = {function: head.name for head in heads.values() for function in head.functions}
    headed = Counter(head.heading for head in heads.values())
    questions = {}
    for number, (name, head) in enumerate(heads.items(), 1):
        used = {owner[n] for n in read(ast.parse(head.source)) if n in owner} - {name}
        header = head.header
        questions[name] = Question(
            name,
            head.functions,
            head.source,
            header.forbid,
            tuple(q for q in heads if q in used),
            head.minutes,
            header.further,
            header.line + 1,
            number,
            *_title(name, head.heading, alone=headed[head.heading] == 1),
        )
    return questions


def _title(name: str, heading: str, alone: bool) -> tuple[str, int | None]:
    """Title and number that the heading above a question gives it."""
    numbered = _NUMBERED.fullmatch(heading)
    title = numbered[2] if numbered else heading
    if alone and title:
        return title, int(numbered[1]) if numbered else None
    return f"{title} (`{name}`)".strip(), None


def _stub_can_be_defined(stub: str) -> bool:
    """Whether a stub is Python that raises when it is called, not when its cell is run."""
    try:
        tree = ast.parse(stub)
    except SyntaxError:
        return False
    bodies = [tree.body, *(n.body for n in ast.walk(tree) if isinstance(n, ast.ClassDef))]
    return not any(isinstance(statement, ast.Raise) for body in bodies for statement in body)
