"""Every way of grading gives the same score per question (P5).

For each assignment of the course: the reference, the stub, every alternative, the sample class, and
misconceptions: all of those assignments that go the whole way (below), of the others a part that
is another one every day.

Misconceptions of different questions share a submission: the question is whether the graders agree,
not what is lost.

- *All of them* are run once, by the core of `dlcourse grade`. nbgrader's column is nbgrader's own
  scoring function on the notebook that grading leaves; otter's is the results.json made by the
  grader that was unpacked from the zip's data. The second grader does not run the submission again:
  its steps (sources, seeds, limits) are asserted to be the very same, so that a second run would be
  the first one over again.
- What follows through (`follow_through` of course.toml) counts in `dlcourse grade` and nbgrader. Otter
  and pytest have no reference code to run: their scores are compared after it was added, and that is the
  whole difference.
- *A handful* goes the whole way: `nbgrader autograde` as a command, otter's own `run` on the zip
  (which starts a kernel), and pytest in a process of its own. Three assignments a day do, and those
  that changed.

Differences are printed as a table.
"""

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import determine_grade
from rich.console import Console
from rich.table import Table

from dlcourse.authoring.course import Course, read_course
from dlcourse.core.cells import NotebookView
from dlcourse.core.handed_in import read_submission
from dlcourse.executor.warm import Warm
from dlcourse.export import gradescope, pack
from dlcourse.export.gradescope import Graded
from dlcourse.export.otter import autograder
from dlcourse.export.results_schema import validate
from dlcourse.grading.grader import Grader, open_grader
from dlcourse.nbgrader_port.generate import build
from dlcourse.tour.samples import sample_class
from dlcourse.tour.term import copy_course
from tests.support import spread
from tests.support.commands import environment, nbgrader
from tests.support.course import REPOSITORY, cell_of, chooses, rebuilt
from tests.support.gradebooks import gradebook_tables

COURSE = read_course(REPOSITORY)
WHOLE_WAY = ("perfect", "untouched", "half", "mistake_1")
"""Students of the sample class who go through every command."""
AT_ONCE = 6
"""Submissions full of misconceptions that each of the other assignments grades on a day."""
CHOICES = ('gumbel_softmax "core"', 'gpt ["kv_cache_step"]')
"""Assignments of which course.toml chooses some questions; they go the whole way with the
assignment.
"""


@dataclass
class Case:
    """An assignment, ready to be graded."""

    grader: Grader
    packed: Grader
    submissions: dict[str, Path]
    warm: Warm
    followed: dict[str, dict[str, float]] = field(default_factory=dict)

    def add_followed(self, submission: str, scores: dict[str, float]) -> None:
        """Add what follows through to the scores of a way of grading that has no reference code, and
        so no follow-through: otter and pytest.
        """
        for question, points in self.followed[submission].items():
            scores[question] += points

    @property
    def slug(self) -> Any:
        return self.grader.assignment.slug

    @property
    def question_of(self) -> Any:
        return {
            f"test-{n}": e.spec.question for n, e in self.grader.references.expectations.items()
        }

    def by_question(self, points: Any) -> Any:
        """Sum ``(question, points)`` pairs; every question is in the result."""
        out = dict.fromkeys(self.grader.assignment.questions, 0.0)
        for question, value in points:
            out[question] += value
        return out


@pytest.fixture(scope="module")
def whole_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The repository's course in a folder of its own, with what was computed before."""
    course = copy_course(COURSE, tmp_path_factory.mktemp("parity") / "course")
    known = REPOSITORY / ".dlcourse" / "references"
    if known.is_dir():
        shutil.copytree(known, course.root / ".dlcourse" / "references")
    return course


