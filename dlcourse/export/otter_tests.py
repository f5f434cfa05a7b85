"""What the generated otter tests call.

Under our plugin (:mod:`dlcourse.export.otter_plugin`) a test only looks its verdict up. Anywhere
else, in a student's notebook or on an otter site without the plugin, the probe runs in the process
of the notebook, as all of otter's tests
do: there it can be forged.
"""

from __future__ import annotations

import json
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from ..core.encoding import pack_result, unpack
from ..core.evidence import NotRun
from ..core.explain import explain
from ..core.probe import run, seed_of
from ..core.rendering import to_text
from ..core.verdict import judge
from ..grading.grader import Grader
from ..grading.parts import name_parts
from .pack import FILENAME, from_document

verdicts: Mapping[str, list[Any]] | None = None
"""``[passed, text]`` by probe, where the submission was graded before."""


class TestFailed(AssertionError):
    """A probe did not pass; the text is what the student is told."""


def check(env: Mapping[str, Any], probe: str, folder: str = "tests") -> None:
    """Run one probe, or look up what it gave.

    Args:
        env: the notebook's names.
        probe: name of the probe.
        folder: where the tests and their data lie.

    Raises:
        TestFailed: the probe did not pass.
    """
    passed, text = verdicts[probe] if verdicts is not None else _run(env, probe, folder)
    if not passed:
        raise TestFailed(f"\n{text}")


@lru_cache
def _grader(path: Path, changed: int) -> Grader:
    # the data files that this writes are for a rebuilt notebook; a notebook that runs already has
    # its own
    with tempfile.TemporaryDirectory() as scratch:
        return from_document(json.loads(path.read_text(encoding="utf-8")), Path(scratch))


def _run(env: Mapping[str, Any], probe: str, folder: str) -> tuple[bool, str]:
    path = Path(folder, FILENAME).absolute()
    grader = _grader(path, path.stat().st_mtime_ns)
    one, expectation = grader.assignment.probes[probe].probe, grader.references.expectations[probe]
    try:
        with _limit(grader.references.limits[probe].wall):
            seed = seed_of(grader.references.seed, grader.assignment.slug, one.spec)
            rules = grader.assignment.rules
            found = run(one.function, env, seed, question=one.spec.question, rules=rules)
            result = unpack(pack_result(found))
    except _TooLong as error:
        result = NotRun("time", str(error))
    verdict = name_parts(judge(expectation, result), grader.assignment, probe)
    outcome = explain({expectation.spec: verdict}, {})[probe]
    return outcome.verdict.passed, to_text(outcome, 100)


class _TooLong(KeyboardInterrupt):
    """No Exception, since a student's `except Exception` would swallow it."""


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """End what runs after some time; a loop inside a C function goes on."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooLong(f"took more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
