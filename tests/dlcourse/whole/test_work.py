"""What a worker process does: grade one submission that it gets as data."""

import io
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from dlcourse.authoring.course import Course
from dlcourse.core.notebook_file import Submission
from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.warm import Warm
from dlcourse.grading.grader import GradedNotebook
from dlcourse.grading.messages import write_submission
from dlcourse.grading.worker import PATIENCE, Setup, Worker, bundle
from dlcourse.tour.term import copy_course
from tests.support.course import answered, perfect, submission_of
from tests.support.students import FULL


def test_bundle_holds_the_assignment_and_nothing_of_others(built_course: Course) -> None:
    names = zipfile.ZipFile(io.BytesIO(bundle(built_course, "vectors"))).namelist()
    assert {
        "course.toml",
        "solutions/vectors.py",
        "tests/vectors/probes.py",
        "source/vectors/vectors.ipynb",
        "solutions/data/vectors/table.csv",
    } <= set(names)
    assert not [n for n in names if "toy" in n or "gradebook" in n or "submitted" in n]


def test_pictures_go_along_since_a_script_is_not_read_without_them(
    course: Course, tmp_path: Path
) -> None:
    pictures = course.files("vectors").pictures
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / "angle.svg").write_text("<svg/>")
    names = zipfile.ZipFile(io.BytesIO(bundle(course, "vectors"))).namelist()
    assert "solutions/pictures/vectors/angle.svg" in names
    copied = copy_course(course, tmp_path / "elsewhere")
    assert (copied.files("vectors").pictures / "angle.svg").is_file()


def graded(worker: Worker, submission: Submission, hurry: bool = False) -> GradedNotebook:
    found = worker.grade(submission, hurry)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def worker(built_course: Course) -> Iterator[Worker]:
    with Warm(UNSAFE) as warm:
        one = Worker(Setup.of(built_course, "vectors"), warm)
        yield one
        one.close()


def test_worker_gives_scores_verdicts_and_untouched_cells(
    worker: Worker, built_course: Course
) -> None:
    unit = (
        "def normalise(x):\n    if x.ndim != 2:\n        raise ValueError('no matrix')\n"
        "    return x / np.sqrt((x * x).sum(axis=1, keepdims=True))"
    )
    plain = "def cosine(a, b):\n    return a @ b.T"
    source = answered(built_course, "vectors", {"normalise": unit, "cosine": plain})
    found = graded(worker, submission_of(source))
    assert found.untouched == {
        "normalise": False,
        "cosine": False,
        "centroid": True,
        "jitter": True,
    }
    assert set(found.scores) == set(worker.grader.assignment.probes)
    earned = {found.outcomes[name].probe.question for name, score in found.scores.items() if score}
    assert earned == {"normalise"}
    right_angle = found.outcomes["right_angle"]
    assert right_angle.probe.question == "cosine" and right_angle.verdict.status == "failed"
    assert right_angle.misconception == "not_normalised"
    nbformat.validate(nbformat.reads(found.notebook, as_version=4))


def test_worker_whose_warm_process_died_makes_a_new_one(
    worker: Worker, built_course: Course
) -> None:
    zygote = worker.warm.start()
    os.kill(zygote._process.pid, signal.SIGKILL)
    zygote._process.wait()
    assert (
        sum(graded(worker, submission_of(perfect(built_course, "vectors"))).scores.values()) == FULL
    )
    assert (
        sum(graded(worker, submission_of(perfect(built_course, "vectors"))).scores.values()) == FULL
    )


def test_what_takes_much_longer_than_the_reference_is_given_up_in_a_hurry_and_graded_in_full_without(
    worker: Worker, built_course: Course
) -> None:
    endless = submission_of(
        answered(
            built_course, "vectors", {"cosine": "def cosine(a, b):\n    while True:\n        pass"}
        )
    )
    start = time.monotonic()
    assert worker.grade(endless, hurry=True) is None
    assert time.monotonic() - start < 2 + PATIENCE * worker._usual
    found = graded(worker, endless)
    of = {q: [o for o in found.outcomes.values() if o.probe.question == q] for q in found.untouched}
    assert {o.verdict.status for o in of["cosine"]} == {"failed"}
    assert of["normalise"] and worker._usual < 1.5


def test_honest_work_is_graded_at_once_in_a_hurry(worker: Worker, built_course: Course) -> None:
    notebook = submission_of(perfect(built_course, "vectors"))
    assert graded(worker, notebook, hurry=True).scores == graded(worker, notebook).scores


def test_worker_outside_of_a_pool_must_be_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    from dlcourse.grading import worker as work

    monkeypatch.setattr(work, "_worker", None)
    with pytest.raises(RuntimeError, match="start_worker"):
        work.grade_one(write_submission(Submission()))
