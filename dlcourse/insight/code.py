"""Students' code as an instructor may show it: of which question, and without a trace of who wrote it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nbformat

from ..core.cells import NotebookView
from ..core.names import docstrings


def answers(notebook: Path) -> Iterator[tuple[str, str]]:
    """Question and source of each answered cell of a graded notebook."""
    try:
        document = nbformat.read(notebook, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):
        return
    for cell in NotebookView(document).code:
        if cell.answered:
            yield cell.answered, cell.source


def anonymous(source: str) -> str:
    """A source without comments and docstrings, laid out anew; empty where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for body, text in list(docstrings(tree)):
        body.remove(text)
        if not body:
            body.append(ast.Pass())
    return ast.unparse(tree)
