"""From the hand-written files to source/<slug>/: the instructor's notebook, expected results, data."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ..core.cells import (
    BEGIN_HIDDEN,
    END_HIDDEN,
    PROSE,
    CellView,
    Kind,
    helpers_id,
    hints_id,
    nbgrader_metadata,
    numbered_id,
    probe_id,
    question_id,
)
from ..core.folds import folded
from ..core.progress import Progress
from ..core.written import answer_id
from ..executor.warm import Warm
from ..student.checks_file import FORMAT, PYTHON
from ..student.skeleton import skeleton
from .assignment import Assignment, GradedProbe, ScriptCell
from .checks_text import layout, same_checks
from .course import AssignmentFiles, Course
from .helpers import Helper, cell_of_helpers
from .hint_cells import read_hints
from .home import KERNEL, around
from .pictures import with_pictures
from .questions import check_questions, with_table
from .references import data_files, references


def cell_id(slug: str, grade_id: str) -> str:
    """A cell id that depends on nothing but its place in the assignment."""
    return hashlib.sha256(f"{slug}/{grade_id}".encode()).hexdigest()[:12]


def _points(value: float) -> str:
    number = int(value) if value == int(value) else value
    return f"{number} point{'' if number == 1 else 's'}"


def _cell(
    slug: str, grade_id: str, kind: Kind, source: str, points: float | None = None
) -> nbformat.NotebookNode:
    new = new_markdown_cell if kind in PROSE else new_code_cell
    cell = new(source, id=cell_id(slug, grade_id))  # type: ignore[no-untyped-call]
    CellView(cell).mark_built(nbgrader_metadata(grade_id, kind, points), kind)
    return cell


def _test_cell(slug: str, graded: GradedProbe) -> nbformat.NotebookNode:
    spec = graded.spec
    code = f"{graded.cell}\n\n\ncheck({spec.name})"
    if not spec.public:
        head = f"# Hidden test, {_points(spec.points)}: {spec.title}"
        code = f"{head}\n{BEGIN_HIDDEN}\n{code}\n{END_HIDDEN}"
    return _cell(slug, probe_id(spec.name), "test", code, spec.points)


def _hints(slug: str, cell: ScriptCell) -> nbformat.NotebookNode:
    question = str(cell.question)
    read = read_hints(f"line {cell.line}", cell.source, question)
    text = folded(question, {level: hint.text for level, hint in read.items()})
    return _cell(slug, hints_id(question), "hints", text)


def source_notebook(assignment: Assignment) -> nbformat.NotebookNode:
    """The instructor's notebook: authored cells, and after each question one graded cell per probe."""
    slug = assignment.slug
    cells = []
    counts: Counter[Kind] = Counter()
    stood: set[Helper] = set()
    for number, cell in enumerate(assignment.cells):
        if cell.kind == "hints":
            below = assignment.cells[number - 1]
            if number and (below.kind, below.question) == ("question", cell.question):
                continue  # they stand between the stub and its tests
            cells.append(_hints(slug, cell))
            continue
        if cell.answer:
            points = cell.answer.points
            cells.append(_cell(slug, answer_id(cell.answer.name), cell.kind, cell.source, points))
            continue
        if cell.question:
            cells.append(_cell(slug, question_id(cell.question), cell.kind, cell.source))
            after = assignment.cells[number + 1 : number + 2]
            cells += [
                _hints(slug, c) for c in after if (c.kind, c.question) == ("hints", cell.question)
            ]
            ordered = sorted(assignment.probes_of(cell.question), key=lambda p: not p.spec.public)
            fresh = {helper for p in ordered for helper in p.helpers} - stood
            if fresh:
                stood |= fresh
                cells.append(
                    _cell(slug, helpers_id(cell.question), "helpers", cell_of_helpers(fresh))
                )
            cells += [_test_cell(slug, p) for p in ordered]
            continue
        counts[cell.kind] += 1
        grade_id = numbered_id(cell.kind, counts[cell.kind])
        text = cell.source
        if cell.kind == "text":
            text = with_pictures(assignment.files, with_table(assignment, text))
        cells.append(_cell(slug, grade_id, cell.kind, text))
    ways = around(assignment.root, slug)
    if ways:
        cells.append(_cell(slug, numbered_id("text", counts["text"] + 1), "text", ways))
    notebook = new_notebook(cells=cells, metadata=json.loads(json.dumps(KERNEL)))
    nbformat.validate(notebook)
    return notebook


def checks(
    assignment: Assignment,
    course: Course,
    warm: Warm,
    progress: Progress,
) -> dict[str, Any]:
    """The data that `check` compares with, public probes only, and what `dlcourse check` puts a
    student's work into.
    """
    found = references(assignment, course.seed, warm, progress)
    return {
        "format": FORMAT,
        "python": PYTHON,
        "rules": assignment.rules.to_json(),
        "assignment": assignment.slug,
        "questions": {
            q.name: {
                "functions": list(q.functions),
                "needs": list(q.needs),
                "points": _sum_of(assignment, q.name, public=True),
                "hidden": _sum_of(assignment, q.name, public=False),
            }
            for q in assignment.questions.values()
        },
        "probes": {name: e.to_json() for name, e in found.expectations.items() if e.spec.public},
        "cells": skeleton(source_notebook(assignment)),
    }


def _sum_of(assignment: Assignment, question: str, public: bool) -> float:
    """Points of a question's public, or of its hidden tests."""
    probes = (p.spec for p in assignment.probes_of(question))
    return float(sum(spec.points for spec in probes if spec.public == public))


def write_source(
    assignment: Assignment,
    course: Course,
    target: AssignmentFiles,
    warm: Warm,
    progress: Progress,
) -> None:
    """Write the source folder of ``target``: notebook, checks.json, data."""
    check_questions(assignment)
    target.source.mkdir(parents=True, exist_ok=True)
    target.source_notebook.write_text(
        nbformat.writes(source_notebook(assignment)) + "\n", encoding="utf-8"
    )
    text = layout(checks(assignment, course, warm, progress))
    committed = assignment.files.checks
    if committed.is_file() and same_checks(committed.read_text(encoding="utf-8"), text):
        text = layout(json.loads(committed.read_text(encoding="utf-8")))
    target.checks.write_text(text, encoding="utf-8")
    copy_data(assignment, target.source)


def copy_data(assignment: Assignment, folder: Path) -> None:
    """Copy the assignment's data files to their places beside a notebook in ``folder``."""
    for name, origin in data_files(assignment).items():
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, copy)
