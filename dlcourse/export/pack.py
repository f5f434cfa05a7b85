"""A grader as data: what grading needs, without the reference solution.

:func:`to_document` writes down questions, probes, expected results and the notebook with its stubs;
:func:`from_document` makes a :class:`~dlcourse.grading.grader.Grader` of that on a machine where
the course folder does not exist. Both graders run the same steps and judge by the same rules, so
they give the same scores.
"""

from __future__ import annotations

import ast
import base64
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat

from ..authoring.assignment import Assignment, GradedProbe, Misconception, Question
from ..authoring.course import AssignmentFiles, Course
from ..authoring.references import ReferenceResults, References, data_files
from ..authoring.source_file import Module
from ..core.cells import NotebookView
from ..core.encoding import from_json, to_json
from ..core.evidence import Changed, Raised
from ..core.probe import Probe
from ..core.rules import Rules
from ..core.written import released
from ..errors import CourseError
from ..executor.limits import Limits
from ..grading.grader import Grader

FORMAT = 3
"""Version of the document."""
FILENAME = "assignment.json"


def to_document(grader: Grader, public_only: bool = False) -> dict[str, Any]:
    """Write a grader down.

    Args:
        grader: of the course.
        public_only: leave hidden probes out, for what students get.
    """
    assignment, references = grader.assignment, grader.references
    definitions = _definitions(assignment)
    kept = {n: p for n, p in assignment.probes.items() if p.spec.public or not public_only}
    expected = {n: references.expectations[n] for n in kept}
    hints = {(e.spec.question, m.name): m.hint for e in expected.values() for m in e.mistakes}
    return {
        "format": FORMAT,
        "slug": assignment.slug,
        "title": grader.course.entry(assignment.slug).title,
        "build": references.key,
        "seed": "" if public_only else grader.course.seed,
        "rules": assignment.rules.to_json(),
        "questions": [
            {
                "name": q.name,
                "functions": list(q.functions),
                "stub": q.stub,
                "forbid": list(q.forbid),
                "needs": list(q.needs),
            }
            for q in assignment.questions.values()
        ],
        "hints": [{"question": q, "name": n, "hint": hint} for (q, n), hint in hints.items()],
        "probes": [
            {
                "name": name,
                "program": graded.program,
                "definition": definitions[name],
                "dtypes": graded.spec.compare.dtypes,
                "limits": vars(references.limits[name]),
                "expected": to_json(_untraced(expected[name].expected)),
                "mistakes": [
                    [m.name, to_json(_untraced(m.result))] for m in expected[name].mistakes
                ],
            }
            for name, graded in kept.items()
        ],
        "source": _stubs_only(grader, set(kept)),
        "data": {
            name: base64.b64encode(path.read_bytes()).decode()
            for name, path in data_files(assignment).items()
        },
    }


def _untraced(tree: Any) -> Any:
    """A result without tracebacks, which quote lines of the reference."""
    if isinstance(tree, Raised):
        return replace(tree, trace=())
    if isinstance(tree, Changed):
        return replace(tree, evidence=_untraced(tree.evidence))
    if isinstance(tree, (list, tuple)):
        return type(tree)(_untraced(v) for v in tree)
    if isinstance(tree, dict):
        return {k: _untraced(v) for k, v in tree.items()}
    return tree


def _definitions(assignment: Assignment) -> dict[str, str]:
    """The probes' own source, self-contained, with decorators and judges."""
    module = Module(assignment.files.probes)
    return {
        s.name: module.piece(s, True)
        for s in module.body
        if isinstance(s, ast.FunctionDef) and s.name in assignment.probes
    }


def _stubs_only(grader: Grader, kept: set[str]) -> nbformat.NotebookNode:
    """The instructor's notebook as students get it, without the cells of probes that are left out."""
    notebook = nbformat.from_dict({**grader.source, "cells": []})
    for cell in NotebookView(grader.source).cells:
        if cell.kind != "test" or cell.name in kept:
            shown = {**cell.cell, "source": released(cell)}
            notebook.cells.append(nbformat.from_dict(shown))
    return notebook


def from_document(document: dict[str, Any], folder: Path) -> Grader:
    """Make a grader of a document. The document is trusted: the judges in it are code that is run
    here.

    Args:
        document: from :func:`to_document`.
        folder: an empty folder that lives as long as the grader, for the assignment's data files.

    Raises:
        CourseError: the document is of another version.
    """
    if document.get("format") != FORMAT:
        raise CourseError(
            f"the assignment is of format {document.get('format')!r}, this dlcourse reads {FORMAT}; export it again"
        )
    questions = {
        q["name"]: Question(
            q["name"], tuple(q["functions"]), q["stub"], tuple(q["forbid"]), tuple(q["needs"])
        )
        for q in document["questions"]
    }
    data = []
    files = AssignmentFiles(folder, document["slug"])
    for name, content in document["data"].items():
        path = files.script.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
        data.append(path)
    probes = {
        p["name"]: GradedProbe(_probe(p["name"], p["definition"], p["dtypes"]), "", p["program"])
        for p in document["probes"]
    }
    assignment = Assignment(
        slug=document["slug"],
        root=folder,
        cells=(),
        questions=questions,
        probes=probes,
        misconceptions=tuple(
            Misconception(h["name"], h["hint"], {}, h["question"]) for h in document["hints"]
        ),
        data=tuple(data),
        rules=Rules.from_json(document["rules"]),
    )
    results = ReferenceResults(
        expected={p["name"]: from_json(p["expected"]) for p in document["probes"]},
        mistakes={
            p["name"]: [(m, from_json(result)) for m, result in p["mistakes"]]
            for p in document["probes"]
        },
    )
    limits = {p["name"]: Limits(**p["limits"]) for p in document["probes"]}
    references = References(
        assignment,
        document["seed"],
        document["build"],
        results.expectations(assignment),
        limits,
    )
    course = Course(folder, document["title"], document["slug"], document["seed"], {})
    return Grader(course, assignment, references, nbformat.from_dict(document["source"]))


def _probe(name: str, definition: str, dtypes: bool | None) -> Probe:
    """The probe that a definition makes; ``dtypes`` tells whether its question promises those of
    floats.
    """
    module = types.ModuleType(f"_dlcourse_probe_{name}")
    exec(compile(definition, f"<probe {name}>", "exec"), module.__dict__)
    found = module.__dict__[name]
    if not isinstance(found, Probe):
        raise CourseError(f"{name} in the assignment's data is no probe")
    compare = replace(found.spec.compare, dtypes=dtypes)
    return replace(found, spec=replace(found.spec, compare=compare))
