"""What a class run has to do, worked out without doing it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dlcourse.authoring.course import Course
from dlcourse.errors import CourseError
from dlcourse.grading.journal import JournalEntry
from dlcourse.grading.plan import Inbox, Known, Plan, Settings, plan_class

NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "%s", "metadata": {}}]}'
NOON = datetime(2026, 3, 1, 12)


def _course(root: Path) -> Any:
    return Course(root, "Toy", "toy", "seed", {})


@pytest.fixture
def inbox(tmp_path: Path) -> Any:
    """Three students; ada and bob handed in at noon and at one, eve's folder says no time."""
    for student in ("ada", "bob", "eve"):
        folder = tmp_path / "submitted" / student / "toy"
        folder.mkdir(parents=True)
        (folder / "toy.ipynb").write_text(NOTEBOOK % student)
        (tmp_path / f"{student}.ipynb").touch()
    times = {"ada": NOON, "bob": NOON.replace(hour=13), "eve": None}
    return Inbox(_course(tmp_path), "toy", lambda folder: times[folder.parent.name])


def entry_of(inbox: Any, student: str, **changes: Any) -> Any:
    values = {"digest": inbox.read(student).digest, "build": "b", "score": 1.0, "points": 2.0, "verdicts": [], "notes": [], "readable": True, "seconds": 0.1}  # fmt: skip
    return JournalEntry(student, **{**values, **changes})


@pytest.fixture
def known(inbox: Any, tmp_path: Path) -> Any:
    """All three have an up-to-date grade."""
    entries = {student: entry_of(inbox, student) for student in inbox.folders}
    return Known("b", entries, set(entries), lambda student: tmp_path / f"{student}.ipynb")


NOTHING = Known("b", {}, set(), Path)


def test_first_run_grades_all_and_reads_nobody(inbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "read", None)
    assert plan_class(inbox, Settings(), NOTHING) == Plan(["ada", "bob", "eve"], {})


def test_whose_grade_is_up_to_date_is_left_alone(inbox: Any, known: Any) -> None:
    assert plan_class(inbox, Settings(), known) == Plan([], known.entries)
    assert plan_class(inbox, Settings(again=True), known).todo == ["ada", "bob", "eve"]
    assert plan_class(inbox, Settings(only=("bob",)), known) == Plan(
        [], {"bob": known.entries["bob"]}
    )


@pytest.mark.parametrize("what", ["source", "build", "gradebook", "notebook", "folder"])
def test_whose_grade_is_not_up_to_date_is_graded(
    inbox: Any, known: Any, tmp_path: Path, what: str
) -> None:
    if what == "source":
        (inbox.folders["bob"] / "toy.ipynb").write_text(NOTEBOOK % "other")
    elif what == "build":
        known.entries["bob"] = entry_of(inbox, "bob", build="earlier")
    elif what == "gradebook":
        known.graded.remove("bob")
    elif what == "notebook":
        (tmp_path / "bob.ipynb").unlink()
    else:  # a folder that cannot be read is a matter of grading it
        read = inbox.read

        def refuse(student: str) -> Any:
            if student == "bob":
                raise PermissionError
            return read(student)

        inbox.read = refuse
    plan = plan_class(inbox, Settings(), known)
    assert plan.todo == ["bob"] and set(plan.unchanged) == {"ada", "eve"}


def test_time_is_that_of_the_exchange_or_the_folders_age(inbox: Any) -> None:
    import os

    os.utime(inbox.folders["eve"], (0, 0))

    def since(**time: int) -> list[str]:
        return plan_class(inbox, Settings(since=NOON.replace(**time)), NOTHING).todo  # type: ignore[arg-type]

    assert since() == ["ada", "bob"] and since(minute=1) == ["bob"] and since(year=1970) == ["ada", "bob"]  # fmt: skip
    os.utime(inbox.folders["eve"])
    assert since(hour=13, minute=1) == ["eve"]


def test_digest_changes_with_time_notes_and_sources_only(inbox: Any) -> None:
    one = inbox.read("eve")
    assert one.digest == inbox.read("eve").digest
    folder = inbox.folders["eve"]
    (folder / "toy.ipynb").write_text((NOTEBOOK % "eve").replace("{}", '{"tags": ["a"]}'))
    assert inbox.read("eve").digest == one.digest
    (folder / "more.txt").touch()
    assert inbox.read("eve").digest != one.digest


def test_nobody_to_grade(inbox: Any, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"no submission of toy by hal, zoë in submitted/"):
        inbox.check(("zoë", "ada", "hal"))
    with pytest.raises(CourseError, match="collect them with `nbgrader collect other`"):
        Inbox(_course(tmp_path), "other", lambda folder: None).check(())


# ---- who a folder belongs to -----------------------------------------------------------------------------------------


def handed_in(root: Path, *names: str) -> Course:
    for name in names:
        folder = root / "submitted" / name / "toy"
        folder.mkdir(parents=True)
        (folder / "toy.ipynb").write_text(NOTEBOOK % "x")
    course: Course = _course(root)
    return course


APART, TOGETHER = "zoe\N{COMBINING DIAERESIS}", "zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"


@pytest.mark.parametrize("folder", [APART, TOGETHER])
@pytest.mark.parametrize("spelt", [APART, TOGETHER])
def test_an_id_is_the_gradebooks_whatever_way_accents_are_encoded(
    tmp_path: Path, folder: str, spelt: str
) -> None:
    inbox = Inbox(handed_in(tmp_path, folder), "toy", lambda _: None, {spelt, "ada"}, {spelt})
    assert list(inbox.folders) == [spelt] and inbox.strangers == {}
    assert inbox.read(spelt).submission.readable


def test_two_folders_of_one_student_are_nobodys_guess(tmp_path: Path) -> None:
    inbox = Inbox(handed_in(tmp_path, APART, TOGETHER, "ada"), "toy", lambda _: None)
    assert sorted(inbox.folders) == ["ada", TOGETHER]
    with pytest.raises(OSError, match="are one student's; keep one of them"):
        inbox.read(TOGETHER)
    assert inbox.read("ada").submission.readable


def test_a_macs_archive_folder_is_nobody(tmp_path: Path) -> None:
    inbox = Inbox(handed_in(tmp_path, "__MACOSX", "ada"), "toy", lambda _: None)
    assert list(inbox.folders) == ["ada"]


def test_who_is_not_on_the_roster_is_named_with_the_nearest(tmp_path: Path) -> None:
    course = handed_in(tmp_path, "ada", "bbo17", "zzz")
    roster = {"ada", "bob17", "eve"}
    assert Inbox(course, "toy", lambda _: None, roster, roster).strangers == {
        "bbo17": "bob17",
        "zzz": "",
    }
    assert Inbox(course, "toy", lambda _: None, roster, frozenset()).strangers == {}


@pytest.mark.parametrize("text", ["yesterday", "2026-13-45 12:00:00 UTC", "", "9999-12-31 23:59:59 -1200"])  # fmt: skip
def test_an_impossible_time_is_said(tmp_path: Path, text: str) -> None:
    course = handed_in(tmp_path, "ada")
    (tmp_path / "submitted" / "ada" / "toy" / "timestamp.txt").write_text(text)
    (note,) = Inbox(course, "toy", lambda _: None).read("ada").submission.notes
    assert note == "timestamp.txt holds no time; when this was handed in is unknown"
    assert Inbox(course, "toy", lambda _: NOON).read("ada").submission.notes == []
