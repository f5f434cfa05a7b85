"""One notebook: verdicts come from values alone, and are written where nbgrader looks for them."""

import copy
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from dlcourse.authoring.course import Course
from dlcourse.authoring.read import load
from dlcourse.core.evidence import Raised
from dlcourse.core.notebook_file import Submission
from dlcourse.errors import AuthorError
from dlcourse.executor.runner import CellStep, Record
from dlcourse.executor.warm import Warm
from dlcourse.grading.grader import Grader, open_grader
from tests.support.course import answered, cell_of, perfect, rebuilt, released, submission_of


@pytest.fixture(scope="module")
def grader(built_course: Course, warm: Warm) -> Grader:
    return open_grader(built_course, "vectors", warm)


@pytest.fixture
def score(grader: Grader, warm: Warm) -> Any:
    """Runs and judges a notebook; returns points by probe, as nbgrader reads them from the cells."""

    def run(notebook: NotebookNode) -> Any:
        own = rebuilt(grader, submission_of(notebook))
        grader.write(own, grader.first(own, grader.run(own, warm)))
        run.notebook = own  # type: ignore[attr-defined]
        return points(own)

    return run


def points(notebook: NotebookNode) -> Any:
    graded = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    return {
        c.metadata.nbgrader.grade_id.removeprefix("test-"): determine_grade(c)[0] for c in graded
    }


def lost(found: Any) -> Any:
    return {name for name, value in found.items() if value == 0}


FULL = {"three_four": 1, "rows_have_length_one": 2, "vectors_are_refused": 1.5, "right_angle": 1, "measured_rows": 2, "one_row": 1, "rows_come_in_parts": 3, "shape_of_noise": 1, "mean_and_spread": 4}  # fmt: skip


def test_reference_earns_all(score: Any, built_course: Course) -> None:
    assert score(perfect(built_course, "vectors")) == FULL


def test_untouched_earns_nothing(score: Any, built_course: Course) -> None:
    assert lost(score(released(built_course, "vectors"))) == set(FULL)


def test_every_alternative_earns_all_on_its_own(
    score: Any, built_course: Course, grader: Grader
) -> None:
    for one in grader.assignment.alternatives:
        notebook = perfect(built_course, "vectors")
        cell_of(notebook, f"question-{one.question}").source = one.source
        assert score(notebook) == FULL, one.name


@pytest.mark.parametrize("number", range(5))
def test_every_misconception_loses_points_on_its_question_and_is_named(
    score: Any, built_course: Course, grader: Grader, number: Any
) -> None:
    one = grader.assignment.misconceptions[number]
    notebook = perfect(built_course, "vectors")
    cell_of(notebook, f"question-{one.question}").source = grader.assignment.edited(one)
    gone = lost(score(notebook))
    own = {p.spec.name for p in grader.assignment.probes_of(one.question)}
    assert gone & own
    named = {
        o.ename
        for c in score.notebook.cells
        for o in c.get("outputs", [])
        if c.metadata.get("nbgrader", {}).get("grade") and o.output_type == "error"
    }
    assert one.name in named
    text = "\n".join(
        line
        for c in score.notebook.cells
        for o in c.get("outputs", [])
        for line in o.get("traceback", [])
    )
    assert one.hint in text


def test_each_question_can_be_earned_without_the_later_ones(
    score: Any, built_course: Course, grader: Grader
) -> None:
    sources = {n: q.source for n, q in grader.assignment.questions.items()}
    assert lost(
        score(answered(built_course, "vectors", {"normalise": sources["normalise"]}))
    ) == set(FULL) - {
        "three_four",
        "rows_have_length_one",
        "vectors_are_refused",
    }
    assert lost(score(answered(built_course, "vectors", {"jitter": sources["jitter"]}))) == set(
        FULL
    ) - {
        "shape_of_noise",
        "mean_and_spread",
    }


# ---- results that come out of the student's process, whatever they are -----------------------------------------------


def record(grader: Grader, **results: Any) -> Any:
    return Record(
        results={name: results.get(name, results.get("rest")) for name in grader.assignment.probes}
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0.0,
        1,
        "passed",
        [],
        {},
        (),
        float("nan"),
        Raised("ValueError", ("ValueError",), ""),
        "ValueError",
    ],
)
def test_no_constant_earns_more_than_the_probe_that_it_answers(grader: Grader, value: Any) -> None:
    notebook = rebuilt(grader, Submission([]))
    grader.write(notebook, grader.first(notebook, record(grader, rest=value)))
    assert {n for n, v in points(notebook).items() if v} == (
        {"vectors_are_refused"} if value == "ValueError" else set()
    )


