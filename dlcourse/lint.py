"""The release linter: a release holds what students may have, and nothing else."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

from .authoring import Assignment

_NOTEBOOK_METADATA = {"kernelspec", "language_info"}
_CELL_METADATA = {"nbgrader", "deletable", "editable", "tags"}
_NBGRADER_METADATA = {"grade", "grade_id", "locked", "schema_version", "solution", "task", "points", "cell_type", "checksum"}
_CELL_KEYS = {"code": {"cell_type", "id", "metadata", "source", "outputs", "execution_count"}, "markdown": {"cell_type", "id", "metadata", "source"}}
_CHECKS_KEYS = {"format", "assignment", "questions", "probes"}
_MARKER = re.compile(r"(BEGIN|END)[ _-]*(HIDD?EN|SOLUTI?ON|MARK)", re.IGNORECASE)
_TRIVIAL = re.compile(r"^(return|else:|try:|pass|continue|break|raise \w+|[\])}]+,?|\w+ = 0\.?0?|\w+ = \[\])?$")
_SPACE = re.compile(r"\s+")


def _lines(source: str) -> set[str]:
    """Lines that carry something, without white space and comments."""
    found = set()
    for line in source.splitlines():
        text = line.strip()
        if text.startswith("#") or _TRIVIAL.match(text) or len(_SPACE.sub("", text)) < 12:
            continue
        found.add(_SPACE.sub("", text))
    return found


def _code_only(source: str) -> str:
    """The source without docstrings, which students may see."""
    tree = ast.parse(source)
    doc_lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            first = node.body[0]
            doc_lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return "\n".join(line for n, line in enumerate(source.splitlines(), 1) if n not in doc_lines)


def secrets(assignment: Assignment) -> dict[str, str]:
    """Lines that must not stand in a release, without white space, and what each belongs to."""
    public = [c.source for c in assignment.cells if c.kind != "question"]
    public += [q.stub for q in assignment.questions.values()]
    public += [p.cell for p in assignment.probes.values() if p.probe.public]
    allowed = "\n".join(_SPACE.sub("", text) for text in public)
    found: dict[str, str] = {}
    for question in assignment.questions.values():
        for line in _lines(_code_only(question.source)):
            found[line] = f"the reference of {question.name}"
    for graded in assignment.probes.values():
        if not graded.probe.public:
            for line in _lines(_code_only(graded.program)):
                found.setdefault(line, f"hidden probe {graded.probe.name}")
    return {line: owner for line, owner in found.items() if line not in allowed}


def _check_text(where: str, text: str, banned: dict[str, str], problems: list[str]) -> None:
    if _MARKER.search(text):
        problems.append(f"{where}: a solution or hidden-test marker: {_MARKER.search(text).group(0)!r}")  # type: ignore[union-attr]
    squeezed = _SPACE.sub("", text)
    for line, owner in banned.items():
        if line in squeezed:
            problems.append(f"{where}: a line of {owner}: {line[:60]!r}")


def _extra(where: str, found: Any, allowed: set[str], problems: list[str]) -> None:
    for key in sorted(set(found) - allowed):
        problems.append(f"{where}: {key!r} is not on the list of what a release may hold")


def _lint_notebook(path: Path, assignment: Assignment, banned: dict[str, str], problems: list[str]) -> None:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
    except (ValueError, KeyError) as error:
        problems.append(f"{path.name}: no notebook ({error})")
        return
    _extra(path.name, notebook, {"cells", "metadata", "nbformat", "nbformat_minor"}, problems)
    _extra(f"{path.name}: metadata", notebook.get("metadata", {}), _NOTEBOOK_METADATA, problems)
    for number, cell in enumerate(cells):
        where = f"{path.name}: cell {number}"
        kind = cell.get("cell_type")
        if kind not in _CELL_KEYS:
            problems.append(f"{where}: a {kind} cell")
            continue
        _extra(where, cell, _CELL_KEYS[kind], problems)
        metadata = cell.get("metadata", {})
        _extra(f"{where}: metadata", metadata, _CELL_METADATA, problems)
        _extra(f"{where}: metadata.nbgrader", metadata.get("nbgrader", {}), _NBGRADER_METADATA, problems)
        if set(metadata.get("tags", [])) - {"demo"}:
            problems.append(f"{where}: tags {metadata['tags']}")
        if cell.get("outputs") or cell.get("execution_count") is not None:
            problems.append(f"{where}: outputs")
        source = cell.get("source", "")
        _check_text(where, source if isinstance(source, str) else "".join(source), banned, problems)
    # what the sources above do not show: the raw file holds no banned line anywhere else
    rest = json.dumps([{k: v for k, v in c.items() if k != "source"} for c in cells] + [notebook.get("metadata")])
    _check_text(f"{path.name}: outside the cells' sources", rest, banned, problems)


def _lint_checks(path: Path, assignment: Assignment, banned: dict[str, str], problems: list[str]) -> None:
    text = path.read_text(encoding="utf-8")
    try:
        document = json.loads(text)
    except ValueError as error:
        problems.append(f"{path.name}: no JSON ({error})")
        return
    _extra(path.name, document, _CHECKS_KEYS, problems)
    public = {n for n, p in assignment.probes.items() if p.probe.public}
    for name in sorted(set(document.get("probes", {})) - public):
        problems.append(f"{path.name}: results of {name!r}, which is no public probe")
    _check_text(path.name, text, banned, problems)


def lint_release(assignment: Assignment, folder: Path) -> list[str]:
    """Everything in a release folder that students must not get, one line each; empty when it is clean."""
    problems: list[str] = []
    banned = secrets(assignment)
    base = assignment.root / "solutions" / "data" / assignment.slug
    data = {f"data/{p.relative_to(base).as_posix()}": p for p in assignment.data}
    expected = {f"{assignment.slug}.ipynb", "checks.json", *data}
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
        elif path.is_dir() and not any(e.startswith(f"{name}/") for e in expected):
            problems.append(f"{name}/: a folder not on the list of what a release may hold")
    problems += [f"{name}: missing" for name in sorted(expected - found)]
    if f"{assignment.slug}.ipynb" in found:
        _lint_notebook(folder / f"{assignment.slug}.ipynb", assignment, banned, problems)
    if "checks.json" in found:
        _lint_checks(folder / "checks.json", assignment, banned, problems)
    return problems
