"""`dlcourse check`: a notebook's own tests in a terminal.

The notebook runs in the executor, its test cells included; what `check` says there is printed here,
so the messages are those of the notebook. Works with the student's dependencies alone.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from ..console import say
from ..core.cells import parse_id
from ..core.explain import Outcome
from ..core.notebook_file import CHECKS, SubmittedCell, read_notebook
from ..core.probe import ProbeSpec
from ..core.rendering import MARKS, clean, to_text
from ..core.verdict import FAILED, PASSED, Verdict
from ..errors import CourseError
from ..executor.isolation import SANDBOX, Isolation
from ..executor.limits import Limits
from ..executor.runner import CELL_LIMITS, CellStep, Record
from ..executor.warm import Warm

TEST_LIMITS = Limits(cpu=10.0, wall=40.0)
_DEMO = re.compile(r"^@demo\b", re.MULTILINE)


def check_notebook(path: Path, console: Console, isolation: Isolation = SANDBOX) -> int:
    """Run a notebook's code cells and public tests, and print what each test found.

    Args:
        path: the notebook; its checks.json and data/ lie next to it.
        console: where to print.
        isolation: of the notebook's code.

    Returns:
        How many public tests did not pass.

    Raises:
        CourseError: the notebook or its checks.json cannot be used; the message names the file and
            the cure.
    """
    cells = _read_cells(path)
    expected = _read_checks(path.parent / CHECKS)
    found = {i: name for i, cell in enumerate(cells) if (name := probe_of(cell.source)) is not None}
    last = {
        name: i for i, name in found.items()
    }  # a copied test cell counts once, where it stands last
    tests = {i: name for name, i in last.items()}
    if not tests:
        raise CourseError(
            f"{path}: no test cells; they come with the released notebook: take a fresh copy and put your functions into it"
        )
    left_out = {i for i in found if i not in tests} | {
        i for i, cell in enumerate(cells) if _DEMO.search(cell.source)
    }
    steps = [_step(i, cell, i in tests) for i, cell in enumerate(cells) if i not in left_out]
    data = {
        p.relative_to(path.parent).as_posix(): p
        for p in sorted((path.parent / "data").rglob("*"))
        if p.is_file()
    }
    with Warm(isolation) as warm, console.status("starting") as status:
        number = itertools.count(1)

        def show(what: str, done: int | None = None, total: int | None = None) -> None:
            status.update(f"cell {next(number)} of {len(steps)}")

        record = warm.run(
            [_SESSION_START, *steps],
            {**data, CHECKS: path.parent / CHECKS},
            progress=show,
        )
    failed = _show(console, steps, tests, record)
    for name in [n for n in expected if n not in last]:
        say(f"{MARKS[FAILED]} the cell of test {name} is not in {path.name}", to=console)
        failed += 1
    total = len(expected.keys() | last.keys())
    text = f"{failed} of {total} public tests do not pass" if failed else "all public tests passed"
    say(text, to=console)
    return failed


def _read_cells(path: Path) -> list[SubmittedCell]:
    if path.is_dir():
        found = sorted(p.name for p in path.glob("*.ipynb"))
        raise CourseError(
            f"{path} is a folder; name the notebook in it"
            + (f": {', '.join(found[:5])}" if found else ", which it does not have")
        )
    if not path.exists():
        near = sorted(p.name for p in path.parent.glob("*.ipynb")) if path.parent.is_dir() else []
        raise CourseError(
            f"{path}: no such file"
            + (f"; in {path.parent} there are {', '.join(near[:5])}" if near else "")
        )
    submission = read_notebook(path)
    if not submission.readable:
        raise CourseError(
            f"{path.parent / submission.notes[0]}".replace("hand it in again", "try again").replace(
                "hand in", "give"
            )
        )
    return [c for c in submission.cells if c.kind == "code" and c.source.strip()]


def _read_checks(path: Path) -> dict[str, object]:
    """Names of the public tests in checks.json; `check` itself reads the rest."""
    cure = "get the assignment again and put it next to your notebook"
    if not path.is_file():
        raise CourseError(f"{path} is missing: it comes with the assignment; {cure}")
    try:
        probes = json.loads(path.read_bytes())["probes"]
        if not isinstance(probes, dict):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CourseError(f"{path} is damaged ({type(error).__name__}); {cure}") from error
    return probes


def probe_of(source: str) -> str | None:
    """Name of the test that a cell defines and checks; None for other cells."""
    found = _probe_in(source)
    return found.name if found else None


def _probe_in(source: str) -> ast.FunctionDef | None:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    probes = [
        s for s in body if isinstance(s, ast.FunctionDef) and any(map(_is_probe, s.decorator_list))
    ]
    defined = {s.name: s for s in probes}
    for statement in body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "check"
            and len(call.args) == 1
        ):
            argument = call.args[0]
            if isinstance(argument, ast.Name) and argument.id in defined:
                return defined[argument.id]
    return None


def _is_probe(decorator: ast.expr) -> bool:
    """Whether a decorator is ``@probe(…)`` or ``@dlcourse.probe(…)``."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return "probe" in getattr(function, "id", "") + getattr(function, "attr", "")


