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
