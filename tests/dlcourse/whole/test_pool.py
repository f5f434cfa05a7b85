"""The pool: workers that die, submissions that take long or cannot be read."""

import multiprocessing
import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dlcourse.core.notebook_file import Submission
from dlcourse.errors import SetupError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.grading.grader import GradedNotebook
from dlcourse.grading.messages import read_submission, write_answer
from dlcourse.grading.plan import HandedIn
from dlcourse.grading.pool import Lost, Pool, Workers, local_workers
from dlcourse.grading.worker import Setup


def _name(submission: str, hurry: bool = False) -> str:
    """Stands for grading: what a worker process does with a submission of these tests."""
    text = read_submission(submission).notes[0]
    if text.startswith("endless") and hurry:
        return write_answer(None)
    if text.startswith("lie:"):
        return text.removeprefix("lie:")
    if text.startswith("die"):
        os._exit(1)
    if text.startswith("once:"):
        path = text.removeprefix("once:")
        if not os.path.exists(path):
            with open(path, "w"):
                pass
            os.kill(os.getpid(), signal.SIGKILL)
    if text.startswith("raise"):
        raise ValueError(text)
    if text.startswith("slow"):
        time.sleep(0.05)
    return write_answer(GradedNotebook(text, {}, {}, (), 0.0))


@pytest.fixture
def results() -> Any:
    """Runs texts through a pool of two forked workers; returns (results, failed, executors made)."""
    executors = []

    def start() -> Any:
        executors.append(ProcessPoolExecutor(2, multiprocessing.get_context("fork")))
        return Workers(executors[-1], 2, _name)

    def run(texts: Any, read: Any = lambda text: text) -> Any:
        texts = {f"s{n}": text for n, text in enumerate(texts)}
        found, failed = [], {}

        def handed_in(student: str) -> Any:
            return HandedIn(student, Submission([], [read(texts[student])]))

        with Pool(start, handed_in) as pool:
            for outcome in pool.grade(texts):
                if isinstance(outcome, Lost):
                    failed[outcome.student] = outcome.reason
                else:
                    found.append((outcome.handed_in.student, outcome.result.notebook))
        return found, failed, executors

    return run


def test_all_results_come_once(results: Any) -> None:
    found, failed, pools = results([f"slow{n}" for n in range(25)])
    assert (
        sorted(found) == sorted((f"s{n}", f"slow{n}") for n in range(25))
        and failed == {}
        and len(pools) == 1
    )


@pytest.mark.parametrize("at", [0, 3, 19])
def test_submission_that_kills_its_worker_is_named_and_takes_nobody_along(
    results: Any, at: int
) -> None:
    texts = [f"slow{n}" for n in range(20)]
    texts[at] = "die"
    found, failed, pools = results(texts)
    assert sorted(s for s, _ in found) == sorted(f"s{n}" for n in range(20) if n != at)
    assert failed == {f"s{at}": "the worker process died 3 times while grading it"}
    assert len(pools) <= 4


def test_several_that_kill_their_workers(results: Any) -> None:
    texts = ["die" if n in (0, 1, 2, 7) else f"slow{n}" for n in range(12)]
    found, failed, _ = results(texts)
    assert set(failed) == {"s0", "s1", "s2", "s7"} and len(found) == 8


def test_worker_killed_once_loses_nobody(results: Any, tmp_path: Path) -> None:
    texts = [f"slow{n}" for n in range(8)]
    texts[2] = f"once:{tmp_path / 'killed'}"
    found, failed, pools = results(texts)
    assert len(found) == 8 and len({s for s, _ in found}) == 8 and failed == {} and len(pools) == 2


def test_exception_in_a_worker_is_that_students_only(results: Any) -> None:
    found, failed, pools = results(["slow0", "raise hell", "slow2"])
    assert (
        [s for s, _ in sorted(found)] == ["s0", "s2"]
        and failed == {"s1": "ValueError: raise hell"}
        and len(pools) == 1
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"graded": {}}', '{"graded": {"notebook": 3}}', "[" * 9999])  # fmt: skip
def test_a_worker_that_lies_costs_one_submission(results: Any, text: str) -> None:
    found, failed, _ = results(["slow0", f"lie:{text}", "slow2"])
    assert [s for s, _ in sorted(found)] == ["s0", "s2"] and list(failed) == ["s1"]
    assert failed["s1"].startswith("the worker sent no answer (")


def test_submissions_are_read_as_they_are_needed(results: Any) -> None:
    """20,000 submissions are never in memory at once."""
    held, most = 0, 0

    class Counted(str):
        def __init__(self, text: str) -> None:
            nonlocal held, most
            held += 1
            most = max(most, held)

        def __del__(self) -> None:
            nonlocal held
            held -= 1

        def __reduce__(self) -> Any:
            return str, (str(self),)

    found, failed, _ = results([f"slow{n}" for n in range(60)], Counted)
    assert len(found) == 60 and failed == {} and 4 <= most <= 5


def test_folder_that_cannot_be_read_is_that_students_only(results: Any) -> None:
    def read(text: str) -> Any:
        if text == "closed":
            raise PermissionError(13, "Permission denied")
        return text

    found, failed, executors = results(["slow0", "closed", "slow2"], read)
    assert [s for s, _ in sorted(found)] == ["s0", "s2"]
    assert failed == {"s1": "cannot be read: Permission denied"} and len(executors) == 1


def test_what_takes_long_is_put_off_to_the_end(results: Any) -> None:
    texts = [f"endless{n}" if n % 3 == 0 else f"slow{n}" for n in range(12)]
    found, failed, pools = results(texts)
    assert [t[:4] for _, t in found] == ["slow"] * 8 + ["endl"] * 4
    assert (
        {s for s, _ in found} == {f"s{n}" for n in range(12)} and failed == {} and len(pools) == 1
    )


def test_worker_that_dies_among_those_put_off(results: Any) -> None:
    found, failed, _ = results(["endless0", "die", "slow1", "endless2"])
    assert {t for _, t in found} == {"endless0", "slow1", "endless2"} and set(failed) == {"s1"}


def test_pool_that_cannot_start_is_one_error() -> None:
    with pytest.raises(SetupError, match="the worker processes do not start"):
        local_workers(Setup(b"no archive" * 100_000, "vectors", UNSAFE), 1)
