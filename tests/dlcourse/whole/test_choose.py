"""Choosing questions: what is built of a subset, and that its answers, its results and its release
are right.
"""

import json
from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import nbformat
import pytest
from rich.console import Console

from dlcourse.audit import equivalents
from dlcourse.audit.run import run_audit
from dlcourse.authoring.assignment import Assignment, Misconception, ScriptCell
from dlcourse.authoring.build import source_notebook
from dlcourse.authoring.choose import choose
from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.lint import secrets
from dlcourse.authoring.questions import check_questions, table
from dlcourse.authoring.read import load
from dlcourse.authoring.references import content_key, run_variant
from dlcourse.core.cells import NotebookView, student_view
from dlcourse.core.compare import Close
from dlcourse.core.evidence import failure
from dlcourse.errors import AuthorError, CourseError
from dlcourse.executor.isolation import UNSAFE
from dlcourse.executor.warm import Warm
from dlcourse.export import pack
from dlcourse.grading.grader import open_grader
from dlcourse.nbgrader_port.generate import build, stale
from dlcourse.student.terminal import check_notebook
from tests.support.commands import dlcourse
from tests.support.course import REPOSITORY, answered, chooses, perfect, released, submission_of

SLUGS = sorted(p.stem for p in (REPOSITORY / "solutions").glob("*.py"))
ONE_BY_ONE = ("backpropagation", "text_preprocessing")


@cache
def whole(slug: str) -> Assignment:
    """All questions of an assignment of the course, whatever its course.toml chooses."""
    return load(REPOSITORY, slug)


def kinds(assignment: Assignment) -> list[str]:
    return [f"{c.kind} {c.question or ''}".strip() for c in assignment.cells]


def sources(assignment: Assignment, kind: str) -> str:
    return "\n".join(c.source for c in assignment.cells if c.kind == kind)


@pytest.fixture(scope="module")
def vectors(built_course: Course) -> Assignment:
    return load(built_course.root, "vectors")


# ---- what is in a selection ------------------------------------------------------------------------------------------


def test_everything_is_nothing_new(vectors: Assignment) -> None:
    assert choose(vectors, None) is vectors
    assert choose(vectors, tuple(vectors.questions)) is vectors
    assert choose(vectors, tuple(reversed(vectors.questions))) is vectors


def test_what_is_needed_is_given_and_the_rest_is_gone(vectors: Assignment) -> None:
    chosen = choose(vectors, ("centroid",))
    given = ["text", "given"]
    assert kinds(chosen) == ["text", "given", *given, *given, "text", "question centroid"]
    assert list(chosen.questions) == ["centroid"]
    assert [q.name for q in chosen.left_out] == ["normalise", "cosine", "jitter"]
    code = sources(chosen, "given")
    assert "x / np.sqrt(squared_lengths)" in code
    assert 'np.einsum("nd,md->nm", normalise(a), normalise(b))' in code
    assert "SOLUTION" not in code
    assert "def jitter" not in code
    prose = sources(chosen, "text")
    assert "**Given.** This is code of question 1, *Length one*, which is left out here" in prose
    assert "A row divided by its length" not in prose
    assert "A running mean of directions." in prose
    assert "## 4 · Noise" not in prose


def test_a_given_function_comes_before_what_uses_it(vectors: Assignment) -> None:
    code = [c.source for c in choose(vectors, ("centroid",)).cells if c.kind != "text"]
    order = [next(n for n, c in enumerate(code) if t in c) for t in ("import numpy", "def normalise", "def cosine", "class Centroid")]  # fmt: skip
    assert order == sorted(order)


def test_a_question_that_needs_nothing(vectors: Assignment) -> None:
    chosen = choose(vectors, ("normalise",))
    assert kinds(chosen) == ["text", "given", "text", "question normalise"]
    assert "def spread" not in sources(chosen, "demo")


def test_a_demo_goes_with_the_questions_that_it_uses(vectors: Assignment) -> None:
    chosen = choose(vectors, ("jitter",))
    assert kinds(chosen)[-1] == "demo"
    code = sources(chosen, "given")
    assert "def cosine" in code
    assert "def normalise" in code
    assert "class Centroid" not in code


def test_needs_go_through_what_is_given(vectors: Assignment) -> None:
    chosen = choose(vectors, ("normalise", "centroid"))
    assert chosen.questions["centroid"].needs == ("normalise",)
    assert choose(vectors, ("cosine", "centroid")).questions["centroid"].needs == ("cosine",)
    assert choose(vectors, ("jitter", "centroid")).questions["centroid"].needs == ()


