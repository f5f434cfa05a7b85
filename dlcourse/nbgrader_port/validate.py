"""`nbgrader validate`, and its button in JupyterLab: a line for each test that does not pass."""

from __future__ import annotations

import ast
import re
from typing import Any

from nbconvert.filters import ansi2html, strip_ansi
from nbgrader.validator import Validator

from ..core.rendering import MARKS, clean, for_stream

MAX_LINE = 400
"""Characters of what is said about one test."""
_FURTHER = re.compile(r"(?<![.!?]) (?=(?:Looks like|This question uses|note:) )")
"""Where `check` begins a new paragraph."""


class CourseValidator(Validator):
    """nbgrader's validator; of a failing test it gives the name and what is wrong, in place of the
    cell's source and a traceback. Cells of other courses are shown as nbgrader does.
    """

    def validate(self, filename: str) -> dict[str, list[dict[str, Any]]]:
        """What nbgrader finds wrong with a notebook.

        Args:
            filename: the notebook's path.
        """
        results = super().validate(filename)
        for failed in results.get("failed", []):
            if test := checked_test(failed["source"]):
                said = what_is_wrong(failed["raw_error"], test)
                failed.update(source=test.name, error=ansi2html(said), raw_error=said)
        return results

    def _print_num_failed(self, num_failed: int) -> None:
        super()._print_num_failed(num_failed)
        if num_failed:
            self.stream.write("\n")

    def _print_error(self, source: str, error: str) -> None:
        if source.isidentifier():
            encoding = getattr(self.stream, "encoding", None)
            self.stream.write(for_stream(f"{source}: {error}\n", encoding))
        else:
            super()._print_error(source, error)


def what_is_wrong(error: str, test: ast.FunctionDef) -> str:
    """The line about a test that does not pass.

    Args:
        error: what its cell ended with: what `check` says, or any other traceback.
        test: the test.
    """
    lines = [line for line in strip_ansi(error).splitlines() if line.strip()]
    if not lines:
        return "failed"
    if not lines[0].startswith(tuple(MARKS.values())):
        return clean(lines[-1].strip(), MAX_LINE)
    text = " ".join(" ".join(one for one in lines if not one.startswith("  at ")).split())
    title = " ".join((ast.get_docstring(test) or "").partition("\n")[0].split())
    state, _, about = text[1:].partition(" · ")
    found = about.partition(title)[2] if title else about
    return clean(_FURTHER.sub(". ", found.strip() or state.strip()), MAX_LINE)


def checked_test(source: str) -> ast.FunctionDef | None:
    """The test that a cell checks; None where the cell is none of ours."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    tests = {one.name: one for one in body if isinstance(one, ast.FunctionDef)}
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if not isinstance(last, ast.Call) or ast.unparse(last.func) != "check" or len(last.args) != 1:
        return None
    return tests.get(ast.unparse(last.args[0]))
