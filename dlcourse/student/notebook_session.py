"""One session of a notebook: runs public tests on its functions and remembers the verdicts."""

from __future__ import annotations

import builtins
import contextlib
import linecache
import random
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.encoding import pack_result, unpack
from ..core.evidence import Result
from ..core.explain import FailingNeed, Outcome, explain, failing_needs
from ..core.names import defined, global_names, squeezed
from ..core.probe import Probe, ProbeSpec, parameters, run, seed_of
from ..core.result_names import named
from ..core.verdict import FAILED, PASSED, UNWRITTEN, Verdict, judge
from .checks_file import ChecksFile, NotChecked, QuestionInfo
from .demo import is_stub

MAX_WARNINGS = 3
"""How many different warnings of the student's code are shown beside a verdict."""


@dataclass(frozen=True)
class _Judged:
    """A verdict and the functions it was reached on; it holds until one of them is written anew."""

    functions: tuple[Any, ...]
    probe: ProbeSpec
    verdict: Verdict


@dataclass(frozen=True)
class Tally:
    """Points of one question.

    Args:
        sure: of public tests that pass.
        hidden: of hidden tests, where all public ones pass: grading alone runs them.
        open: the rest.
    """

    sure: float
    hidden: float
    open: float

    @classmethod
    def of(cls, info: QuestionInfo, sure: float, empty: bool = False) -> Tally:
        """The standing of a question of whose public tests so many points are passed."""
        sure = 0.0 if empty else sure
        hidden = info.hidden if sure >= info.points and not empty else 0.0
        return cls(sure, hidden, info.points + info.hidden - sure - hidden)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.sure + other.sure, self.hidden + other.hidden, self.open + other.open)

    def __str__(self) -> str:
        total = self.sure + self.hidden + self.open
        parts = [f"{self.sure:g} of {total:g} points are sure"]
        if self.hidden:
            parts.append(f"{self.hidden:g} hang on hidden tests, which grading alone runs")
        if self.open:
            parts.append(f"{self.open:g} are open")
        return "; ".join(parts)


NOTHING = Tally(0.0, 0.0, 0.0)


