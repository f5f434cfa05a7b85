"""Grades one rebuilt notebook: runs it, judges the results, writes verdicts into its test cells.

The verdict is reached here, in the grader's process, from values; nothing that student code printed
or did to its own process has a part in it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace

import nbformat

from ..authoring.assignment import Assignment
from ..authoring.build import source_notebook
from ..authoring.course import Course
from ..authoring.engine import engine_key
from ..authoring.read import load
from ..authoring.references import References, data_files, references
from ..core.cells import NOT_GRADED, NotebookView
from ..core.evidence import NotRun, Result
from ..core.explain import Outcome, explain
from ..core.notebook_file import Submission
from ..core.progress import Progress, silent
from ..core.verdict import FAILED, Expectation, Verdict, judge
from ..core.written import written_in
from ..errors import AuthorError
from ..executor.limits import Limits
from ..executor.runner import BUDGET, CellStep, Record, Step
from ..executor.warm import Warm
from ..student.rebuild import labelled, rebuild
from .cell_outputs import error_output, outputs_of
from .follow import credited, second_chances
from .parts import name_parts
from .told import Told


@dataclass(frozen=True)
class GradedNotebook:
    """The result of one submission, as it crosses the border between processes.

    Args:
        notebook: the autograded notebook as text.
        outcomes: by probe.
        untouched: by question, whether its cell still is the released stub.
        notes: what student and instructor are told of the submission as a whole.
        seconds: wall time of the run.
        complete: False where the budget ended the run.
        written: by answer in words, which a person grades, whether there is one.
    """

    notebook: str
    outcomes: dict[str, Outcome]
    untouched: dict[str, bool]
    notes: tuple[str, ...]
    seconds: float
    complete: bool = True
    written: dict[str, bool] = field(default_factory=dict)

    @property
    def scores(self) -> dict[str, float]:
        """Points earned, by probe."""
        return {name: outcome.score for name, outcome in self.outcomes.items()}


@dataclass(frozen=True)
class Judged:
    """What became of a rebuilt notebook.

    Args:
        record: of its run; incomplete, too, where the budget ended a run that follows it.
        outcomes: by probe.
    """

    record: Record
    outcomes: dict[str, Outcome]


ENGINE = "grading.grader"
"""From here everything is reached that has a part in a grade."""
REHEARSAL = Limits(cpu=60.0, wall=240.0)
"""Of each step of the instructor's own notebook, which runs once before the first submission."""
_LOST = NotRun("died", "was not run")


