"""Grades one rebuilt notebook: runs it, judges the results, writes verdicts into its test cells.

The verdict is reached here, in the grader's process, from values; nothing that student code printed or did to its
own process has a part in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import nbformat

from ..authoring.assignment import Assignment
from ..authoring.build import source_notebook
from ..authoring.course import Course
from ..authoring.read import load
from ..authoring.references import References, data_files, references
from ..core.cells import NotebookView
from ..core.evidence import NotRun
from ..core.notebook_file import Submission
from ..core.progress import Progress, silent
from ..core.verdict import Verdict, failing_needs, judge, settle
from ..errors import AuthorError
from ..executor.runner import BUDGET, CellStep, Record, Step
from ..executor.warm import Warm
from .rebuild import rebuild

_MARKS = {"passed": "✓", "failed": "✗", "unwritten": "○"}


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

    def rebuild(self, submission: Submission) -> nbformat.NotebookNode:
        return rebuild(self.source, submission, self.assignment.slug)

    def steps(self, notebook: nbformat.NotebookNode) -> list[Step]:
        """The rebuilt notebook as steps; demo cells are left out."""
        steps: list[Step] = []
        extras = 0
        for cell in NotebookView(notebook).code:
            if cell.kind == "test":
                steps.append(self.references.step(cell.name))
            elif cell.kind != "demo" and cell.source.strip():
                extras += cell.kind == "extra"
                label = {"question": cell.name, "extra": f"your cell {extras}"}.get(
                    cell.kind, "given code"
                )
                steps.append(CellStep(cell.id, cell.source, label))
        return steps

    def prepare(self, warm: Warm) -> None:
        """Let a warm process import what the instructor's notebook turns out to import."""
        warm.prepare(self.references.key, self.steps(self.source), data_files(self.assignment))

    def run(self, notebook: nbformat.NotebookNode, warm: Warm, budget: float = BUDGET) -> Record:
        """Run a rebuilt notebook within ``budget`` wall seconds."""
        steps = self.steps(notebook)
        return warm.run(steps, data_files(self.assignment), budget)

    def verdicts(self, notebook: nbformat.NotebookNode, record: Record) -> dict[str, Verdict]:
        """Judge every probe of the assignment."""
        lost = NotRun("died", "was not run")
        expectations = self.references.expectations
        raw = {name: judge(e, record.results.get(name, lost)) for name, e in expectations.items()}
        # the text of a traceback is taken from the notebook: the student's process could put anything there
        lines = {
            s.label: s.source.splitlines() for s in self.steps(notebook) if isinstance(s, CellStep)
        }
        raw = {name: replace(v, trace=_own_lines(v.trace, lines)) for name, v in raw.items()}
        return settle(raw, {name: e.spec.question for name, e in expectations.items()})

    def write(self, notebook: nbformat.NotebookNode, record: Record) -> dict[str, Verdict]:
        """Put outputs and verdicts into a rebuilt notebook, so that nbgrader scores what was judged here.

        Returns:
            The verdicts by probe.
        """
        verdicts = self.verdicts(notebook, record)
        expectations = self.references.expectations
        failed = {expectations[n].spec.question for n, v in verdicts.items() if not v.passed}
        needs = {q.name: q.needs for q in self.assignment.questions.values()}
        view = NotebookView(notebook)
        notes = view.notes
        for cell in view.code:
            cell.cell["execution_count"] = None
            outputs = cell.cell["outputs"] = []
            if cell.kind == "test":
                name = cell.name
                earlier = (
                    []
                    if verdicts[name].passed
                    else failing_needs(expectations[name].spec.question, needs, failed, list(needs))
                )
                cell.mark_outcome(_verdict_data(expectations[name], verdicts[name], earlier))
                outputs.append(
                    _verdict_output(expectations[name].spec.title, verdicts[name], earlier)
                )
            elif cell.kind != "demo":
                outputs += [nbformat.from_dict(o) for o in record.outputs.get(cell.id, [])]
                if cell.id in record.ended:
                    where = cell.name or "a cell of your own"
                    notes.append(
                        f"{where}: the cell {record.ended[cell.id]}; it was left out and the rest was graded"
                    )
                    outputs.append(
                        _error("RunEnded", record.ended[cell.id], [record.ended[cell.id]])
                    )
        view.write(notes=list(dict.fromkeys(notes)), build=self.references.key)
        return verdicts


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


def _verdict_data(expectation: Any, verdict: Verdict, needs: list[str]) -> dict[str, Any]:
    return {
        "probe": expectation.spec.name,
        "question": expectation.spec.question,
        "title": expectation.spec.title,
        "points": expectation.spec.points,
        "public": expectation.spec.public,
        "verdict": {**verdict.to_json(), "needs": needs},
    }


def _verdict_output(title: str, verdict: Verdict, needs: list[str]) -> nbformat.NotebookNode:
    text = f"{_MARKS[verdict.status]} {title}"
    if verdict.passed:
        return nbformat.from_dict(
            {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}
        )
    lines = [text, verdict.message]
    if needs:
        lines.append(f"builds on {', '.join(needs)}, whose tests fail too: mend that first")
    lines += [hint for _, hint in verdict.mistakes]
    lines += [f"{cell}, line {line}: {source}" for cell, line, source in verdict.trace]
    name = verdict.mistakes[0][0] if verdict.mistakes else verdict.status
    return _error(name, verdict.message, lines)


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
