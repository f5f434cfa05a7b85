"""`dlcourse feedback`: pages of a class, made on all cores, and only those that changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, event

from dlcourse.authoring.course import Course
from dlcourse.errors import CourseError
from dlcourse.nbgrader_port.gradebook import open_gradebook
from dlcourse.nbgrader_port.grades import read_grades
from dlcourse.nbgrader_port.indexes import INDEXES, add_indexes
from dlcourse.nbgrader_port.pages import PagesReport, make_pages
from tests.support.commands import dlcourse, nbgrader
from tests.support.course import copy_course
from tests.support.students import hand_in_samples

WHO = ("columns", "half", "perfect")


def url_of(course: Course) -> str:
    return f"sqlite:///{course.root / 'gradebook.db'}"


@pytest.fixture(scope="module")
def once(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = copy_course(built_course, tmp_path_factory.mktemp("graded") / "course")
    hand_in_samples(course, set(WHO))
    dlcourse(course, "grade", "vectors", "--unsafe-no-sandbox", status=2)  # one time is no time
    return course


@pytest.fixture
def graded(once: Course, tmp_path: Path) -> Course:
    """A course with three graded submissions, of the test's own."""
    return copy_course(once, tmp_path / "course")


def pages_of(course: Course) -> dict[str, bytes]:
    return {
        p.relative_to(course.root / "feedback").as_posix(): p.read_bytes()
        for p in sorted((course.root / "feedback").rglob("*"))
        if p.is_file()
    }


def made(course: Course, again: bool = False) -> PagesReport:
    return make_pages(course, "vectors", again=again, jobs=1)


def test_the_pages_are_those_of_nbgraders_command(graded: Course) -> None:
    said = dlcourse(graded, "feedback", "vectors")
    assert "3 pages made, 0 unchanged, 0 failed" in said
    ours = pages_of(graded)
    assert {f"{who}/vectors/vectors.html" for who in WHO} <= set(ours)
    nbgrader(graded, "generate_feedback", "vectors", "--force")
    assert pages_of(graded) == ours


def test_two_processes_make_the_same_pages(graded: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    made(graded)
    alone = pages_of(graded)
    monkeypatch.setattr("dlcourse.nbgrader_port.pages.FEW", 1)
    (graded.autograded("half", "vectors") / "vectors.ipynb").write_text("{")
    report = make_pages(graded, "vectors", again=True, jobs=2)
    assert report.made == ["columns", "perfect"] and "NotJSONError" in report.failed["half"]
    assert all(page == alone[name] for name, page in pages_of(graded).items())


def test_only_what_changed_is_made_anew(graded: Course) -> None:
    assert made(graded).made == list(WHO)
    before = pages_of(graded)
    assert (made(graded).made, made(graded).unchanged) == ([], list(WHO))
    with Gradebook(url_of(graded), graded.course_id) as book:
        grade = book.find_submission_notebook("vectors", "vectors", "half").grades[0]
        grade.manual_score = 0.125
        book.find_submission_notebook("vectors", "vectors", "perfect").comments[
            0
        ].manual_comment = "Fine."
        book.db.commit()  # fmt: skip
    assert made(graded).made == ["half", "perfect"]
    after = pages_of(graded)
    assert {name.split("/")[0] for name in before if before[name] != after[name]} == {
        "half",
        "perfect",
    }
    graded.feedback("columns", "vectors").unlink()
    assert made(graded).made == ["columns"]
    assert made(graded, again=True).made == list(WHO)


def test_a_damaged_record_costs_time_and_nothing_else(graded: Course) -> None:
    made(graded)
    record = graded.files("vectors").journal.with_suffix(".pages.json")
    for text in ("[1, 2", "[]", '{"half": 3}'):
        record.write_text(text)
        assert "half" in made(graded).made


def test_one_page_that_cannot_be_made_is_one_students_trouble(graded: Course) -> None:
    (graded.autograded("half", "vectors") / "vectors.ipynb").write_text("{")
    report = made(graded)
    assert report.made == ["columns", "perfect"] and list(report.failed) == ["half"]
    said = dlcourse(graded, "feedback", "vectors", status=1)
    assert "feedback/half/vectors: no page: " in said and "1 failed" in said


def test_who_is_not_graded_is_named(graded: Course) -> None:
    with pytest.raises(CourseError, match="no graded notebook vectors of nobody"):
        make_pages(graded, "vectors", ["nobody"])
    with pytest.raises(CourseError, match="of anybody"):
        make_pages(graded, "toy")


# ---- the gradebook ---------------------------------------------------------------------------------------------------


def test_reading_a_notebooks_grades_takes_a_few_statements(graded: Course) -> None:
    count = 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    engines = []
    with pytest.MonkeyPatch.context() as patch:

        def listening(*arguments: object, **named: object) -> object:
            engine = create_engine(*arguments, **named)  # type: ignore[call-overload]
            event.listen(engine, "before_cursor_execute", one_more)
            engines.append(engine)
            return engine

        patch.setattr("dlcourse.nbgrader_port.grades.create_engine", listening)
        grades = read_grades(url_of(graded), "half", "vectors", "vectors")
    assert engines and 0 < count <= 3
    assert len(grades.scores) >= 8 and grades.penalty is None


def plan_of(path: Path, query: str) -> str:
    with sqlite3.connect(path) as database:
        return " ".join(row[3] for row in database.execute(f"explain query plan {query}"))


@pytest.mark.parametrize(
    "query",
    [
        "select * from grade where notebook_id = 'x'",
        "select * from comment where notebook_id = 'x'",
        "select * from submitted_notebook where assignment_id = 'x'",
    ],
)
def test_an_old_gradebook_gets_indexes_and_uses_them(graded: Course, query: str) -> None:
    path = graded.root / "gradebook.db"
    with sqlite3.connect(path) as database:
        for index in INDEXES:
            database.execute(f"drop index if exists {index.name}")
    assert plan_of(path, query).startswith("SCAN")
    open_gradebook(graded, "vectors").close()
    assert plan_of(path, query).startswith("SEARCH")


def test_indexes_are_made_once(tmp_path: Path) -> None:
    with Gradebook(f"sqlite:///{tmp_path / 'old.db'}", "old") as book:
        with book.engine.begin() as connection:
            for index in INDEXES:
                connection.exec_driver_sql(f"drop index if exists {index.name}")
        assert add_indexes(book.engine) == [index.name for index in INDEXES]
        assert add_indexes(book.engine) == []


def test_a_copy_of_the_file_is_the_gradebook(graded: Course, tmp_path: Path) -> None:
    """Nothing of a run stays in gradebook.db-wal, which a copy would leave behind."""
    copy = tmp_path / "copy.db"
    copy.write_bytes((graded.root / "gradebook.db").read_bytes())
    with sqlite3.connect(copy) as database:
        (count,) = database.execute("select count(*) from grade where auto_score is not null").fetchone()  # fmt: skip
    assert count >= 3 * 8
