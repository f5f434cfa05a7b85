"""results.json: what Gradescope reads, and how it is made of verdicts."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from ..core.cells import NotebookView
from ..core.explain import Outcome
from ..core.handed_in import SeveralNotebooks, read_submission
from ..core.notebook_file import Submission, notebook_name, read_notebook
from ..core.rendering import clean, to_text
from ..core.written import is_written
from ..errors import CourseError
from ..executor.isolation import OTHER_USER, SANDBOX, Kind
from ..executor.limits import Limits
from ..executor.process import ZygoteGone
from ..executor.runner import CellStep, Record
from ..executor.sandbox.kernel import SandboxUnavailable
from ..executor.warm import Warm
from ..grading.grader import GradedNotebook, Grader
from ..student.rebuild import rebuild
from . import isolation, pack
from .results_schema import validate

TOTAL = 480
"""Wall seconds for everything that otter does with one submission; Gradescope's own default limit
is ten minutes.
"""

MAX_WORDS = 20_000
"""Characters of an answer in words that are shown."""
_FIRST = CellStep("libraries", "import torch._dynamo", limits=Limits(cpu=60.0, wall=240.0))
"""What torch's optimizers import when the first of them is made, which takes longer than a test may."""


@dataclass(frozen=True)
class Graded:
    """One submission's result.

    Args:
        outcomes: by question, then public probes before hidden ones.
        notes: what the student is told besides.
        isolation: how student code was kept apart.
        seconds: that it took.
        words: answers in words by name; empty where nothing is written.
    """

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    isolation: Kind
    seconds: float = 0.0
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def questions(self) -> list[str]:
        return list(dict.fromkeys(outcome.probe.question for outcome in self.outcomes))

    def of(self, question: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.probe.question == question]

    def score(self, question: str) -> float:
        """Points earned by one question."""
        return sum(outcome.score for outcome in self.of(question))


def text_of(outcome: Outcome) -> str:
    """What a student reads of an outcome."""
    return to_text(outcome, 100)


def grade(document: dict[str, Any], submission: Submission, wanted: str = "auto") -> Graded:
    """Grade a submission in a fresh process, apart from this one.

    Args:
        document: the assignment, from :func:`pack.to_document`.
        submission: what was handed in.
        wanted: the isolation; see :func:`isolation.choices`.
    """
    start = time.monotonic()
    with (
        TemporaryDirectory(prefix="dlcourse-") as folder,
        Warm.first_of(isolation.choices(wanted)) as warm,
    ):
        grader = pack.from_document(document, Path(folder))
        graded = _grade(grader, submission, warm)
    ordered = [
        graded.outcomes[p.spec.name]
        for question in grader.assignment.questions
        for p in sorted(grader.assignment.probes_of(question), key=lambda p: not p.spec.public)
    ]
    seconds = time.monotonic() - start
    words = _words(graded.notebook)
    return Graded(tuple(ordered), graded.notes, warm.isolation.kind, seconds, words)


def _words(notebook: str) -> dict[str, str]:
    """The answers in words of a graded notebook, by name."""
    view = NotebookView(json.loads(notebook))
    answers = {cell.name: cell.source for cell in view.cells if cell.kind == "answer"}
    return {name: text if is_written(text) else "" for name, text in answers.items()}


def _grade(grader: Grader, submission: Submission, warm: Warm) -> GradedNotebook:
    """Grade with a warm process of its own; outside of a sandbox, student code can kill that."""
    try:
        if "torch" in grader.assignment.rules.libraries:
            warm.prepare(grader.references.key, [_FIRST], {})
        return grader.grade(submission, warm)
    except (ZygoteGone, SandboxUnavailable):
        notebook = rebuild(grader.source, submission, grader.assignment.slug)
        said = "your code ended the process that runs it; nothing could be graded"
        return replace(
            grader.finish(notebook, grader.first(notebook, Record()), 0.0), notes=(said,)
        )


