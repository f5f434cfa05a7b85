"""Written answers in a class: entered ungraded, graded by a person, shown, exported, counted."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from dlcourse import cli
from dlcourse.authoring.course import Course
from dlcourse.core.cells import NotebookView
from dlcourse.core.written import TEXT_STUB
from dlcourse.executor.warm import Warm
from dlcourse.export import gradescope, otter, pack
from dlcourse.export.gradefiles import canvas, moodle, read_gradebook, table
from dlcourse.grading.class_run import grade_class
from dlcourse.grading.grader import open_grader
from dlcourse.grading.messages import read_answer, write_answer
from dlcourse.grading.plan import Settings
from dlcourse.insight.report import report_html, report_json
from dlcourse.nbgrader_port.gradebook import open_gradebook
from dlcourse.nbgrader_port.in_words import class_answers
from dlcourse.nbgrader_port.pages import make_pages
from dlcourse.nbgrader_port.selfgrade import selfgrade
from tests.support.commands import nbgrader
from tests.support.course import cell_of, copy_course, hand_in, perfect, submission_of, wrote
from tests.support.gradebooks import gradebook_tables

SECRETS = ("Two points", "no exponent is above 0", "Numerator and denominator")


def turned(course: Course) -> nbformat.NotebookNode:
    """The answer in a cell of code."""
    notebook = wrote(course, "toy", "raise SystemExit")
    place = notebook.cells.index(cell_of(notebook, "answer-why"))
    code = nbformat.v4.new_code_cell("raise SystemExit")
    code.metadata = notebook.cells[place].metadata
    notebook.cells[place] = code
    return notebook


def moved(course: Course) -> nbformat.NotebookNode:
    notebook = wrote(course, "toy", "It cancels, up here.")
    notebook.cells.insert(
        0, notebook.cells.pop(notebook.cells.index(cell_of(notebook, "answer-why")))
    )
    return notebook


def gone(course: Course) -> nbformat.NotebookNode:
    notebook = perfect(course, "toy")
    notebook.cells.remove(cell_of(notebook, "answer-why"))
    return notebook


def greedy(course: Course) -> nbformat.NotebookNode:
    """Metadata that ask for more."""
    notebook = wrote(course, "toy", "Me!")
    cell_of(notebook, "answer-why").metadata.nbgrader |= {
        "points": 400,
        "score": 400,
        "grade": False,
    }
    return notebook


CLASS: dict[str, Callable[[Course], Any]] = {
    "ada": lambda course: wrote(course, "toy", "It *cancels*, $a<b$ or not."),
    "open": lambda course: perfect(course, "toy"),
    "blank": lambda course: wrote(course, "toy", " \n"),
    "turned": turned,
    "moved": moved,
    "gone": gone,
    "greedy": greedy,
    "script": lambda course: wrote(course, "toy", "<script>alert(1)</script> So."),
    "broken": lambda course: "no notebook",
}
WROTE = {"ada", "turned", "moved", "greedy", "script"}


def hand_in_class(course: Course) -> None:
    for student, make in CLASS.items():
        hand_in(course, student, "toy", make(course), "2027-02-01 12:00:00 UTC")


def grade(course: Course, **settings: Any) -> Any:
    with open_gradebook(course, "toy") as gradebook:
        return grade_class(course, "toy", Settings(**settings), gradebook)


def by_person(course: Course, student: str, score: float, comment: str = "Well said.") -> None:
    """What formgrader's page does when a grader types points and a comment."""
    with Gradebook(course.gradebook_url) as gradebook:
        found = gradebook.find_grade("answer-why", "toy", "toy", student)
        found.manual_score, found.needs_manual_grade = score, False
        gradebook.find_comment("answer-why", "toy", "toy", student).manual_comment = comment
        gradebook.db.commit()


def rows(course: Course) -> dict[str, tuple[Any, ...]]:
    """auto_score, manual_score, needs_manual_grade of the answer, by student."""
    return {
        student: (auto, manual, needs)
        for student, _, cell, auto, manual, _, needs in gradebook_tables(
            course.root / "gradebook.db"
        )["grades"]
        if cell == "answer-why"
    }


@pytest.fixture
def words(asking: Course, tmp_path: Path, inline: None) -> Course:
    course = copy_course(asking, tmp_path / "course")
    hand_in_class(course)
    return course


