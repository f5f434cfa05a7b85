"""The form of a notebook: folded helpers, hints, guesses; through release, check in a terminal,
rebuild and grading.
"""

import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import determine_grade
from rich.console import Console

from dlcourse.authoring.course import Course
from dlcourse.authoring.lint import lint_release
from dlcourse.authoring.read import load
from dlcourse.core.cells import NotebookView
from dlcourse.errors import AuthorError, CourseError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.warm import Warm
from dlcourse.grading.grader import open_grader
from dlcourse.nbgrader_port.generate import build
from dlcourse.student.hint import show_hint
from dlcourse.student.terminal import check_notebook
from tests.support.commands import nbgrader
from tests.support.course import cell_of, copy_course, hand_in, perfect, rebuilt, submission_of
from tests.support.gradebooks import totals

HINTS = """
# %% [markdown] hints="{0}"
# idea: What does $|x|$ measure?
# It is never negative.
#
# shapes: from {0} to a row.
#
# steps: Square,
#
# then sum.
"""
MISTAKE = """#
# mistake: The root is forgotten.
"""
PREDICT = """
# %% tags=["predict"]
from dlcourse import predict
predict("the spread", spread=...)

"""
OLD_TEST = "    return normalise(np.array([[3.0, 4.0]]))\n"
HELPERS = '''

LENGTH = 5.0


def by_library(x):
    """Lengths; the questions may not take them so, the tests may."""
    return np.linalg.norm(x, axis=-1) * LENGTH / 5


ONCE = np.array([[0.0, 2.0]])


'''


def write(root: Path) -> None:
    """Give `vectors` the new form."""
    script, probes = root / "solutions/vectors.py", root / "tests/vectors/probes.py"
    text = script.read_text()
    for question in ("normalise", "cosine", "centroid", "jitter"):
        at = text.index(f'# %% question="{question}"')
        if question == "cosine":  # below its stub
            at = text.index("# %% [markdown]\n# ## 3")
        hints = HINTS.format(question) + (MISTAKE if question == "jitter" else "")
        text = f"{text[:at]}{hints.lstrip()}\n{text[at:]}"
    text = text.replace('# %% tags=["demo"]', PREDICT.lstrip() + '# %% tags=["demo"]')
    script.write_text(text)
    text = probes.read_text()
    text = text.replace(
        '\n\n@probe("normalise", points=1, ', HELPERS + '@probe("normalise", points=1, '
    )
    text = text.replace(
        OLD_TEST, "    x = np.array([[3.0, 4.0]])\n    return by_library(normalise(x))\n"
    )
    text = text.replace("np.array([[0.0, 2.0]]))", "ONCE * by_library(ONCE))")
    probes.write_text(text)


@pytest.fixture(scope="module")
def new(built_course: Course, tmp_path_factory: Any, warm: Warm) -> Any:
    own = copy_course(built_course, tmp_path_factory.mktemp("form") / "course")
    write(own.root)
    build(own, "vectors", warm)
    return own


@pytest.fixture
def edited(built_course: Course, tmp_path: Path) -> Any:
    """Applies replacements to the script of the new form and loads the assignment."""
    root = tmp_path / "course"
    shutil.copytree(built_course.root, root)
    write(root)

    def edit(*edits: Any) -> Any:
        path = root / "solutions/vectors.py"
        text = path.read_text()
        for old, put in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, put)
        path.write_text(text)
        return load(root, "vectors")

    return edit


def released(course: Course) -> Any:
    return nbformat.read(course.files("vectors").release_notebook, as_version=4)


def order(notebook: Any) -> Any:
    return [c.metadata["nbgrader"]["grade_id"] for c in notebook.cells]


def said(course: Course, notebook: Any, folder: Path) -> Any:
    """What the terminal says of a notebook in a student's folder."""
    shutil.copytree(course.files("vectors").release, folder)
    nbformat.write(notebook, folder / "vectors.ipynb")
    out = io.StringIO()
    console = Console(file=out, width=300)
    failed = check_notebook(folder / "vectors.ipynb", console, UNSAFE)
    return failed, out.getvalue()


