"""Grade files for Canvas and Moodle."""

import csv
import io
import re
from typing import Any

import pytest
from nbgrader.api import Gradebook

from dlcourse.authoring.course import Course
from dlcourse.errors import CourseError
from dlcourse.export.gradefiles import (
    Column,
    Grades,
    Student,
    altered,
    canvas,
    moodle,
    read_gradebook,
    safe,
)
from tests.support.commands import dlcourse

NAMES = [
    ("Ada", "Lovelace"),
    ("Sammy, Jr.", "Davis"),
    ('Dwayne "The Rock"', "Johnson"),
    ("Zoë", "O'Brien"),
    ("明", "李"),
    ("Мария", "Иванова"),
    ("فاطمة", "الزهراء"),
    ("e\N{COMBINING ACUTE ACCENT}ve", "Nguyễn"),
    ("👩‍🔬", "; semi"),
    ("a,b", 'c"";d'),
    ("", "Mononym"),
    ("tab\there", "new\nline"),
    ("=cmd|' /C calc'!A0", "+1"),
    ("-2+3", "@SUM(A1:A9)"),
]
COLUMNS = (
    Column("toy", 'Loss, "softmax" and 熵', 10.0, "4711"),
    Column("vectors", "=Vectors", 7.5),
)


def grades() -> Any:
    students = [
        Student(
            f"s{n}",
            first,
            last,
            f"s{n}@example.org",
            str(1000 + n),
            {"toy": n / 2} if n % 3 else {"toy": 0.0, "vectors": 7.25},
        )
        for n, (first, last) in enumerate(NAMES)
    ]
    return Grades(COLUMNS, tuple(students), ())


def rows_of(text: str) -> Any:
    assert text.encode("utf-8").decode("utf-8") == text
    return list(csv.reader(io.StringIO(text, newline="")))


def plain(cell: Any) -> Any:
    """What a reader sees of a cell: a leading apostrophe means "text"."""
    return cell[1:] if re.match(r"'[=+@\-]", cell) else cell


def one_line(text: str) -> Any:
    return re.sub(r"[\t\n]", " ", text)


def test_canvas_columns_and_points_possible() -> None:
    head, possible, *students = rows_of(canvas(grades()))
    assert head == [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        'Loss, "softmax" and 熵 (4711)',
        "'=Vectors",
    ]
    assert possible == ["    Points Possible", "", "", "", "", "10", "7.5"]
    assert len(students) == len(NAMES) and {len(r) for r in students} == {7}
    assert students[0][1:] == ["1000", "", "s0", "", "0", "7.25"]
    assert students[1][5:] == ["0.5", ""]


def test_moodle_columns() -> None:
    head, *students = rows_of(moodle(grades()))
    assert head == [
        "First name",
        "Last name",
        "ID number",
        "Email address",
        'Assignment: Loss, "softmax" and 熵 (Real)',
        "Assignment: =Vectors (Real)",
    ]
    assert students[0] == ["Ada", "Lovelace", "1000", "s0@example.org", "0", "7.25"]


def test_names_survive() -> None:
    canvas_rows, moodle_rows = rows_of(canvas(grades()))[2:], rows_of(moodle(grades()))[1:]
    for (first, last), in_canvas, in_moodle in zip(NAMES, canvas_rows, moodle_rows, strict=True):
        assert plain(in_canvas[0]) == one_line(f"{last}, {first}" if first else last)
        assert (plain(in_moodle[0]), plain(in_moodle[1])) == (one_line(first), one_line(last))


@pytest.mark.parametrize("write", [canvas, moodle])
def test_no_cell_is_a_formula_and_every_row_one_line(write: Any) -> None:
    text = write(grades())
    rows = rows_of(text)
    assert text.count("\r\n") == len(rows) and "\n" not in text.replace("\r\n", "")
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_formulas_hidden_behind_white_space() -> None:
    assert safe("\t=1+1") == safe("\r\n =1+1") == "'=1+1"
    assert safe("＝1") == "'＝1" and safe("﹦1") == "'﹦1" and safe("﹢1") == "'﹢1"
    for unseen in ("\u200b", "\ufeff", "\u2060", "\u00a0", "\u00ad", "\u2003", "\u034f"):
        assert safe(f"{unseen}=1+1") == safe(f" {unseen}{unseen}=1+1") == "'=1+1"
    assert safe("Jean-Luc") == "Jean-Luc"


def test_a_student_whose_id_had_to_be_changed_is_named() -> None:
    one = Student("-x", "A", "B", "a@example.org", "7")
    assert altered(Grades(COLUMNS, (*grades().students, one), ())) == ["-x"]


