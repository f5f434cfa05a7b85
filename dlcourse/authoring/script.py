"""Reads the percent script: its cells, and the questions among them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.cells import BEGIN_SOLUTION, DEMO_TAG, student_view
from ..core.names import read
from ..core.rules import FAMILIES
from ..errors import AuthorError
from .assignment import Question, ScriptCell
from .markers import check_markers
from .rules import is_rule


def read_script(path: Path) -> tuple[tuple[ScriptCell, ...], dict[str, Question]]:
    """Cells and questions of a percent script.

    Raises:
        AuthorError: the file is missing or breaks the form of docs/authoring.md.
    """
    if not path.is_file():
        raise AuthorError(f"{path}: no such file; `dlcourse new {path.stem}` writes a template")
    import jupytext  # students, who check notebooks only, do not have it

    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    cells: list[ScriptCell] = []
    heads: dict[str, _Head] = {}
    for cell in notebook.cells:
        head = _head_of(path, cell)
        if head is None:
            cells.append(_plain_cell(path, cell))
        elif head.name in heads:
            raise AuthorError(f"{path}: two questions are named {head.name}")
        else:
            heads[head.name] = head
            cells.append(ScriptCell("question", head.source, head.name))
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
    forbid: tuple[str, ...]


def _first_words(cell: Any) -> str:
    """How messages name a cell that has no name."""
    text: str = cell.source.strip()
    return text.splitlines()[0] if text else "an empty cell"


def _plain_cell(path: Path, cell: Any) -> ScriptCell:
    """A cell that is no question."""
    if cell.cell_type == "markdown":
        return ScriptCell("text", cell.source)
    if cell.cell_type != "code":
        raise AuthorError(
            f"{path}: {_first_words(cell)}: a {cell.cell_type} cell; only markdown and code cells are built"
        )
    return ScriptCell("demo" if DEMO_TAG in cell.metadata.get("tags", []) else "given", cell.source)


def _head_of(path: Path, cell: Any) -> _Head | None:
    """What makes a cell a question; None where it is none."""
    if cell.cell_type != "code":
        return None
    where = f"{path}: {_first_words(cell)}"
    check_markers(where, cell.source)
    if "question" not in cell.metadata and BEGIN_SOLUTION not in cell.source:
        return None
    try:
        functions = _defined(cell.source)
    except SyntaxError as error:
        raise AuthorError(f"{where}: {error.msg} in line {error.lineno} of the cell") from error
    name = cell.metadata.get("question", functions[0] if functions else None)
    if not isinstance(name, str) or not name.isidentifier():
        raise AuthorError(f'{where}: a question needs a name: # %% question="softmax"')
    if BEGIN_SOLUTION not in cell.source:
        raise AuthorError(f"{path}: question {name}: no {BEGIN_SOLUTION!r} in its cell")
    if functions and not _stub_can_be_defined(student_view(cell.source)):
        raise AuthorError(
            f"{path}: question {name}: its stub cannot be run; indent the markers like the body between them"
        )
    forbid = cell.metadata.get("forbid", [])
    if not isinstance(forbid, list) or not all(map(is_rule, forbid)):
        raise AuthorError(
            f"{path}: question {name}: forbid takes a list of full dotted names and of families "
            f"({', '.join(FAMILIES)}), got {forbid!r}"
        )
    return _Head(name, cell.source, functions, tuple(forbid))


def _questions(heads: dict[str, _Head]) -> dict[str, Question]:
    """The questions, each with those that it builds on in the order of the script."""
    owner = {function: head.name for head in heads.values() for function in head.functions}
    questions = {}
    for name, head in heads.items():
        used = {owner[n] for n in read(ast.parse(head.source)) if n in owner} - {name}
        needs = tuple(q for q in heads if q in used)
        questions[name] = Question(name, head.functions, head.source, head.forbid, needs)
    return questions


def _stub_can_be_defined(stub: str) -> bool:
    """Whether a stub is Python that raises when it is called, not when its cell is run."""
    try:
        tree = ast.parse(stub)
    except SyntaxError:
        return False
    bodies = [tree.body, *(n.body for n in ast.walk(tree) if isinstance(n, ast.ClassDef))]
    return not any(isinstance(statement, ast.Raise) for body in bodies for statement in body)


def _defined(source: str) -> tuple[str, ...]:
    """Functions and classes that a source defines at its top level."""
    return tuple(
        n.name for n in ast.parse(source).body if isinstance(n, (ast.FunctionDef, ast.ClassDef))
    )