def scores(course: Course, warm: Warm, notebook: Any) -> Any:
    grader = open_grader(course, "vectors", warm)
    own = rebuilt(grader, submission_of(notebook))
    grader.write(own, grader.first(own, grader.run(own, warm)))
    graded = [c for c in own.cells if c.metadata.get("nbgrader", {}).get("grade")]
    return sum(determine_grade(c)[0] for c in graded), own


FULL = 16.5


# ---- folds -----------------------------------------------------------------------------------------------------------


def test_the_release_is_clean_and_valid(new: Course) -> None:
    assert lint_release(load(new.root, "vectors"), new.files("vectors").release) == []
    for path in (new.files("vectors").release_notebook, new.files("vectors").source_notebook):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            MetadataValidator().validate_cell(cell)


def test_helpers_stand_once_folded_and_locked_above_the_first_test_that_needs_them(
    new: Course,
) -> None:
    notebook = released(new)
    ids = order(notebook)
    at = ids.index("helpers-normalise")
    assert ids[at : at + 2] == ["helpers-normalise", "test-three_four"]
    assert [i for i in ids if i.startswith("helpers")] == ["helpers-normalise", "helpers-cosine"]
    helpers = cell_of(notebook, "helpers-normalise")
    assert helpers.metadata["jupyter"] == {"source_hidden": True}
    assert helpers.metadata["nbgrader"]["locked"] and not helpers.metadata["editable"]
    assert "def by_library" in helpers.source and "LENGTH = 5.0" in helpers.source
    assert "ONCE" in cell_of(notebook, "helpers-cosine").source
    for cell in NotebookView(notebook).code:
        if cell.kind == "test":
            assert "def by_library" not in cell.source and "ONCE =" not in cell.source


def test_demos_are_folded_and_tests_are_not(new: Course) -> None:
    notebook = released(new)
    assert cell_of(notebook, "demo-01").metadata["jupyter"] == {"source_hidden": True}
    folded = [i for i, c in zip(order(notebook), notebook.cells) if "jupyter" in c.metadata]
    assert folded == ["helpers-normalise", "helpers-cosine", "demo-01"]


def test_another_fold_or_more_metadata_of_jupyter_is_not_released(
    new: Course, tmp_path: Path
) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(new.files("vectors").release, folder)
    notebook = released(new)
    cell_of(notebook, "demo-01").metadata["jupyter"] = {
        "source_hidden": True,
        "outputs_hidden": True,
    }
    nbformat.write(notebook, folder / "vectors.ipynb")
    assert any(
        "metadata.jupyter" in line for line in lint_release(load(new.root, "vectors"), folder)
    )


def test_right_work_passes_in_a_terminal_and_helpers_are_not_held_to_the_questions_rules(
    new: Course, tmp_path: Path
) -> None:
    failed, text = said(new, perfect(new, "vectors"), tmp_path / "vectors")
    assert failed == 0, text


def test_the_rule_that_helpers_are_free_of_still_binds_the_student(
    new: Course, tmp_path: Path
) -> None:
    notebook = perfect(new, "vectors")
    cell_of(notebook, "question-normalise").source = (
        "def lengths(x):\n    return np.linalg.norm(x, axis=1, keepdims=True)\n\n\n"
        "def normalise(x):\n    return x / lengths(x)"
    )
    failed, text = said(new, notebook, tmp_path / "vectors")
    assert failed and "numpy.linalg.norm" in text


@pytest.mark.parametrize("change", ["deleted", "broken", "replaced"])
def test_a_student_who_breaks_the_helpers_loses_nothing(
    new: Course, warm: Warm, tmp_path: Path, change: str
) -> None:
    notebook = perfect(new, "vectors")
    helpers = cell_of(notebook, "helpers-normalise")
    if change == "deleted":
        notebook.cells.remove(helpers)
    else:
        wrong = "1 /" if change == "broken" else "def by_library(x):\n    return 1 / 0"
        helpers.source = wrong
    total, own = scores(new, warm, notebook)
    assert total == FULL
    assert "def by_library" in cell_of(own, "helpers-normalise").source
    assert cell_of(own, "helpers-normalise").outputs == []


