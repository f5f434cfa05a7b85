"""Reads the hand-written files of an assignment.

``probes.py`` and ``alternatives.py`` are read as source as well as executed, because their
functions are sent to another process as text.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import re
import types
from collections import Counter
from dataclasses import replace
from pathlib import Path

from ..core.names import bound, bound_inside, read
from ..core.probe import Probe, parameters
from ..errors import AuthorError
from ..student import demo as demos
from .assignment import Alternative, Assignment, GradedProbe, Misconception, Question
from .choose import choose
from .claims import demo_of, read_claims
from .course import AssignmentFiles, choice_of, course_root
from .helpers import helpers_of
from .pictures import check_pictures
from .promises import promised
from .rules import rules_of
from .script import read_script
from .source_file import Module, execute, unknown


def load(root: Path, slug: str) -> Assignment:
    """Read an assignment's hand-written files, and choose those of its questions that course.toml
    wants.

    Args:
        root: the course folder.
        slug: the assignment.

    Raises:
        AuthorError: a file is missing or wrong; the message names it and the cure.
    """
    files = AssignmentFiles(root, slug)
    cells, questions = read_script(files.script)
    check_pictures(files, cells)
    # what the notebook's given cells import or define need not be repeated in a public test cell
    given = {
        name
        for cell in cells
        if cell.kind == "given"
        for statement in ast.parse(cell.source).body
        for name in bound(statement)
    }
    assignment = Assignment(
        slug=slug,
        root=root,
        cells=cells,
        questions=questions,
        probes=_read_probes(
            files.probes, slug, questions, given, promised(cells, questions.values())
        ),
        misconceptions=_read_misconceptions(files.misconceptions, slug, questions),
        alternatives=_read_alternatives(files.alternatives, questions),
        data=tuple(sorted(p for p in files.data.rglob("*") if p.is_file())),
        claims=read_claims(files.claims, [demo_of(c.source) for c in cells if c.kind == "demo"]),
        rules=rules_of(
            (cell.source for cell in cells if cell.kind == "given"),
            {question.name: question.forbid for question in questions.values()},
            {f: question.name for question in questions.values() for f in question.functions},
        ),
    )
    for misconception in assignment.misconceptions:
        assignment.edited(misconception)
    return choose(assignment, choice_of(root, slug))


def load_reference(slug: str, root: Path | None = None) -> types.ModuleType:
    """The script's functions as a module, its demos defined but not run."""
    path = AssignmentFiles(root or course_root(Path(__file__).parent), slug).script
    before, demos.run_at_once = demos.run_at_once, False
    try:
        with contextlib.chdir(path.parent):  # where the script finds data/<slug>/
            return execute(path, f"_dlcourse_{slug}_reference")
    finally:
        demos.run_at_once = before


def _read_probes(
    path: Path, slug: str, questions: dict[str, Question], given: set[str], dtypes: set[str]
) -> dict[str, GradedProbe]:
    """The probes of ``probes.py``; ``dtypes`` are questions whose floating dtypes are promised."""
    if not path.is_file():
        raise AuthorError(f"{path}: no such file; `dlcourse new {slug}` writes a template")
    module, source = execute(path, f"_dlcourse_{slug}_probes"), Module(path)
    found: dict[ast.FunctionDef, Probe] = {}
    seen: set[str] = set()
    for statement in source.body:
        if not isinstance(statement, ast.FunctionDef):
            continue
        if statement.name in seen:
            raise AuthorError(
                f"{path}:{statement.lineno}: a second function is named {statement.name}"
            )
        seen.add(statement.name)
        value = getattr(module, statement.name)
        if isinstance(value, Probe):
            _check_probe(value, statement, source, questions, given)
            if value.spec.question in dtypes:
                compare = replace(value.spec.compare, dtypes=True)
                value = replace(value, spec=replace(value.spec, compare=compare))
            found[statement] = value
    public = [statement for statement, probe in found.items() if probe.spec.public]
    helpers = helpers_of(source, public, given)
    probes: dict[str, GradedProbe] = {}
    for statement, probe in found.items():
        own = helpers.get(statement.name, ())
        lines = [helper.line for helper in own]
        cell = source.piece(statement, True, given, root_first=True, elsewhere=lines)
        program = source.piece(statement, False)
        probes[probe.spec.name] = GradedProbe(probe, cell, program, own)
    for name in questions:
        if not any(p.spec.question == name for p in probes.values()):
            raise AuthorError(f"{path}: question {name} has no probe")
    return probes


