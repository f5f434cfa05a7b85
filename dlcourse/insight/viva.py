"""`dlcourse viva`: a printable page per student for five minutes of talk about their own code.

Two of their functions; for each a small fresh input to work out by hand; and one of them with one small mistake put in, to
be found. The instructor's copy has the numbers and the line. Only mistakes that lose points are used.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import html
import io
import random
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..authoring.assignment import Assignment
from ..authoring.course import Course
from ..authoring.read import load_reference
from ..core.cells import question_id
from ..core.notebook_file import Submission, notebook_name, read_notebook
from ..core.probe import parameters
from ..core.progress import Progress, silent
from ..core.seeds import seed_everything
from ..core.verdict import PASSED
from ..errors import CourseError
from ..executor.warm import Warm
from ..grading.grader import Grader, open_grader
from ..grading.journal import Journal, JournalEntry
from .code import answers
from .page import framed

_NO_DATA = re.compile(r"<| at 0x|\(PCG64\)")
"""Objects whose ``repr`` is no input for a person."""
FUNCTIONS = 2
SMALL = 260
"""Characters of an input that can be worked out by hand."""
TRIES = 8
"""Changes that are tried until one loses points."""
_SWAPS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "0": "1", "1": "2", "2": "1",
    "mean": "sum", "sum": "mean", "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax", "exp": "log",
    "sin": "cos", "cos": "sin", "zeros": "ones", "ones": "zeros", "tril": "triu", "triu": "tril", "True": "False",
    "False": "True", "and": "or", "or": "and", "append": "insert", "0.5": "2.0",
}  # fmt: skip


@dataclass(frozen=True)
class Exercise:
    """An input to work out by hand.

    Args:
        call: as Python writes it.
        answer: what the reference gives.
    """

    call: str
    answer: str


@dataclass(frozen=True)
class Spoilt:
    """A student's code with one mistake in it.

    Args:
        question: whose cell it is.
        source: of the cell.
        line: number of the changed line, from 1.
        before: that line as the student has it.
        after: that line with the mistake.
    """

    question: str
    source: str
    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Sheet:
    """What one student is asked.

    Args:
        student: id.
        functions: question, source and exercise of each function.
        spoilt: the code with a mistake; None where no change lost points.
    """

    student: str
    functions: tuple[tuple[str, str, Exercise | None], ...]
    spoilt: Spoilt | None


def changes(source: str) -> list[tuple[int, str]]:
    """Line number and whole source of every small change of a cell."""
    lines = source.splitlines(keepends=True)
    found = []
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return []
    for token in tokens:
        new = _SWAPS.get(token.string)
        if new is None or token.type not in (tokenize.OP, tokenize.NAME, tokenize.NUMBER):
            continue
        (row, start), (_, end) = token.start, token.end
        line = lines[row - 1]
        if line.lstrip().startswith(("def ", "class ", "import ", "from ", "@")):
            continue
        changed = line[:start] + new + line[end:]
        text = "".join([*lines[: row - 1], changed, *lines[row:]])
        try:
            compile(text, "cell", "exec")
        except (SyntaxError, ValueError):
            continue
        found.append((row, text))
    return found


def spoil(
    question: str, source: str, fails: Callable[[str], bool], rng: random.Random
) -> Spoilt | None:
    """The cell with one change that fails its tests; None where none of a few does."""
    candidates = changes(source)
    rng.shuffle(candidates)
    for row, text in candidates[:TRIES]:
        if fails(text):
            before, after = (s.splitlines()[row - 1].strip() for s in (source, text))
            return Spoilt(question, text, row, before, after)
    return None


def exercises(assignment: Assignment, question: str, seed: str) -> Iterator[Exercise]:
    """Small calls of a question's functions that its tests make on inputs drawn anew, each with what the
    reference gives.
    """
    with contextlib.redirect_stdout(io.StringIO()):  # guesses that nobody made are no news here
        reference = load_reference(assignment.slug, assignment.root)
    own = assignment.questions[question].functions
    graded = sorted(
        assignment.probes_of(question), key=lambda p: "rng" not in parameters(p.probe.function)
    )
    for one in graded:
        calls: list[Exercise] = []
        wanted = parameters(one.probe.function)
        arguments: dict[str, Any] = {}
        for name in wanted:
            if name != "rng":
                function = getattr(reference, name)
                arguments[name] = _recorder(name, function, calls) if name in own else function
        rng = seed_everything(f"{seed}\0{one.spec.name}")
        if "rng" in wanted:
            arguments["rng"] = rng
        try:
            one.probe.function(**arguments)
        except Exception:
            continue  # a probe that watches closely may refuse the recorder; there are others
        yield from calls


def _recorder(name: str, function: Any, calls: list[Exercise]) -> Any:
    if isinstance(function, type):
        return function  # the calls of its methods cannot be told in one line

    def record(*args: Any, **kwargs: Any) -> Any:
        kept = copy.deepcopy((args, kwargs))
        result = function(*args, **kwargs)
        texts = [_text(a) for a in kept[0]] + [f"{k}={_text(v)}" for k, v in kept[1].items()]
        call = f"{name}({', '.join(texts)})"
        if len(call) <= SMALL and len(_text(result)) <= SMALL and not _NO_DATA.search(call):
            calls.append(Exercise(call, _text(result)))
        return result

    return record


def _text(value: Any) -> str:
    """A value as a person reads it, to three digits."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        value = np.round(value, 3).tolist() if value.dtype.kind == "f" else value.tolist()
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.4g}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(_text, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return repr(value)


def sheet_of(
    assignment: Assignment,
    entry: JournalEntry,
    codes: dict[str, str],
    fails: Callable[[str, str], bool],
    seed: str,
) -> Sheet:
    """What one student is asked: about functions that pass their tests, if there are some.

    Args:
        assignment: the assignment.
        entry: of the journal.
        codes: source of each answered question.
        fails: ``fails(question, source)``: whether a changed cell loses points.
        seed: of the course; with the student's id it decides all choices.
    """
    digest = hashlib.sha256(f"{seed}\0{assignment.slug}\0{entry.student}".encode()).hexdigest()
    rng = random.Random(digest)
    passed = {q: all(v.status == PASSED for v in entry.verdicts if v.question == q) for q in codes}
    written = [q for q in codes if codes[q] != assignment.questions[q].stub]
    rng.shuffle(written)
    chosen = sorted(written, key=lambda q: not passed[q])[:FUNCTIONS]
    functions = []
    for question in chosen:
        found = [e for e in exercises(assignment, question, digest) if e.call]
        functions.append((question, codes[question], rng.choice(found) if found else None))
    spoilt = None
    for question in chosen:
        if passed[question] and spoilt is None:
            spoilt = spoil(question, codes[question], lambda text, q=question: fails(q, text), rng)  # type: ignore[misc]
    return Sheet(entry.student, tuple(functions), spoilt)


def _loses(grader: Grader, warm: Warm, path: Path) -> Callable[[str, str], bool]:
    """Whether a graded notebook loses points of a question when its cell is replaced."""

    def fails(question: str, source: str) -> bool:
        submission = read_notebook(path)
        cells = [
            type(c)(c.kind, source if c.grade_id == question_id(question) else c.source, c.grade_id)
            for c in submission.cells
        ]
        graded = grader.grade(Submission(cells), warm)
        return any(
            o.probe.question == question and not o.verdict.passed for o in graded.outcomes.values()
        )

    return fails


def write_sheets(
    course: Course,
    slug: str,
    folder: Path,
    warm: Warm,
    only: Sequence[str] = (),
    progress: Progress = silent,
) -> tuple[Path, Path]:
    """Write the sheets of a graded class.

    Args:
        course: the course.
        slug: the assignment.
        folder: where ``sheets.html`` and ``instructor.html`` go.
        warm: where changed code runs.
        only: students; all if empty.
        progress: called as ``progress(student, done, total)``.

    Raises:
        CourseError: nobody, or not all of ``only``, was graded.
    """
    entries = Journal(course.files(slug).journal).entries
    missing = sorted(set(only) - set(entries))
    if missing or not entries:
        raise CourseError(
            f"no graded {slug} of {', '.join(missing) or 'anybody'}; run `dlcourse grade {slug}`"
        )
    grader = open_grader(course, slug, warm)
    grader.prepare(warm)
    sheets = []
    students = sorted(set(only) or entries)
    for done, student in enumerate(students, 1):
        path = course.autograded(student, slug) / notebook_name(slug)
        codes = dict(answers(path))
        if codes:
            fails = _loses(grader, warm, path)
            sheets.append(sheet_of(grader.assignment, entries[student], codes, fails, course.seed))
        progress(student, done, len(students))
    folder.mkdir(parents=True, exist_ok=True)
    title = course.entry(slug).title
    paths = folder / "sheets.html", folder / "instructor.html"
    for path, told in zip(paths, (False, True), strict=True):
        path.write_text(page(title, sheets, told), encoding="utf-8")
    return paths


def page(title: str, sheets: Sequence[Sheet], told: bool) -> str:
    """All sheets on one page, a printed page each; with the answers if ``told``."""
    style = (
        "body{max-width:50rem}section{break-after:page}pre{white-space:pre-wrap}"
        ".told{border-left:4px solid #1a7f37;padding-left:.8rem}.room{height:4rem}"
    )
    body = "".join(_section(title, sheet, told) for sheet in sheets)
    return framed(f"{title}: five minutes of talk", body, style, heading=False)


def _section(title: str, sheet: Sheet, told: bool) -> str:
    parts = [f"<section><h1>{html.escape(title)}</h1><p>{html.escape(sheet.student)}</p>"]
    for number, (question, source, exercise) in enumerate(sheet.functions, 1):
        parts.append(
            f"<h2>{number}. {html.escape(question)}</h2><p>Your code. Say what each line is for.</p>"
        )
        parts.append(f"<pre>{html.escape(source)}</pre>")
        if exercise is not None:
            parts.append(
                f"<p>Work out by hand, to two digits:</p><pre>{html.escape(exercise.call)}</pre>"
            )
            parts.append(
                f"<p class=told>{html.escape(exercise.answer)}</p>"
                if told
                else "<div class=room></div>"
            )
    if sheet.spoilt is not None:
        spoilt = sheet.spoilt
        parts.append(
            f"<h2>{len(sheet.functions) + 1}. One line of your {html.escape(spoilt.question)} was changed</h2>"
            f"<p>Which one, and what would go wrong?</p><pre>{html.escape(spoilt.source)}</pre>"
        )
        if told:
            parts.append(
                f"<p class=told>Line {spoilt.line}: <code>{html.escape(spoilt.before)}</code> became "
                f"<code>{html.escape(spoilt.after)}</code>.</p>"
            )
    return "".join([*parts, "</section>"])