def test_a_test_without_its_helpers_says_which_cell_to_run(new: Course, tmp_path: Path) -> None:
    notebook = perfect(new, "vectors")
    notebook.cells.remove(cell_of(notebook, "helpers-normalise"))
    failed, _ = said(new, notebook, tmp_path / "vectors")
    assert failed == 0, "in a terminal, as in grading, it is put back"
    code = (c.source for c in notebook.cells if c.cell_type == "code" and "@demo" not in c.source)
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code)], cwd=tmp_path / "vectors", text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert "`by_library` is not there yet: run the cells above" in done.stdout
    assert "NameError" not in done.stdout


# ---- hints -----------------------------------------------------------------------------------------------------------


def test_hints_are_folds_between_prose_and_tests(new: Course) -> None:
    notebook = released(new)
    ids = order(notebook)
    at = ids.index("question-cosine")
    assert ids[at : at + 4] == [
        "question-cosine",
        "hints-cosine",
        "helpers-cosine",
        "test-right_angle",
    ]
    at = ids.index("question-jitter")
    assert ids[at - 1] == "hints-jitter"
    cell = cell_of(notebook, "hints-normalise")
    assert cell.cell_type == "markdown" and cell.metadata["nbgrader"]["locked"]
    assert cell.source == (
        "Hints for `normalise`, if you are stuck:\n\n"
        "<details><summary>Hint 1 · idea</summary>\n\nWhat does $|x|$ measure?\nIt is never negative.\n\n</details>\n\n"
        "<details><summary>Hint 2 · shapes</summary>\n\nfrom normalise to a row.\n\n</details>\n\n"
        "<details><summary>Hint 3 · steps</summary>\n\nSquare,\n\nthen sum.\n\n</details>"
    )


IDEA = "# idea: What does $|x|$ measure?\n# It is never negative.\n#\n# shapes: from normalise to a row.\n"


@pytest.mark.parametrize(
    "old,put,message",
    [
        (IDEA, "# shapes: from normalise to a row.\n", "hints of normalise: no idea"),
        (IDEA, IDEA.replace("idea:", "ideas:"), "'ideas'; did you mean 'idea'?"),
        (IDEA, "# Think.\n#\n" + IDEA, "each begins with one of idea, shapes, steps, mistake"),
        (IDEA, IDEA + "#\n# idea: again\n", "idea: stands twice"),
        (IDEA, "# shapes: a row\n#\n# idea: length\n", "their order is idea, shapes, steps, mistake"),
        (IDEA, IDEA.replace("from normalise to a row.", ""), "hints of normalise: no shapes"),
        ('hints="normalise"', 'hints="normalize"', "hints of normalize: no such question; did you mean 'normalise'?"),
        ('hints="cosine"', 'hints="normalise"', "hints of normalise: "),
        (HINTS.format("centroid").lstrip(), "", "question centroid has no hints, others have"),
        ("# A running mean of directions.", HINTS.format("jitter"), "hints of jitter: put them just above or just below"),
    ],
)  # fmt: skip
def test_wrong_hints_are_refused_with_their_line(
    edited: Any, old: str, put: str, message: str
) -> None:
    with pytest.raises(AuthorError) as caught:
        edited((old, put))
    text = str(caught.value)
    assert message in text and "\n" not in text
    assert int(text.partition("vectors.py:")[2].partition(":")[0]) > 0


def test_a_hint_that_holds_a_line_of_the_solution_is_refused(
    new: Course, built_course: Course, tmp_path: Path, warm: Warm
) -> None:
    own = copy_course(built_course, tmp_path / "course")
    write(own.root)
    script = own.root / "solutions/vectors.py"
    lines = script.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line == "# then sum.")
    lines[at] = "# write `squared_lengths = (x*x).sum( axis=1, keepdims=True )` first"
    script.write_text("\n".join(lines) + "\n")
    with pytest.raises(
        AuthorError, match="hint 'steps' of normalise holds a line of the reference"
    ) as caught:
        build(own, "vectors", warm)
    assert f"solutions/vectors.py:{at - 1}: " in str(caught.value)


def shown(path: Path, question: str, level: str) -> str:
    out = io.StringIO()
    show_hint(path, question, level, Console(file=out, width=100))
    return out.getvalue()


