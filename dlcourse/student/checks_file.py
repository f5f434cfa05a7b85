"""checks.json: what the reference gave for the public tests of one assignment, next to the
notebook.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.cells import question_id
from ..core.notebook_file import Submission
from ..core.result_names import result_names
from ..core.rules import Rules
from ..core.verdict import Expectation
from ..core.written import Written, answer_name, gathered

FORMAT = 3
"""Version of checks.json that this package reads."""
PYTHON = ".".join(map(str, sys.version_info[:2]))
"""The Python that runs here, as checks.json names that of the build."""


class NotChecked(Exception):
    """Nothing can be checked; the message names the file and the cure."""


@dataclass(frozen=True)
class QuestionInfo:
    """What a student's machine knows of a question.

    Args:
        functions: names of its stubs.
        needs: earlier questions that it builds on.
        points: of its public tests.
        hidden: points of its hidden tests.
    """

    functions: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    points: float = 0.0
    hidden: float = 0.0


@dataclass(frozen=True)
class ChecksFile:
    """A checks.json that was read. Expected results are decoded when they are first asked for.

    Args:
        path: the file.
        stamp: time of its last change in ns, and its size in bytes.
        slug: the assignment.
        questions: its questions in order, by name.
        probes: the encoded expectations, by name of the probe.
        rules: libraries and functions that the questions may use.
        python: the version that the assignment was built with, such as ``3.11``; graders run it.
        cells: the code of the released notebook, for :func:`dlcourse.student.skeleton.notebook_of`.
    """

    path: Path
    stamp: tuple[int, int]
    slug: str
    questions: Mapping[str, QuestionInfo]
    probes: Mapping[str, dict[str, Any]]
    rules: Rules
    python: str
    cells: Sequence[Mapping[str, Any]]
    _decoded: dict[str, Expectation] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def find(cls, namespace: Mapping[str, Any], known: ChecksFile | None = None) -> ChecksFile:
        """Find and read the file that belongs to a notebook.

        Args:
            namespace: the notebook's names.
            known: the file of an earlier check: where to look last, and not read again while it is
                unchanged.

        Raises:
            NotChecked: there is none, or it cannot be read.
        """
        tried = list(_candidates(namespace))
        if known is not None and not os.environ.get("DLCOURSE_CHECKS"):
            tried.append(known.path)  # the notebook has changed its folder since
        path = next((p for p in tried if p.is_file()), None)
        if path is None:
            raise NotChecked(
                f"{tried[0]} is not there: it comes with the assignment and belongs next to the notebook; get the assignment again"
            )
        return cls.read(path, known)

    @classmethod
    def read(cls, path: Path, known: ChecksFile | None = None) -> ChecksFile:
        """Read a file.

        Args:
            path: where it lies.
            known: returned, if it is this file and unchanged.

        Raises:
            NotChecked: it cannot be read.
        """
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if known is not None and (known.path, known.stamp) == (path, stamp):
                return known
            content = path.read_bytes()
        except OSError as error:
            raise NotChecked(
                f"{path} cannot be read ({error.strerror}); get the assignment again"
            ) from error
        return cls._parse(path, stamp, content)

    @classmethod
    def _parse(cls, path: Path, stamp: tuple[int, int], content: bytes) -> ChecksFile:
        try:
            document = json.loads(content)
            version = document["format"]
            if version != FORMAT:
                newer = isinstance(version, int) and version > FORMAT
                cure = (
                    "update dlcourse (pip install -U dlcourse)"
                    if newer
                    else "get the assignment again"
                )
                raise NotChecked(
                    f"{path} is of format {version!r}, this version of dlcourse reads format {FORMAT}: {cure}"
                )
            questions = {name: _question(q) for name, q in _mapping(document["questions"]).items()}
            cells = [_mapping(cell) for cell in document["cells"]]
            place = {cell["id"]: n for n, cell in enumerate(cells)}  # the file sorts by name
            ordered = sorted(questions, key=lambda name: place.get(question_id(name), len(place)))
            return cls(
                path,
                stamp,
                str(document["assignment"]),
                {name: questions[name] for name in ordered},
                _mapping(document["probes"]),
                Rules.from_json(document["rules"]),
                str(document["python"]),
                cells,
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NotChecked(
                f"{path} is damaged ({type(error).__name__}); get the file again from the assignment"
            ) from error

    def written(self, submission: Submission | None) -> dict[str, Written]:
        """How far the written answers are, by name.

        Args:
            submission: the student's notebook; None where it cannot be found.
        """
        found: dict[str, str] = {}
        if submission is not None:
            found = gathered(submission.cells, [cell.grade_id for cell in submission.cells])
        return {
            name: Written(
                float(cell["points"]), None if submission is None else bool(found.get(name))
            )
            for cell in self.cells
            if (name := answer_name(str(cell["id"])))
        }

    @property
    def newer_python(self) -> str:
        """What to know where the graders' Python is older than this one; else empty."""
        here, there = (_version(text) for text in (PYTHON, self.python))
        if not there or here <= there:
            return ""
        return f"you use Python {PYTHON}, grading uses {self.python}: what only the newer one knows fails there"

    def result_names(self, name: str) -> Mapping[str, str]:
        """What the docstring calls the parts of a test's result; see :mod:`~dlcourse.core.result_names`."""
        question = question_id(self.expectation(name).spec.question)
        stubs = next((str(c["source"]) for c in self.cells if c["id"] == question), "")
        tests = (str(c["source"]) for c in self.cells if f"def {name}(" in str(c["source"]))
        return result_names(next(tests, ""), name, stubs)

    def expectation(self, name: str) -> Expectation:
        """What the reference gave for a probe.

        Raises:
            NotChecked: the file does not hold it, or holds something else.
        """
        if name not in self.probes:
            raise NotChecked(
                f"{self.path.name} (assignment {self.slug}) has no test {name!r}: "
                "the notebook and this file are not of the same release; get both of them again"
            )
        if name not in self._decoded:
            try:
                self._decoded[name] = Expectation.from_json(name, self.probes[name])
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
                raise NotChecked(
                    f"{self.path.name}: test {name!r} is damaged; get the file again from the assignment"
                ) from error
        return self._decoded[name]


def _candidates(namespace: Mapping[str, Any]) -> Iterator[Path]:
    """Where a notebook's checks.json may lie, the likeliest place first."""
    named = os.environ.get("DLCOURSE_CHECKS")
    if named:
        yield Path(named)
        return
    yield Path("checks.json").absolute()
    for notebook in (namespace.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(notebook, str) and notebook:
            yield Path(notebook).absolute().parent / "checks.json"


def _version(text: str) -> tuple[int, ...]:
    """`3.11` as numbers; empty where it is none."""
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else ()


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _question(document: Any) -> QuestionInfo:
    return QuestionInfo(
        _names(document["functions"]),
        _names(document["needs"]),
        float(document["points"]),
        float(document["hidden"]),
    )


def _names(value: Any) -> tuple[str, ...]:
    if not all(isinstance(name, str) for name in value):
        raise TypeError
    return tuple(value)
