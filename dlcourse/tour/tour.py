"""The demo: a term in three minutes, with a class of sample submissions made from real code.

:func:`sample_class` is also what tests and benchmarks take submissions from.
"""

from __future__ import annotations

import copy
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from rich.console import Console
from rich.table import Table

from ..authoring.assignment import Assignment
from ..authoring.course import Course, read_course
from ..authoring.read import load
from ..console import progress
from ..core.cells import (
    BEGIN_SOLUTION,
    END_SOLUTION,
    STUB,
    CellView,
    NotebookView,
    question_id,
)
from ..core.notebook_file import notebook_name
from ..core.progress import Progress, silent
from ..errors import CourseError
from ..executor.isolation import SANDBOX, Isolation
from ..executor.warm import Warm
from ..grading.class_run import grade_class
from ..grading.plan import Settings
from ..nbgrader_port.config import find_alembic, nbgrader_config
from ..nbgrader_port.generate import build
from ..nbgrader_port.gradebook import open_gradebook

MARKER = ".dlcourse-demo"
"""Stands in a folder that a demo made, which a later demo may replace."""
ASSIGNMENTS = ("backpropagation", "multi_task_learning", "gumbel_softmax")
"""What a demo hands out, if not told otherwise: as much as takes three minutes."""
MISTAKES = 6
"""Students of the sample class who hold a misconception."""


@dataclass(frozen=True)
class Sample:
    """One submission of the sample class.

    Args:
        id: the student's id.
        first_name: of the student.
        last_name: of the student.
        about: what is special about it, in words.
        files: what is handed in, by path.
        worth: by question, the code that a person would grade: the stub where nothing that runs was handed in.
        mistake: ``(question, name)`` of the misconception that is to be diagnosed.
    """

    id: str
    first_name: str
    last_name: str
    about: str
    files: Mapping[str, bytes]
    worth: Mapping[str, str]
    mistake: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


_PEOPLE = {
    "perfect": ("Ada", "Lovelace"),
    "untouched": ("Évariste", "Galois"),
    "alternative": ("明", "李"),
    "half": ("Мария", "Иванова"),
    "own_cells": ("Ngọc", "Nguyễn"),
    "warnings": ("Zoë", "O'Brien"),
    "duplicate": ("José", "Muñoz"),
    "endless": ("Søren", "Ødegård"),
    "exit": ("فاطمة", "الزهراء"),
    "no_notebook": ("Łukasz", "Żak"),
    "nothing": ("さくら", "田中"),
}
_NOISE = """

def _noisy(function):
    import functools, sys, warnings

    @functools.wraps(function)
    def loud(*args, **kwargs):
        warnings.warn("invalid value encountered", RuntimeWarning)
        print("still converging", file=sys.stderr)
        return function(*args, **kwargs)

    return loud

"""


@dataclass
class _Writer:
    """Makes submissions from an assignment's released notebook."""

    assignment: Assignment
    release: nbformat.NotebookNode
    made: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        questions = self.assignment.questions
        self.right = {name: plain(q.source) for name, q in questions.items()}
        self.stubs = {name: q.stub for name, q in questions.items()}

    def notebook(self, answers: Mapping[str, str]) -> nbformat.NotebookNode:
        """The released notebook with some questions answered."""
        notebook = copy.deepcopy(self.release)
        for cell in NotebookView(notebook).cells:
            if cell.kind == "question" and cell.name in answers:
                cell.cell["source"] = answers[cell.name]
        return notebook

    def add(
        self,
        id: str,
        about: str,
        content: nbformat.NotebookNode | bytes | None,
        worth: Mapping[str, str],
        person: tuple[str, str] | None = None,
        mistake: tuple[str, str] | None = None,
    ) -> None:
        files: dict[str, bytes] = {}
        if content is None:
            files["answers.txt"] = b"I did it on paper.\n"
        else:
            text = (
                content
                if isinstance(content, bytes)
                else (nbformat.writes(content) + "\n").encode()
            )
            files[notebook_name(self.assignment.slug)] = text
        first, last = person or _PEOPLE[id]
        self.made.append(Sample(id, first, last, about, files, dict(worth), mistake))


def plain(source: str) -> str:
    """A reference's cell as a student would have written it: without the author's markers."""
    return "\n".join(
        line for line in source.splitlines() if line.strip() not in (BEGIN_SOLUTION, END_SOLUTION)
    )


def _loops(stub: str) -> str:
    """A stub whose functions never return."""
    lines = []
    for line in stub.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        lines += [f"{indent}while True:", f"{indent}    pass"] if line.strip() == STUB else [line]
    return "\n".join(lines)


def _index_of(notebook: nbformat.NotebookNode, question: str) -> int:
    """Index of a question's cell."""
    return next(
        i
        for i, cell in enumerate(NotebookView(notebook).cells)
        if cell.grade_id == question_id(question)
    )


