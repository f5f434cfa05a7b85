"""`dlcourse check`: a notebook's own tests in a terminal.

The student's work is put into the released notebook, as in grading, and runs in the executor, the
public tests included; what `check` says there is printed here, so the messages are those of the
notebook, with names for parts of a result where its docstring gives them. Works with the student's dependencies alone.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode
from rich.console import Console

from ..console import say
from ..core.cells import CellView, NotebookView
from ..core.explain import Outcome
from ..core.notebook_file import CHECKS, Submission, read_notebook
from ..core.probe import ProbeSpec
from ..core.rendering import MARKS, clean, to_text
from ..core.verdict import FAILED, PASSED, Verdict
from ..core.written import Written
from ..errors import CourseError
from ..executor.isolation import SANDBOX, Isolation
from ..executor.limits import Limits
from ..executor.outputs import Output
from ..executor.runner import CELL_LIMITS, CellStep, Record
from ..executor.warm import Warm
from .checks_file import ChecksFile, NotChecked
from .notebook_session import NOTHING, Tally
from .rebuild import labelled, rebuild
from .skeleton import notebook_of

TEST_LIMITS = Limits(cpu=10.0, wall=40.0)


@dataclass(frozen=True)
class Checked:
    """A notebook that was run with its public tests.

    Args:
        checks: its checks.json.
        steps: the cells that were run.
        tests: names of the tests, by the key of their step.
        record: of the run.
        notes: what was done with the notebook before.
        written: how far the answers in words are, by name.
    """

    checks: ChecksFile
    steps: Sequence[CellStep]
    tests: Mapping[str, str]
    record: Record
    notes: Sequence[str]
    written: Mapping[str, Written]

    def said(self, step: CellStep) -> str:
        """What a test said, a text that begins with a mark."""
        outputs = self.record.outputs.get(step.key, [])
        said = [text for one in outputs if (text := _plain(one)).startswith(tuple(MARKS.values()))]
        if ended := self.record.ended.get(step.key):
            return _failure(step.source, f"your code {ended}")
        raised = (f"{e.get('ename')}: {e.get('evalue')}" for e in _errors(outputs))
        return said[-1] if said else _failure(step.source, "; ".join(raised) or "it did not run")

    @property
    def passed(self) -> set[str]:
        """Names of the public tests that passed."""
        steps = (s for s in self.steps if s.key in self.tests)
        return {self.tests[s.key] for s in steps if self.said(s).startswith(MARKS[PASSED])}

    @property
    def tallies(self) -> dict[str, Tally]:
        """Where each question stands."""
        sure = dict.fromkeys(self.checks.questions, 0.0)
        for name in self.passed & self.checks.probes.keys():
            spec = self.checks.expectation(name).spec
            sure[spec.question] += spec.points
        return {q: Tally.of(info, sure[q]) for q, info in self.checks.questions.items()}


def check_notebook(path: Path, console: Console, isolation: Isolation = SANDBOX) -> int:
    """Put a student's work into the released notebook, as grading does, run it with its public
    tests, and print what each test found.

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
    with Warm(isolation) as warm:
        checked = run_notebook(path, warm, console)
    for note in checked.notes:
        say(f"note: {clean(note)}", to=console)
    for step in checked.steps:
        if step.key in checked.tests:
            _say(console, checked.said(step))
        else:
            _show_trouble(console, step, checked.record)
    for name, state in checked.written.items():
        say(f"{name}: {state}", to=console)
    failed = len(checked.tests) - len(checked.passed)
    total = sum(checked.tallies.values(), NOTHING)
    text = (
        f"{failed} of {len(checked.tests)} public tests do not pass"
        if failed
        else "all public tests passed"
    )
    say(f"{text}; {total}", to=console)
    return failed


def run_notebook(path: Path, warm: Warm, console: Console) -> Checked:
    """Put a student's work into the released notebook and run it with its public tests.

    Args:
        path: the notebook.
        warm: where it runs.
        console: shows how far it is.

    Raises:
        CourseError: the notebook or its checks.json cannot be used.
    """
    submission = _read_submission(path)
    checks = _read_checks(path.parent)
    notebook = _rebuilt(submission, checks)
    cells = [
        (cell, label)
        for cell, label in labelled(notebook, frozenset({"demo"}))
        if not (cell.kind == "test" and _is_hidden(cell.source))
    ]
    steps = [_step(cell, label) for cell, label in cells]
    data = {
        p.relative_to(path.parent).as_posix(): p
        for p in sorted((path.parent / "data").rglob("*"))
        if p.is_file() and _lies_in(path.parent, p)
    }
    with console.status("starting") as status:
        number = itertools.count(1)

        def show(what: str, done: int | None = None, total: int | None = None) -> None:
            status.update(f"cell {next(number)} of {len(steps)}")

        record = warm.run([_SESSION_START, *steps], {**data, CHECKS: checks.path}, progress=show)
    tests = {cell.id: cell.name for cell, _ in cells if cell.kind == "test"}
    notes, written = NotebookView(notebook).notes, checks.written(submission)
    return Checked(checks, steps, tests, record, notes, written)


