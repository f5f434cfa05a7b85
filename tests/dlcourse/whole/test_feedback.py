"""Feedback pages, through nbgrader's own generate_feedback and release_feedback."""

from __future__ import annotations

import base64
import html.parser
import re
import struct
import time
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

pytest.importorskip("nbgrader")

import nbgrader.api
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from dlcourse.core.explain import FailingNeed, Outcome
from dlcourse.core.probe import ProbeSpec
from dlcourse.core.verdict import FAILED, Verdict
from dlcourse.nbgrader_port import configure, feedback
from dlcourse.nbgrader_port.config import find_alembic
from dlcourse.nbgrader_port.feedback_page import MAX_ERROR, page

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)"></pre></div>'
HIDDEN_SOURCE = "SECRET_HIDDEN_INPUT"


@pytest.fixture(scope="module", autouse=True)
def one_alembic() -> Iterator[None]:
    """nbgrader starts alembic for every new gradebook, which takes seconds; its answer is always
    the same.
    """
    find_alembic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrader.api, "get_alembic_version", cache(nbgrader.api.get_alembic_version))
        yield


def png(size: int = 10) -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + b"\xc0\x40\x20" * size for _ in range(size))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    return base64.b64encode(
        data + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    ).decode()


def nbgrader_metadata(grade_id: str, **changes: Any) -> dict[str, Any]:
    base = {
        "grade": False,
        "grade_id": grade_id,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return {**base, "cell_type": "code", **changes}


def verdict(status: str, message: str = "", mistakes: Any = (), trace: Any = ()) -> Verdict:
    return Verdict(status, message, tuple(mistakes), tuple(trace))


def question(name: str, source: str, outputs: list[Any] | None = None) -> nbformat.NotebookNode:
    cell = new_code_cell(source, outputs=outputs or [])
    cell.metadata = nbformat.from_dict(
        {
            "nbgrader": nbgrader_metadata(f"question-{name}", solution=True),
            "dlcourse": {"question": name},
        }
    )
    return cell


def graded(
    name: str,
    of: str,
    points: float,
    public: bool,
    found: Verdict,
    needs: tuple[FailingNeed, ...] = (),
) -> nbformat.NotebookNode:
    probe = ProbeSpec(name, of, f"Title of {name}.", points, public)
    cell = new_code_cell(
        f"# {HIDDEN_SOURCE}\ncheck({name})",
        outputs=[new_output("stream", text="output of the test cell")],
    )
    cell.metadata = nbformat.from_dict(
        {
            "nbgrader": nbgrader_metadata(f"test-{name}", grade=True, locked=True, points=points),
            "dlcourse": Outcome.of(probe, found, needs).to_metadata(),
        }
    )
    return cell


def sample(
    source: str = "def softmax(x):\n    return x", title: str | None = "Softmax by hand"
) -> nbformat.NotebookNode:
    extra = new_code_cell(
        "print('my own cell')", outputs=[new_output("stream", text="my own cell\n")]
    )
    extra.metadata["dlcourse"] = {"extra": True}
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Heading of the `notebook`\n\nText of the exercise."),
            question(
                "softmax",
                source,
                [
                    new_output("stream", text="printed\x1b[31m text\n"),
                    new_output(
                        "display_data",
                        data={"text/plain": "<Figure>", "image/png": png(), "text/html": EVIL},
                    ),
                    new_output(
                        "execute_result",
                        data={
                            "text/plain": "array([1])",
                            "text/html": EVIL,
                            "application/javascript": "evil()",
                        },
                    ),
                ],
            ),
            graded("rows", "softmax", 1, True, verdict("passed")),
            graded(
                "axis",
                "softmax",
                2,
                False,
                verdict(
                    "failed",
                    "yours has shape (2, 3), expected (3, 2)",
                    [("wrong_axis", "Sum over the classes.")],
                    [("softmax", 2, "return x")],
                ),
            ),
            extra,
            question("loss", "def loss(x):\n    raise NotImplementedError"),
            graded(
                "value",
                "loss",
                3,
                False,
                verdict("unwritten", "not written yet"),
                (FailingNeed("softmax", FAILED),),
            ),
        ]
    )
    notebook.metadata["dlcourse"] = {
        "slug": "toy_course",
        "notes": ["softmax: the cell took more than 30 s; it was left out"],
    }
    if title:
        notebook.metadata["dlcourse"]["title"] = title
    return notebook


