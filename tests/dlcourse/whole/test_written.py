"""A written answer all the way: built, released, written, handed in, graded by a person, exported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from dlcourse.authoring.build import source_notebook
from dlcourse.authoring.course import Course
from dlcourse.authoring.lint import lint_release
from dlcourse.authoring.model_solution import model_solution
from dlcourse.authoring.read import load
from dlcourse.core.cells import CellView, NotebookView
from dlcourse.core.notebook_file import Submission, SubmittedCell
from dlcourse.core.written import TEXT_STUB
from dlcourse.errors import AuthorError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.student.rebuild import rebuild
from dlcourse.student.status import show_status
from dlcourse.student.submit import parcel
from tests.support.course import (
    ask,
    cell_of,
    copy_course,
    make_course,
    released,
    submission_of,
    wrote,
)

RUBRIC = ("Two points", "common factor", "no exponent is above 0", "RUBRIC", "Rubric")
MODEL = ("Numerator and denominator", "MODEL ANSWER")


# ---- authoring -------------------------------------------------------------------------------------------------------


def test_it_is_built_as_nbgrader_wants_it(asking: Course) -> None:
    answer = cell_of(released(asking, "toy"), "answer-why")
    assert answer.cell_type == "markdown"
    assert answer.source == TEXT_STUB
    about = {
        k: answer.metadata.nbgrader[k] for k in ("grade", "solution", "locked", "task", "points")
    }
    assert about == {"grade": True, "solution": True, "locked": False, "task": False, "points": 4}
    cells = released(asking, "toy").cells
    above = cells[next(n for n, c in enumerate(cells) if c is cells[-1]) - 2]
    assert "why does subtracting the largest logit change nothing?" in above.source
    assert above.metadata.nbgrader.locked


def test_the_title_counts_its_points(asking: Course) -> None:
    title = released(asking, "toy").cells[0].source
    assert "| | why *(in words)* | | | 4 |" in title
    assert "| | **all** | **5** | | **8** |" in title
    assert "Where words are asked for" in title
    assert "Where words are asked for" not in released_vectors_title(asking)


def released_vectors_title(course: Course) -> str:
    return str(source_notebook(load(course.root, "vectors")).cells[0].source)


def test_the_rubric_stays_with_the_instructor(asking: Course) -> None:
    source = asking.files("toy").source_notebook.read_text(encoding="utf-8")
    assert all(text in source for text in ("Two points", "Numerator and denominator"))
    for path in (*asking.files("toy").release.rglob("*"), asking.files("toy").checks):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not [secret for secret in (*RUBRIC, *MODEL) if secret in text], path


@pytest.mark.parametrize(
    "leak",
    [
        "Two points: no exponent is above 0.",
        "as said: no exponent is above 0. Two points: no exponent is above 0.",
        "Numerator and denominator share one factor, which cancels; the largest exponent is then exactly 0.",
        "### RUBRIC",
        "## Model answer",
    ],
)
def test_lint_finds_a_rubric_in_a_release(asking: Course, tmp_path: Path, leak: str) -> None:
    course = copy_course(asking, tmp_path / "course")
    assignment, files = load(course.root, "toy"), course.files("toy")
    assert lint_release(assignment, files.release) == []
    for path in (files.release_notebook, files.release / "checks.json"):
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace(TEXT_STUB, f"a\\n{leak}", 1), encoding="utf-8")
        found = lint_release(assignment, files.release)
        assert any("the rubric of why" in line or "marker" in line for line in found), path
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("name", ["why", "softmax"])
def test_names_are_given_once(tmp_path: Path, name: str) -> None:
    course = make_course(tmp_path / "course")
    ask(course)
    ask(course, name=name)
    with pytest.raises(AuthorError, match=f"two questions or answers are named {name}"):
        load(course.root, "toy")


def test_an_answer_goes_and_stays_with_the_prose_that_asks(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    script = course.files("vectors").script
    text = script.read_text(encoding="utf-8")
    place = "# %% [markdown]\n# ## 4 · Noise"
    asked = '# %% [markdown] answer="mean" points=3\n# Why a running mean?\n#\n# ### RUBRIC\n# Three: memory.\n\n'
    assert place in text
    script.write_text(text.replace(place, asked + place), encoding="utf-8")
    ask(course, "vectors")
    whole = load(course.root, "vectors")
    assert list(whole.answers) == ["mean", "why"]
    assert "| | **core** | **30** | | **" in source_notebook(whole).cells[0].source
    toml = course.root / "course.toml"
    toml.write_text(
        toml.read_text().replace('slug = "vectors"\n', 'slug = "vectors"\nquestions = "core"\n')
    )
    core = load(
        course.root, "vectors"
    )  # without the third question, after which the mean is asked for
    assert list(core.answers) == ["why"]
    assert not any("running mean?" in cell.source for cell in core.cells)
    points = sum(p.spec.points for p in core.probes.values()) + 4
    assert f"| | **core** | **30** | | **{points:g}** |" in source_notebook(whole).cells[0].source


def test_the_model_solution_shows_the_model_answer(asking: Course) -> None:
    shown = "\n".join(c.source for c in model_solution(load(asking.root, "toy")).cells)
    assert "Numerator and denominator share one factor" in shown
    assert "Two points" not in shown


# ---- the student -----------------------------------------------------------------------------------------------------


def saved(course: Course, folder: Path, text: str) -> Path:
    """A student's folder with a notebook in it."""
    folder.mkdir()
    (folder / "checks.json").write_bytes((course.files("toy").release / "checks.json").read_bytes())
    path = folder / "toy.ipynb"
    import nbformat

    nbformat.write(wrote(course, "toy", text), path)
    return path


