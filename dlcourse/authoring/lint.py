"""The release linter: a release holds what students may have, and nothing else."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core.cells import DEMO_TAG, NBGRADER_KEYS
from ..core.names import docstrings
from ..core.notebook_file import CHECKS, notebook_name
from .assignment import Assignment
from .markers import looks_like_marker, marker_in
from .references import data_files

_NOTEBOOK_METADATA = {"kernelspec", "language_info"}
_CELL_METADATA = {"nbgrader", "deletable", "editable", "tags"}
_CELL_KEYS = {
    "code": {"cell_type", "id", "metadata", "source", "outputs", "execution_count"},
    "markdown": {"cell_type", "id", "metadata", "source"},
}
_KERNELSPEC = {"display_name", "language", "name"}
_CHECKS_KEYS = {"format", "assignment", "questions", "probes"}
_QUESTION_KEYS = {"functions", "needs", "forbid"}
_PROBE_KEYS = {"question", "title", "points", "compare", "expected", "mistakes"}
_LONG = 12
"""Lines as long as this are searched for everywhere, shorter ones in sources only; data holds any short text by chance."""
_TRIVIAL = re.compile(
    r"^(return|else:|try:|pass|continue|break|raise \w+|[\])}]+,?|\w+ = 0\.?0?|\w+ = \[\])?$"
)
_SPACE = re.compile(r"\s+")
_PLAIN = re.compile(r"[\w.-]{1,128}")


def _lines(source: str) -> set[str]:
    """Lines that carry something, without white space and comments."""
    found = set()
    for line in source.splitlines():
        text = line.strip()
        if text.startswith("#") or _TRIVIAL.match(text) or len(_SPACE.sub("", text)) < 6:
            continue
        found.add(_SPACE.sub("", text))
    return found


def _code_only(source: str) -> str:
    """The source without docstrings, which students may see."""
    doc_lines: set[int] = set()
    for _, text in docstrings(ast.parse(source)):
        doc_lines.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return "\n".join(line for n, line in enumerate(source.splitlines(), 1) if n not in doc_lines)


def secrets(assignment: Assignment) -> dict[str, str]:
    """Lines that must not stand in a release, without white space, and what each belongs to."""
    public = [c.source for c in assignment.cells if c.kind != "question"]
    public += [q.stub for q in assignment.questions.values()]
    public += [p.cell for p in assignment.probes.values() if p.spec.public]
    allowed = "\n".join(_SPACE.sub("", text) for text in public)
    found: dict[str, str] = {}
    for question in assignment.questions.values():
        for line in _lines(_code_only(question.source)):
            found[line] = f"the reference of {question.name}"
    for graded in assignment.probes.values():
        if not graded.spec.public:
            for line in _lines(_code_only(graded.cell)):
                found.setdefault(line, f"hidden probe {graded.spec.name}")
    return {line: owner for line, owner in found.items() if line not in allowed}


def _check_text(
    where: str, text: str, banned: dict[str, str], problems: list[str], shortest: int = _LONG
) -> None:
    if marker := marker_in(text):
        problems.append(f"{where}: a solution or hidden-test marker: {marker!r}")
    squeezed = _SPACE.sub("", text)
    for line, owner in banned.items():
        if len(line) >= shortest and line in squeezed:
            problems.append(f"{where}: a line of {owner}: {line[:60]!r}")


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


def _extra(where: str, found: Any, allowed: set[str], problems: list[str]) -> dict[str, Any]:
    """Report keys that are not allowed; returns ``found``, or an empty dictionary where it is none."""
    if not isinstance(found, dict):
        problems.append(f"{where}: no dictionary")
        return {}
    for key in sorted(set(found) - allowed):
        problems.append(f"{where}: {key!r} is not on the list of what a release may hold")
    return found


def _read_json(path: Path, problems: list[str]) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        problems.append(f"{path.name}: no JSON ({error})")
        return None


def _lint_notebook(
    path: Path, assignment: Assignment, banned: dict[str, str], problems: list[str]
) -> None:
    found = _read_json(path, problems)
    notebook = _extra(
        path.name, found, {"cells", "metadata", "nbformat", "nbformat_minor"}, problems
    )
    metadata = _extra(
        f"{path.name}: metadata", notebook.get("metadata", {}), _NOTEBOOK_METADATA, problems
    )
    _extra(f"{path.name}: kernelspec", metadata.get("kernelspec", {}), _KERNELSPEC, problems)
    _extra(f"{path.name}: language_info", metadata.get("language_info", {}), {"name"}, problems)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        problems.append(f"{path.name}: no cells")
        return
    for number, cell in enumerate(cells):
        where = f"{path.name}: cell {number}"
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if kind not in _CELL_KEYS:
            problems.append(f"{where}: a {kind} cell")
            continue
        _extra(where, cell, _CELL_KEYS[kind], problems)
        inner = _extra(f"{where}: metadata", cell.get("metadata", {}), _CELL_METADATA, problems)
        nbgrader = _extra(
            f"{where}: metadata.nbgrader", inner.get("nbgrader", {}), set(NBGRADER_KEYS), problems
        )
        for key, value in nbgrader.items():
            if not isinstance(value, (bool, int, float)) and not (
                isinstance(value, str) and _PLAIN.fullmatch(value)
            ):
                problems.append(f"{where}: metadata.nbgrader.{key} is {value!r:.60}")
        if inner.get("tags", []) not in ([], [DEMO_TAG]):
            problems.append(f"{where}: tags {inner['tags']}")
        if cell.get("outputs") or cell.get("execution_count") is not None:
            problems.append(f"{where}: outputs")
        source = "".join(_texts(cell.get("source", "")))
        _check_text(where, source, banned, problems, 0)
        if kind == "code":
            problems += [
                f"{where}: what looks like a marker: {line.strip()!r}"
                for line in source.splitlines()
                if looks_like_marker(line)
            ]
    # what the sources above do not show
    rest = [{k: v for k, v in c.items() if k != "source"} for c in cells if isinstance(c, dict)] + [
        metadata
    ]
    _check_text(
        f"{path.name}: outside the cells' sources", "\n".join(_texts(rest)), banned, problems
    )


def _lint_checks(
    path: Path, assignment: Assignment, banned: dict[str, str], problems: list[str]
) -> None:
    document = _extra(path.name, _read_json(path, problems), _CHECKS_KEYS, problems)
    for name, question in _extra(
        f"{path.name}: questions",
        document.get("questions", {}),
        set(assignment.questions),
        problems,
    ).items():
        _extra(f"{path.name}: question {name}", question, _QUESTION_KEYS, problems)
    public = {n for n, p in assignment.probes.items() if p.spec.public}
    hints = {m.hint for m in assignment.misconceptions}
    for name, probe in _extra(
        f"{path.name}: probes", document.get("probes", {}), set(assignment.probes), problems
    ).items():
        if name not in public:
            problems.append(f"{path.name}: results of {name!r}, which is no public probe")
        mistakes = _extra(f"{path.name}: probe {name}", probe, _PROBE_KEYS, problems).get(
            "mistakes", []
        )
        for mistake in mistakes if isinstance(mistakes, list) else [mistakes]:
            if (
                _extra(
                    f"{path.name}: a mistake of {name}",
                    mistake,
                    {"name", "hint", "result"},
                    problems,
                ).get("hint")
                not in hints
            ):
                problems.append(
                    f"{path.name}: a mistake of {name} that is none of misconceptions.py"
                )
    _check_text(path.name, "\n".join(_texts(document)), banned, problems)


def lint_release(assignment: Assignment, folder: Path) -> list[str]:
    """Everything in a release folder that students must not get, one line each; empty when it is clean."""
    problems: list[str] = []
    banned = secrets(assignment)
    data = data_files(assignment)
    notebook = notebook_name(assignment.slug)
    expected = {notebook, CHECKS, *data}
    if folder.is_symlink():
        return [f"{folder.name}: a symbolic link"]
    if not folder.is_dir():
        return [f"{folder.name}: no such folder; run `dlcourse build {assignment.slug}`"]
    found = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            problems.append(f"{name}: a symbolic link")
        elif path.is_file():
            found.add(name)
            if name not in expected:
                problems.append(f"{name}: not on the list of what a release may hold")
            elif name in data and path.read_bytes() != data[name].read_bytes():
                problems.append(f"{name}: differs from solutions/data/{assignment.slug}")
        elif not path.is_dir():
            problems.append(f"{name}: neither a file nor a folder")
        elif not any(e.startswith(f"{name}/") for e in expected):
            problems.append(f"{name}/: a folder not on the list of what a release may hold")
    problems += [f"{name}: missing" for name in sorted(expected - found)]
    if notebook in found:
        _lint_notebook(folder / notebook, assignment, banned, problems)
    if CHECKS in found:
        _lint_checks(folder / CHECKS, assignment, banned, problems)
    return problems
