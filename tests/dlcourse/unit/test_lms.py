"""Archives of Canvas, Moodle and Blackboard: whose file, which attempt."""

import zipfile
from datetime import datetime
from typing import Any

import pytest

from dlcourse.grading.lms import Person, sort_uploads, uploads_of

ROSTER = [
    Person("ada", "Ada", "Lovelace", "countess@example.org", "11"),
    Person("jdoe", "Jane", "Doe", "jane.doe@example.org", "12"),
    Person("jd2", "Jane", "Doe", "", "13"),
    Person("mueller", "Jürgen", "Müller", "jm@example.org"),
]
NEW, OLD = (2026, 11, 20, 14, 33, 6), (2026, 11, 19, 8, 0, 0)


def info(name: str, time: Any = NEW) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, time)


def sorted_of(system: Any, *members: zipfile.ZipInfo) -> Any:
    uploads, unread = uploads_of(system, members)
    found = sort_uploads(uploads, ROSTER)
    return {s: [u.file for u in own] for s, own in found.uploads.items()}, found, unread


def test_canvas() -> None:
    files, found, unread = sorted_of(
        "canvas",
        info("lovelaceada_11_901_toy-1.ipynb"),
        info("doejane_LATE_13_902_toy.ipynb"),
        info("doejane_12_903_toy-12.ipynb"),
        info("mullerjurgen_99_904_toy.ipynb"),
        info("doejane_77_905_toy.ipynb"),
        info("__MACOSX/._lovelaceada_11_901_toy.ipynb"),
        info("readme.txt"),
    )
    assert files == {s: ["toy.ipynb"] for s in ("ada", "jdoe", "jd2", "mueller")}
    assert found.strangers == {"doejane": "jdoe"} and unread == ["readme.txt"]


def test_a_later_attempt_replaces_and_all_of_its_files_are_taken() -> None:
    _, found, _ = sorted_of(
        "canvas",
        info("lovelaceada_11_901_toy.ipynb", OLD),
        info("lovelaceada_11_950_toy-1.ipynb"),
        info("lovelaceada_11_951_table.csv"),
    )
    assert [u.member for u in found.uploads["ada"]] == [
        "lovelaceada_11_951_table.csv",
        "lovelaceada_11_950_toy-1.ipynb",
    ] or {u.file for u in found.uploads["ada"]} == {"toy.ipynb", "table.csv"}
    assert all(u.time == datetime(*NEW) for u in found.uploads["ada"])


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace_500_assignsubmission_file_toy.ipynb",
        "Ada Lovelace_500_assignsubmission_file/toy.ipynb",
        "Ada Lovelace_500_assignsubmission_file_/toy.ipynb",
        "Ada Lovelace_11_assignsubmission_file_/deeper/toy.ipynb",
    ],
)
def test_moodle(name: str) -> None:
    files, found, unread = sorted_of(
        "moodle", info(name), info("Ada Lovelace_500_assignsubmission_file_/")
    )
    assert files == {"ada": ["toy.ipynb"]} and not found.strangers and not unread


def test_names_that_two_students_share_are_nobodys() -> None:
    files, found, _ = sorted_of("moodle", info("Jane Doe_500_assignsubmission_file_toy.ipynb"))
    assert files == {} and list(found.strangers) == ["Jane Doe"]


def test_blackboard() -> None:
    files, found, unread = sorted_of(
        "blackboard",
        info("Week 3_toy_jdoe_attempt_2026-11-19-08-00-00_old.ipynb"),
        info("Week 3_toy_jdoe_attempt_2026-11-20-14-33-05_toy.ipynb"),
        info("Week 3_toy_jdoe_attempt_2026-11-20-14-33-05_a_b.csv"),
        info("Week 3_toy_jdoe_attempt_2026-11-20-14-33-05.txt"),
        info("Week 3_toy_nobody_attempt_2026-11-20-14-33-05_toy.ipynb"),
        info("Week 3_toy_ada_attempt_2026-99-20-14-33-05_toy.ipynb"),
    )
    assert {s: set(f) for s, f in files.items()} == {"jdoe": {"toy.ipynb", "a_b.csv"}}
    assert found.uploads["jdoe"][0].time == datetime(2026, 11, 20, 14, 33, 5)
    assert set(found.strangers) == {"nobody"} and len(unread) == 1


def test_times_that_are_none() -> None:
    broken = info("lovelaceada_11_901_toy.ipynb")
    broken.date_time = (1980, 0, 0, 99, 99, 99)
    (upload,), _ = uploads_of("canvas", [broken])
    assert upload.time == datetime(1980, 1, 1)
