"""`dlcourse collect`: an LMS's archive becomes submitted/."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from dlcourse.authoring.course import Course, read_course
from dlcourse.errors import CourseError
from dlcourse.nbgrader_port.collect import collect
from dlcourse.nbgrader_port.database import open_database
from dlcourse.nbgrader_port.exchange import submitted_at
from tests.support.course import CONFIG


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "course.toml").write_text(
        'title = "T"\ncourse_id = "t"\nseed = "s"\n[[track]]\ntitle = "A"\n'
        '[[track.assignment]]\nslug = "toy"\ntitle = "Toy"\narticle = ""\nneeds = []\n'
    )
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.format(root=tmp_path))
    found = read_course(tmp_path)
    with open_database(found.gradebook_url, "t") as gradebook:
        gradebook.add_student("ada", first_name="Ada", last_name="Lovelace", lms_user_id="11")
        gradebook.add_student("bob", first_name="Bob", last_name="Babbage")
    return found


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Path]:
    def make(*members: tuple[str, str], time: tuple[int, ...] = (2026, 11, 20, 14, 0, 0)) -> Path:
        path = tmp_path / "submissions.zip"
        with zipfile.ZipFile(path, "w") as opened:
            for name, text in members:
                opened.writestr(zipfile.ZipInfo(name, time), text)  # type: ignore[arg-type]
        return path

    return make


def test_the_roster_and_the_time(course: Course, archive: Callable[..., Path]) -> None:
    path = archive(
        ("lovelaceada_LATE_11_1_toy-2.ipynb", "ada's"),
        ("babbagebob_99_2_toy.ipynb", "bob's"),
        ("eveeve_98_3_toy.ipynb", "x"),
    )
    report = collect(course, "toy", "canvas", path, "Europe/Berlin")
    assert set(report.taken) == {"ada", "bob"} and set(report.strangers) == {"eveeve"}
    folder = course.submitted("ada", "toy")
    assert (folder / "toy.ipynb").read_text() == "ada's"
    assert submitted_at(folder) == datetime(2026, 11, 20, 13)
    assert not course.submitted("eveeve", "toy").exists()


def test_later_attempts_replace_and_earlier_ones_do_not(
    course: Course, archive: Callable[..., Path]
) -> None:
    collect(course, "toy", "canvas", archive(("lovelaceada_11_1_toy.ipynb", "first")), "UTC")
    again = collect(
        course, "toy", "canvas", archive(("lovelaceada_11_1_toy.ipynb", "first")), "UTC"
    )
    assert again.kept == ["ada"] and not again.taken
    later = archive(("lovelaceada_11_7_toy-1.ipynb", "second"), time=(2026, 11, 21, 9, 0, 0))
    collect(course, "toy", "canvas", later, "UTC")
    folder = course.submitted("ada", "toy")
    assert sorted(p.name for p in folder.iterdir()) == ["timestamp.txt", "toy.ipynb"]
    assert (folder / "toy.ipynb").read_text() == "second"
    older = archive(("lovelaceada_11_1_toy.ipynb", "first"), time=(2026, 11, 1, 9, 0, 0))
    assert collect(course, "toy", "canvas", older, "UTC").kept == ["ada"]
    assert (folder / "toy.ipynb").read_text() == "second"


def test_paths_in_an_archive_lead_nowhere(course: Course, archive: Callable[..., Path]) -> None:
    path = archive(
        ("Ada Lovelace_5_assignsubmission_file_/../../../evil.ipynb", "x"),
        ("Bob Babbage_6_assignsubmission_file_timestamp.txt", "2020-01-01"),
    )
    report = collect(course, "toy", "moodle", path)
    assert [p.name for p in course.submitted("ada", "toy").glob("*.ipynb")] == ["evil.ipynb"]
    assert not list(course.root.glob("evil*")) and "timestamp.txt" in report.failed["bob"]
    assert not course.submitted("bob", "toy").exists()


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_archive(course: Course, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(CourseError, match="is no zip file"):
        collect(course, "toy", "canvas", tmp_path / "x.zip")


def test_an_archive_of_another_system(course: Course, archive: Callable[..., Path]) -> None:
    path = archive(("Ada Lovelace_5_assignsubmission_file_toy.ipynb", "x"))
    with pytest.raises(CourseError, match="no file in it is named as blackboard"):
        collect(course, "toy", "blackboard", path)


def test_without_a_roster_nobody_is_guessed(course: Course, archive: Callable[..., Path]) -> None:
    with pytest.raises(CourseError, match="the gradebook has no students"):
        url = f"sqlite:///{course.root}/empty.db"
        collect(course, "toy", "canvas", archive(("a_1_2_toy.ipynb", "")), db_url=url)
