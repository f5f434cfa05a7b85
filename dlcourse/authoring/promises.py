"""What a notebook promises about dtypes, in its conventions or in the docstring of a stub."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from .assignment import Question, ScriptCell

_PROMISE = re.compile(
    r"shares? a dtype"  # of one call, "and so does the result", "your result is computed in it"
    r"|(?:arguments?'?s?'|its|their|same|the) (?:shape and )?dtype\b"
    r"|\bdtype (?:is|of)\b"
    r"|\b(?:numbers|tensors|arrays|results?|losses|weights) (?:(?:are|is|in) )?\**float(?:32|64)\b"
    r"|\b(?:numpy|torch),? \**float(?:32|64)\b",
    re.IGNORECASE,
)
_ANNOTATED = re.compile(r"\bFloat(?:16|32|64)\[")


def dtype_is_promised(text: str) -> bool:
    """Whether a text fixes the dtype of floating-point results: to one, or to that of the
    arguments.
    """
    return _PROMISE.search(" ".join(text.split())) is not None


def promised(cells: Iterable[ScriptCell], questions: Iterable[Question]) -> set[str]:
    """Questions whose results have a floating dtype that the student can know.

    Args:
        cells: of the notebook; what stands before the first question holds for all.
        questions: of the notebook.
    """
    conventions = []
    for cell in cells:
        if cell.kind == "question":
            break
        if cell.kind == "text":
            conventions.append(cell.source)
    if dtype_is_promised("\n".join(conventions)):
        return {question.name for question in questions}
    return {question.name for question in questions if _of_stub(question)}


def _of_stub(question: Question) -> bool:
    """Whether a docstring or the annotation of a result promises a dtype."""
    for node in ast.walk(ast.parse(question.source)):
        if isinstance(node, ast.FunctionDef):
            returns = ast.unparse(node.returns) if node.returns else ""
            if dtype_is_promised(ast.get_docstring(node) or "") or _ANNOTATED.search(returns):
                return True
    return False
