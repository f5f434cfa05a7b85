"""A pytest plugin that runs an assignment's probes on notebooks.

    pytest -p dlcourse.testing --dlcourse-notebook submitted/ada/softmax/softmax.ipynb
    tests/softmax/probes.py

Each probe is one test. Notebooks are graded as `dlcourse grade` grades them, in the sandbox;
scripts are percent scripts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import pytest

from .authoring.course import course_root, read_course
from .core.explain import Outcome
from .core.notebook_file import Submission, read_notebook
from .core.rendering import to_text
from .executor.isolation import SANDBOX, UNSAFE
from .executor.warm import Warm
from .grading.grader import GradedNotebook, Grader, open_grader

_WARM: pytest.StashKey[Warm] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dlcourse")
    group.addoption(
        "--dlcourse-notebook",
        action="append",
        default=[],
        type=Path,
        help="Notebook or percent script to grade; may be given again.",
    )
    group.addoption(
        "--dlcourse-no-sandbox",
        action="store_true",
        help="Run code without a sandbox. For code you trust only.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    notebooks = parent.config.getoption("--dlcourse-notebook")
    if file_path.name == "probes.py" and notebooks:
        return ProbesFile.from_parent(parent, path=file_path)
    return None


def pytest_configure(config: pytest.Config) -> None:
    unsafe = config.getoption("--dlcourse-no-sandbox")
    config.stash[_WARM] = Warm(UNSAFE if unsafe else SANDBOX)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_WARM].close()


def _read(path: Path) -> Submission:
    if path.suffix == ".py":
        return Submission.unwrap(jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent"))
    return read_notebook(path)


class ProbesFile(pytest.File):
    """A probes.py: one test per notebook and probe."""

    def collect(self) -> Iterator[pytest.Item]:
        course = read_course(course_root(self.path.parent))
        grader = open_grader(course, self.path.parent.name, self.config.stash[_WARM])
        for notebook in self.config.getoption("--dlcourse-notebook"):
            graded = _Notebook(grader, notebook)
            for name, expectation in grader.references.expectations.items():
                yield ProbeItem.from_parent(
                    self,
                    name=f"{expectation.spec.question}::{name}[{notebook.stem}]",
                    graded=graded,
                    probe=name,
                )


class _Notebook:
    """One notebook, graded when its first test runs."""

    def __init__(self, grader: Grader, path: Path) -> None:
        self.grader, self.path = grader, path
        self._graded: GradedNotebook | None = None

    def outcome(self, probe: str, config: pytest.Config) -> Outcome:
        if self._graded is None:
            self.grader.prepare(config.stash[_WARM])
            self._graded = self.grader.grade(_read(self.path), config.stash[_WARM])
        return self._graded.outcomes[probe]


class ProbeFailed(Exception):
    """A probe did not pass; the text is what the student is told."""


class ProbeItem(pytest.Item):
    """One probe on one notebook."""

    def __init__(self, *, graded: _Notebook, probe: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._graded, self._probe = graded, probe
        expectation = graded.grader.references.expectations[probe]
        self.user_properties += [
            ("notebook", str(graded.path)),
            ("question", expectation.spec.question),
            ("points", expectation.spec.points),
        ]

    def runtest(self) -> None:
        outcome = self._graded.outcome(self._probe, self.config)
        if not outcome.verdict.passed:
            raise ProbeFailed(to_text(outcome, 100))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return (
            str(excinfo.value)
            if excinfo.errisinstance(ProbeFailed)
            else super().repr_failure(excinfo, style)
        )

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