@pytest.fixture(scope="module", params=[*COURSE.entries, *CHOICES])
def case(
    request: pytest.FixtureRequest,
    whole_course: Course,
    warm: Warm,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    slug, _, choice = request.param.partition(" ")
    if choice:
        folder_of_its_own = tmp_path_factory.mktemp("choice") / "course"
        whole_course = chooses(copy_course(COURSE, folder_of_its_own), slug, choice)
    assignment = build(whole_course, slug, warm)
    grader = open_grader(whole_course, slug, warm)
    grader.prepare(warm)
    document = json.loads(json.dumps(pack.to_document(grader)))
    packed = pack.from_document(document, tmp_path_factory.mktemp("packed"))
    release = nbformat.read(whole_course.root / "release" / slug / f"{slug}.ipynb", as_version=4)
    right = {q.name: q.source for q in assignment.questions.values()}
    submitted = whole_course.root / "submitted"

    def folder(name: str) -> Any:
        path = submitted / name / slug
        path.mkdir(parents=True)
        return path

    def answered(name: str, answers: Any) -> None:
        notebook = nbformat.from_dict(json.loads(json.dumps(release)))
        for question, source in answers.items():
            cell_of(notebook, f"question-{question}").source = source
        nbformat.write(notebook, folder(name) / f"{slug}.ipynb")

    answered("reference", right)
    answered("stub", {})
    # a submission holds one misconception of each question, so that some dozens hold all; the same
    # with alternatives
    wrong = {
        q: [assignment.edited(m) for m in assignment.misconceptions if m.question == q]
        for q in right
    }
    other = {q: [a.source for a in assignment.alternatives if a.question == q] for q in right}
    for kind, of in (("misconceptions", wrong), ("alternatives", other)):
        count = max(map(len, of.values()))
        whole = kind == "alternatives" or slug in spread.chosen(list(COURSE.entries))
        for number in range(count) if whole else spread.turn(count, spread.today(), AT_ONCE):
            answered(
                f"{kind}.{number}",
                right | {q: sources[number] for q, sources in of.items() if number < len(sources)},
            )
    for sample in sample_class(assignment, release):
        path = folder(sample.id)
        for name, data in sample.files.items():
            (path / name).write_bytes(data)
    submissions = {p.parent.name: p for p in sorted(submitted.glob(f"*/{slug}"))}
    return Case(grader, packed, submissions, warm)


def core(case: Case, folder: Path) -> Any:
    """Scores by question of `dlcourse grade`, of nbgrader's scoring, and of otter's results.json."""
    submission = read_submission(folder, case.slug)
    notebook, packed = rebuilt(case.grader, submission), rebuilt(case.packed, submission)
    assert case.packed.steps(packed) == case.grader.steps(notebook)
    record = case.grader.run(notebook, case.warm)
    judged = case.grader.judge(notebook, record, case.warm)
    case.grader.write(notebook, judged)
    grade = case.by_question(
        (case.question_of[f"test-{n}"], o.score) for n, o in judged.outcomes.items()
    )
    cells: list[Any] = [cell.cell for cell in NotebookView(notebook).code if cell.kind == "test"]
    stock = case.by_question(
        (case.question_of[c.metadata.nbgrader["grade_id"]], determine_grade(c)[0]) for c in cells
    )
    again = case.packed.outcomes(packed, record)
    assert again == case.grader.outcomes(notebook, record), "messages and hints"
    case.followed[folder.parent.name] = case.by_question(
        (o.probe.question, o.score) for o in judged.outcomes.values() if not o.verdict.passed
    )
    graded = Graded(tuple(again.values()), (), "sandbox")
    tests = gradescope.results(graded)["tests"]
    otter = case.by_question((t["extra_data"]["question"], t["score"]) for t in tests)
    case.add_followed(folder.parent.name, otter)
    return {"dlcourse grade": grade, "nbgrader": stock, "otter": otter}


def table_of(case: Case, found: Any) -> Any:
    """Differences between the ways of grading, as text; empty where there are none."""
    names = list(dict.fromkeys(way for ways in found.values() for way in ways))
    table = Table(title=f"{case.slug}: points by question that differ")
    for name in ("submission", "question", *names):
        table.add_column(name)
    for submission, ways in found.items():
        for question in case.grader.assignment.questions:
            values = {way: scores[question] for way, scores in ways.items()}
            if max(values.values()) - min(values.values()) > 1e-9:
                table.add_row(
                    submission, question, *(f"{values[n]:g}" if n in values else "" for n in names)
                )
    if not table.row_count:
        return ""
    out = StringIO()
    Console(file=out, width=160).print(table)
    return "\n" + out.getvalue()


@pytest.mark.slow
def test_all_submissions(case: Any) -> None:
    found = {name: core(case, folder) for name, folder in case.submissions.items()}
    full = {
        q: sum(p.spec.points for p in case.grader.assignment.probes_of(q))
        for q in case.grader.assignment.questions
    }
    assert found["reference"]["otter"] == full
    assert not any(found["stub"]["otter"].values())
    text = table_of(case, found)
    assert not text, text
    print(f"{case.slug}: {len(found)} submissions, {len(full)} questions, no difference")


@pytest.mark.slow
@pytest.mark.whole_way
def test_the_whole_way(case: Any, tmp_path: Path) -> None:
    found = {
        name: {"dlcourse grade": core(case, case.submissions[name])["dlcourse grade"]}
        for name in WHOLE_WAY
    }
    for way, scores in (
        ("nbgrader autograde", by_nbgrader(case)),
        ("otter run", by_otter(case, tmp_path)),
        ("pytest", by_pytest(case, tmp_path)),
    ):
        assert {"half", "mistake_1"} <= set(scores), way
        for name in scores:
            found[name][way] = scores[name]
            if way != "nbgrader autograde":
                case.add_followed(name, scores[name])
    text = table_of(case, found)
    assert not text, text


def by_nbgrader(case: Case) -> Any:
    """`nbgrader autograde`, read from the gradebook."""
    course = case.grader.course
    students = {name: course.root / "submitted" / name for name in case.submissions}
    aside = course.root / "aside"
    aside.mkdir(exist_ok=True)
    for name, folder in students.items():
        if name not in WHOLE_WAY:
            (aside / name).mkdir(exist_ok=True)
            (folder / case.slug).rename(aside / name / case.slug)
    try:
        nbgrader(course, "autograde", case.slug)
    finally:
        for name, folder in students.items():
            if name not in WHOLE_WAY:
                (aside / name / case.slug).rename(folder / case.slug)
    grades = [
        g for g in gradebook_tables(course.root / "gradebook.db")["grades"] if g[1] == case.slug
    ]
    return {
        name: case.by_question((case.question_of[g[2]], g[3]) for g in grades if g[0] == name)
        for name in WHOLE_WAY
    }


def by_otter(case: Case, tmp_path: Path) -> Any:
    """`otter run` on the zip, read from results.json, which agrees with otter's own results."""
    from otter.run import main as otter_run

    archive = tmp_path / "autograder.zip"
    archive.write_bytes(autograder(case.grader))
    scores = {}
    # a kernel each, several seconds: the first assignment has all of them, the others those whose
    # score is not plain
    for name in WHOLE_WAY if case.slug == next(iter(COURSE.entries)) else ("half", "mistake_1"):
        with redirect_stdout(StringIO()):
            results = otter_run(
                str(case.submissions[name] / f"{case.slug}.ipynb"),
                autograder=str(archive),
                output_dir=str(tmp_path),
                no_logo=True,
            )
        document = json.loads((tmp_path / "results.json").read_text())
        validate(document)
        scores[name] = case.by_question(
            (t["extra_data"]["question"], t["score"]) for t in document["tests"] if "score" in t
        )
        assert scores[name] == {q: results.get_score(q) for q in scores[name]}
    return scores


def by_pytest(case: Case, tmp_path: Path) -> Any:
    """pytest in a process of its own, read from its JUnit file."""
    course = case.grader.course
    report = tmp_path / "report.xml"
    notebooks = {str(case.submissions[name] / f"{case.slug}.ipynb"): name for name in WHOLE_WAY}
    options = [f"--dlcourse-notebook={path}" for path in notebooks]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "dlcourse.testing",
        "--dlcourse-no-sandbox",
        "-p",
        "no:cacheprovider",
        f"--rootdir={course.root}",
    ]
    done = subprocess.run(
        [*command, *options, f"--junitxml={report}", str(course.root / "tests" / case.slug / "probes.py")],
        cwd=course.root, env=environment(course.root), text=True, capture_output=True, timeout=300,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout[-3000:] + done.stderr[-3000:]
    points: dict[str, list[tuple[str, float]]] = {name: [] for name in WHOLE_WAY}
    for test in ElementTree.parse(report).getroot().iter("testcase"):
        said = {str(p.get("name")): str(p.get("value")) for p in test.iter("property")}
        passed = test.find("failure") is None and test.find("error") is None
        points[notebooks[said["notebook"]]].append(
            (said["question"], float(said["points"]) * passed)
        )
    return {name: case.by_question(pairs) for name, pairs in points.items()}