def test_tests_mistakes_and_alternatives_are_those_of_the_questions(vectors: Assignment) -> None:
    chosen = choose(vectors, ("cosine", "jitter"))
    names = {"cosine", "jitter"}
    assert {p.spec.question for p in chosen.probes.values()} == names
    assert {m.question for m in chosen.misconceptions} == names
    assert {a.question for a in chosen.alternatives} <= names
    assert chosen.points < vectors.points


def test_rules_speak_of_the_chosen_questions(vectors: Assignment) -> None:
    rules = choose(vectors, ("cosine",)).rules
    assert rules.forbid == (("cosine", ()),)
    assert rules.stubs == (("cosine", "cosine"),)
    assert "normalise" in rules.given
    assert dict(vectors.rules.stubs)["normalise"] == "normalise"


def test_a_mistake_may_need_what_the_reference_does_not(vectors: Assignment) -> None:
    assert "def normalise" not in sources(choose(vectors, ("jitter",)), "question")
    edit = {"return x + sigma * noise": "return normalise(x[None] + sigma * noise)"}
    mistake = Misconception("on_the_sphere", "No.", edit, "jitter")
    demo = [c for c in vectors.cells if c.kind != "demo"]
    without = replace(vectors, cells=tuple(demo))
    assert "def normalise" not in sources(choose(without, ("jitter",)), "given")
    with_it = replace(without, misconceptions=(*vectors.misconceptions, mistake))
    assert "def normalise" in sources(choose(with_it, ("jitter",)), "given")


def test_text_about_given_code_goes_with_it(vectors: Assignment) -> None:
    title, imports, *others = vectors.cells
    text = ScriptCell("text", "Seven rows were measured.")
    data = ScriptCell("given", "measured = table()\n")
    cosine = next(c for c in others if c.question == "cosine")
    with_data = replace(vectors, cells=(title, imports, text, data, *others))
    assert "Seven rows" not in sources(choose(with_data, ("normalise",)), "text")
    uses = replace(cosine, source=cosine.source.replace("normalise(a)", "normalise(measured)"))
    others = [uses if c is cosine else c for c in others]
    with_data = replace(vectors, cells=(title, imports, text, data, *others))
    chosen = choose(with_data, ("cosine",))
    assert "Seven rows" in sources(chosen, "text")
    assert "measured = table()" in sources(chosen, "given")


def test_hints_go_with_their_question_and_a_guess_with_its_demo(vectors: Assignment) -> None:
    *cells, demo = vectors.cells
    hints = [ScriptCell("hints", f"idea: of {name}", name) for name in vectors.questions]
    guess = ScriptCell("predict", 'predict("the mean", cosine=...)\n')
    full = replace(vectors, cells=(*cells[:2], *hints, *cells[2:], guess, demo))
    chosen = choose(full, ("jitter",))
    assert sources(chosen, "hints") == "idea: of jitter"
    assert kinds(chosen)[-2:] == ["predict", "demo"]
    chosen = choose(full, ("normalise",))
    assert sources(chosen, "hints") == "idea: of normalise"
    assert not {"predict", "demo"} & set(kinds(chosen))


def test_numbers_stay_and_the_table_says_what_is_left_out(vectors: Assignment) -> None:
    chosen = choose(vectors, ("centroid",))
    check_questions(chosen)
    assert "| 3 | Centroid | 20 | further |" in table(chosen)
    assert "Questions 1, 2, 4 are left out here; what is needed of them is given" in table(chosen)
    assert "left out" not in table(vectors)
    assert "Question 3 is left out here" in table(choose(vectors, "core"))


def test_a_given_reference_is_no_leak_and_a_chosen_one_is(vectors: Assignment) -> None:
    line = "returnx/np.sqrt(squared_lengths)"
    assert line in secrets(vectors)
    assert line not in secrets(choose(vectors, ("cosine",)))
    assert line in secrets(choose(vectors, ("normalise", "cosine")))


@pytest.mark.parametrize("choice", [("centroid", "cosin"), ("",)])
def test_unknown_questions(vectors: Assignment, choice: tuple[str, ...]) -> None:
    with pytest.raises(
        AuthorError, match=r"course\.toml: assignment vectors: questions: no question"
    ):
        choose(vectors, choice)


def test_core_without_core_questions(vectors: Assignment) -> None:
    questions = {n: replace(q, further=True) for n, q in vectors.questions.items()}
    with pytest.raises(AuthorError, match="every question is marked as further"):
        choose(replace(vectors, questions=questions), "core")


