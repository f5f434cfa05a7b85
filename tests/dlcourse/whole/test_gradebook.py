"""The one writer of nbgrader's gradebook."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import BasePlugin
from traitlets.config import Config

from dlcourse.authoring.course import Course
from dlcourse.errors import CourseError
from dlcourse.grading.deadlines import Deadline
from dlcourse.nbgrader_port.gradebook import GradebookWriter
from tests.support.gradebooks import gradebook_tables

POINTS = {
    "test-quarter_and_three_quarters": 1.0,
    "test-rows_of_a_batch": 2.0,
    "test-large_logits": 1.0,
}
SOME = {
    "test-quarter_and_three_quarters": 1.0,
    "test-rows_of_a_batch": 0.0,
    "test-large_logits": 1.0,
}
OPEN = {"question-softmax": False}


@pytest.fixture
def url(course: Course) -> str:
    return f"sqlite:///{course.root / 'gradebook.db'}"


@pytest.fixture
def writer(url: str) -> Iterator[Any]:
    with GradebookWriter(url, "scratch", "toy") as one:
        yield one


@pytest.fixture
def tables(course: Course) -> Callable[[], Any]:
    return lambda: gradebook_tables(course.root / "gradebook.db")


def test_new_student_gets_scores(writer: Any, tables: Callable[[], Any]) -> None:
    assert writer.write("ada", None, SOME, OPEN) == 2.0
    assert tables()["students"] == [("ada",)]
    assert [(cell, auto, manual, needs) for _, _, cell, auto, manual, _, needs in tables()["grades"]] == [
        ("test-large_logits", 1.0, None, 0), ("test-quarter_and_three_quarters", 1.0, None, 0), ("test-rows_of_a_batch", 0.0, None, 0),
    ]  # fmt: skip


def test_nbgrader_reads_the_same(writer: Any, url: str) -> None:
    writer.write("ada", datetime(2026, 3, 1, 12), SOME, OPEN)
    with Gradebook(url, "scratch") as book:
        submission = book.find_submission("toy", "ada")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (
            2.0,
            4.0,
            False,
        )
        assert submission.timestamp == datetime(2026, 3, 1, 12)


def test_writing_again_replaces(writer: Any, tables: Callable[[], Any]) -> None:
    writer.write("ada", None, POINTS, OPEN)
    assert writer.write("ada", None, SOME, {"question-softmax": True}) == 2.0
    assert len(tables()["grades"]) == 3 and len(tables()["submissions"]) == 1
    assert [auto for *_, auto, _ in tables()["comments"]] == ["No response."]
    writer.write("ada", None, SOME, OPEN)
    assert [auto for *_, auto, _ in tables()["comments"]] == [None]


def test_timestamp_is_kept_when_none_comes(writer: Any, tables: Callable[[], Any]) -> None:
    writer.write("ada", datetime(2026, 3, 1), SOME, OPEN)
    writer.write("ada", None, SOME, OPEN)
    assert tables()["submissions"][0][2].startswith("2026-03-01")


def test_manual_grade_is_kept_and_marked(
    writer: Any, tables: Callable[[], Any], course: Course
) -> None:
    writer.write("ada", None, SOME, OPEN)
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute("update grade set manual_score = 1.5 where auto_score = 0")
    assert writer.write("ada", None, POINTS, OPEN) == 3.5
    assert [
        (auto, manual, needs)
        for *_, auto, manual, _, needs in tables()["grades"]
        if manual is not None
    ] == [(2.0, 1.5, 1)]


def test_points_of_another_build_are_refused(writer: Any) -> None:
    writer.check_points(POINTS)
    for other in (
        {**POINTS, "test-large_logits": 2.0},
        {"test-large_logits": 1.0},
        {**POINTS, "test-more": 1.0},
        {},
    ):
        with pytest.raises(CourseError, match="another build of 'toy'; run `dlcourse build toy`"):
            writer.check_points(other)


def test_unknown_assignment(url: str) -> None:
    with pytest.raises(
        CourseError, match="assignment 'other' is not in the gradebook .*run `dlcourse build other`"
    ):
        GradebookWriter(url, "scratch", "other")


def test_password_of_a_server_is_not_shown(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlcourse.nbgrader_port import database

    class Refusing(Gradebook):
        def find_assignment(self, name: str) -> None:
            self.engine.url = self.engine.url.set(username="u", password="geheim", host="h")
            raise MissingEntry

    monkeypatch.setattr(database, "Gradebook", Refusing)
    with pytest.raises(CourseError) as caught:
        GradebookWriter(url, "scratch", "toy")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at " * 100])
def test_file_that_is_no_gradebook(url: str, course: Course, content: Any) -> None:
    (course.root / "gradebook.db").write_bytes(content)
    with pytest.raises(
        CourseError,
        match=r"the gradebook sqlite:///.*gradebook\.db cannot be opened: file is not a database",
    ):
        GradebookWriter(url, "scratch", "toy")


def test_password_of_a_server_that_does_not_answer_is_not_shown() -> None:
    with pytest.raises(CourseError, match="cannot be opened") as caught:
        GradebookWriter("postgresql+psycopg://user:geheim@127.0.0.1:1/x", "scratch", "toy")
    assert "geheim" not in str(caught.value) and "127.0.0.1" in str(caught.value)


def test_notebook_of_another_name(url: str, course: Course) -> None:
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute("update notebook set name = 'old' where name = 'toy'")
    with pytest.raises(CourseError, match="the gradebook has no notebook 'toy'"):
        GradebookWriter(url, "scratch", "toy")


class TenPercentADay(BasePlugin):
    def late_submission_penalty(self, student: str, score: float, seconds: float) -> float:
        return score * min(1.0, 0.1 * -(-seconds // 86400))


@pytest.fixture
def late_writer(url: str) -> Iterator[GradebookWriter]:
    config = Config()
    config.AssignLatePenalties.plugin_class = TenPercentADay
    with GradebookWriter(url, "scratch", "toy", config) as one:
        for day, student in enumerate(("ada", "bob", "eve")):
            one.write(student, datetime(2026, 3, 1 + day, 12), POINTS, OPEN)
        one.write("ron", None, POINTS, OPEN)
        yield one


def penalties(writer: GradebookWriter) -> dict[str, float]:
    return {student: standing.penalty for student, standing in writer.standings().items()}


def test_a_due_date_reaches_marks_without_a_run(late_writer: GradebookWriter) -> None:
    assert penalties(late_writer) == dict.fromkeys(("ada", "bob", "eve", "ron"), 0.0)
    due = Deadline(datetime(2026, 3, 1, 18))
    assert late_writer.settle(due) == {"bob": (0.0, 0.4), "eve": (0.0, 0.8)}
    assert late_writer.settle(due) == {} and late_writer.settle(None) == {}
    assert str(late_writer.standings()["eve"]) == "4 − 0.8 late = 3.2"
    assert str(late_writer.standings()["ron"]) == "4"
    moved = Deadline(datetime(2026, 3, 2, 18))
    assert late_writer.settle(moved) == {"bob": (0.4, 0.0), "eve": (0.8, 0.4)}


def test_an_extension_comes_and_goes(late_writer: GradebookWriter, url: str) -> None:
    due = datetime(2026, 3, 1, 18)
    late_writer.settle(Deadline(due))
    longer = Deadline(due, {"eve": datetime(2026, 3, 4), "nobody": datetime(2026, 3, 9)})
    assert late_writer.settle(longer) == {"eve": (0.8, 0.0)}
    with Gradebook(url, "scratch") as book:
        assert book.find_submission("toy", "eve").duedate == datetime(2026, 3, 4)
    assert late_writer.settle(Deadline(due)) == {"eve": (0.0, 0.8)}


def test_extra_credit_shows(late_writer: GradebookWriter, course: Course) -> None:
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute("update grade set extra_credit = 0.5 where auto_score = 2")
    late_writer.settle(Deadline(datetime(2026, 3, 2, 13)))
    assert str(late_writer.standings()["ada"]) == "4 + 0.5 extra = 4.5"
    assert str(late_writer.standings()["eve"]) == "4 + 0.5 extra − 0.45 late = 4.05"


def test_nbgrader_counts_the_same(late_writer: GradebookWriter, url: str) -> None:
    late_writer.settle(Deadline(datetime(2026, 3, 1, 18)))
    with Gradebook(url, "scratch") as book:
        for student, standing in late_writer.standings().items():
            one = book.find_submission("toy", student)
            assert one.score - one.late_submission_penalty == pytest.approx(standing.total)


def test_who_is_on_the_roster(writer: GradebookWriter, url: str) -> None:
    assert writer.roster() == set()
    writer.write("ada", None, SOME, OPEN)
    assert (writer.roster(), writer.students()) == (set(), {"ada"})  # entered by grading
    with Gradebook(url, "scratch") as book:
        book.add_student("bob")
    assert writer.roster() == {"ada", "bob"}  # ids were imported
    with Gradebook(url, "scratch") as book:
        book.update_or_create_student("eve", first_name="Eve")
    assert (writer.roster(), writer.students()) == ({"eve"}, {"ada", "bob", "eve"})


def test_graded_students_are_those_with_all_scores(writer: Any, course: Course) -> None:
    assert writer.graded_students() == set()
    writer.write("ada", None, SOME, OPEN)
    writer.write("bob", None, SOME, OPEN)
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute(
            "update grade set auto_score = null where id = (select min(id) from grade)"
        )
    assert len(writer.graded_students()) == 1


def test_failed_write_leaves_nothing_and_the_next_goes_on(
    writer: Any, tables: Callable[[], Any]
) -> None:
    with pytest.raises(KeyError):
        writer.write("ada", None, {}, OPEN)
    writer.write("bob", None, SOME, OPEN)
    assert all(auto is None for s, _, _, auto, *_ in tables()["grades"] if s == "ada")
    assert sum(auto for s, _, _, auto, *_ in tables()["grades"] if s == "bob") == 2.0


def test_readers_go_on_while_we_write(writer: Any, course: Course) -> None:
    writer.write("ada", None, SOME, OPEN)
    with sqlite3.connect(course.root / "gradebook.db") as database:
        assert database.execute("pragma journal_mode").fetchone() == ("wal",)


def test_another_writer_is_waited_for(writer: Any, course: Course) -> None:
    import threading

    other = sqlite3.connect(
        course.root / "gradebook.db", isolation_level=None, check_same_thread=False
    )
    other.execute("begin immediate")
    threading.Timer(0.5, lambda: other.execute("commit")).start()
    assert writer.write("ada", None, SOME, OPEN) == 2.0
    other.close()


class HalfOff(BasePlugin):
    """One point off, whoever is late."""

    def late_submission_penalty(self, student_id: Any, score: Any, total_seconds_late: Any) -> Any:
        return 1.0 if total_seconds_late > 3600 else None


@pytest.fixture
def due(course: Course) -> None:
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute("update assignment set duedate = '2026-03-01 12:00:00.000000'")


@pytest.mark.parametrize(("hour", "penalty"), [(11, None), (12, None), (14, 1.0)])
def test_late_penalty_is_the_plugins(
    url: str, tables: Callable[[], Any], due: None, hour: Any, penalty: Any
) -> None:
    config = Config()
    config.AssignLatePenalties.plugin_class = HalfOff
    with GradebookWriter(url, "scratch", "toy", config) as writer:
        writer.write("ada", datetime(2026, 3, 1, hour), POINTS, OPEN)
    assert [p for *_, p in tables()["submissions"]] == [penalty]


def test_penalty_goes_when_the_reason_goes(url: str, tables: Callable[[], Any], due: None) -> None:
    config = Config()
    config.AssignLatePenalties.plugin_class = HalfOff
    with GradebookWriter(url, "scratch", "toy", config) as writer:
        writer.write("ada", datetime(2026, 3, 1, 14), POINTS, OPEN)
        writer.write("ada", datetime(2026, 3, 1, 10), POINTS, OPEN)
    assert [p for *_, p in tables()["submissions"]] == [None]