def test_it_waits_for_a_person_and_what_is_not_there_has_none(words: Course) -> None:
    report = grade(words)
    assert report.failed == {}
    assert rows(words) == {
        student: (None, None, 1) if student in WROTE else (0.0, None, 0) for student in CLASS
    }
    assert str(report.standings["ada"]) == "4 (1 not graded yet)"
    assert str(report.standings["open"]) == "4"
    assert report.entries["ada"].points == 8
    again = grade(words)  # whoever waits for a person is graded by the tests
    assert again.graded == []


def test_nbgrader_enters_the_same(asking: Course, words: Course, tmp_path: Path) -> None:
    grade(words)
    other = copy_course(asking, tmp_path / "other")
    hand_in_class(other)
    nbgrader(other, "autograde", "toy")
    ours, theirs = (gradebook_tables(c.root / "gradebook.db") for c in (words, other))
    assert ours == theirs
    for student in CLASS:
        one, two = (
            nbformat.read(c.root / "autograded" / student / "toy" / "toy.ipynb", as_version=4)
            for c in (words, other)
        )
        texts = [[c.source for c in n.cells if c.cell_type == "markdown"] for n in (one, two)]
        assert texts[0] == texts[1]


def test_the_graded_notebook_has_text_and_rubric_for_formgrader(words: Course) -> None:
    grade(words)
    for student in CLASS:
        path = words.root / "autograded" / student / "toy" / "toy.ipynb"
        cells = list(NotebookView(nbformat.read(path, as_version=4)).cells)
        place = next(n for n, cell in enumerate(cells) if cell.name == "why")
        assert "Two points" in cells[place + 1].source
        assert (cells[place].source != TEXT_STUB) == (student in WROTE)
        assert "<script" not in path.read_text(encoding="utf-8")


def test_a_persons_points_survive_and_a_new_text_asks_for_a_second_look(words: Course) -> None:
    grade(words)
    by_person(words, "ada", 3)
    by_person(words, "open", 1)
    report = grade(words, again=True)
    assert rows(words)["ada"] == (None, 3.0, 0)
    assert rows(words)["open"] == (0.0, 1.0, 0)
    assert str(report.standings["ada"]) == "7" and report.entries["ada"].score == 7
    hand_in(words, "ada", "toy", wrote(words, "toy", "Or not."), "2027-02-01 12:00:00 UTC")
    report = grade(words)
    assert report.graded == ["ada"]
    assert rows(words)["ada"] == (None, 3.0, 1)
    with Gradebook(words.gradebook_url) as gradebook:
        comment = gradebook.find_comment("answer-why", "toy", "toy", "ada")
        assert comment.comment == "Well said."


def pages(course: Course, only: list[str]) -> dict[str, str]:
    made = make_pages(course, "toy", only)
    assert made.failed == {}
    return {s: course.feedback(s, "toy").read_text(encoding="utf-8") for s in only}


def test_the_feedback_page_shows_text_points_and_comment_and_no_rubric(words: Course) -> None:
    grade(words)
    before = pages(words, ["ada", "open", "script"])
    assert "It *cancels*, $a&lt; b$ or not." in before["ada"]
    assert "4</strong> of 8 points" in before["ada"]
    assert "4 of the points are not graded yet" in before["ada"]
    assert "not graded yet; up to 4 points" in before["ada"]
    assert "not graded yet" not in before["open"] and "0 / 4" in before["open"]
    assert "No response." in before["open"]
    by_person(words, "ada", 3)
    after = pages(words, ["ada"])["ada"]
    assert "7</strong> of 8 points" in after and "3 / 4" in after and "Well said." in after
    assert "not graded yet" not in after
    for page in (*before.values(), after):
        assert not [secret for secret in SECRETS if secret in page]
        assert "<script" not in page


def test_nbgraders_own_feedback_is_the_same_page(words: Course) -> None:
    grade(words)
    ours = pages(words, ["ada"])["ada"]
    nbgrader(words, "generate_feedback", "toy", "--student", "ada", "--force")
    assert words.feedback("ada", "toy").read_text(encoding="utf-8") == ours