def make_course(
    root: Path,
    notebook: nbformat.NotebookNode,
    scores: dict[str, float],
    student: str = "ada",
    penalty: float | None = None,
) -> CourseDirectory:
    """An autograded submission and the gradebook that belongs to it."""
    db_url = f"sqlite:///{root}/gradebook.db"
    with Gradebook(db_url) as book:
        book.add_assignment("toy")
        book.add_notebook("toy", "toy")
        book.add_student(student)
        for cell in notebook.cells:
            data = cell.metadata.get("nbgrader", {})
            if data.get("grade"):
                book.add_grade_cell(
                    data["grade_id"],
                    "toy",
                    "toy",
                    max_score=data["points"],
                    cell_type=cell.cell_type,
                )
            if data.get("solution"):
                book.add_solution_cell(data["grade_id"], "toy", "toy")
        submission = book.add_submission("toy", student)
        submission.notebooks[0].late_submission_penalty = penalty
        for name, score in scores.items():
            book.find_grade(name, "toy", "toy", student).auto_score = score
        book.db.commit()
    folder = root / "autograded" / student / "toy"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "toy.ipynb")
    (folder / "timestamp.txt").write_text("2025-01-01 10:00:00 UTC")
    (folder / "submission_secret.txt").write_text("0123456789abcdef")
    return CourseDirectory(root=str(root), db_url=db_url, assignment_id="toy", course_id="course")


def generate(course: CourseDirectory, student: str = "ada") -> str:
    config = Config()
    configure(config)
    GenerateFeedback(coursedir=course, config=config).start()
    return (Path(course.root) / "feedback" / student / "toy" / "toy.html").read_text(
        encoding="utf-8"
    )


