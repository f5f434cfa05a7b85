"""The code of a released notebook as data: `dlcourse check` puts a student's work into it, as grading
does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from ..core.cells import CellView, Kind, NotebookView, nbgrader_metadata, student_view


def skeleton(notebook: nbformat.NotebookNode) -> list[dict[str, str]]:
    """The code cells of an instructor's notebook as students get them: id, kind and source."""
    return [
        {"id": str(cell.grade_id), "kind": cell.kind, "source": student_view(cell.source)}
        for cell in NotebookView(notebook).code
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
        cell = new_code_cell(source, id=f"released-{number}")
        points = 0 if kind == "test" else None
        CellView(cell).mark_built(nbgrader_metadata(grade_id, kind, points), kind)
        made.append(cell)
    return new_notebook(cells=made)