@pytest.mark.parametrize(("text", "said"), [(TEXT_STUB, "open"), ("It cancels.", "written")])
def test_status_and_submit_name_it(asking: Course, tmp_path: Path, text: str, said: str) -> None:
    path = saved(asking, tmp_path / "toy", text)
    console = Console(record=True, width=120)
    show_status(path, console, UNSAFE)
    assert f"why: {said}; a person gives up to 4 points for it" in console.export_text()
    console = Console(record=True, width=200)
    show_status(path, console, UNSAFE, as_json=True)
    document = json.loads(console.export_text())[str(path)]
    assert document["why"] == {"points": 4.0, "written": said == "written"}
    assert document["softmax"] == {"sure": 1.0, "hidden": 3.0, "open": 0.0}
    one = parcel(path)
    assert ("why" in one.answered, "why" in one.open) == (said == "written", said == "open")
    assert "by hand     why\n" in one.receipt


def test_words_alone_are_an_answer(asking: Course, tmp_path: Path) -> None:
    import nbformat

    path = saved(asking, tmp_path / "toy", "It cancels.")
    notebook = released(asking, "toy")
    cell_of(notebook, "answer-why").source = "It cancels."
    nbformat.write(notebook, path)
    assert parcel(path).answered == ("why",)


def test_progress_reads_the_saved_notebook(asking: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    from dlcourse import progress

    path = saved(asking, tmp_path / "toy", "It cancels.")
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    progress()
    assert "why: written; a person gives up to 4 points for it" in capsys.readouterr().out
    path.unlink()
    progress()
    assert "why: not known before the notebook is saved" in capsys.readouterr().out


# ---- what is handed in, rebuilt --------------------------------------------------------------------------------------


def answer_in(course: Course, cells: list[SubmittedCell]) -> tuple[str, list[str]]:
    """The written answer as a grader gets it, and the notes."""
    source = source_notebook(load(course.root, "toy"))
    rebuilt = NotebookView(rebuild(source, Submission(cells), "toy"))
    answer = next(c for c in rebuilt.cells if c.kind == "answer")
    return answer.source, rebuilt.notes


def handed(course: Course, text: str) -> list[SubmittedCell]:
    return submission_of(wrote(course, "toy", text)).cells


def at(cells: list[SubmittedCell]) -> int:
    return next(n for n, c in enumerate(cells) if c.grade_id == "answer-why")


def test_the_text_is_kept_wherever_and_whatever_it_has_become(asking: Course) -> None:
    cells = handed(asking, "It *cancels*.")
    place = at(cells)
    mine = cells[place]
    assert answer_in(asking, cells) == ("It *cancels*.", [])
    others = cells[:place] + cells[place + 1 :]
    for moved in ([mine, *others], [*others, mine]):
        assert answer_in(asking, moved) == ("It *cancels*.", [])
    for kind in ("code", "raw"):
        turned = [
            *cells[:place],
            SubmittedCell(kind, mine.source, mine.grade_id),
            *cells[place + 1 :],
        ]
        assert answer_in(asking, turned) == ("It *cancels*.", [])
    lost = [*cells[:place], SubmittedCell("markdown", mine.source), *cells[place + 1 :]]
    assert answer_in(asking, lost) == ("It *cancels*.", [])
    bare = [SubmittedCell(c.kind, c.source) for c in cells]  # an editor that drops all metadata
    assert answer_in(asking, bare) == ("It *cancels*.", [])
    assert answer_in(asking, others) == (
        TEXT_STUB, ["the cell of the answer why is not in the notebook"],
    )  # fmt: skip


def test_a_cell_turned_into_code_is_not_run(asking: Course) -> None:
    cells = handed(asking, "raise SystemExit")
    place = at(cells)
    cells[place] = SubmittedCell("code", "raise SystemExit", "answer-why")
    source = source_notebook(load(asking.root, "toy"))
    rebuilt = NotebookView(rebuild(source, Submission(cells), "toy"))
    assert not any("SystemExit" in cell.source for cell in rebuilt.code)


def test_the_rubric_stands_below_it_for_the_grader(asking: Course) -> None:
    source = source_notebook(load(asking.root, "toy"))
    cells = list(NotebookView(rebuild(source, Submission(handed(asking, "So.")), "toy")).cells)
    place = next(n for n, c in enumerate(cells) if c.kind == "answer")
    assert "Two points" in cells[place + 1].source
    assert cells[place + 1].grade_id is None
    assert "Two points" not in cells[place].source


def test_metadata_give_no_points(asking: Course) -> None:
    notebook = wrote(asking, "toy", "It cancels.")
    mine = cell_of(notebook, "answer-why")
    mine.metadata.nbgrader |= {
        "points": 400,
        "score": 4,
        "grade": False,
        "checksum": "",
        "comment": "4",
    }
    mine.metadata["dlcourse"] = {"probe": "x"}
    source = source_notebook(load(asking.root, "toy"))
    rebuilt = NotebookView(rebuild(source, submission_of(notebook), "toy"))
    cell: CellView = next(c for c in rebuilt.cells if c.name == "why")
    assert (cell.points, cell.score, cell.comment, cell.is_judged) == (4.0, None, "", False)