class Elements(html.parser.HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.inside:
            self.text += data


SCORES = {"test-rows": 1.0, "test-axis": 0.0, "test-value": 0.0}


def test_page_says_what_a_student_needs(tmp_path: Path) -> None:
    page = generate(make_course(tmp_path, sample(), SCORES))
    text = re.sub(r"\s+", " ", Elements(page).text)
    for expected in (
        "Softmax by hand",
        "1 of 6 points",
        "ada",
        "softmax: the cell took more than 30 s; it was left out",
        "1 of 2",
        "1 / 3",
        "0 / 3",
        "Title of axis.",
        "hidden test",
        "Failed: yours has shape (2, 3), expected (3, 2)",
        "Looks like wrong axis. Sum over the classes.",
        "softmax, line 2: return x",
        "def softmax(x):",
        "print('my own cell')",
        "Not written yet.",
        "This question uses softmax, whose own tests fail: look there first.",
    ):
        assert expected in text, expected
    for unwanted in ("printed", "array([1])", png()):
        assert unwanted not in page


def test_hidden_source_and_test_outputs_do_not_appear(tmp_path: Path) -> None:
    page = generate(make_course(tmp_path, sample(), SCORES))
    assert HIDDEN_SOURCE not in page
    assert "check(axis)" not in page
    assert "output of the test cell" not in page


def test_page_is_self_contained(tmp_path: Path) -> None:
    found = Elements(generate(make_course(tmp_path, sample(), SCORES)))
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & set(found.tags)
    for name, value in found.attributes:
        if name in ("src", "href"):
            assert value.startswith("#"), value


@pytest.mark.parametrize(
    "place",
    [
        "code",
        "error",
        "title",
        "message",
        "hint",
        "trace",
        "note",
        "comment",
        "student",
        "question",
    ],
)
def test_nothing_of_the_student_is_rendered(tmp_path: Path, place: str) -> None:
    notebook = sample()
    cells = notebook.cells
    test = cells[3].metadata["dlcourse"]
    if place == "code":
        cells[1].source = f"x = 1  # {EVIL}\ny = '''{EVIL}'''"
    elif place == "error":
        cells[1].outputs = [new_output("error", ename=EVIL, evalue=EVIL, traceback=[EVIL])]
    elif place in ("title", "question"):
        test["probe"][place] = EVIL
    elif place == "message":
        test["verdict"]["message"] = EVIL
    elif place == "hint":
        test["verdict"]["mistakes"] = [[EVIL, EVIL]]
    elif place == "trace":
        test["verdict"]["trace"] = [[EVIL, 1, EVIL]]
    elif place == "note":
        notebook.metadata["dlcourse"]["notes"] = [EVIL]
    # a student id becomes a folder name, which holds no slash
    student = EVIL.replace("/", "") if place == "student" else "ada"
    course = make_course(tmp_path, notebook, SCORES, student)
    if place == "comment":
        with Gradebook(course.db_url) as book:
            book.find_comment(
                "question-softmax", "toy", "toy", "ada"
            ).manual_comment = f"**good** {EVIL}"
            book.db.commit()
    page = generate(course, student)
    found = Elements(page)
    assert "alert(" in found.text, "the text should be shown, as text"
    assert "script" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert "x" not in [value for name, value in found.attributes if name == "src"]


def test_scores_are_the_gradebooks(tmp_path: Path) -> None:
    course = make_course(tmp_path, sample(), SCORES, penalty=0.5)
    with Gradebook(course.db_url) as book:
        grade = book.find_grade("test-axis", "toy", "toy", "ada")
        grade.manual_score, grade.extra_credit = 1.5, 0.25
        book.find_comment(
            "question-softmax", "toy", "toy", "ada"
        ).manual_comment = "Nearly <right>."
        book.db.commit()
    text = re.sub(r"\s+", " ", Elements(generate(course)).text)
    assert "2.25 of 6 points" in text  # 1 + 1.5 + 0.25 - 0.5
    assert "2.5 + 0.25 extra − 0.5 late = 2.25" in text
    assert "2.75 / 3" in text
    assert "The points were set by a grader." in text
    assert "Nearly <right>." in text


def test_untouched_scores_are_not_said_to_be_set_by_hand(tmp_path: Path) -> None:
    assert "set by a grader" not in generate(make_course(tmp_path, sample(), SCORES))


def test_manually_graded_cells_are_shown(tmp_path: Path) -> None:
    notebook = sample()
    essay = new_markdown_cell(f"My **essay** {EVIL}")
    essay.metadata["nbgrader"] = nbgrader_metadata(
        "essay", grade=True, solution=True, points=4, cell_type="markdown"
    )
    notebook.cells.append(essay)
    course = make_course(tmp_path, notebook, SCORES)
    with Gradebook(course.db_url) as book:
        book.find_grade("essay", "toy", "toy", "ada").manual_score = 3
        book.find_comment("essay", "toy", "toy", "ada").manual_comment = "Well put."
        book.db.commit()
    found = Elements(generate(course))
    assert "My **essay**" in found.text and "Well put." in found.text and "3 / 4" in found.text
    assert "script" not in found.tags


def test_title_falls_back_to_the_heading(tmp_path: Path) -> None:
    assert "<h1>Heading of the notebook</h1>" in generate(
        make_course(tmp_path, sample(title=None), SCORES)
    )


def test_damaged_verdict_is_a_failed_test() -> None:
    notebook = sample()
    for broken in (
        {},
        None,
        {"status": "passed"},
        {"status": "strange", "message": "m", "mistakes": [], "trace": []},
        {**verdict("passed").to_json(), "mistakes": [1]},
    ):
        notebook.cells[2].metadata["dlcourse"]["verdict"] = broken
        test = page(notebook, {}).sections[0].tests[0]
        assert test.status == "failed", broken
        feedback.render(page(notebook, {}))


def test_printed_and_displayed_outputs_stay_out() -> None:
    """A cell that runs after a hidden test could print what it saw of it."""
    notebook = sample()
    notebook.cells[1].outputs = [
        new_output("stream", text="SECRET"),
        new_output("display_data", data={"text/plain": "SECRET", "image/png": png()}),
    ]
    html = feedback.render(page(notebook, {}))
    assert "SECRET" not in html and png() not in html


def test_an_error_is_one_bounded_line() -> None:
    notebook = sample()
    notebook.cells[1].outputs = [
        new_output(
            "error", ename="ValueError", evalue="first\n" + "x" * 50_000, traceback=["SECRET"]
        )
    ]
    shown = page(notebook, {}).sections[0].codes[0].error
    assert shown.startswith("ValueError: first xxx") and len(shown) <= MAX_ERROR + 1
    assert "SECRET" not in feedback.render(page(notebook, {}))


def test_long_code_is_bounded() -> None:
    notebook = sample()
    notebook.cells[1].source = "y = 1\n" * 100_000
    assert len(feedback.render(page(notebook, {}))) < 1_500_000


def test_control_characters_do_not_reach_the_page() -> None:
    notebook = sample()
    notebook.cells[1].source = "x = 1  # \x1b[31m \u202e reversed \x00"
    html = feedback.render(page(notebook, {}))
    assert not re.search("[\x00-\x08\x1b\u202e]", html)


def test_code_is_whole_and_copies_without_numbers() -> None:
    source = "def f(x):\n\n    # <a & b>\n    return '''\n  text'''\n"
    notebook = sample(source)
    code = feedback.highlighted(page(notebook, {}).sections[0].codes[0].source)
    assert Elements(code).text == source
    assert code.count('class="line"') == 5


def test_other_notebooks_get_nbgraders_own_page(tmp_path: Path) -> None:
    notebook = sample()
    notebook.metadata.pop("dlcourse")
    for cell in notebook.cells:
        cell.metadata.pop("dlcourse", None)
    page = generate(make_course(tmp_path, notebook, SCORES))
    assert "Grade cell" in page and "Student's answer" in page


def test_release_feedback_finds_the_page(tmp_path: Path) -> None:
    from nbgrader.exchange.default import ExchangeReleaseFeedback

    course = make_course(tmp_path, sample(), SCORES)
    page = generate(course)
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    config = Config()
    config.Exchange.root = str(exchange)
    ExchangeReleaseFeedback(coursedir=course, config=config).start()
    name = notebook_hash(secret="0123456789abcdef", notebook_id="toy")
    assert (exchange / "course" / "feedback" / f"{name}.html").read_text(encoding="utf-8") == page


def test_a_page_takes_under_50_ms() -> None:
    notebook = sample("\n".join(f"def f{i}(x):\n    return x + {i}" for i in range(30)))
    exporter = feedback.FeedbackExporter()  # type: ignore[no-untyped-call]
    exporter.from_notebook_node(notebook)
    times = []
    for _ in range(5):
        start = time.process_time()
        exporter.from_notebook_node(notebook)
        times.append(time.process_time() - start)
    assert min(times) < 0.05, times
