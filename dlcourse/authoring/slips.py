"""Slips of an author that would pass without a word: each is one line with its place, said by
`dlcourse build`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ..core.cells import PROSE, STUB
from ..core.names import bound, own_returns, read
from ..core.verdict import wrong
from ..executor.warm import Warm
from .assignment import Assignment
from .claims import unsupported
from .formulas import faults
from .hint_cells import read_hints
from .lint import secrets, squeezed
from .references import references, run_variant
from .source_file import Module

_DATA = re.compile(r"(?:\./)?(data/[\w./-]+)")


def slips(assignment: Assignment) -> list[str]:
    """What is wrong in the author's files and can be seen without running anything."""
    return [
        *_docstrings(assignment),
        *_formulas(assignment),
        *_hints(assignment),
        *_data(assignment),
        *_probes(assignment),
        *_borrowed(assignment),
        *_alternatives(assignment),
        *_claims(assignment),
    ]


def empty_tests(assignment: Assignment, seed: str, warm: Warm) -> list[str]:
    """Tests that an untouched notebook passes: what they return does not depend on the student's
    work.

    Args:
        assignment: the assignment.
        seed: the course seed.
        warm: where the untouched notebook is run.
    """
    stubs = {question.name: question.stub for question in assignment.questions.values()}
    record = run_variant(assignment, seed, warm, stubs)
    expected = references(assignment, seed, warm).expectations
    lines = {s.name: s.lineno for s in _functions(assignment.files.probes)}
    file = assignment.files.name(assignment.files.probes)
    return [
        f"{file}:{lines[name]}: probe {name} passes on the empty stub: what it returns does not depend on the function"
        for name, result in record.results.items()
        if wrong(expected[name], result) is None
    ]


def _functions(path: Path) -> list[ast.FunctionDef]:
    return [s for s in Module(path).body if isinstance(s, ast.FunctionDef)]


def _docstrings(assignment: Assignment) -> Iterator[str]:
    """Stubs without a docstring."""
    file = assignment.files.name(assignment.files.script)
    for question in assignment.questions.values():
        stub = question.stub
        for node in ast.parse(stub).body:
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and STUB in (ast.get_source_segment(stub, node) or "")
                and ast.get_docstring(node) is None
            ):
                yield f"{file}:{question.line + node.lineno - 1}: {node.name} has no docstring; it says what a student is to write"


def _formulas(assignment: Assignment) -> Iterator[str]:
    """Formulas that cannot be set."""
    file = assignment.files.name(assignment.files.script)
    for cell in assignment.cells:
        if cell.kind in PROSE:
            yield from (f"{file}:{cell.line + line}: {text}" for line, text in faults(cell.source))


def _hints(assignment: Assignment) -> Iterator[str]:
    """Hints that hold a line of a solution."""
    banned = secrets(assignment)
    file = assignment.files.name(assignment.files.script)
    for cell in assignment.cells:
        if cell.kind != "hints" or cell.question is None:
            continue
        where = f"{file}:{cell.line}"
        for level, hint in read_hints(where, cell.source, cell.question).items():
            text = squeezed(hint.text)
            for line, owner in banned.items():
                if line in text:
                    yield (
                        f"{file}:{cell.line + hint.line}: hint {level!r} of {cell.question} holds a line of {owner}: {line[:60]!r}"
                    )


def _data(assignment: Assignment) -> Iterator[str]:
    """Data files that a cell names and that the build does not find."""
    files = assignment.files
    there = {files.beside(path) for path in assignment.data}
    for cell in assignment.cells:
        if cell.kind in PROSE:
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            named = _DATA.fullmatch(node.value)
            if named and Path(named[1]).suffix and named[1] not in there:
                yield (
                    f"{files.name(files.script)}:{cell.line + node.lineno - 1}: {node.value}: no such file; "
                    f"data files lie in {files.name(files.data)}/"
                )


def _probes(assignment: Assignment) -> Iterator[str]:
    """Probes that return nothing, always the same, or what no function under test had a part in."""
    file = assignment.files.name(assignment.files.probes)
    functions = {f for q in assignment.questions.values() for f in q.functions}
    for node in _functions(assignment.files.probes):
        if node.name not in assignment.probes:
            continue
        where = f"{file}:{node.lineno}: probe {node.name}"
        values = own_returns(node)
        if all(value is None or _is_none(value) for value in values):
            yield f"{where} returns None, which is no evidence: return what the function gave"
        elif all(_is_constant(value) for value in values):
            yield f"{where} returns a constant: return what the function gave"
        taken = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)} & functions
        used = set().union(*map(read, node.body))
        if taken and not taken & used:
            yield f"{where} never uses {', '.join(sorted(taken))}"


def _borrowed(assignment: Assignment) -> Iterator[str]:
    """Imports that a notebook has in a test or a demo alone: an answer that uses them works there, and
    fails in grading, where neither is a part of the notebook.
    """
    graded = [c for c in assignment.cells if c.kind in ("given", "question")]
    there = {name for cell in graded for s in ast.parse(cell.source).body for name in bound(s)}
    script = assignment.files.name(assignment.files.script)
    shown = [
        (f"{script}:{c.line}: this demo", c.source) for c in assignment.cells if c.kind == "demo"
    ]
    lines = {s.name: s.lineno for s in _functions(assignment.files.probes)}
    file = assignment.files.name(assignment.files.probes)
    for name, probe in assignment.probes.items():
        if probe.spec.public:
            where = f"{file}:{lines[name]}: probe {name}"
            parts = (probe.cell, *(line for h in probe.helpers for line in h.imports))
            shown += [(where, part) for part in parts]
    for where, source in shown:
        for statement in ast.parse(source).body:
            text = ast.unparse(statement)
            if isinstance(statement, (ast.Import, ast.ImportFrom)) and "dlcourse" not in text:
                for name in sorted(set(bound(statement)) - there):
                    yield (
                        f"{where} imports {name} and no given cell does: an answer that uses it works in the "
                        f"notebook and fails in grading; write {text!r} into the first cell"
                    )


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_constant(value: ast.expr | None) -> bool:
    """Whether an expression is a literal, or nothing."""
    try:
        return value is None or ast.literal_eval(value) is not ...
    except ValueError:
        return False


def _alternatives(assignment: Assignment) -> Iterator[str]:
    """Functions that look like an alternative and are none, since one underscore is missing."""
    path = assignment.files.alternatives
    if not path.is_file():
        return
    functions = [f for q in assignment.questions.values() for f in q.functions]
    body = Module(path).body
    for node in body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or "__" in node.name:
            continue
        stub = max((f for f in functions if node.name.startswith(f"{f}_")), key=len, default="")
        others = (s for s in body if s is not node)
        if stub and not any(node.name in read(s) for s in others):
            rest = node.name.removeprefix(f"{stub}_")
            yield (
                f"{assignment.files.name(path)}:{node.lineno}: {node.name} is no alternative and nothing uses it; "
                f"an alternative of {stub} is named {stub}__{rest}"
            )


def _claims(assignment: Assignment) -> Iterator[str]:
    """What the whole assignment's prose does not say; a choice of its questions may lack the
    sentence or the payoff.
    """
    if assignment.left_out:
        return
    path = Path(assignment.files.name(assignment.files.claims))
    yield from unsupported(path, assignment.claims, assignment.demos, assignment.prose)
