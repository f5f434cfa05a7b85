"""The gradebook on a real PostgreSQL server: the same scores as in SQLite."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dlcourse.authoring.course import Course
from dlcourse.executor.warm import Warm
from dlcourse.grading.class_run import grade_class
from dlcourse.grading.plan import Settings
from dlcourse.nbgrader_port.generate import build
from dlcourse.nbgrader_port.gradebook import open_gradebook
from tests.support.commands import dlcourse, nbgrader
from tests.support.course import copy_course, hand_in, perfect, write_config
from tests.support.gradebooks import gradebook_rows, gradebook_tables
from tests.support.students import EXPECTED, FULL, hand_in_samples

_BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None)
pytestmark = pytest.mark.skipif(
    _BIN is None and not shutil.which("initdb"),
    reason="no PostgreSQL server is installed: apt-get install postgresql",
)

SAMPLES = {
    "perfect",
    "columns",
    "half",
    "alternative",
    "forged",
    "ends_python",
    "junk",
    "missing",
    "zoë o'neil, jr.",
    "untouched",
}
LONG, TOO_LONG = "y" * 128, "x" * 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """A server of its own on a unix socket; PostgreSQL refuses to run as root."""
    folder = Path("/tmp") / f"dlcourse-pg-{os.getpid()}"  # the name of a socket may not be long
    folder.mkdir()
    binaries = _BIN.parent if _BIN else Path(shutil.which("initdb") or "initdb").parent
    user = None
    if os.getuid() == 0:
        user = next(u for u in ("postgres", "nobody") if u in {e.pw_name for e in pwd.getpwall()})
        shutil.chown(folder, user)

    def run(*command: Any) -> Any:
        return subprocess.run(
            [str(c) for c in command],
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )

    run(
        binaries / "initdb",
        "-D",
        folder / "data",
        "-A",
        "trust",
        "-U",
        "grader",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    run(
        binaries / "pg_ctl",
        "-D",
        folder / "data",
        "-o",
        options,
        "-l",
        folder / "log",
        "-w",
        "start",
    )
    try:
        yield lambda name: (
            run(binaries / "createdb", "-h", folder, "-U", "grader", name),
            f"postgresql+psycopg://grader@/{name}?host={folder}",
        )[1]
    finally:
        run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def course_on(server: Any, name: str, built_course: Course, folder: Path, warm: Warm) -> Any:
    """A copy of the scratch course whose gradebook is on the server, `vectors` entered by `dlcourse
    build`.
    """
    url = server(name)
    course = copy_course(built_course, folder)
    (course.root / "gradebook.db").unlink()
    write_config(course.root, f"c.CourseDirectory.db_url = {url!r}\n")
    build(course, "vectors", warm)
    return course, url


@pytest.fixture(scope="module")
def graded(
    server: Callable[[str], str],
    built_course: Course,
    tmp_path_factory: pytest.TempPathFactory,
    warm: Warm,
) -> Any:
    """The sample class graded by `dlcourse grade` into PostgreSQL; one name is as long as may be,
    one is longer.
    """
    course, url = course_on(
        server, "ours", built_course, tmp_path_factory.mktemp("postgres") / "course", warm
    )
    hand_in_samples(course, SAMPLES)
    for name in (LONG, TOO_LONG):
        hand_in(course, name, "vectors", perfect(course, "vectors"))
    output = dlcourse(course, "grade", "vectors", "--unsafe-no-sandbox", status=1)
    return course, url, output


def test_no_gradebook_file_is_made(graded: Any) -> None:
    assert not (graded[0].root / "gradebook.db").exists()


def test_name_too_long_for_the_server_fails_one_student_only(graded: Any) -> None:
    _, url, output = graded
    assert (
        f"submitted/{TOO_LONG}/vectors: no grade: " in output
        and f"{len(SAMPLES) + 1} graded now, 0 unchanged, 1 failed" in output
    )
    assert {row[0] for row in gradebook_rows(url)["grades"]} == SAMPLES | {LONG}


@pytest.mark.parametrize("table", ["grades", "comments", "submissions", "cells"])
def test_tables_are_those_of_sqlite(
    graded: Any, classgraded: tuple[Course, str], table: str
) -> None:
    found, want = (
        gradebook_rows(graded[1])[table],
        gradebook_tables(classgraded[0].root / "gradebook.db")[table],
    )

    # some order text by bytes, some by letters; a truth value is a number in SQLite; SQLite keeps a
    # time as text
    def plain(rows: Any) -> Any:
        return sorted(
            tuple(str(int(v)) if isinstance(v, bool) else str(v)[:19] for v in row) for row in rows
        )

    want = [row for row in want if table == "cells" or row[0] in SAMPLES]
    want = [row for row in want if table != "cells" or row[0] == "vectors"]
    assert plain([row for row in found if row[0] != LONG]) == plain(want) and len(found) > 0


def test_scores(graded: Any) -> None:
    totals: dict[str, float] = {}
    for student, _, _, auto, *_ in gradebook_rows(graded[1])["grades"]:
        totals[student] = totals.get(student, 0) + auto
    assert totals == {**{s: EXPECTED[s] for s in SAMPLES}, LONG: FULL}


def test_unchanged_submissions_are_not_run_again(graded: Any, inline: None) -> None:
    course, url, _ = graded
    with open_gradebook(course, "vectors", url) as gradebook:
        report = grade_class(course, "vectors", Settings(only=tuple(SAMPLES)), gradebook)
    assert report.graded == [] and set(report.entries) == SAMPLES


def test_nbgrader_autograde_on_the_server_gives_the_same(
    server: Callable[[str], str], graded: Any, built_course: Course, tmp_path: Path, warm: Warm
) -> None:
    course, url = course_on(server, "stock", built_course, tmp_path / "course", warm)
    students = {"perfect", "columns", "junk", "zoë o'neil, jr."}
    hand_in_samples(course, students)
    nbgrader(course, "autograde", "vectors")
    ours = [row for row in gradebook_rows(graded[1])["grades"] if row[0] in students]
    assert sorted(gradebook_rows(url)["grades"]) == sorted(ours)
