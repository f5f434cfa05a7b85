"""Grades one rebuilt notebook: runs it, judges the results, writes verdicts into its test cells.

The verdict is reached here, in the grader's process, from values; nothing that student code printed
or did to its own process has a part in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import nbformat

from ..authoring.assignment import Assignment
from ..authoring.build import source_notebook
from ..authoring.course import Course
from ..authoring.read import load
from ..authoring.references import References, data_files, references
from ..core.cells import NOT_GRADED, CellView, NotebookView
from ..core.evidence import NotRun, Result
from ..core.explain import Outcome, explain, needs_text
from ..core.notebook_file import Submission
from ..core.progress import Progress, silent
from ..core.rendering import MARKS
from ..core.verdict import FAILED, Expectation, Verdict, judge
from ..errors import AuthorError
from ..executor.runner import BUDGET, CellStep, Record, Step
from ..executor.warm import Warm
from .rebuild import rebuild


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
    """

    notebook: str
    outcomes: dict[str, Outcome]
    untouched: dict[str, bool]
    notes: tuple[str, ...]
    seconds: float
    complete: bool = True

    @property
    def scores(self) -> dict[str, float]:
        """Points earned, by probe."""
        return {name: outcome.score for name, outcome in self.outcomes.items()}


@dataclass
class Grader:
    """Everything that grading one assignment needs.

    Args:
        course: the course.
        assignment: as its author wrote it.
        references: expected results.
        source: the instructor's notebook, as committed in source/.
    """

    course: Course
    assignment: Assignment
    references: References
    source: nbformat.NotebookNode

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
        return self.finish(notebook, record, time.monotonic() - start)

    def steps(self, notebook: nbformat.NotebookNode) -> list[Step]:
        """The rebuilt notebook as steps; demo cells are left out."""
        steps: list[Step] = []
        for cell, label in _labelled(notebook):
            if cell.kind == "test":
                steps.append(self.references.step(cell.name))
            else:
                steps.append(CellStep(cell.id, cell.source, label))
        return steps

    def prepare(self, warm: Warm) -> None:
        """Let a warm process import what the instructor's notebook turns out to import."""
        warm.prepare(self.references.key, self.steps(self.source), data_files(self.assignment))

    def run(self, notebook: nbformat.NotebookNode, warm: Warm, budget: float = BUDGET) -> Record:
        """Run a rebuilt notebook within ``budget`` wall seconds."""
        steps = self.steps(notebook)
        return warm.run(steps, data_files(self.assignment), budget)

    def outcomes(self, notebook: nbformat.NotebookNode, record: Record) -> dict[str, Outcome]:
        """What became of every probe of the assignment, by name."""
        lost = NotRun("died", "was not run")
        # the text of a traceback is taken from the notebook: the student's process could put
        # anything there
        lines = {
            label: cell.source.splitlines()
            for cell, label in _labelled(notebook)
            if cell.kind != "test"
        }
        verdicts = {}
        for name, expectation in self.references.expectations.items():
            verdict = _judged(expectation, record.results.get(name, lost))
            trace = _own_lines(verdict.trace, lines)
            verdicts[expectation.spec] = replace(verdict, trace=trace)
        return explain(verdicts, {q.name: q.needs for q in self.assignment.questions.values()})

    def finish(
        self, notebook: nbformat.NotebookNode, record: Record, seconds: float
    ) -> GradedNotebook:
        """Judge what a rebuilt notebook gave.

        Args:
            notebook: the rebuilt notebook; outputs and outcomes are put into it.
            record: of its run.
            seconds: wall time of the run.
        """
        outcomes = self.write(notebook, record)
        view = NotebookView(notebook)
        questions = self.assignment.questions
        untouched = {
            cell.name: cell.source == questions[cell.name].stub
            for cell in view.code
            if cell.kind == "question"
        }
        text = json.dumps(notebook, ensure_ascii=False) + "\n"
        return GradedNotebook(
            text, outcomes, untouched, tuple(view.notes), seconds, record.complete
        )

    def write(self, notebook: nbformat.NotebookNode, record: Record) -> dict[str, Outcome]:
        """Put outputs and outcomes into a rebuilt notebook, so that nbgrader scores what was judged
        here.

        Returns:
            The outcomes by probe.
        """
        outcomes = self.outcomes(notebook, record)
        view = NotebookView(notebook)
        notes = view.notes
        for cell in view.code:
            cell.cell["execution_count"] = None
            outputs = cell.cell["outputs"] = []
            if cell.kind == "test":
                outcome = outcomes[cell.name]
                cell.mark_outcome(outcome)
                outputs.append(_output(outcome))
            elif cell.kind not in NOT_GRADED:
                outputs += [nbformat.from_dict(o) for o in record.outputs.get(cell.id, [])]
                if cell.id in record.ended:
                    ended = record.ended[cell.id]
                    where = cell.name or "a cell of your own"
                    notes.append(
                        f"{where}: the cell {ended}; it was left out and the rest was graded"
                    )
                    outputs.append(_error("RunEnded", ended, [ended]))
        view.write(notes=list(dict.fromkeys(notes)), build=self.references.key)
        return outcomes


def _labelled(notebook: nbformat.NotebookNode) -> Iterator[tuple[CellView, str]]:
    """The cells that are run, and what tracebacks call them; tests have no name there."""
    extras = 0
    for cell in NotebookView(notebook).code:
        if cell.kind == "test":
            yield cell, ""
        elif cell.kind not in NOT_GRADED and cell.source.strip():
            extras += cell.kind == "extra"
            labels = {
                "question": cell.name,
                "extra": f"your cell {extras}",
                "predict": "your guess",
            }
            yield cell, labels.get(cell.kind, "given code")


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


def _output(outcome: Outcome) -> nbformat.NotebookNode:
    """What a test cell shows: nbgrader takes an error for a failed test."""
    verdict = outcome.verdict
    text = f"{MARKS[verdict.status]} {outcome.probe.title}"
    if verdict.passed:
        return nbformat.from_dict(
            {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}
        )
    lines = [text, verdict.message]
    if outcome.needs:
        lines.append(needs_text(outcome.needs))
    lines += [hint for _, hint in verdict.mistakes]
    lines += [f"{cell}, line {line}: {source}" for cell, line, source in verdict.trace]
    return _error(outcome.misconception or verdict.status, verdict.message, lines)


def _error(name: str, message: str, lines: list[str]) -> nbformat.NotebookNode:
    return nbformat.from_dict(
        {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
    )


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
    )
