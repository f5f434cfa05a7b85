"""The release linter: a release holds what students may have, and nothing else."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Generator, Iterator
from pathlib import Path
from typing import Any

from ..core.cells import DEMO_TAG, FOLD, NBGRADER, NBGRADER_KEYS, PREDICT_TAG
from ..core.names import docstrings
from ..core.notebook_file import CHECKS, notebook_name
from .assignment import Assignment
from .markers import looks_like_marker, marker_in
from .references import data_files

_NOTEBOOK_METADATA = {"kernelspec", "language_info"}
_CELL_METADATA = {NBGRADER, "deletable", "editable", "jupyter", "tags"}
_CELL_KEYS = {
    "code": {"cell_type", "id", "metadata", "source", "outputs", "execution_count"},
    "markdown": {"cell_type", "id", "metadata", "source"},
}
_KERNELSPEC = {"display_name", "language", "name"}
_CHECKS_KEYS = {"format", "python", "assignment", "rules", "questions", "probes", "cells"}
_SKELETON_KEYS = {"id", "kind", "source", "points"}
_QUESTION_KEYS = {"functions", "needs", "points", "hidden"}
_PROBE_KEYS = {"question", "title", "points", "compare", "expected", "mistakes"}
_LEAST = 6
"""Lines that are shorter, without white space, give nothing away."""
_LONG = 12
"""Lines as long as this are searched for everywhere, shorter ones in sources only; data holds any
short text by chance.
"""
_TRIVIAL = re.compile(
    r"^(return|else:|try:|pass|continue|break|raise \w+|[\])}]+,?|\w+ = 0\.?0?|\w+ = \[\])?$"
)
_SPACE = re.compile(r"\s+")
_PLAIN = re.compile(r"[\w.-]{1,128}")


def squeezed(text: str) -> str:
    """A text without white space, as lines are searched for."""
    return _SPACE.sub("", text)


def _lines(source: str) -> set[str]:
    """Lines that carry something, without white space and comments."""
    found = set()
    for line in source.splitlines():
        text = line.strip()
        if text.startswith("#") or _TRIVIAL.match(text) or len(squeezed(text)) < _LEAST:
            continue
        found.add(squeezed(text))
    return found


def _code_only(source: str) -> str:
    """The source without docstrings, which students may see."""
    doc_lines: set[int] = set()
    for _, text in docstrings(ast.parse(source)):
        doc_lines.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return "\n".join(line for n, line in enumerate(source.splitlines(), 1) if n not in doc_lines)


def secrets(assignment: Assignment) -> dict[str, str]:
    """Lines that must not stand in a release, without white space, and what each belongs to."""
    private = ("question", "hints", "answer")
    public = [c.source for c in assignment.cells if c.kind not in private]
    public += [q.stub for q in assignment.questions.values()]
    shown = [p for p in assignment.probes.values() if p.spec.public]
    public += [text for p in shown for text in (p.cell, *(h.source for h in p.helpers))]
    allowed = "\n".join(squeezed(text) for text in public)
    found: dict[str, str] = {}
    for question in assignment.questions.values():
        for line in _lines(_code_only(question.source)):
            found[line] = f"the reference of {question.name}"
    for answer in assignment.answers.values():
        for line in (answer.rubric + "\n" + answer.model).splitlines():
            if len(text := squeezed(line)) >= _LEAST:
                found.setdefault(text, f"the rubric of {answer.name}")
    for graded in assignment.probes.values():
        if not graded.spec.public:
            for line in _lines(_code_only(graded.cell)):
                found.setdefault(line, f"hidden probe {graded.spec.name}")
    return {line: owner for line, owner in found.items() if line not in allowed}


def lint_release(assignment: Assignment, folder: Path) -> list[str]:
    """Everything in a release folder that students must not get, one line each; empty when it is
    clean.
    """
    if folder.is_symlink():
        return [f"{folder.name}: a symbolic link"]
    if not folder.is_dir():
        return [f"{folder.name}: no such folder; run `dlcourse build {assignment.slug}`"]
    banned = secrets(assignment)
    notebook, checks = folder / notebook_name(assignment.slug), folder / CHECKS
    problems = list(_in_folder(folder, assignment))
    if notebook.is_file() and not notebook.is_symlink():
        problems += _in_notebook(notebook, banned)
    if checks.is_file() and not checks.is_symlink():
        problems += _in_checks(checks, assignment, banned)
    return problems


def _in_folder(folder: Path, assignment: Assignment) -> Iterator[str]:
    """What lies in the folder that should not, and the other way round."""
    data = data_files(assignment)
    expected = {notebook_name(assignment.slug), CHECKS, *data}
    found = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield f"{name}: a symbolic link"
        elif path.is_file():
            found.add(name)
            if name not in expected:
                yield f"{name}: not on the list of what a release may hold"
            elif name in data and path.read_bytes() != data[name].read_bytes():
                yield f"{name}: differs from {assignment.files.name(assignment.files.data)}"
        elif not path.is_dir():
            yield f"{name}: neither a file nor a folder"
        elif not any(e.startswith(f"{name}/") for e in expected):
            yield f"{name}/: a folder not on the list of what a release may hold"
    yield from (f"{name}: missing" for name in sorted(expected - found))


def _in_notebook(path: Path, banned: dict[str, str]) -> Iterator[str]:
    name = path.name
    found = yield from _json_of(path)
    notebook = yield from _table(name, found, {"cells", "metadata", "nbformat", "nbformat_minor"})
    metadata = yield from _table(
        f"{name}: metadata", notebook.get("metadata", {}), _NOTEBOOK_METADATA
    )
    yield from _table(f"{name}: kernelspec", metadata.get("kernelspec", {}), _KERNELSPEC)
    yield from _table(f"{name}: language_info", metadata.get("language_info", {}), {"name"})
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        yield f"{name}: no cells"
        return
    for number, cell in enumerate(cells):
        yield from _in_cell(f"{name}: cell {number}", cell, banned)
    # what the sources above do not show
    rest = [{k: v for k, v in c.items() if k != "source"} for c in cells if isinstance(c, dict)]
    texts = "\n".join(_texts([*rest, metadata]))
    yield from _in_text(f"{name}: outside the cells' sources", texts, banned)


def _in_cell(where: str, cell: Any, banned: dict[str, str]) -> Iterator[str]:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if kind not in _CELL_KEYS:
        yield f"{where}: a {kind} cell"
        return
    yield from _table(where, cell, _CELL_KEYS[kind])
    metadata = yield from _table(f"{where}: metadata", cell.get("metadata", {}), _CELL_METADATA)
    nbgrader = yield from _table(
        f"{where}: metadata.nbgrader", metadata.get(NBGRADER, {}), NBGRADER_KEYS
    )
    for key, value in nbgrader.items():
        if not isinstance(value, (bool, int, float)) and not (
            isinstance(value, str) and _PLAIN.fullmatch(value)
        ):
            yield f"{where}: metadata.nbgrader.{key} is {value!r:.60}"
    if "jupyter" in metadata and (metadata["jupyter"] != FOLD or kind != "code"):
        yield f"{where}: metadata.jupyter is {metadata['jupyter']!r:.60}"
    if metadata.get("tags", []) not in ([], [DEMO_TAG], [PREDICT_TAG]):
        yield f"{where}: tags {metadata['tags']}"
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield f"{where}: outputs"
    source = "".join(_texts(cell.get("source", "")))
    yield from _in_text(where, source, banned, 0)
    if kind == "code":
        for line in filter(looks_like_marker, source.splitlines()):
            yield f"{where}: what looks like a marker: {line.strip()!r}"


def _in_checks(path: Path, assignment: Assignment, banned: dict[str, str]) -> Iterator[str]:
    file = path.name
    found = yield from _json_of(path)
    document = yield from _table(file, found, _CHECKS_KEYS)
    questions = yield from _table(
        f"{file}: questions", document.get("questions", {}), assignment.questions
    )
    for name, question in questions.items():
        yield from _table(f"{file}: question {name}", question, _QUESTION_KEYS)
    probes = yield from _table(f"{file}: probes", document.get("probes", {}), assignment.probes)
    public = {n for n, p in assignment.probes.items() if p.spec.public}
    hints = {m.hint for m in assignment.misconceptions}
    for name, probe in probes.items():
        if name not in public:
            yield f"{file}: results of {name!r}, which is no public probe"
        table = yield from _table(f"{file}: probe {name}", probe, _PROBE_KEYS)
        mistakes = table.get("mistakes", [])
        for mistake in mistakes if isinstance(mistakes, list) else [mistakes]:
            where = f"{file}: a mistake of {name}"
            entry = yield from _table(where, mistake, {"name", "hint", "result"})
            if entry.get("hint") not in hints:
                yield f"{where} that is none of misconceptions.py"
    cells = document.get("cells", [])
    for number, cell in enumerate(cells if isinstance(cells, list) else [cells], 1):
        where = f"{file}: cell {number}"
        entry = yield from _table(where, cell, _SKELETON_KEYS)
        yield from _in_text(where, "".join(_texts(entry.get("source", ""))), banned, 0)
    yield from _in_text(file, "\n".join(_texts(document)), banned)


def _in_text(where: str, text: str, banned: dict[str, str], shortest: int = _LONG) -> Iterator[str]:
    """Markers, and lines that students must not get."""
    if marker := marker_in(text):
        yield f"{where}: a solution or hidden-test marker: {marker!r}"
    bare = squeezed(text)
    for line, owner in banned.items():
        if len(line) >= shortest and line in bare:
            yield f"{where}: a line of {owner}: {line[:60]!r}"


def _texts(node: Any) -> Iterator[str]:
    """All strings in a JSON document, keys included."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _table(
    where: str, found: Any, allowed: Collection[str]
) -> Generator[str, None, dict[str, Any]]:
    """Keys that are not allowed; returns ``found``, or an empty dictionary where it is none."""
    if not isinstance(found, dict):
        yield f"{where}: no dictionary"
        return {}
    for key in sorted(set(found) - set(allowed)):
        yield f"{where}: {key!r} is not on the list of what a release may hold"
    return found


def _json_of(path: Path) -> Generator[str, None, Any]:
    """That a file is no JSON; returns what is in it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        yield f"{path.name}: no JSON ({error})"
        return None
