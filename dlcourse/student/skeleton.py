"""The code and the written answers of a released notebook as data: `dlcourse check` puts a student's work into it, as grading
does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..core.cells import PROSE, CellView, Kind, NotebookView, nbgrader_metadata
from ..core.written import released


def skeleton(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """The cells of code and of written answers of an instructor's notebook as students get them: id,
    kind and source; of a written answer, which no test knows, also the points.
    """
    return [
        {
            "id": str(cell.grade_id),
            "kind": cell.kind,
            "source": released(cell),
            **({"points": cell.points} if cell.kind == "answer" else {}),
        }
        for cell in NotebookView(notebook).cells
        if cell.kind not in PROSE or cell.kind == "answer"
    ]


def notebook_of(cells: Sequence[Mapping[str, Any]]) -> nbformat.NotebookNode:
    """A notebook of what :func:`skeleton` gave.

    Raises:
        KeyError, TypeError, ValueError: the data are damaged.
    """
    made = []
    for number, data in enumerate(cells):
        grade_id, kind, source = (data[key] for key in ("id", "kind", "source"))
        if not all(isinstance(text, str) for text in (grade_id, source)):
            raise TypeError
        if kind not in get_args(Kind):
            raise ValueError(kind)
        new = new_markdown_cell if kind in PROSE else new_code_cell
        cell = new(source, id=f"released-{number}")  # type: ignore[no-untyped-call]
        points = {"test": 0.0, "answer": float(data.get("points", 0))}.get(kind)
        CellView(cell).mark_built(nbgrader_metadata(grade_id, kind, points), kind)
        made.append(cell)
    return new_notebook(cells=made)