def _failure(source: str, message: str) -> str:
    """What `check` would have written, had it come so far."""
    found = _probe_in(source)
    assert found is not None
    called = tuple(a.arg for a in (*found.args.args, *found.args.kwonlyargs) if a.arg != "rng")
    title = (ast.get_docstring(found) or found.name.replace("_", " ")).strip().splitlines()[0]
    probe = ProbeSpec(found.name, "", title, 1, True)
    return to_text(replace(Outcome.of(probe, Verdict(FAILED, message)), functions=called))


_SESSION_START = CellStep("start", "import os\nos.environ.pop('DLCOURSE_GRADING', None)\ndel os")
"""A student's own session, whatever the environment of the command says."""


def _step(number: int, cell: SubmittedCell, test: bool) -> CellStep:
    found = parse_id(cell.grade_id)
    question = found.name if found and found.kind == "question" else ""
    return CellStep(
        str(number),
        cell.source,
        question or f"In[{number + 1}]",
        limits=TEST_LIMITS if test else CELL_LIMITS,
    )


def _show(
    console: Console, steps: Sequence[CellStep], tests: dict[int, str], record: Record
) -> int:
    """Print what the tests said, and errors of other cells; returns how many tests did not pass."""
    failed = 0
    for step in steps:
        outputs = record.outputs.get(step.key, [])
        errors = [one for one in outputs if one.get("output_type") == "error"]
        ended = record.ended.get(step.key)
        if int(step.key) not in tests:
            if ended:
                _say(console, f"{MARKS[FAILED]} {step.label}: the cell {ended}; it was left out")
            for error in errors:
                trace = [f"  {line}" for line in error.get("traceback", [])]
                _say(console, "\n".join([f"{MARKS[FAILED]} {step.label}:", *trace]))
            continue
        said = [text for one in outputs if (text := _plain(one)).startswith(tuple(MARKS.values()))]
        if ended:
            said = [_failure(step.source, f"your code {ended}")]
        elif not said:
            raised = "; ".join(f"{error.get('ename')}: {error.get('evalue')}" for error in errors)
            said = [_failure(step.source, raised or "the test did not run")]
        failed += not said[-1].startswith(MARKS[PASSED])
        _say(console, said[-1])
    return failed


def _say(console: Console, text: str) -> None:
    """Print a text that begins with a mark, in its colour."""
    style = {MARKS[PASSED]: "green", MARKS[FAILED]: "red"}.get(text[:1])
    say(clean(text), to=console, style=style)


def _plain(output: dict[str, object]) -> str:
    data = output.get("data")
    text = data.get("text/plain", "") if isinstance(data, dict) else ""
    return "".join(text) if isinstance(text, list) else str(text)
