"""The sample class gets the scores that a person would give it, through nbgrader, for every
assignment of the course.

The scores are computed here from the students' sources in a plain namespace: no sandbox, no rebuilt
notebook, no nbgrader, no gradebook.
"""

import contextlib
import csv
import io
from pathlib import Path
from typing import Any

import nbformat
import pytest
from rich.console import Console

from dlcourse.authoring.assignment import Assignment
from dlcourse.authoring.course import Course, read_course
from dlcourse.authoring.read import load
from dlcourse.core.encoding import pack, unpack
from dlcourse.core.probe import run, seed_of
from dlcourse.core.verdict import Expectation, wrong
from dlcourse.errors import CourseError
from dlcourse.student import demo as demos
from dlcourse.tour.samples import sample_class
from dlcourse.tour.term import GradedSample
from dlcourse.tour.tour import run_tour, tour_assignments
from tests.support.course import REPOSITORY, released

SLUGS = tour_assignments(read_course(REPOSITORY))


def results_by_hand(assignment: Assignment, answers: Any, seed: Any, folder: Path) -> Any:
    """Result of every probe when the questions' cells hold ``answers``, each run right after its
    question.

    ``folder`` is where the released notebook lies, with its data.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, Any] = {}
    demos.run_at_once = False
    with contextlib.chdir(folder), contextlib.ExitStack() as stack:
        stack.callback(setattr, demos, "run_at_once", True)
        for cell in assignment.cells:
            if cell.kind == "given":
                exec(compile(cell.source, "<given>", "exec"), namespace)
            elif cell.question is not None:
                exec(compile(answers[cell.question], f"<{cell.question}>", "exec"), namespace)
                for graded in assignment.probes_of(cell.question):
                    found[graded.spec.name] = unpack(
                        pack(
                            run(
                                graded.probe.function,
                                namespace,
                                seed_of(seed, assignment.slug, graded.spec),
                            )
                        )
                    )
    return found


def points_by_hand(
    assignment: Assignment, answers: Any, seed: Any, folder: Path, follows: bool = False
) -> Any:
    """Points of the probes whose result is the reference's, or is once earlier questions that fail
    are the reference's.
    """
    reference = {n: q.source for n, q in assignment.questions.items()}
    right = results_by_hand(assignment, reference, seed, folder)

    def passed(answers: Any) -> set[str]:
        theirs = results_by_hand(assignment, answers, seed, folder)
        return {
            name
            for name, graded in assignment.probes.items()
            if wrong(Expectation(graded.spec, right[name], judge=graded.probe.judge), theirs[name]) is None
        }  # fmt: skip

    found = passed(answers)
    failing = {p.spec.question for name, p in assignment.probes.items() if name not in found}
    for question in sorted(failing & set(answers)) if follows else ():
        spoiled = earlier(assignment, question) & failing
        own = {p.spec.name for p in assignment.probes_of(question)}
        if spoiled and answers[question] != assignment.questions[question].stub:
            found |= own & passed({**answers, **{q: reference[q] for q in spoiled}})
    return sum(graded.spec.points for name, graded in assignment.probes.items() if name in found)


def earlier(assignment: Assignment, question: str) -> set[str]:
    """The questions that one builds on, directly or not."""
    direct = set(assignment.questions[question].needs)
    return direct.union(*(earlier(assignment, q) for q in direct))


def shown(course: Course, folder: Path, **options: Any) -> Any:
    """Run the tour; its results and its table as text."""
    console = Console(file=io.StringIO(), width=160, record=True)
    found = run_tour(course, folder, console, **options)
    text = console.export_text()
    return found, text[text.index("the sample class") : text.index("Feedback pages:")]


@pytest.fixture(scope="module")
def scratch_tour(built_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("tour") / "course"
    found, table = shown(built_course, folder)
    return folder, found, table


@pytest.mark.filterwarnings(
    "ignore:(overflow|invalid value) encountered:RuntimeWarning"
)  # wrong students' stubs
def test_scores_of_the_scratch_course_are_a_persons(
    built_course: Course, scratch_tour: Any
) -> None:
    _, found, _ = scratch_tour
    for slug in built_course.entries:
        assignment = load(built_course.root, slug)
        for sample in sample_class(assignment, released(built_course, slug)):
            assert found[slug][sample.id].score == points_by_hand(
                assignment, sample.worth, built_course.seed, built_course.root / "release" / slug
            ), sample.about


def test_the_scratch_class_holds_work_of_every_worth(scratch_tour: Any) -> None:
    _, found, _ = scratch_tour
    scores = {r.score for r in found["vectors"].values()}
    best = found["vectors"]["perfect"].max_score
    assert {0.0, best} < scores, "a class that only passes or only fails shows nothing"


def test_plain_nbgrader_autograde_gives_the_same_table(
    built_course: Course, scratch_tour: Any, tmp_path: Path
) -> None:
    _, found, table = scratch_tour
    again, second = shown(built_course, tmp_path / "tour", autograde=True)
    assert again == found
    assert second == table


def test_every_student_has_a_line_in_the_exported_csv(scratch_tour: Any) -> None:
    folder, found, _ = scratch_tour
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    exported = {(r["assignment"], r["student_id"]): float(r["score"]) for r in rows}
    for slug, of in found.items():  # nbgrader also lists, with 0, students who handed nothing in
        assert of.items() and all(
            exported.pop((slug, student)) == one.score for student, one in of.items()
        )
    assert set(exported.values()) <= {0.0}
    assert {r["last_name"] for r in rows} >= {"Galois", "李", "Иванова", "الزهراء"}


def test_released_feedback_reaches_the_exchange_and_hides_hidden_tests(scratch_tour: Any) -> None:
    folder, found, _ = scratch_tour
    pages = list((folder / "exchange" / "scratch" / "feedback").glob("*.html"))
    assert len(pages) == sum(len(of) for of in found.values())
    for path in (folder / found["toy"]["mistake_1"].feedback, *pages):
        text = path.read_text(encoding="utf-8")
        assert "rng.normal" not in text and "BEGIN HIDDEN" not in text


def test_a_folder_that_is_not_the_tours_is_left_alone(built_course: Course, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CourseError, match="not empty and was not made by `dlcourse demo`"):
        run_tour(built_course, tmp_path, Console(file=io.StringIO()))
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_the_course_itself_is_not_changed(built_course: Course, scratch_tour: Any) -> None:
    assert not (built_course.root / "submitted").exists()
    assert not (built_course.root / "autograded").exists()


@pytest.fixture(scope="module")
def real_tour(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("real") / "course"
    found, _ = shown(read_course(REPOSITORY), folder)
    return folder, found


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_scores_of_the_real_assignments_are_a_persons(real_tour: Any, slug: Any) -> None:
    folder, found = real_tour
    assignment = load(REPOSITORY, slug)
    release = nbformat.read(folder / "release" / slug / f"{slug}.ipynb", as_version=4)
    samples = sample_class(assignment, release)
    assert len(samples) == len(found[slug])
    total = assignment.points
    for sample in samples:
        score = found[slug][sample.id].score
        assert score == points_by_hand(
            assignment, sample.worth, read_course(REPOSITORY).seed, folder / "release" / slug, True
        ), sample.about
        assert (
            isinstance(found[slug][sample.id], GradedSample)
            and found[slug][sample.id].max_score == total
        )
    scores = {student: one.score for student, one in found[slug].items()}
    assert {
        scores[s] for s in ("perfect", "alternative", "own_cells", "warnings", "duplicate")
    } == {total}
    assert {scores[s] for s in ("untouched", "no_notebook", "nothing")} == {0.0}
    for student in ("half", "endless", "exit"):
        assert 0 < scores[student] < total, student


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_misconceptions_of_the_real_assignments_are_named_on_the_feedback_page(
    real_tour: Any, slug: Any
) -> None:
    folder, found = real_tour
    assignment = load(REPOSITORY, slug)
    release = nbformat.read(folder / "release" / slug / f"{slug}.ipynb", as_version=4)
    held = [s for s in sample_class(assignment, release) if s.mistake]
    assert len(held) == 6
    for sample in held:
        one = found[slug][sample.id]
        assert sample.mistake is not None
        assert sample.mistake in one.diagnosed, sample.about
        assert one.score < one.max_score
        page = (folder / one.feedback).read_text(encoding="utf-8")
        assert sample.mistake[1].replace("_", " ") in page, sample.about