def _check_probe(
    probe: Probe,
    statement: ast.FunctionDef,
    source: Module,
    questions: dict[str, Question],
    given: set[str],
) -> None:
    """Make sure that a probe tests what there is, says what it tests, and can be cut out of its
    file.
    """
    where = f"{source.path}:{statement.lineno}: probe {probe.spec.name}"
    if probe.spec.question not in questions:
        raise AuthorError(f"{where}: {unknown('question', probe.spec.question, questions)}")
    functions = {f for q in questions.values() for f in q.functions}
    for parameter in parameters(probe.function):
        if parameter != "rng" and parameter not in functions and parameter not in given:
            raise AuthorError(f"{where}: {unknown('stub', parameter, functions)}")
    if ast.get_docstring(statement) is None:
        raise AuthorError(f"{where}: no docstring; its first line tells students what is tested")
    unbound = read(statement) - bound_inside(statement) - set(source.owners) - set(dir(builtins))
    if unbound:
        raise AuthorError(
            f"{where}: {', '.join(sorted(unbound))} cannot be found at the top level of the file"
        )


def _read_alternatives(path: Path, questions: dict[str, Question]) -> tuple[Alternative, ...]:
    if not path.is_file():
        return ()
    source = Module(path)
    owner = {f: q.name for q in questions.values() for f in q.functions}
    groups: dict[tuple[str, str], list[ast.FunctionDef | ast.ClassDef]] = {}
    for statement in source.body:
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            continue
        function, found, name = statement.name.partition("__")
        if not found or "__" not in statement.name.strip("_"):
            continue
        if function not in owner:
            raise AuthorError(f"{path}:{statement.lineno}: {unknown('stub', function, owner)}")
        groups.setdefault((owner[function], name), []).append(statement)
    return tuple(
        Alternative(question, name, _cell_with(source, statements, questions[question], name))
        for (question, name), statements in groups.items()
    )


def _cell_with(
    source: Module,
    statements: list[ast.FunctionDef | ast.ClassDef],
    question: Question,
    name: str,
) -> str:
    """A question's cell with other definitions of its stubs, of which each is named
    ``<stub>__<name>``.
    """
    stubs = {s.name.partition("__")[0] for s in statements}
    pieces = [] if stubs == set(question.functions) else [question.source]
    parts = [p for s in statements for p in source.piece(s, True).split("\n\n\n")]
    text = "\n\n\n".join([*pieces, *dict.fromkeys(parts)])
    for stub in stubs:
        text = re.sub(rf"\b{stub}__{name}\b", stub, text)
    return text


def _read_misconceptions(
    path: Path, slug: str, questions: dict[str, Question]
) -> tuple[Misconception, ...]:
    if not path.is_file():
        return ()
    _refuse_repeated_keys(path)
    module = execute(path, f"_dlcourse_{slug}_misconceptions")
    by_question = getattr(module, "MISCONCEPTIONS", None)
    if not isinstance(by_question, dict) or not all(
        isinstance(listed, list) and all(isinstance(m, Misconception) for m in listed)
        for listed in by_question.values()
    ):
        raise AuthorError(
            f"{path}: MISCONCEPTIONS must map each question to a list of Misconception"
        )
    found = []
    for question, listed in by_question.items():
        if question not in questions:
            raise AuthorError(f"{path}: {unknown('question', question, questions)}")
        names: set[str] = set()
        for misconception in listed:
            _check_misconception(path, question, misconception, names)
            names.add(misconception.name)
            found.append(replace(misconception, question=question))
    return tuple(found)


def _check_misconception(
    path: Path, question: str, misconception: Misconception, others: set[str]
) -> None:
    name, edits = misconception.name, misconception.edits
    if not isinstance(name, str) or not name.isidentifier():
        raise AuthorError(
            f"{path}: {question}: a misconception's name is an identifier, got {name!r}"
        )
    if name in others:
        raise AuthorError(f"{path}: two misconceptions of {question} are named {name}")
    if (
        not isinstance(edits, dict)
        or not edits
        or not all(isinstance(text, str) for pair in edits.items() for text in pair)
    ):
        raise AuthorError(
            f"{path}: {question}/{name}: edits must be a dictionary of old and new texts, "
            f"got {edits!r}"
        )


def _refuse_repeated_keys(path: Path) -> None:
    """Python keeps the last of two equal keys without a word."""
    for node in (n for statement in Module(path).body for n in ast.walk(statement)):
        if isinstance(node, ast.Dict):
            texts = [k.value for k in node.keys if isinstance(k, ast.Constant)]
            for text, count in Counter(texts).items():
                if count > 1:
                    raise AuthorError(
                        f"{path}:{node.lineno}: {text!r} stands {count} times as a key of one "
                        "dictionary; only the last would count"
                    )
