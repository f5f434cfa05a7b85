"""The journal: read back whatever happened to its file."""

from pathlib import Path
from typing import Any

import pytest

from dlcourse.grading.journal import Change, Journal, JournalEntry, ProbeVerdict


def entry(student: str = "ada", **changes: Any) -> Any:
    values = {"digest": "d", "build": "b", "score": 1.5, "points": 3.0, "verdicts": [ProbeVerdict("q", "p", "failed", "m_n")], "notes": ["n\u2028\n"], "readable": True, "seconds": 0.1}  # fmt: skip
    return JournalEntry(student, **{**values, **changes})


def test_journal_is_read_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "deep" / "j.jsonl")
    one, two = entry(), entry("zoë", score=0.0)
    for e in (one, two):
        journal.add(e)
    assert Journal(tmp_path / "deep" / "j.jsonl").entries == {"ada": one, "zoë": two}


def test_last_line_of_a_student_counts(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.add(entry(score=1.0))
    journal.add(entry(score=2.0))
    assert Journal(tmp_path / "j").entries["ada"].score == 2.0


def test_line_torn_at_any_byte_is_dropped_and_spoils_nothing_that_follows(tmp_path: Path) -> None:
    path = tmp_path / "j"
    Journal(path).add(entry("ada"))
    whole = path.read_bytes()
    Journal(path).add(entry("zoë"))
    second = path.read_bytes()[len(whole) :]
    for n in range(len(second)):
        path.write_bytes(whole + second[:n])
        journal = Journal(path)
        assert set(journal.entries) == ({"ada", "zoë"} if n == len(second) - 1 else {"ada"}), n
        journal.add(entry("eve"))
        assert {"ada", "eve"} <= set(Journal(path).entries), n


@pytest.mark.parametrize(
    "line",
    [
        "",
        "junk",
        "5",
        "null",
        "[]",
        "{}",
        '{"student": "x"}',
        '{"verdicts": 3}',
        '{"verdicts": [], "more": 1}',
        "\x00",
    ],
)
def test_foreign_lines_are_skipped(tmp_path: Path, line: str) -> None:
    path = tmp_path / "j"
    Journal(path).add(entry())
    path.write_text(path.read_text() + line + "\n")
    Journal(path).add(entry("eve"))
    assert set(Journal(path).entries) == {"ada", "eve"}


def test_diagnoses_in_words() -> None:
    one = entry(
        verdicts=[
            ProbeVerdict("q", "p", "failed", "wrong_axis"),
            ProbeVerdict("q", "r", "failed", "wrong_axis"),
            ProbeVerdict("s", "t", "passed", ""),
        ]
    )
    assert one.diagnoses == ["q: wrong axis"]


def verdicts(**status: str) -> list[ProbeVerdict]:
    return [ProbeVerdict("q", name, s, "") for name, s in status.items()]


def test_who_gained_and_lost_what() -> None:
    before = entry("ada", score=3.0, verdicts=verdicts(a="passed", b="failed", c="passed"))
    after = entry("ada", score=4.5, verdicts=verdicts(a="passed", b="passed", c="unwritten"))
    assert str(Change.between(before, after)) == "3 → 4.5 (+ b, − c)"
    assert Change.between(before, after) and not Change.between(before, before)
    assert str(Change.between(before, entry("ada", score=5.0, verdicts=before.verdicts))) == "3 → 5"