class NotebookSession:
    """What one kernel, or one run of a script, knows of its notebook.

    Args:
        namespace: the notebook's names.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self._file: ChecksFile | None = None
        self._judged: dict[tuple[str, str, str], _Judged] = {}

    @property
    def file(self) -> ChecksFile:
        """The notebook's checks.json as it is now.

        Raises:
            NotChecked: there is none, or it cannot be read.
        """
        self._file = ChecksFile.find(self.namespace, self._file)
        return self._file

    def judge(self, probe: Probe) -> Outcome:
        """Run a probe on the notebook's functions, and judge as the graders do.

        Raises:
            NotChecked: checks.json is missing, damaged or of another release, or the test's helpers
                were not run.
        """
        _refuse_without_helpers(probe)
        file, name = self.file, probe.spec.name
        expectation = replace(file.expectation(name), judge=probe.judge)
        spec, question = expectation.spec, expectation.spec.question
        result, notes = _run(probe, self.namespace, file)
        if file.newer_python and not self._judged:
            notes = (*notes, file.newer_python)
        verdict = self._left_over(question, judge(expectation, result))
        if not verdict.passed and probe.judge is None:
            names = file.result_names(name)
            verdict = replace(verdict, message=named(verdict.message, names))
        notes = (*notes, *self._older(question))
        functions = self._functions(question)
        self._judged[file.slug, question, name] = _Judged(functions, spec, verdict)
        outcome = explain(self._verdicts(question), {})[name]
        to_be_written = verdict.status == UNWRITTEN and any(map(is_stub, functions))
        needs = () if verdict.passed or to_be_written else self.failing_needs(question)
        called = self._called(probe, question, verdict)
        return replace(outcome.after(needs), notes=notes, functions=called)

    def tallies(self) -> dict[str, Tally]:
        """Where each question stands, by what this session has tested of its functions as they are
        now.
        """
        return {
            question: Tally.of(
                info,
                sum(p.points for p, v in self._verdicts(question).items() if v.passed),
                any(_is_empty(f) for f in self._functions(question)),
            )
            for question, info in (self._file or self.file).questions.items()
        }

    def _left_over(self, question: str, verdict: Verdict) -> Verdict:
        """A verdict that says where a ``raise NotImplementedError`` stands in a function that is
        otherwise written.
        """
        if verdict.status != UNWRITTEN or any(map(_is_empty, self._functions(question))):
            return verdict
        line = next((f for f in reversed(verdict.trace) if "NotImplementedError" in f[2]), None)
        if line is None:
            return verdict
        where = f"a `raise NotImplementedError` is left over in {line[0]}, line {line[1]}"
        return replace(verdict, message=where)

    def _older(self, question: str) -> Iterator[str]:
        """Which functions are older than the last cell that was run to define them."""
        cells = self.namespace.get("In")
        if not isinstance(cells, list):
            return
        for name in self._info(question).functions:
            code = getattr(self.namespace.get(name), "__code__", None)
            lines = linecache.getlines(code.co_filename) if code is not None else []
            runs = [c for c in cells if isinstance(c, str) and name in defined(c)]
            source = "".join(lines)
            if runs and name in defined(source) and squeezed(source) != squeezed(runs[-1]):
                yield f"the cell of `{name}` that was run last did not get as far as to define it; an older version is tested"

    def status(self, question: str) -> str:
        """Of a question's functions as they are now, by the probes of this session: ``passed`` if
        none has failed.
        """
        functions = self._functions(question)
        if not functions or any(map(_is_empty, functions)):
            return UNWRITTEN
        verdicts = self._verdicts(question).values()
        return next((v.status for v in verdicts if not v.passed), PASSED)

    def failed_functions(self) -> frozenset[str]:
        """Functions of questions of which a test failed in this session, as they are now."""
        questions = {key[1] for key in self._judged}
        failed = [q for q in questions if self.status(q) == FAILED]
        return frozenset(name for q in failed for name in self._info(q).functions)

    def failing_needs(self, question: str) -> tuple[FailingNeed, ...]:
        """The earlier questions that one builds on and that do not pass."""
        needs = {name: info.needs for name, info in self._known.questions.items()}
        status = {name: self.status(name) for name in needs if name != question}
        return failing_needs(question, needs, status)

    @property
    def _known(self) -> ChecksFile:
        """The file as it was last read: one check reads it once."""
        return self._file or self.file

    def _info(self, question: str) -> QuestionInfo:
        return self._known.questions.get(question, QuestionInfo())

    def _functions(self, question: str) -> tuple[Any, ...]:
        return tuple(self.namespace.get(name) for name in self._info(question).functions)

    def _verdicts(self, question: str) -> dict[ProbeSpec, Verdict]:
        """This session's verdicts on a question's functions as they are now, by probe."""
        now = [id(function) for function in self._functions(question)]
        return {
            judged.probe: judged.verdict
            for (slug, of, _), judged in self._judged.items()
            if (slug, of) == (self._known.slug, question)
            and [id(function) for function in judged.functions] == now
        }

    def _called(self, probe: Probe, question: str, verdict: Verdict) -> tuple[str, ...]:
        """The question's functions that a probe calls; where some of them are not written yet, only
        those.
        """
        own = self._info(question).functions
        called = tuple(name for name in parameters(probe.function) if name in own)
        empty = tuple(name for name in called if _is_empty(self.namespace.get(name)))
        return empty if verdict.status == UNWRITTEN and empty else called


def _is_empty(function: object) -> bool:
    """Whether a function is still to be written, or its cell to be run."""
    return function is None or is_stub(function)


def _refuse_without_helpers(probe: Probe) -> None:
    """Say which cell to run where a test's helpers are not there: a NameError would be taken for
    the student's own.
    """
    namespace = probe.function.__globals__
    names = sorted(set(global_names(probe.function.__code__)) - set(namespace) - set(dir(builtins)))
    if names:
        text = ", ".join(f"`{name}`" for name in names)
        raise NotChecked(
            f"{text} {'is' if len(names) == 1 else 'are'} not there yet: run the cells above this one, "
            "the folded cell of what the tests share among them, then this cell again"
        )


def _run(
    probe: Probe, namespace: Mapping[str, Any], file: ChecksFile
) -> tuple[Result, tuple[str, ...]]:
    """Run a probe as the graders do, through the encoding; also the warnings that it gave.

    What student code writes to stderr goes to stdout: nbgrader takes stderr in a test cell for a
    failure.
    """
    with (
        _random_state_kept(),
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stderr(sys.stdout),
    ):
        spec = probe.spec
        seed = seed_of("", file.slug, spec)
        found = run(probe.function, namespace, seed, question=spec.question, rules=file.rules)
        result = unpack(pack_result(found))
    notes = dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught)
    return result, tuple(notes)[:MAX_WARNINGS]


@contextlib.contextmanager
def _random_state_kept() -> Iterator[None]:
    """A probe seeds the generators for its inputs; the notebook's own stream of random numbers goes
    on as before.
    """
    python, numpy_state = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    torch_state = (
        torch.get_rng_state() if torch is not None and hasattr(torch, "get_rng_state") else None
    )
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)
        if torch is not None and torch_state is not None:
            torch.set_rng_state(torch_state)
