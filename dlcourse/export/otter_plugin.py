"""otter's plugin: the submission is graded in a fresh process, and otter is given the verdicts.

otter itself would run student code and tests in one kernel and load the results as a pickle of that
kernel's. With this plugin the notebook that otter runs holds no student code at all: what was
handed in is read, run and judged before (``before_grading``), otter's kernel then only looks the
verdicts up, and at the end (``after_grading``) the results are made anew from the verdicts,
whatever the kernel said.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from otter.plugins import AbstractOtterPlugin
from otter.run import AutograderConfig
from otter.test_files import GradingResults, TestCase, TestFile
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from . import gradescope, isolation
from .gradescope import Graded

NAME = f"{__name__}.Verified"


class VerifiedResults(GradingResults):
    """otter's results, whose results.json is ours."""

    graded: Graded

    def to_gradescope_dict(self, ag_config: AutograderConfig) -> dict[str, Any]:
        """One test case per probe; total score, stdout and hiding as otter's settings say."""
        otters = super().to_gradescope_dict(ag_config)
        ours = gradescope.results(
            self.graded, "after_published" if ag_config.show_hidden else "hidden"
        )
        document = {**ours, **{k: otters[k] for k in ("score", "stdout_visibility") if k in otters}}
        if self.all_hidden:
            for test in document["tests"]:
                test["visibility"] = "hidden"
        return document


class Verified(AbstractOtterPlugin):
    """Grades apart from otter's kernel. Setting: ``isolation``, one of auto (default), sandbox,
    user, none.
    """

    graded: Graded | None = None

    def before_grading(self, config: AutograderConfig) -> None:
        """Grade, before any code of the student's has run anywhere."""
        autograder, path = Path(config.autograder_dir), Path(self.submission_path)
        document = gradescope.read_document(autograder)
        gradescope.close_to_others(autograder)
        submission = gradescope.read(path.parent, document["slug"])
        _set_aside(path, autograder)
        self.graded = gradescope.grade(
            document, submission, self.plugin_config.get("isolation", "auto")
        )

    def before_execution(self, submission: Any) -> nbformat.NotebookNode:
        """A notebook of one cell, which hands the verdicts to the tests."""
        verdicts = {
            outcome.probe.name: [outcome.verdict.passed, gradescope.text_of(outcome)]
            for outcome in self._done().outcomes
        }
        source = f"import json\nfrom dlcourse.export import otter_tests\notter_tests.verdicts = json.loads({json.dumps(verdicts)!r})"
        notebook = new_notebook(cells=[new_code_cell(source)])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        return notebook

    def after_grading(self, results: GradingResults) -> None:
        """Replace what the kernel reported."""
        graded = self._done()
        results.__class__ = VerifiedResults
        results.graded = graded
        results.results = {question: _test_file(graded, question) for question in graded.questions}
        results._catastrophic_error = None
        results.set_output("\n".join(graded.notes))

    def generate_report(self) -> str:
        """For the instructor's log."""
        graded = self._done()
        return "\n".join(
            [
                f"graded in {graded.seconds:.1f} s; {isolation.WORDS[graded.isolation]}",
                *graded.notes,
            ]
        )

    def _done(self) -> Graded:
        if self.graded is None:
            raise RuntimeError("the submission was not graded")
        return self.graded


def _set_aside(path: Path, autograder: Path) -> None:
    """Leave nothing of the student's but the notebook itself where otter goes on.

    otter's kernel starts in that folder, so that a `json.py` there would be imported, and otter
    reads a `.OTTER_LOG`, which is a pickle.
    """
    aside = autograder / "set_aside"
    aside.mkdir(exist_ok=True)
    for one in list(path.parent.iterdir()):
        if one not in (path, path.parent / "tests"):
            one.rename(aside / one.name)


def _test_file(graded: Graded, question: str) -> TestFile:
    """A question's result in otter's own form."""
    outcomes = graded.of(question)
    cases = [
        TestCase(o.probe.title, None, not o.probe.public, float(o.probe.points), None, None)
        for o in outcomes
    ]
    file = ExceptionTestFile(question, f"tests/{question}.py", cases, all_or_nothing=False)
    file.test_case_results = [
        TestCaseResult(
            test_case=case, message=gradescope.text_of(outcome), passed=outcome.verdict.passed
        )
        for case, outcome in zip(cases, outcomes, strict=True)
    ]
    return file