@dataclass
class Grader:
    """Everything that grading one assignment needs.

    Args:
        course: the course.
        assignment: as its author wrote it.
        references: expected results.
        source: the instructor's notebook, as committed in source/.
        share: of the points of a test that passes once the stubs before it are the reference's.
    """

    course: Course
    assignment: Assignment
    references: References
    source: nbformat.NotebookNode
    share: float = 0.0

    @property
    def key(self) -> str:
        """Names what a grade depends on beside the submission."""
        return f"{self.references.key}-{engine_key(ENGINE)[:8]}-{self.share:g}"

    def grade(self, submission: Submission, warm: Warm, budget: float = BUDGET) -> GradedNotebook:
        """Rebuild, run and judge one submission.

        Args:
            submission: what was handed in.
            warm: where it runs.
            budget: wall seconds of the run.

        Raises:
            ZygoteGone: student code ended the warm process twice.
        """
        start = time.monotonic()
        notebook = rebuild(self.source, submission, self.assignment.slug)
        record = self.run(notebook, warm, budget)
        left = budget - (time.monotonic() - start)
        judged = self.judge(notebook, record, warm, left)
        return self.finish(notebook, judged, time.monotonic() - start)

    def first(self, notebook: nbformat.NotebookNode, record: Record) -> Judged:
        """What a run alone gave, without what follows through."""
        return Judged(record, self.outcomes(notebook, record))

    def judge(
        self, notebook: nbformat.NotebookNode, record: Record, warm: Warm, budget: float = BUDGET
    ) -> Judged:
        """What a run gave, and what follows through.

        Args:
            notebook: the rebuilt notebook.
            record: of its run.
            warm: where tests run once more.
            budget: wall seconds for that.
        """
        first = self.first(notebook, record)
        if not self.share or not record.complete:
            return first
        outcomes, complete = first.outcomes, True
        written = {name for name, untouched in self.untouched(notebook).items() if not untouched}
        for replaced, names in second_chances(outcomes, written).items():
            start = time.monotonic()
            steps = self.steps(notebook, replaced, names)
            second = warm.run(steps, data_files(self.assignment), budget)
            budget -= time.monotonic() - start
            complete &= second.complete
            for name in names:
                expectation = self.references.expectations[name]
                if _judged(expectation, second.results.get(name, _LOST)).passed:
                    outcomes[name] = credited(outcomes[name], self.share)
        return Judged(replace(record, complete=complete), outcomes)

    def steps(
        self,
        notebook: nbformat.NotebookNode,
        replaced: Collection[str] = (),
        tests: Collection[str] | None = None,
    ) -> list[Step]:
        """The rebuilt notebook as steps; demo cells are left out.

        Args:
            notebook: the rebuilt notebook.
            replaced: questions whose cells are the reference's.
            tests: the tests that are run; all if None.
        """
        steps: list[Step] = []
        for cell, label in labelled(notebook):
            if cell.kind != "test":
                own = cell.kind != "question" or cell.name not in replaced
                source = cell.source if own else self.assignment.questions[cell.name].source
                steps.append(CellStep(cell.id, source, label))
            elif tests is None or cell.name in tests:
                steps.append(self.references.step(cell.name))
        return steps

    def prepare(self, warm: Warm) -> None:
        """Let a warm process import what the instructor's notebook turns out to import, which takes
        longer than a test may.
        """
        steps = [replace(step, limits=REHEARSAL) for step in self.steps(self.source)]
        warm.prepare(self.references.key, steps, data_files(self.assignment))

    def run(self, notebook: nbformat.NotebookNode, warm: Warm, budget: float = BUDGET) -> Record:
        """Run a rebuilt notebook within ``budget`` wall seconds."""
        steps = self.steps(notebook)
        return warm.run(steps, data_files(self.assignment), budget)

    def outcomes(self, notebook: nbformat.NotebookNode, record: Record) -> dict[str, Outcome]:
        """What became of every probe of the assignment, by name."""
        # the text of a traceback is taken from the notebook: the student's process could put
        # anything there
        lines = {
            label: cell.source.splitlines()
            for cell, label in labelled(notebook)
            if cell.kind != "test"
        }
        told = Told()
        broken = _no_python(notebook, record, told)
        verdicts = {}
        for name, expectation in self.references.expectations.items():
            result = record.results.get(name, _LOST)
            verdict = told.verdict(_judged(expectation, result), result)
            verdict = name_parts(verdict, self.assignment, name)
            trace = _own_lines(verdict.trace, lines)
            verdicts[expectation.spec] = replace(verdict, trace=trace)
        for spec, verdict in verdicts.items():
            if spec.question in broken and not verdict.passed:
                verdicts[spec] = Verdict(FAILED, broken[spec.question])
        return explain(verdicts, {q.name: q.needs for q in self.assignment.questions.values()})

    def finish(
        self, notebook: nbformat.NotebookNode, judged: Judged, seconds: float
    ) -> GradedNotebook:
        """The result of a rebuilt notebook.

        Args:
            notebook: the rebuilt notebook; outputs and outcomes are put into it.
            judged: what it gave.
            seconds: wall time of the run.
        """
        self.write(notebook, judged)
        text = json.dumps(notebook, ensure_ascii=False) + "\n"
        return GradedNotebook(
            text,
            judged.outcomes,
            self.untouched(notebook),
            tuple(NotebookView(notebook).notes),
            seconds,
            judged.record.complete,
            written_in(NotebookView(notebook)),
        )

    def untouched(self, notebook: nbformat.NotebookNode) -> dict[str, bool]:
        """By question, whether its cell still is the released stub."""
        return {
            cell.name: cell.source == self.assignment.questions[cell.name].stub
            for cell in NotebookView(notebook).code
            if cell.kind == "question"
        }

    def write(self, notebook: nbformat.NotebookNode, judged: Judged) -> None:
        """Put outputs and outcomes into a rebuilt notebook, so that nbgrader scores what was judged
        here.
        """
        record, outcomes = judged.record, judged.outcomes
        view = NotebookView(notebook)
        notes = view.notes
        for cell in view.code:
            cell.cell["execution_count"] = None
            outputs = cell.cell["outputs"] = []
            if cell.kind == "test":
                outcome = outcomes[cell.name]
                cell.mark_outcome(outcome)
                outputs += outputs_of(outcome)
            elif cell.kind not in NOT_GRADED:
                outputs += [nbformat.from_dict(o) for o in record.outputs.get(cell.id, [])]
                if cell.id in record.ended:
                    ended = record.ended[cell.id]
                    where = cell.name or "a cell of your own"
                    notes.append(
                        f"{where}: the cell {ended}; it was left out and the rest was graded"
                    )
                    outputs.append(error_output("RunEnded", ended, [ended]))
        view.write(notes=list(dict.fromkeys(notes)), build=self.key)