def sample_class(
    assignment: Assignment, release: nbformat.NotebookNode, mistakes: int = MISTAKES
) -> list[Sample]:
    """Submissions that an instructor meets, made from the assignment's own reference, misconceptions and alternatives.

    Args:
        assignment: the assignment.
        release: its notebook as students get it.
        mistakes: how many students hold a misconception each; they are spread over the questions.

    Returns:
        One submission per student, always in the same order.
    """
    writer = _Writer(assignment, release)
    right, stubs, add = writer.right, writer.stubs, writer.add
    names = list(right)

    add("perfect", "all of it right", writer.notebook(right), right)
    add("untouched", "handed in as released", writer.notebook({}), stubs)

    others = right | {a.question: plain(a.source) for a in reversed(assignment.alternatives)}
    add("alternative", "right, written in another way", writer.notebook(others), others)

    done = (len(names) + 1) // 2
    begun = (
        {names[done]: stubs[names[done]].replace(STUB, "result = (")} if done < len(names) else {}
    )
    written = {n: right[n] for n in names[:done]}
    add(
        "half",
        f"the first {done} of {len(names)} questions, and a line of the next",
        writer.notebook(written | begun),
        stubs | written,
    )

    own = writer.notebook(right)
    at = _index_of(own, names[0])
    own.cells.insert(
        at, new_code_cell("%matplotlib inline\nscratch = [n**2 for n in range(5)]\nscratch")
    )
    own.cells.insert(at, new_markdown_cell("My notes: check the shapes first."))
    own.cells.append(new_code_cell('print("finished", len(scratch))\n1 / 0'))
    add("own_cells", "right, with cells of the student's own between", own, right)

    noisy = {
        n: right[n]
        + _NOISE
        + "\n".join(f"{f} = _noisy({f})" for f in q.functions if f"def {f}" in right[n])
        for n, q in assignment.questions.items()
    }
    add("warnings", "right, with warnings on stderr", writer.notebook(noisy), right)

    twice = writer.notebook(right)
    tests = [cell.cell for cell in NotebookView(twice).cells if cell.kind == "test"]
    bare = copy.deepcopy(tests[0])
    bare["id"] = "copied-cell"
    CellView(bare).clear_nbgrader()
    again = copy.deepcopy(tests[0])
    again["id"] = "copied-again"
    twice.cells.insert(1, again)
    twice.cells.append(bare)
    twice.cells.remove(tests[-1])
    add("duplicate", "right, with a test cell copied and another deleted", twice, right)

    last = names[-1]
    add(
        "endless",
        f"right, but {last} loops for ever",
        writer.notebook(right | {last: _loops(stubs[last])}),
        right | {last: stubs[last]},
    )

    middle = names[len(names) // 2]
    ends = right[middle] + "\n\nimport os\n\nos._exit(3)"
    add(
        "exit",
        f"right, but the cell of {middle} calls os._exit",
        writer.notebook(right | {middle: ends}),
        right | {middle: stubs[middle]},
    )

    add(
        "no_notebook",
        "a picture named like the notebook",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200),
        stubs,
    )
    add("nothing", "no notebook, only a text file", None, stubs)

    by_question = [[m for m in assignment.misconceptions if m.question == n] for n in names]
    ordered = [
        group[i]
        for i in range(max(map(len, by_question), default=0))
        for group in by_question
        if i < len(group)
    ]
    for number, one in enumerate(ordered[:mistakes], 1):
        answers = right | {one.question: plain(assignment.edited(one))}
        about = f"right, but for {one.question}: {one.name.replace('_', ' ')}"
        add(
            f"mistake_{number}",
            about,
            writer.notebook(answers),
            answers,
            ("Student", f"No. {number}"),
            (one.question, one.name),
        )
    return writer.made


@dataclass(frozen=True)
class Result:
    """What the demo's gradebook and graded notebooks hold of one submission.

    Args:
        score: in the gradebook.
        max_score: reachable.
        diagnosed: ``(question, misconception)`` named in the graded notebook.
        notes: what student and instructor were told.
        feedback: the student's feedback page, relative to the demo's folder.
    """

    score: float
    max_score: float
    diagnosed: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    feedback: str


def demo_assignments(course: Course) -> tuple[str, ...]:
    """What a demo of ``course`` hands out, if not told otherwise."""
    return tuple(s for s in ASSIGNMENTS if s in course.entries) or tuple(course.entries)[:3]


