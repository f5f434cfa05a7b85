"""Follow-through: a mistake costs its own question, and nobody gains by making one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade

from dlcourse.authoring.course import Course, read_course
from dlcourse.core.cells import NotebookView
from dlcourse.errors import CourseError
from dlcourse.executor.warm import Warm
from dlcourse.grading.grader import GradedNotebook, Grader, open_grader
from tests.support.course import answered, submission_of

RIGHT = {
    "normalise": "def normalise(x):\n    if x.ndim != 2:\n        raise ValueError('no matrix')\n    return x / np.sqrt((x * x).sum(axis=1, keepdims=True))",
    "cosine": "def cosine(a, b):\n    return normalise(a) @ normalise(b).T",
}
WRONG = "def normalise(x):\n    if x.ndim != 2:\n        raise ValueError('no matrix')\n    return x / np.abs(x).max(axis=1, keepdims=True)"


@pytest.fixture(scope="module")
def grader(built_course: Course, warm: Warm) -> Iterator[Grader]:
    yield replace(open_grader(built_course, "vectors", warm), share=1.0)


def graded(grader: Grader, warm: Warm, answers: dict[str, str]) -> GradedNotebook:
    return grader.grade(submission_of(answered(grader.course, "vectors", answers)), warm)


def points(found: GradedNotebook, question: str) -> float:
    return sum(o.score for o in found.outcomes.values() if o.probe.question == question)


def test_what_is_right_once_the_earlier_stub_is_right_counts(grader: Grader, warm: Warm) -> None:
    found = graded(grader, warm, {**RIGHT, "normalise": WRONG})
    right = graded(grader, warm, RIGHT)
    assert points(found, "cosine") == points(right, "cosine") == 3
    assert points(found, "normalise") < points(right, "normalise")
    for outcome in found.outcomes.values():
        if outcome.probe.question == "cosine" and not outcome.verdict.passed:
            assert outcome.notes == ("right once `normalise` is right",)


def test_a_part_of_the_points_and_none(grader: Grader, warm: Warm) -> None:
    answers = {**RIGHT, "normalise": WRONG}
    failed = 3 - points(graded(replace(grader, share=0.0), warm, answers), "cosine")
    assert failed > 0
    half = points(graded(replace(grader, share=0.5), warm, answers), "cosine")
    assert half == pytest.approx(3 - failed / 2)


def test_who_left_the_earlier_one_out_gets_the_later_one(grader: Grader, warm: Warm) -> None:
    found = graded(grader, warm, {"cosine": RIGHT["cosine"]})
    assert points(found, "cosine") == 3 and points(found, "normalise") == 0


def test_what_is_wrong_with_the_right_stub_too_gets_nothing(grader: Grader, warm: Warm) -> None:
    wrong = "def cosine(a, b):\n    return normalise(a) @ normalise(b).T + 0.1"
    found = graded(grader, warm, {"normalise": WRONG, "cosine": wrong})
    assert points(found, "cosine") == 0


def test_nothing_is_given_for_nothing(grader: Grader, warm: Warm) -> None:
    assert sum(graded(grader, warm, {}).scores.values()) == 0
    assert points(graded(grader, warm, {"normalise": WRONG}), "cosine") == 0


def test_nbgrader_scores_the_same(grader: Grader, warm: Warm) -> None:
    found = graded(grader, warm, {**RIGHT, "normalise": WRONG})
    notebook = nbformat.reads(found.notebook, as_version=4)
    nbformat.validate(notebook)
    stock = {
        cell.name: determine_grade(cell.cell)[0]
        for cell in NotebookView(notebook).code
        if cell.kind == "test"
    }
    assert stock == pytest.approx(found.scores)


# ---- attacks: an earlier stub that is spoiled on purpose -------------------------------------------------------------

PEEK = "import builtins\n\n\ndef peek(name):\n    f = globals()[name]\n    return f.__code__.co_consts, f.__code__.co_names\n"


@pytest.mark.parametrize(
    ("spoiled", "cosine"),
    [
        # the earlier stub is left wrong; the later one hopes that the reference's cell solves it
        (WRONG, "def cosine(a, b):\n    return normalise(a)"),
        (WRONG, "def cosine(a, b):\n    return [f for n, f in globals().items() if 'cosine' in n and f is not cosine][0](a, b)"),
        # a second cell of its own gives back the wrong one
        (WRONG, f"{WRONG}\n\n\ndef cosine(a, b):\n    return normalise(a) @ normalise(b).T"),
        # what the wrong stub's cell defines beside it is gone in the second run
        (f"def help(a, b):\n    return a @ b.T\n\n\n{WRONG}", "def cosine(a, b):\n    return help(normalise(a), normalise(b))"),
        # patches of the spoiled cell must not outlive it
        (f"{WRONG}\nnp.einsum = lambda *a: None", "def cosine(a, b):\n    return np.einsum('nd,md->nm', a, b)"),
    ],
)  # fmt: skip
def test_spoiling_an_earlier_stub_gains_nothing(
    grader: Grader, warm: Warm, spoiled: str, cosine: str
) -> None:
    honest = spoiled.replace(WRONG, RIGHT["normalise"])
    kept = graded(grader, warm, {"normalise": honest, "cosine": cosine})
    found = graded(grader, warm, {"normalise": spoiled, "cosine": cosine})
    assert points(found, "cosine") <= points(kept, "cosine")
    assert sum(found.scores.values()) < sum(kept.scores.values())


def test_nothing_of_the_reference_comes_out_of_the_second_run(grader: Grader, warm: Warm) -> None:
    cosine = PEEK + (
        "def cosine(a, b):\n"
        "    print('LEAK', peek('normalise'))\n"
        "    raise ValueError(f'LEAK {peek(\"normalise\")}')\n"
    )
    found = graded(grader, warm, {"normalise": WRONG, "cosine": cosine})
    first = graded(replace(grader, share=0.0), warm, {"normalise": WRONG, "cosine": cosine})

    def plain(text: str) -> str:
        return json.dumps(json.loads(text)["cells"])

    assert "squared_lengths" not in found.notebook and "an axes" not in found.notebook
    assert plain(found.notebook) == plain(first.notebook)


HEAD = "title = 'C'\ncourse_id = 'c'\nseed = 's'\n"


# ---- course.toml -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "share"), [("", 0.0), ("follow_through = 1.0", 1.0), ("follow_through = 0", 0.0), ("follow_through = 0.5", 0.5)])  # fmt: skip
def test_course_toml_says_how_much(tmp_path: Path, text: str, share: float) -> None:
    (tmp_path / "course.toml").write_text(f"{HEAD}{text}\n")
    assert read_course(tmp_path).follow_through == share


@pytest.mark.parametrize("text", ["follow_through = true", "follow_through = 2", "follow_through = -0.1", "follow_through = 'all'", "follow_through = nan"])  # fmt: skip
def test_what_course_toml_may_not_say(tmp_path: Path, text: str) -> None:
    (tmp_path / "course.toml").write_text(f"{HEAD}{text}\n")
    with pytest.raises(CourseError, match="follow_through is a number from 0 to 1"):
        read_course(tmp_path)


def test_switching_it_on_grades_anew(grader: Grader) -> None:
    assert replace(grader, share=0.0).key != grader.key != replace(grader, share=0.5).key
