"""results.json: what Gradescope reads, and how it is made of verdicts."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from ..core.notebook_file import Submission, notebook_name, read_notebook, read_submission
from ..core.rendering import Shown, to_text
from ..core.verdict import Verdict
from ..errors import CourseError
from ..executor.isolation import OTHER_USER, SANDBOX, Kind
from ..executor.process import ZygoteGone
from ..executor.runner import Record
from ..executor.sandbox.kernel import SandboxUnavailable
from ..executor.warm import Warm
from ..grading.grader import Grader
from . import isolation, pack
from .results_schema import validate

TOTAL = 480
"""Wall seconds for everything that otter does with one submission; Gradescope's own default limit is ten minutes."""


@dataclass(frozen=True)
class Line:
    """One probe's result.

    Args:
        probe: its name.
        points: what it is worth.
        public: whether students see the result at once.
        shown: question, title and verdict.
    """

    probe: str
    points: float
    public: bool
    shown: Shown

    @property
    def score(self) -> float:
        return self.points if self.shown.verdict.passed else 0.0

    @property
    def text(self) -> str:
        return to_text(self.shown, 100)


@dataclass(frozen=True)
class Graded:
    """One submission's result.

    Args:
        lines: by question, then public probes before hidden ones.
        notes: what the student is told besides.
        isolation: how student code was kept apart; one of :data:`isolation.KINDS`.
        seconds: that it took.
    """

    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    isolation: Kind
    seconds: float = 0.0
    questions: tuple[str, ...] = field(default=())

    def of(self, question: str) -> list[Line]:
        return [line for line in self.lines if line.shown.question == question]

    def score(self, question: str) -> float:
        """Points earned by one question."""
        return sum(line.score for line in self.of(question))


def grade(document: dict[str, Any], submission: Submission, wanted: str = "auto") -> Graded:
    """Grade a submission in a fresh process, apart from this one.

    Args:
        document: the assignment, from :func:`pack.to_document`.
        submission: what was handed in.
        wanted: the isolation; see :func:`isolation.choices`.
    """
    start = time.monotonic()
    with TemporaryDirectory(prefix="dlcourse-") as folder:
        grader = pack.from_document(document, Path(folder))
        kind, verdicts, notes = _grade(grader, submission, wanted)
    texts = pack.shown(grader, verdicts)
    questions = tuple(grader.assignment.questions)
    lines = [
        Line(p.spec.name, float(p.spec.points), p.spec.public, texts[p.spec.name])
        for q in questions
        for p in sorted(grader.assignment.probes_of(q), key=lambda p: not p.spec.public)
    ]
    return Graded(tuple(lines), tuple(notes), kind, time.monotonic() - start, questions)


def _grade(
    grader: Grader, submission: Submission, wanted: str
) -> tuple[Kind, dict[str, Verdict], list[str]]:
    """Grade with a warm process of its own; outside of a sandbox, student code can kill that."""
    with Warm.first_of(isolation.choices(wanted)) as warm:
        try:
            verdicts, notes = pack.grade(grader, submission, warm)
        except (ZygoteGone, SandboxUnavailable):
            verdicts = grader.verdicts(grader.rebuild(submission), Record())
            notes = ["your code ended the process that runs it; nothing could be graded"]
        return warm.isolation.kind, verdicts, notes


def results(graded: Graded, hidden: str = "after_published") -> dict[str, Any]:
    """The content of results.json: one test case per probe.

    Args:
        graded: the result.
        hidden: visibility of hidden probes.
    """
    tests: list[dict[str, Any]] = []
    for number, question in enumerate(graded.questions, 1):
        for part, line in enumerate(graded.of(question), 1):
            tests.append(
                {
                    "name": f"{question}: {line.shown.title}",
                    "number": f"{number}.{part}",
                    "score": line.score,
                    "max_score": line.points,
                    "status": "passed" if line.shown.verdict.passed else "failed",
                    "output": line.text,
                    "output_format": "text",
                    "visibility": "visible" if line.public else hidden,
                    "extra_data": {
                        "question": question,
                        "probe": line.probe,
                        "verdict": line.shown.verdict.status,
                    },
                }
            )
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
    public = [line for line in graded.lines if line.public]
    failed = sum(not line.shown.verdict.passed for line in public)
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
    return read_notebook(own[0]) if len(own) == 1 else read_submission(folder, slug)


def close_to_others(autograder: Path) -> None:
    """Let nobody but the grader's user read the expected results or write the scores."""
    os.chmod(autograder, 0o700)


def main(autograder: str) -> None:
    """What `run_autograder` of the zip starts: otter, and for what otter refuses to read, our own grading.

    otter gives no result at all where the submission is no notebook, or where there are several. Such submissions get
    the points they earn, and a message.
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