_SYNTAX = ("SyntaxError", "IndentationError", "TabError")


def _no_python(notebook: nbformat.NotebookNode, record: Record, told: Told) -> dict[str, str]:
    """By question whose cell could not be read as Python, what its tests say in place of "not
    defined". The error's text comes from the student's process.
    """
    found = {}
    for cell in NotebookView(notebook).code:
        for output in record.outputs.get(cell.id, []) if cell.kind == "question" else ():
            if output.get("output_type") == "error" and output.get("ename") in _SYNTAX:
                said = told.exception(str(output.get("evalue", "")).partition("\n")[0], 120)
                version = ".".join(map(str, sys.version_info[:2]))
                found[cell.name] = f"its cell is no Python {version}: {said}"
    return found


def _judged(expectation: Expectation, result: Result) -> Verdict:
    """The verdict on a result. What no comparison can take, an integer of 400 digits perhaps, is
    wrong; it costs its own test and nobody's class.
    """
    try:
        return judge(expectation, result)
    except Exception as error:
        return Verdict(FAILED, f"the result cannot be compared ({type(error).__name__})")


def _own_lines(
    trace: tuple[tuple[str, int, str], ...], lines: dict[str, list[str]]
) -> tuple[tuple[str, int, str], ...]:
    """The frames of a traceback that lie in the student's cells, with the lines that stand there."""
    found = []
    for where, number, _ in trace:
        source = lines.get(where.removeprefix("cell "), [])
        if 1 <= number <= len(source):
            found.append((where, number, source[number - 1].strip()))
    return tuple(found)


def open_grader(course: Course, slug: str, warm: Warm, progress: Progress = silent) -> Grader:
    """Load an assignment for grading.

    Args:
        course: the course.
        slug: the assignment.
        warm: used only when expected results must be computed.
        progress: called per expected result that is computed.

    Raises:
        AuthorError: source/ is missing or stale, or the assignment itself is wrong.
    """
    assignment = load(course.root, slug)
    path = assignment.files.source_notebook
    name = assignment.files.name(path)
    if not path.is_file():
        raise AuthorError(f"{name} is missing; run `dlcourse build {slug}`")
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever its parsing stumbles over
        raise AuthorError(
            f"{name} is no notebook ({type(error).__name__}); run `dlcourse build {slug}`"
        ) from error
    fresh = source_notebook(assignment)
    built, committed = ([c.as_built for c in NotebookView(n).cells] for n in (fresh, notebook))
    if built != committed:
        raise AuthorError(
            f"{name} is stale: solutions/ or tests/ changed; run `dlcourse build {slug}`"
        )
    return Grader(
        course,
        assignment,
        references(assignment, course.seed, warm, progress),
        notebook,
        course.follow_through,
    )