def copy_course(course: Course, folder: Path) -> Course:
    """A copy of what was written by hand, whose exchange lies inside it.

    Raises:
        CourseError: the folder holds something else already.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).is_file():
            raise CourseError(
                f"{folder} is not empty and was not made by a demo; give a new folder"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("Made by `dlcourse demo`, which may replace it.\n")
    skip = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copyfile(course.root / "course.toml", folder / "course.toml")
    for slug in course.entries:
        files = course.files(slug)
        for origin in (files.script, files.data, files.tests):
            target = folder / files.name(origin)
            target.parent.mkdir(parents=True, exist_ok=True)
            if origin.is_dir():
                shutil.copytree(origin, target, ignore=skip)
            elif origin.is_file():
                shutil.copyfile(origin, target)
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)  # nbgrader asks for an exchange that everybody can write to
    config = (course.root / "nbgrader_config.py").read_text(encoding="utf-8")
    config += (
        "\n# The demo's own exchange; its students are no users of this machine.\n"
        f"c.Exchange.root = {str(exchange)!r}\nc.Exchange.cache = {str(folder / 'exchange-cache')!r}\nc.ExchangeCollect.check_owner = False\n"
    )
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    return read_course(folder)


def hand_in(course: Course, slug: str, samples: list[Sample], progress: Progress = silent) -> None:
    """Let each student fetch the assignment, write into it and submit it, with nbgrader's own exchange.

    Args:
        course: the demo's course.
        slug: the assignment, released.
        samples: the class.
        progress: called after each student.
    """
    config = nbgrader_config(course.root)
    factory = ExchangeFactory(config=config)
    quiet = logging.getLogger("dlcourse.tour.tour.exchange")
    quiet.setLevel(logging.CRITICAL)
    for sample in samples:
        home = course.root / "homes" / sample.id
        home.mkdir(parents=True, exist_ok=True)
        directory = CourseDirectory(config=config)
        directory.assignment_id, directory.student_id = slug, sample.id
        for step in (factory.FetchAssignment, factory.Submit):
            exchange = step(
                coursedir=directory, authenticator=Authenticator(config=config), config=config
            )
            exchange.assignment_dir, exchange.log = str(home), quiet
            if step == factory.Submit:
                (home / slug / notebook_name(slug)).unlink()
                for name, data in sample.files.items():
                    (home / slug / name).write_bytes(data)
            exchange.start()
        progress(sample.id)


def results(course: Course, slug: str, samples: list[Sample]) -> dict[str, Result]:
    """Read the gradebook and the graded notebooks, by student id.

    Raises:
        CourseError: a student has no grade.
    """
    found = {}
    with Gradebook(course.gradebook_url, course.course_id) as gradebook:
        for sample in samples:
            submission = gradebook.find_submission(slug, sample.id)
            grades = [g for n in submission.notebooks for g in n.grades]
            if not grades or any(g.auto_score is None for g in grades):
                raise CourseError(f"{sample.id} has no grade for {slug}")
            notebook = nbformat.read(
                course.autograded(sample.id, slug) / notebook_name(slug), as_version=4
            )
            view = NotebookView(notebook)
            judged = [cell.outcome for cell in view.cells if cell.outcome is not None]
            named = [
                (d["question"], mistake[0]) for d in judged for mistake in d["verdict"]["mistakes"]
            ]
            slow = [
                f"{d['question']}: a test {d['verdict']['message']}"
                for d in judged
                if "took more than" in d["verdict"]["message"]
            ]
            found[sample.id] = Result(
                float(submission.score),
                float(submission.max_score),
                tuple(dict.fromkeys(named)),
                tuple(dict.fromkeys([*view.notes, *slow])),
                course.feedback(sample.id, slug).relative_to(course.root).as_posix(),
            )
    return found


class _Show:
    """Prints what is being done and how long it took."""

    def __init__(self, console: Console, root: Path) -> None:
        self.console = console
        self.root = root

    def command(self, *arguments: str) -> None:
        """Run an nbgrader command in the demo's folder.

        Raises:
            CourseError: it failed; its last lines are passed on.
        """
        text = f"nbgrader {' '.join(arguments)}"
        start = time.monotonic()
        with self.console.status(text):
            done = subprocess.run(
                [sys.executable, "-m", "nbgrader", *arguments],
                cwd=self.root,
                env={**os.environ, "PYTHONWARNINGS": "ignore"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        if done.returncode:
            raise CourseError(f"`{text}` failed in {self.root}:\n{done.stdout[-3000:]}")
        self.done(f"$ {text}", start)

    def done(self, text: str, start: float) -> None:
        self.console.print(f"{text}  [dim]{time.monotonic() - start:.1f} s[/dim]", highlight=False)

    @contextmanager
    def bar(self, text: str, total: int | None) -> Iterator[Progress]:
        """A progress bar while something runs, one line when it is done."""
        start = time.monotonic()
        with progress(text, total, self.console) as step:
            yield step
        self.done(text, start)


def run_demo(
    course: Course,
    folder: Path | None,
    console: Console,
    autograde: bool = False,
    isolation: Isolation = SANDBOX,
    slugs: tuple[str, ...] = (),
) -> dict[str, dict[str, Result]]:
    """Build the course, hand it out, collect a class of sample submissions, grade it and show the result.

    Args:
        course: the course; nothing in it is changed.
        folder: where to put the demo's course; a new temporary folder if None.
        console: where to show it.
        autograde: grade with plain ``nbgrader autograde`` in place of ``dlcourse grade``.
        isolation: of the sample submissions.
        slugs: the assignments; if empty, :data:`ASSIGNMENTS`, or the first three of a course that has none of them.

    Returns:
        By assignment and student what was found.

    Raises:
        CourseError: something failed; the message says what.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    find_alembic()
    start = time.monotonic()
    root = (folder or Path(tempfile.mkdtemp(prefix="dlcourse-demo-"))).resolve()
    demo = copy_course(course, root)
    show = _Show(console, root)
    chosen = [course.entry(s).slug for s in slugs or demo_assignments(course)]
    console.print(f"A demo course in {root}", highlight=False, soft_wrap=True)

    classes: dict[str, list[Sample]] = {}
    with Warm(isolation) as warm:
        for slug in chosen:
            total = 1 + len(load(root, slug).misconceptions)
            with show.bar(f"$ dlcourse build {slug}", total) as step:
                assignment = build(demo, slug, warm, step)
            release = nbformat.read(demo.files(slug).release_notebook, as_version=4)
            classes[slug] = sample_class(assignment, release)

    with Gradebook(demo.gradebook_url, demo.course_id) as gradebook:
        for sample in {s.id: s for samples in classes.values() for s in samples}.values():
            gradebook.update_or_create_student(
                sample.id, first_name=sample.first_name, last_name=sample.last_name
            )

    for slug, samples in classes.items():
        show.command("release_assignment", slug)
        with show.bar(
            f"  {len(samples)} students: nbgrader fetch_assignment {slug}; nbgrader submit {slug}",
            len(samples),
        ) as step:
            hand_in(demo, slug, samples, step)
        show.command("collect", slug)
        if autograde:
            show.command("autograde", slug)
        else:
            _grade(demo, slug, len(samples), isolation, show)
        show.command("generate_feedback", slug)
        show.command("release_feedback", slug)
    show.command("export", "--to", "grades.csv")

    found = {slug: results(demo, slug, samples) for slug, samples in classes.items()}
    console.print(_table(demo, classes, found))
    _closing(console, root, found, time.monotonic() - start)
    return found