def enter(
    gradebook: Any, student: str, slug: str, score: Any, manual: bool = False, **person: Any
) -> None:
    gradebook.update_or_create_student(student, **person)
    submission = gradebook.update_or_create_submission(slug, student)
    for notebook in submission.notebooks:
        for number, grade in enumerate(notebook.grades):
            grade.auto_score = None if score is None else (score if number == 0 else 0.0)
            grade.needs_manual_grade = manual
    gradebook.db.commit()


def test_from_the_gradebook(course: Course) -> None:
    url = f"sqlite:///{course.root / 'gradebook.db'}"
    with Gradebook(url, course.course_id) as gradebook:
        enter(
            gradebook,
            "li",
            "toy",
            1.0,
            first_name="明",
            last_name="李",
            email="li@example.org",
            lms_user_id="77",
        )
        enter(
            gradebook,
            "o'b",
            "toy",
            0.5,
            manual=True,
            first_name='Zoë "Z"',
            last_name="O'Brien, Jr.",
        )
        enter(gradebook, "late", "toy", 1.0)
        enter(gradebook, "ungraded", "toy", None)
        gradebook.update_or_create_student("absent")
        late = gradebook.find_submission("toy", "late").notebooks[0]
        late.late_submission_penalty = 0.25
        late.grades[0].auto_score, late.grades[0].extra_credit = 0.75, 0.25
        gradebook.db.commit()
    found = read_gradebook(course, url, ["toy", "vectors"], {"toy": "12"})
    scores = {s.id: dict(s.scores) for s in found.students}
    assert scores == {
        "li": {"toy": 1.0},
        "o'b": {"toy": 0.5},
        "late": {"toy": 0.75},
        "ungraded": {},
        "absent": {},
    }
    assert found.columns[0] == Column("toy", "Toy", found.columns[0].points, "12")
    assert any(n.startswith("ungraded:") for n in found.notes) and any(
        n.startswith("o'b:") for n in found.notes
    )

    said = dlcourse(
        course, "export", "canvas", "toy", "--number", "toy=12", "-o", "grades/canvas.csv"
    )
    assert "5 students, 1 assignments" in said and "ungraded: toy is not graded yet" in said
    rows = {
        r[3]: r for r in rows_of((course.root / "grades" / "canvas.csv").read_bytes().decode())[2:]
    }
    assert rows["li"] == ["李, 明", "77", "", "li", "", "1"]
    assert rows["o'b"][0] == 'O\'Brien, Jr., Zoë "Z"' and rows["absent"][-1] == ""
    said = dlcourse(course, "export", "csv")
    assert "ungraded: toy is not graded yet" in said
    head, *rest = rows_of((course.root / "dist" / "grades.csv").read_bytes().decode())
    assert [r[head.index("student_id")] for r in rest] == ["late", "li", "o'b"]
    late = dict(zip(head, rest[0], strict=True))
    assert (late["raw_score"], late["late_submission_penalty"], late["score"]) == ("1", "0.25", "0.75")  # fmt: skip
    assert (late["assignment"], late["max_score"], late["extra_credit"]) == ("toy", "4", "0.25")
    dlcourse(course, "export", "moodle")
    head, *_ = rows_of((course.root / "dist" / "moodle.csv").read_bytes().decode())
    assert head[4:] == ["Assignment: Toy (Real)", "Assignment: Vectors (Real)"]


def test_what_is_not_handed_out_yet_has_no_column(course: Course) -> None:
    """Three of ten assignments are in the gradebook in October."""
    url = f"sqlite:///{course.root / 'gradebook.db'}"
    with Gradebook(url, course.course_id) as gradebook:
        enter(gradebook, "li", "toy", 1.0)
        gradebook.remove_assignment("vectors")
    assert [c.slug for c in read_gradebook(course, url).columns] == ["toy"]
    dlcourse(course, "export", "canvas")
    head, *_ = rows_of((course.root / "dist" / "canvas.csv").read_bytes().decode())
    assert head[5:] == ["Toy"]
    with pytest.raises(CourseError, match="vectors is not in the gradebook"):
        read_gradebook(course, url, ["toy", "vectors"])


def test_mistakes_on_the_command_line(course: Course) -> None:
    assert "no assignment 'toi'" in dlcourse(course, "export", "canvas", "toi", status=1)
    assert "give the digits" in dlcourse(
        course, "export", "canvas", "--number", "toy=abc", status=1
    )
    with pytest.raises(CourseError, match="not in the gradebook"):
        read_gradebook(course, f"sqlite:///{course.root / 'empty.db'}", ["toy"])