def test_missing_results_earn_nothing(grader: Grader) -> None:
    notebook = rebuilt(grader, Submission([]))
    grader.write(notebook, grader.first(notebook, Record()))
    assert lost(points(notebook)) == set(FULL)


def test_results_of_unknown_probes_and_cells_are_ignored(grader: Grader) -> None:
    notebook = rebuilt(grader, Submission([]))
    found = Record(
        results={"test-extra": 1, "__proto__": 2},
        outputs={"nowhere": [{"output_type": "stream", "name": "stdout", "text": "x"}]},
    )
    grader.write(notebook, grader.first(notebook, found))
    assert set(points(notebook)) == set(FULL) and lost(points(notebook)) == set(FULL)


def test_outputs_of_cells_never_reach_the_test_cells(grader: Grader, built_course: Course) -> None:
    notebook = rebuilt(grader, submission_of(released(built_course, "vectors")))
    fake = {
        "output_type": "execute_result",
        "data": {"text/plain": "100"},
        "metadata": {},
        "execution_count": 1,
    }
    grader.write(
        notebook, grader.first(notebook, Record(outputs={c.id: [fake] for c in notebook.cells}))
    )
    assert lost(points(notebook)) == set(FULL)


def test_nothing_written_depends_on_what_a_notebook_brought(
    grader: Grader, warm: Warm, built_course: Course
) -> None:
    source = perfect(built_course, "vectors")
    for cell in source.cells:
        cell.metadata["dlcourse"] = {"question": "jitter", "extra": True, "probe": "x"}
    notebook = rebuilt(grader, submission_of(source))
    grader.write(notebook, grader.first(notebook, grader.run(notebook, warm)))
    assert points(notebook) == FULL


# ---- forbidden calls, forms of a program -----------------------------------------------------------------------------


def test_forbidden_call_costs_its_question_and_says_where(
    score: Any, built_course: Course, grader: Grader
) -> None:
    source = grader.assignment.questions["normalise"].source.replace(
        "np.sqrt(squared_lengths)", "np.linalg.norm(x, axis=1, keepdims=True)"
    )
    notebook = perfect(built_course, "vectors")
    cell_of(notebook, "question-normalise").source = source
    assert lost(score(notebook)) == {"three_four", "rows_have_length_one", "vectors_are_refused"}
    (output,) = cell_of(score.notebook, "test-three_four").outputs
    assert "numpy.linalg.norm" in output.evalue and "line" in output.evalue


def test_forbidden_call_from_an_own_cell_is_seen(score: Any, built_course: Course) -> None:
    notebook = perfect(built_course, "vectors")
    cell_of(
        notebook, "question-normalise"
    ).source = (
        "def normalise(x):\n    if x.ndim != 2:\n        raise ValueError\n    return x / length(x)"
    )
    notebook.cells.insert(
        3,
        nbformat.v4.new_code_cell(
            "from numpy.linalg import norm as length_\nlength = lambda x: length_(x, axis=1, keepdims=True)"
        ),
    )
    assert lost(score(notebook)) == {"three_four", "rows_have_length_one"}


def test_forbidden_call_in_another_question_is_allowed(score: Any, built_course: Course) -> None:
    notebook = perfect(built_course, "vectors")
    cell_of(
        notebook, "question-cosine"
    ).source = "def cosine(a, b):\n    a, b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))\n    return a @ b.T"
    assert score(notebook) == FULL


@pytest.mark.parametrize("deep", ["x = " + "1+" * 1200 + "1", "x = lambda: np" + ".a" * 1200])
def test_deep_expression_beside_a_forbidden_name_costs_nothing(
    score: Any, built_course: Course, deep: Any
) -> None:
    notebook = perfect(built_course, "vectors")
    cell_of(notebook, "question-normalise").source += f"\n\nnorm = 1\n{deep}"
    assert score(notebook) == FULL


def test_functions_defined_in_an_own_cell_at_the_end_count(
    score: Any, built_course: Course, grader: Grader
) -> None:
    notebook = released(built_course, "vectors")
    notebook.cells.append(
        nbformat.v4.new_code_cell(
            "\n\n".join(q.source for q in grader.assignment.questions.values())
        )
    )
    assert score(notebook) == FULL


def test_demo_cells_are_not_run(grader: Grader, built_course: Course) -> None:
    notebook = perfect(built_course, "vectors")
    keys = {s.key for s in grader.steps(rebuilt(grader, submission_of(notebook)))}
    demo = cell_of(grader.source, "demo-01")
    assert demo.id not in keys and cell_of(grader.source, "given-01").id in keys


