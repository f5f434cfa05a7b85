"""What a graded notebook's cells show, as nbgrader reads it."""

from __future__ import annotations

from typing import Any

import nbformat

from ..core.explain import Outcome, needs_text
from ..core.rendering import MARKS


def outputs_of(outcome: Outcome) -> list[nbformat.NotebookNode]:
    """What a test cell shows: nbgrader takes an error for a failed test, and a number that is a
    cell's result for points.
    """
    verdict = outcome.verdict
    text = f"{MARKS[verdict.status]} {outcome.probe.title}"
    if verdict.passed:
        return [_of_kind("display_data", data={"text/plain": text}, metadata={})]
    lines = [text, verdict.message]
    if outcome.needs:
        lines.append(needs_text(outcome.needs))
    lines += [*outcome.notes, *(hint for _, hint in verdict.mistakes)]
    lines += [f"{cell}, line {line}: {source}" for cell, line, source in verdict.trace]
    if outcome.score:
        points = {"text/plain": f"{outcome.score!r}"}
        return [
            _of_kind("stream", name="stdout", text="\n".join(lines) + "\n"),
            _of_kind("execute_result", data=points, metadata={}, execution_count=None),
        ]
    return [error_output(outcome.misconception or verdict.status, verdict.message, lines)]


def _of_kind(kind: str, **parts: Any) -> nbformat.NotebookNode:
    return nbformat.from_dict({"output_type": kind, **parts})


def error_output(name: str, message: str, lines: list[str]) -> nbformat.NotebookNode:
    return _of_kind("error", ename=name, evalue=message, traceback=lines)