def test_exports_hold_no_score_before_a_person_has_graded(words: Course) -> None:
    grade(words)
    by_person(words, "moved", 2.5)
    found = read_gradebook(words, words.gradebook_url, ["toy"])
    scores = {s.id: s.scores.get("toy") for s in found.students}
    assert scores == {
        "ada": None, "turned": None, "greedy": None, "script": None,
        "moved": 6.5, "open": 4.0, "blank": 4.0, "gone": 4.0, "broken": 0.0,
    }  # fmt: skip
    waiting = "no person has graded a written answer yet; the cell is left empty"
    assert sorted(found.notes) == sorted(f"{s}: toy: {waiting}" for s in WROTE - {"moved"})
    assert found.columns[0].points == 8
    for made in (canvas(found), moodle(found), table(found)):
        assert "6.5" in made


def test_the_report_counts_them(words: Course) -> None:
    grade(words)
    by_person(words, "ada", 3)
    by_person(words, "moved", 2)
    (one,) = class_answers(words.gradebook_url, "toy")
    assert (one.name, one.points, sorted(one.scores), one.open, one.waiting) == ("why", 4.0, [2.0, 3.0], 4, 3)  # fmt: skip
    assert one.mean == pytest.approx(5 / 6)
    page = report_html(words, "toy")
    assert "Answers in words" in page and "0.83" in page and "not graded yet" in page
    data = json.loads(report_json(words, "toy"))
    assert data["answers"] == [
        {"name": "why", "points": 4.0, "graded": 2, "waiting": 3, "open": 4, "mean": 5 / 6}
    ]
    assert data["points"] == 4


def test_the_command_says_who_waits(words: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.chdir(words.root)
    monkeypatch.setattr("sys.argv", ["dlcourse", "grade", "toy"])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        cli.main()
    assert "4 (1 not graded yet)/8" in capsys.readouterr().out


def test_another_build_is_noticed(words: Course) -> None:
    from dlcourse.errors import CourseError

    with open_gradebook(words, "toy") as gradebook:
        with pytest.raises(CourseError, match="another build"):
            gradebook.check_points({"answer-why": 3.0})


def test_a_student_alone(words: Course, warm: Warm) -> None:
    path = words.root / "submitted" / "ada" / "toy" / "toy.ipynb"
    found = selfgrade(words, path, warm, "toy")
    assert (found.score, found.points) == (4, 4)
    assert str(found.written["why"]) == "written; a person gives up to 4 points for it"
    assert "4</strong> of 8 points" in found.page and "not graded yet" in found.page
    assert not [secret for secret in SECRETS if secret in found.page]


def test_a_workers_answer_crosses_whole(words: Course, warm: Warm) -> None:
    grader = open_grader(words, "toy", warm)
    graded = grader.grade(submission_of(wrote(words, "toy", "So.")), warm)
    assert graded.written == {"why": True}
    assert read_answer(write_answer(graded)) == graded


def test_otter_shows_the_text_gives_no_points_and_has_no_rubric(words: Course, warm: Warm) -> None:
    grader = open_grader(words, "toy", warm)
    archive = otter.autograder(grader)
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        for name in members.namelist():
            if not name.endswith(".whl"):
                content = members.read(name).decode("utf-8", "replace")
                assert not [secret for secret in SECRETS if secret in content], name
    document = json.loads(json.dumps(pack.to_document(grader)))
    for text, status, said in (("So.", "passed", "So."), (TEXT_STUB, "failed", "No answer.")):
        submission = submission_of(wrote(words, "toy", text))
        results = gradescope.results(gradescope.grade(document, submission, "none"))
        entry = next(t for t in results["tests"] if t.get("extra_data") == {"answer": "why"})
        assert (entry["status"], entry["output"], "score" in entry) == (status, said, False)
        assert sum(t.get("score", 0.0) for t in results["tests"]) == 4
    assert "why" not in otter.test_file(grader, "softmax")
    students = json.dumps(pack.to_document(grader, public_only=True))
    assert not [secret for secret in SECRETS if secret in students]


def test_otter_refuses_a_zip_with_a_rubric(words: Course, warm: Warm, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from dlcourse.errors import AuthorError

    grader = open_grader(words, "toy", warm)
    monkeypatch.setattr(pack, "released", lambda cell: cell.source)
    with pytest.raises(AuthorError, match="the rubric of why|the reference"):
        otter.autograder(grader)
