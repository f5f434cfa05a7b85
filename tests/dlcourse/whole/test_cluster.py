"""Grading on a Dask cluster: a scheduler and workers as processes of their own, some of which die
or come late.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from dlcourse.authoring.course import Course
from dlcourse.errors import SetupError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.grading.class_run import grade_class
from dlcourse.grading.plan import Settings
from dlcourse.nbgrader_port.gradebook import open_gradebook
from tests.support.commands import dlcourse, environment
from tests.support.course import copy_course, hand_in, perfect
from tests.support.gradebooks import gradebook_tables, totals
from tests.support.students import EXPECTED, FULL, hand_in_samples

_SILENT: Any = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
}


class Cluster:
    """A scheduler on a free port of this machine, and workers.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self._environment = environment(folder)
        self._file = folder / "scheduler.json"
        self._scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self._file)
        )
        deadline = time.monotonic() + 60
        while not self._file.is_file() or not self._file.read_text():
            assert time.monotonic() < deadline and self._scheduler.poll() is None
            time.sleep(0.1)
        self.address = json.loads(self._file.read_text())["address"]

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{what}",
            *arguments,
            "--no-dashboard",
        ]
        return subprocess.Popen(
            command, cwd=self.folder, env=self._environment, start_new_session=True, **_SILENT
        )

    def add(self, threads: int = 1, wait: bool = True) -> Any:
        """Start a worker without a nanny, which would start it again when it is killed."""
        self.workers.append(
            self._start("worker", self.address, "--nthreads", str(threads), "--no-nanny")
        )
        if wait:
            with Client(self.address, set_as_default=False) as client:
                client.wait_for_workers(
                    len([w for w in self.workers if w.poll() is None]), timeout=60
                )
        return self.workers[-1]

    def close(self) -> None:
        for process in [*self.workers, self._scheduler]:  # a worker says farewell to its scheduler
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "cluster").mkdir()
    one = Cluster(tmp_path / "cluster")
    yield one
    one.close()


def grades(course: Course) -> Any:
    return gradebook_tables(course.root / "gradebook.db")


@pytest.mark.slow
def test_two_workers_make_the_gradebook_of_the_local_run(
    cluster: Any, built_course: Course, classgraded: tuple[Course, str], tmp_path: Path
) -> None:
    cluster.add()
    cluster.add()
    course = copy_course(built_course, tmp_path / "course")
    hand_in_samples(course)
    said = dlcourse(
        course, "grade", "vectors", "--cluster", cluster.address, "--unsafe-no-sandbox", status=2
    )
    assert f"{len(EXPECTED)} graded now, 0 unchanged, 0 failed" in said
    assert grades(course) == grades(classgraded[0])


@pytest.mark.slow
def test_submissions_of_a_killed_worker_are_graded_by_another_and_each_once(
    cluster: Any, built_course: Course, tmp_path: Path
) -> None:
    cluster.add()
    course = copy_course(built_course, tmp_path / "course")
    for number in range(24):
        hand_in(course, f"s{number:02d}", "vectors", perfect(course, "vectors"))
    seen = []

    def progress(what: str, done: int | None = None, total: int | None = None) -> None:
        seen.append(what)
        if done == 4:
            cluster.add()  # joins while the class is graded, and gets the assignment then
        if done == 10:
            os.killpg(cluster.workers[0].pid, signal.SIGKILL)

    settings = Settings(cluster=cluster.address, isolation=UNSAFE)
    with open_gradebook(course, "vectors") as gradebook:
        report = grade_class(course, "vectors", settings, gradebook, progress)
    assert cluster.workers[0].wait(10) == -signal.SIGKILL and cluster.workers[1].poll() is None
    assert report.failed == {} and sorted(seen) == [f"s{n:02d}" for n in range(24)]
    lines = (course.root / ".dlcourse" / "journal" / "vectors.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["student"] for line in lines) == sorted(seen)
    assert totals(course.root / "gradebook.db", "vectors") == dict.fromkeys(sorted(seen), FULL)


def test_nobody_at_the_address(built_course: Course, tmp_path: Path) -> None:
    course = copy_course(built_course, tmp_path / "course")
    hand_in(course, "s", "vectors", perfect(course, "vectors"))
    said = dlcourse(
        course,
        "grade",
        "vectors",
        "--cluster",
        "tcp://127.0.0.1:9",
        "--unsafe-no-sandbox",
        status=1,
    )
    assert (
        "no Dask cluster with a worker at 'tcp://127.0.0.1:9'" in said and "Traceback" not in said
    )


def test_workers_of_several_threads_are_refused(
    cluster: Any, built_course: Course, tmp_path: Path
) -> None:
    cluster.add(threads=2)
    course = copy_course(built_course, tmp_path / "course")
    hand_in(course, "s", "vectors", perfect(course, "vectors"))
    settings = Settings(cluster=cluster.address, isolation=UNSAFE)
    with (
        open_gradebook(course, "vectors") as gradebook,
        pytest.raises(SetupError, match="runs several threads; start workers with --nthreads 1"),
    ):
        grade_class(course, "vectors", settings, gradebook)