def _is_hidden(source: str) -> bool:
    """Whether a released test cell holds its title alone."""
    return all(line.startswith("#") for line in source.splitlines())


def _lies_in(folder: Path, path: Path) -> bool:
    """Whether a file lies in a folder, wherever links lead to."""
    return path.resolve().is_relative_to(folder.resolve())


def _read_submission(path: Path) -> Submission:
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
    return submission


def _read_checks(folder: Path) -> ChecksFile:
    path = folder / CHECKS
    cure = "get the assignment again and put it next to your notebook"
    if not path.is_file():
        raise CourseError(f"{path} is missing: it comes with the assignment; {cure}")
    if not _lies_in(folder, path):
        raise CourseError(f"{path} is a link that leads out of the folder; {cure}")
    try:
        return ChecksFile.read(path)
    except NotChecked as error:
        raise CourseError(str(error)) from error


def _rebuilt(submission: Submission, checks: ChecksFile) -> NotebookNode:
    """The released notebook with the student's work in it.

    Raises:
        CourseError: checks.json is damaged, or the notebook is of another assignment.
    """
    try:
        released = notebook_of(checks.cells)
    except (KeyError, TypeError, ValueError) as error:
        raise CourseError(
            f"{checks.path} is damaged ({type(error).__name__}); get the assignment again"
        ) from error
    notebook = rebuild(released, submission, checks.slug)
    if not any(
        cell.source.strip() for cell in NotebookView(notebook).code if cell.kind == "question"
    ):
        raise CourseError(
            f"none of the cells of assignment {checks.slug} is in this notebook; take a fresh copy and put your functions into it"
        )
    return notebook


def _failure(source: str, message: str) -> str:
    """What `check` would have written of a released test cell, had it come so far."""
    found = next(
        s
        for s in ast.parse(source).body
        if isinstance(s, ast.FunctionDef)
        and any("probe(" in ast.unparse(d) for d in s.decorator_list)
    )
    called = tuple(a.arg for a in (*found.args.args, *found.args.kwonlyargs) if a.arg != "rng")
    title = (ast.get_docstring(found) or found.name.replace("_", " ")).strip().splitlines()[0]
    probe = ProbeSpec(found.name, "", title, 1, True)
    return to_text(replace(Outcome.of(probe, Verdict(FAILED, message)), functions=called))


_SESSION_START = CellStep("start", "import os\nos.environ.pop('DLCOURSE_GRADING', None)\ndel os")
"""A student's own session, whatever the environment of the command says."""


def _step(cell: CellView, label: str) -> CellStep:
    limits = TEST_LIMITS if cell.kind == "test" else CELL_LIMITS
    return CellStep(cell.id, cell.source, label, limits)


def _show_trouble(console: Console, step: CellStep, record: Record) -> None:
    """Print how a cell that is no test went wrong."""
    if ended := record.ended.get(step.key):
        _say(console, f"{MARKS[FAILED]} {step.label}: the cell {ended}; it was left out")
    for error in _errors(record.outputs.get(step.key, [])):
        trace = [f"  {line}" for line in error.get("traceback", [])]
        _say(console, "\n".join([f"{MARKS[FAILED]} {step.label}:", *trace]))


def _errors(outputs: Sequence[Output]) -> list[Output]:
    return [one for one in outputs if one.get("output_type") == "error"]


def _say(console: Console, text: str) -> None:
    """Print a text that begins with a mark, in its colour."""
    style = {MARKS[PASSED]: "green", MARKS[FAILED]: "red"}.get(text[:1])
    say(clean(text), to=console, style=style)


def _plain(output: dict[str, object]) -> str:
    data = output.get("data")
    text = data.get("text/plain", "") if isinstance(data, dict) else ""
    return "".join(text) if isinstance(text, list) else str(text)