def test_hints_in_a_terminal(new: Course) -> None:
    path = new.files("vectors").release_notebook
    first = shown(path, "jitter", "1")
    assert first.startswith("Hint 1 of 4 · idea") and "never negative" in first
    assert "Square" not in first and f"next: dlcourse hint {path} jitter 2" in first
    assert "The root is forgotten." in shown(path, "jitter", "mistake")
    assert "next:" not in shown(path, "jitter", "4")


@pytest.mark.parametrize(
    "question,level,message",
    [
        ("jiter", "1", "no hints for 'jiter'; did you mean 'jitter'?"),
        ("cosine", "4", "no hint '4' for cosine; there are 1 idea, 2 shapes, 3 steps"),
        ("cosine", "0", "no hint '0'"),
        ("cosine", "answer", "no hint 'answer'"),
        ("qqq", "1", "there are hints for normalise, cosine, centroid, jitter"),
    ],
)  # fmt: skip
def test_hints_that_there_are_not(new: Course, question: str, level: str, message: str) -> None:
    with pytest.raises(CourseError, match="no hint") as caught:
        shown(new.files("vectors").release_notebook, question, level)
    assert message in str(caught.value)


def test_a_notebook_without_hints_says_so(built_course: Course) -> None:
    with pytest.raises(CourseError, match="the notebook has no hints"):
        shown(built_course.files("vectors").release_notebook, "cosine", "1")


# ---- guesses ---------------------------------------------------------------------------------------------------------


def test_a_guess_is_open_and_ungraded(new: Course) -> None:
    cell = cell_of(released(new), "predict-01")
    about = cell.metadata["nbgrader"]
    assert (about["locked"], about["solution"], about["grade"]) == (False, False, False)
    assert cell.metadata["tags"] == ["predict"] and cell.metadata.get("editable", True)


@pytest.mark.parametrize(
    "source",
    ["1 / 0", "predict('the spread', spread=", "raise SystemExit", "def normalise(x): return 1 /"],
)
def test_an_exception_in_a_guess_costs_nothing(new: Course, warm: Warm, source: str) -> None:
    notebook = perfect(new, "vectors")
    cell_of(notebook, "predict-01").source = source
    total, own = scores(new, warm, notebook)
    assert total == FULL and source in [c.source for c in own.cells]


def test_a_deleted_guess_comes_back_and_a_name_made_in_one_is_there(
    new: Course, warm: Warm
) -> None:
    notebook = perfect(new, "vectors")
    notebook.cells.remove(cell_of(notebook, "predict-01"))
    total, own = scores(new, warm, notebook)
    assert total == FULL and any("spread=..." in c.source for c in own.cells)


def test_a_guess_does_not_change_what_is_judged(new: Course, warm: Warm) -> None:
    """A wrong redefinition in a guess runs where it stands: after the tests."""
    notebook = perfect(new, "vectors")
    cell_of(notebook, "predict-01").source = "def jitter(*a): return None"
    assert scores(new, warm, notebook)[0] == FULL


def test_nbgraders_own_commands_with_broken_folds_and_guesses(new: Course, tmp_path: Path) -> None:
    """Release, autograde and feedback of plain nbgrader: no point is lost, and the guess is in the
    graded notebook.
    """
    course = copy_course(new, tmp_path / "course")
    notebook = perfect(course, "vectors")
    notebook.cells.remove(cell_of(notebook, "helpers-normalise"))
    cell_of(notebook, "helpers-cosine").source = "ONCE = 1 /"
    cell_of(notebook, "predict-01").source = "1 / 0  # my guess"
    hand_in(course, "ada", "vectors", notebook)
    assert "does not exist" not in nbgrader(course, "autograde", "vectors")
    assert totals(course.root / "gradebook.db", "vectors") == {"ada": FULL}
    nbgrader(course, "generate_feedback", "vectors")
    graded = nbformat.read(course.autograded("ada", "vectors") / "vectors.ipynb", as_version=4)
    assert "1 / 0  # my guess" in [c.source for c in graded.cells]
    assert "ONCE = np.array" in cell_of(graded, "helpers-cosine").source
    assert course.feedback("ada", "vectors").is_file()