def _grade(demo: Course, slug: str, count: int, isolation: Isolation, show: _Show) -> None:
    with (
        open_gradebook(demo, slug) as gradebook,
        show.bar(f"$ dlcourse grade {slug}", count) as step,
    ):
        report = grade_class(
            demo,
            slug,
            Settings(isolation=isolation),
            gradebook,
            step,
        )
    if report.failed:
        raise CourseError(
            "; ".join(
                f"{who} has no grade for {slug}: {why}"
                for who, why in sorted(report.failed.items())
            )
        )


def _table(
    demo: Course, classes: dict[str, list[Sample]], found: dict[str, dict[str, Result]]
) -> Table:
    """Student, score per assignment, and what was diagnosed."""
    table = Table(title=f"{demo.title}: the sample class", show_lines=True)
    table.add_column("student", overflow="fold")
    for slug in classes:
        table.add_column(slug.replace("_", " "), justify="right", overflow="fold")
    table.add_column("diagnosed", overflow="fold", ratio=1)
    students = {s.id: s for samples in classes.values() for s in samples}
    for id, sample in students.items():
        row = [found[slug].get(id) for slug in classes]
        said = []
        for slug, one in zip(classes, row, strict=True):
            if one is None:
                continue
            said += [
                f"{slug}: {question}: {name.replace('_', ' ')}" for question, name in one.diagnosed
            ]
            said += [f"{slug}: {note}" for note in one.notes]
        scores = [f"{one.score:g}/{one.max_score:g}" if one else "" for one in row]
        table.add_row(
            f"{sample.name}\n[dim]{id}[/dim]", *scores, "\n".join(said).replace("[", "\\[")
        )
    return table


def _closing(
    console: Console, root: Path, found: dict[str, dict[str, Result]], seconds: float
) -> None:
    pages = [root / one.feedback for of in found.values() for one in of.values()]
    missing = [p for p in pages if not p.is_file()]
    if missing:
        raise CourseError(f"{missing[0]} was not made by `nbgrader generate_feedback`")
    for line in (
        f"Feedback pages: {len(pages)} under {pages[-1].parents[2]}; one with a diagnosis: {pages[-1]}",
        f"Grades: {root / 'grades.csv'}",
        f"In JupyterLab, with formgrader: make lab COURSE={root}",
        f"{seconds:.0f} s in all.",
    ):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