def results(graded: Graded, hidden: str = "after_published") -> dict[str, Any]:
    """The content of results.json: one test case per probe.

    Args:
        graded: the result.
        hidden: visibility of hidden probes.
    """
    tests: list[dict[str, Any]] = []
    for number, question in enumerate(graded.questions, 1):
        for part, outcome in enumerate(graded.of(question), 1):
            probe, verdict = outcome.probe, outcome.verdict
            tests.append(
                {
                    "name": f"{question}: {probe.title}",
                    "number": f"{number}.{part}",
                    "score": outcome.score,
                    "max_score": float(probe.points),
                    "status": "passed" if verdict.passed else "failed",
                    "output": text_of(outcome),
                    "output_format": "text",
                    "visibility": "visible" if probe.public else hidden,
                    "extra_data": {
                        "question": question,
                        "probe": probe.name,
                        "verdict": verdict.status,
                    },
                }
            )
    tests += [
        {
            "name": f"{name}: in words, graded by a person",
            "status": "passed" if text else "failed",
            "output": clean(text, MAX_WORDS) or "No answer.",
            "output_format": "text",
            "visibility": "visible",
            "extra_data": {"answer": name},
        }
        for name, text in graded.words.items()
    ]
    if graded.isolation != SANDBOX.kind:
        trusted = graded.isolation == OTHER_USER.kind
        tests.append(
            {
                "name": "Isolation",
                "status": "passed" if trusted else "failed",
                "output": isolation.WORDS[graded.isolation],
                "visibility": "hidden",
            }
        )
    public = [outcome for outcome in graded.outcomes if outcome.probe.public]
    failed = sum(not outcome.verdict.passed for outcome in public)
    said = (
        "all public tests passed; the hidden ones are shown after publication"
        if not failed
        else f"{failed} of {len(public)} public tests failed"
    )
    document = {
        "tests": tests,
        "output": "\n".join([said, *graded.notes]),
        "output_format": "text",
        "execution_time": round(graded.seconds, 3),
        "extra_data": {"isolation": graded.isolation},
    }
    validate(document)
    return document


def read_document(autograder: Path) -> dict[str, Any]:
    """The assignment's data in an unpacked autograder.zip."""
    path = autograder / "source" / "tests" / pack.FILENAME
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{path} cannot be read: {error}; build the zip again with `dlcourse export otter`"
        ) from error
    return document


def read(folder: Path, slug: str) -> Submission:
    """Read the notebook from a folder in which otter's own files lie, too."""
    notebooks = sorted(folder.glob("*.ipynb"))
    own = [p for p in notebooks if p.name == notebook_name(slug)] or notebooks
    if len(own) == 1:
        return read_notebook(own[0])
    try:
        return read_submission(folder, slug)
    except SeveralNotebooks as error:
        return Submission.unreadable(str(error))


def close_to_others(autograder: Path) -> None:
    """Let nobody but the grader's user read the expected results or write the scores."""
    os.chmod(autograder, 0o700)


def main(autograder: str) -> None:
    """What `run_autograder` of the zip starts: otter, and for what otter refuses to read, our own
    grading.

    otter gives no result at all where the submission is no notebook, or where there are several.
    Such submissions get the points they earn, and a message.
    """
    from otter.run.run_autograder import main as run_otter

    folder = Path(autograder)
    document = read_document(folder)
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(TOTAL)
    try:
        run_otter(autograder)
        return
    except Exception as error:
        print(f"otter gave up: {type(error).__name__}: {error}")
    finally:
        signal.alarm(0)
    close_to_others(folder)
    target = folder / "results" / "results.json"
    target.unlink(
        missing_ok=True
    )  # a refusal of otter's; if grading fails, Gradescope must say so instead of showing 0
    graded = grade(document, read(folder / "submission", document["slug"]))
    target.write_text(json.dumps(results(graded), indent=1, ensure_ascii=False), encoding="utf-8")


def _late(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"otter took more than {TOTAL} s")
