"""Model solutions, for after the deadline: the reference as a readable notebook, and below each
question other right ways of doing it and what often goes wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..core.cells import DEMO_TAG, PROSE, reference_view
from ..core.notebook_file import notebook_name
from .assignment import Assignment
from .build import cell_id, copy_data
from .home import KERNEL
from .pictures import with_pictures
from .questions import PLACE, table


def model_solution(assignment: Assignment) -> nbformat.NotebookNode:
    """The notebook, without outputs: prose, references that run, demos, alternatives, mistakes."""
    cells = []
    for number, cell in enumerate(assignment.cells):
        if cell.kind in ("hints", "predict"):
            continue
        source = cell.source
        name = cell_id(assignment.slug, f"solution-{number}")
        if cell.answer:
            said = cell.answer.model or "There is no model answer; a person graded it."
            cells.append(new_markdown_cell(f"**Model answer.** {said}", id=name))
            continue
        if cell.kind in PROSE:
            text = with_pictures(assignment.files, source.replace(PLACE, table(assignment)))
            cells.append(new_markdown_cell(text, id=name))
            continue
        new = new_code_cell(reference_view(source) if cell.question else source, id=name)
        if cell.kind == "demo":
            new.metadata["tags"] = [DEMO_TAG]
        cells.append(new)
        if cell.question:
            text = "\n\n".join(_beside(assignment, cell.question))
            cells.append(new_markdown_cell(text, id=cell_id(assignment.slug, f"beside-{number}")))
    return new_notebook(cells=cells, metadata=dict(KERNEL))


def _beside(assignment: Assignment, question: str) -> Iterator[str]:
    """Other right ways of doing a question, and what often goes wrong."""
    for other in assignment.alternatives:
        if other.question == question:
            yield f"**Another right way: {other.name.replace('_', ' ')}.**"
            yield f"```python\n{other.source.strip()}\n```"
    mistakes = [m for m in assignment.misconceptions if m.question == question]
    if mistakes:
        rows = (f"- *{m.name.replace('_', ' ')}*: {m.hint}" for m in mistakes)
        yield "**What often goes wrong.**\n\n" + "\n".join(rows)


def write_model_solution(assignment: Assignment, folder: Path) -> Path:
    """Write the notebook and its data into a folder; returns the notebook's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / notebook_name(assignment.slug)
    notebook = model_solution(assignment)
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    copy_data(assignment, folder)
    return path