def test_empty_cells_are_no_steps(grader: Grader) -> None:
    keys = [s.key for s in grader.steps(rebuilt(grader, Submission([]))) if isinstance(s, CellStep)]
    assert keys == [cell_of(grader.source, "given-01").id]


def test_writing_twice_says_everything_once(
    grader: Grader, built_course: Course, warm: Warm
) -> None:
    notebook = perfect(built_course, "vectors")
    notebook.cells.insert(2, nbformat.v4.new_code_cell("import os; os._exit(1)"))
    own = rebuilt(grader, submission_of(notebook))
    found = grader.run(own, warm)
    grader.write(own, grader.first(own, found))
    first = copy.deepcopy(own)
    grader.write(own, grader.first(own, found))
    assert own == first
    (note,) = own.metadata["dlcourse"]["notes"]
    assert note.startswith("a cell of your own: the cell ended the Python process (exit code 1)")


def test_own_and_question_cells_are_named_in_messages(
    grader: Grader, built_course: Course, warm: Warm
) -> None:
    notebook = perfect(built_course, "vectors")
    cell_of(notebook, "question-cosine").source = "def cosine(a, b):\n    return helper(a)"
    notebook.cells.insert(3, nbformat.v4.new_code_cell("def helper(a):\n    return a['x']"))
    own = rebuilt(grader, submission_of(notebook))
    judged = grader.first(own, grader.run(own, warm))
    grader.write(own, judged)
    outcomes = judged.outcomes
    trace = outcomes["right_angle"].verdict.trace
    assert [(cell, line) for cell, line, _ in trace] == [
        ("cell cosine", 2),
        ("cell your cell 1", 2),
    ]


# ---- opening ---------------------------------------------------------------------------------------------------------


def test_source_must_be_there_and_fresh(course: Course, warm: Warm) -> None:
    path = course.root / "source" / "vectors" / "vectors.ipynb"
    text = path.read_text()
    path.write_text(text.replace("Directions of rows", "Directions of lines"))
    with pytest.raises(
        AuthorError, match=r"source/vectors/vectors\.ipynb is stale.*run `dlcourse build vectors`"
    ):
        open_grader(course, "vectors", warm)
    path.unlink()
    with pytest.raises(
        AuthorError, match=r"source/vectors/vectors\.ipynb is missing; run `dlcourse build vectors`"
    ):
        open_grader(course, "vectors", warm)


@pytest.mark.parametrize("content", ["", "junk", "[]", '{"cells": []}'])
def test_source_that_is_no_notebook(course: Course, warm: Warm, content: str) -> None:
    (course.root / "source" / "vectors" / "vectors.ipynb").write_text(content)
    with pytest.raises(AuthorError, match=r"source/vectors/vectors\.ipynb"):
        open_grader(course, "vectors", warm)


LATER = ("    d = len(x)\n", "    d = len(x)  # later\n")


def test_key_is_that_of_the_files_that_were_read(course: Course, warm: Warm) -> None:
    grader = open_grader(course, "vectors", warm)
    script = course.root / "solutions" / "vectors.py"
    script.write_text(script.read_text().replace(*LATER))
    assert grader.references.key == open_grader_key(
        course, "before"
    ) and grader.references.key != open_grader_key(course, "now")


def open_grader_key(course: Course, when: Any) -> Any:
    from dlcourse.authoring.references import content_key

    script = course.root / "solutions" / "vectors.py"
    text = script.read_text()
    if when == "before":
        script.write_text(text.replace(LATER[1], LATER[0]))
    try:
        return content_key(load(course.root, "vectors"), course.seed)
    finally:
        script.write_text(text)


@pytest.mark.parametrize(
    "source",
    [
        "def cosine(a, b):\n    return f'{'a' if 1 else \"b\"}' +",
        "def cosine(a, b):\nreturn a",
        "def cosine(a, b)\n    return a",
        "def cosine[T](a: T, b: T) -> T:\n    return a",
    ],
)
def test_a_cell_that_is_no_python_is_said_to_be_that(
    grader: Grader, warm: Warm, source: str
) -> None:
    found = grader.grade(
        submission_of(answered(grader.course, "vectors", {"cosine": source})), warm
    )
    messages = {o.verdict.message for o in found.outcomes.values() if o.probe.question == "cosine"}
    (message,) = messages
    assert message.startswith("its cell is no Python 3.") and "not defined" not in message