# ---- through the whole machinery -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ('"core"', ["normalise", "cosine", "jitter"]),
        ('["centroid"]', ["centroid"]),
        ('["jitter"]', ["jitter"]),
    ],
)
def test_build_grade_check_and_otter(
    course: Course, warm: Warm, tmp_path: Path, value: str, names: list[str]
) -> None:
    before = content_key(load(course.root, "vectors"), course.seed)
    (course.root / "gradebook.db").unlink()
    course = chooses(course, "vectors", value)
    assignment = build(course, "vectors", warm)
    assert list(assignment.questions) == names
    assert content_key(assignment, course.seed) != before
    assert stale(course, "vectors", warm) == []

    notebook = released(course, "vectors")
    tests = [c.name for c in NotebookView(notebook).cells if c.kind == "test"]
    assert set(tests) == set(assignment.probes)
    answers, stubs = perfect(course, "vectors"), answered(course, "vectors", {})
    grader = open_grader(course, "vectors", warm)
    packed = pack.from_document(
        json.loads(json.dumps(pack.to_document(grader))), tmp_path / "otter"
    )
    for runner in (grader, packed):  # ours and nbgrader's, and otter's
        for submitted, points in ((answers, assignment.points), (stubs, 0)):
            outcomes = runner.grade(submission_of(submitted), warm).outcomes
            assert set(outcomes) == set(assignment.probes)
            assert sum(outcome.score for outcome in outcomes.values()) == points

    mine = course.files("vectors").release_notebook
    nbformat.write(answers, mine)
    assert check_notebook(mine, Console(file=StringIO()), UNSAFE) == 0
    nbformat.write(stubs, mine)
    public = sum(p.spec.public for p in assignment.probes.values())
    assert check_notebook(mine, Console(file=StringIO()), UNSAFE) == public > 0
    minutes = sum(q.minutes for q in assignment.questions.values())
    assert f" {minutes} " in dlcourse(course, "list").partition("vectors")[2]


def test_a_wrong_choice_is_said_by_the_commands(course: Course, warm: Warm) -> None:
    with pytest.raises(AuthorError, match="no question 'centre'"):
        build(chooses(course, "vectors", '["centre"]'), "vectors", warm)
    (course.root / "course.toml").write_text(
        (course.root / "course.toml").read_text().replace('["centre"]', '"all"')
    )
    with pytest.raises(CourseError, match='questions is "core" or a list'):
        read_course(course.root)


# ---- the assignments of the course -----------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_core_of_each_assignment(slug: str, warm: Warm) -> None:
    """Its reference gives what it gives in the whole notebook, and its stubs give nothing."""
    agrees_with_the_whole(choose(whole(slug), "core"), warm)


@pytest.mark.parametrize(
    ("slug", "question"), [(slug, q) for slug in ONE_BY_ONE for q in whole(slug).questions]
)
def test_every_single_question(slug: str, question: str, warm: Warm) -> None:
    agrees_with_the_whole(choose(whole(slug), (question,)), warm)


def agrees_with_the_whole(chosen: Assignment, warm: Warm) -> None:
    check_questions(chosen)
    source_notebook(chosen)
    assert "SOLUTION" not in sources(chosen, "given")
    record = run_variant(chosen, "a seed", warm, {})
    expected = results_of_the_whole(chosen.slug, warm)
    assert set(record.results) == set(chosen.probes)
    for name, result in record.results.items():
        assert failure(result) is None, (name, result)
        if chosen.probes[name].probe.judge is None:
            assert Close().difference(expected[name], result) is None, name
    stubs = {name: student_view(q.source) for name, q in chosen.questions.items()}
    for name, result in run_variant(chosen, "a seed", warm, stubs).results.items():
        assert failure(result) is not None, f"{name}: the stub gives {result!r:.80}"


@cache
def results_of_the_whole(slug: str, warm: Warm) -> dict[str, Any]:
    return run_variant(whole(slug), "a seed", warm, {}).results


def test_the_audit_asks_nothing_of_what_is_left_out(course: Course) -> None:
    """Excuses and open findings of a question that is left out are forgotten; those of the others
    count.
    """
    files = course.files("vectors")
    files.excuses.write_text(
        "".join(
            f'[[allow]]\nquestion = "{q}"\ncheck = "entry"\nsubject = "s"\nreason = "known to be so for a reason"\n'
            f'[[equivalent]]\nstub = "{stub}"\nline = "x"\nbecomes = "y"\nreason = "known to be so for a reason"\n'
            for q, stub in (("jitter", "jitter"), ("centroid", "Centroid.add"))
        )
    )
    files.open.write_text('[["jitter", "complete", "oracle"], ["centroid", "complete", "oracle"]]')
    report = run_audit(chooses(course, "vectors", '["jitter"]'), "vectors", jobs=1, checks=())
    assert list(report.questions) == ["jitter"]
    assert {f.question for f in report.findings} == {"jitter"}
    excuses = equivalents.read(files.excuses)
    excuses.leave_out(load(course.root, "vectors").left_out)
    assert {key[0] for key in excuses.mutants} == {"jitter"}
