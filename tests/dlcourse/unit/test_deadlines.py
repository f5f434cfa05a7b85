"""The table [deadline] of course.toml."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from dlcourse.authoring.course import read_course
from dlcourse.errors import CourseError
from dlcourse.grading.deadlines import Deadline, deadline_of

ENTRIES = "".join(
    f"[[track.assignment]]\nslug = '{slug}'\ntitle = '{slug}'\narticle = ''\nneeds = []\n"
    for slug in ("vae", "gpt")
)
COURSE = f"[[track]]\ntitle = 'Track'\n{ENTRIES}"


def read(tmp_path: Path, text: str, slug: str = "vae") -> Deadline | None:
    head = "title = 'C'\ncourse_id = 'c'\nseed = 's'\n"
    (tmp_path / "course.toml").write_text(f"{head}{text}\n{COURSE}")
    return deadline_of(read_course(tmp_path), slug)


def test_nothing_is_said(tmp_path: Path) -> None:
    assert read(tmp_path, "") is None
    assert read(tmp_path, "[deadline]\ngpt = 2026-11-30T23:59:00") is None


def test_local_time_becomes_utc(tmp_path: Path) -> None:
    winter = read(tmp_path, '[deadline]\ntimezone = "Europe/Berlin"\nvae = 2026-11-30T23:59:00')
    assert winter == Deadline(datetime(2026, 11, 30, 22, 59))
    summer = read(tmp_path, '[deadline]\ntimezone = "Europe/Berlin"\nvae = 2026-06-30T23:59:00')
    assert summer == Deadline(datetime(2026, 6, 30, 21, 59))
    offset = read(tmp_path, "[deadline]\nvae = 2026-06-30T23:59:00-01:00")
    assert offset == Deadline(datetime(2026, 7, 1, 0, 59))


def test_this_machines_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        found = read(tmp_path, "[deadline]\nvae = 2026-11-30T23:59:00")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found == Deadline(datetime(2026, 12, 1, 4, 59))


def test_extensions(tmp_path: Path) -> None:
    text = """[deadline]
    timezone = "UTC"
    vae = 2026-11-30T12:00:00
    gpt = 2026-12-30T12:00:00
    [deadline.extensions.ada]
    vae = 2026-12-07T12:00:00
    [deadline.extensions."o'b"]
    gpt = 2027-01-07T12:00:00
    """
    assert read(tmp_path, text) == Deadline(
        datetime(2026, 11, 30, 12), {"ada": datetime(2026, 12, 7, 12)}
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deadline = 3", "is a table"),
        ('[deadline]\nvae = "Monday"', "vae must be a date and time such as"),
        ("[deadline]\nvae = 2026-11-30", "vae must be a date and time such as"),
        ("[deadline]\nvea = 2026-11-30T12:00:00", "no assignment 'vea' .*did you mean vae"),
        ('[deadline]\ntimezone = "Berlin"', "no time zone 'Berlin'"),
        ('[deadline]\ntimezone = "../etc"', "no time zone '../etc'"),
        ("[deadline]\nextensions = 3", "extensions are tables"),
        ("[deadline.extensions.ada]\nvae = 2026-11-30T12:00:00", "vae has extensions, but no time"),
        (
            "[deadline]\nvae = 2026-11-30T12:00:00\n[deadline.extensions.ada]\nvae = 2026-11-29T12:00:00",
            "extension of ada: vae ends before it is due",
        ),
        (
            "[deadline]\nvae = 2026-11-30T12:00:00\n[deadline.extensions.ada]\nvae = 7",
            "extension of ada: vae must be a date and time",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        read(tmp_path, text)
