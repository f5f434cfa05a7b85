"""The sample class: submissions that an instructor meets, made from an assignment's own code.

What tests, benchmarks and the tour take submissions from.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from ..authoring.assignment import Assignment
from ..core.cells import (
    STUB,
    CellView,
    NotebookView,
    question_id,
    reference_view,
)
from ..core.notebook_file import notebook_name

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
        worth: by question, the code that a person would grade: the stub where nothing that runs was
            handed in.
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
        self.right = {name: reference_view(q.source) for name, q in questions.items()}
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
    """Submissions that an instructor meets, made from the assignment's own reference,
    misconceptions and alternatives.

    Args:
        assignment: the assignment.
        release: its notebook as students get it.
        mistakes: how many students hold a misconception each; they are spread over the questions.

    Returns:
        One submission per student, always in the same order.
    """
    writer = _Writer(assignment, release)
    _diligent(writer)
    _unlucky(writer)
    _mistaken(writer, mistakes)
    return writer.made


def _diligent(writer: _Writer) -> None:
    """Work of those who hand in what an instructor hopes for, finished or not."""
    right, stubs, add = writer.right, writer.stubs, writer.add
    names = list(right)

    add("perfect", "all of it right", writer.notebook(right), right)
    add("untouched", "handed in as released", writer.notebook({}), stubs)

    others = right | {
        a.question: reference_view(a.source) for a in reversed(writer.assignment.alternatives)
    }
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


def _unlucky(writer: _Writer) -> None:
    """Work that is right, or would be, but for what else is in it."""
    right, stubs, add = writer.right, writer.stubs, writer.add
    names = list(right)

    noisy = {
        n: right[n]
        + _NOISE
        + "\n".join(f"{f} = _noisy({f})" for f in q.functions if f"def {f}" in right[n])
        for n, q in writer.assignment.questions.items()
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


def _mistaken(writer: _Writer, mistakes: int) -> None:
    """Work that is right but for one misconception each, spread over the questions."""
    right, assignment = writer.right, writer.assignment
    by_question = [[m for m in assignment.misconceptions if m.question == n] for n in right]
    in_turn = [m for turn in zip_longest(*by_question) for m in turn if m is not None]
    for number, misconception in enumerate(in_turn[:mistakes], 1):
        answers = right | {misconception.question: reference_view(assignment.edited(misconception))}
        about = f"right, but for {misconception.question}: {misconception.name.replace('_', ' ')}"
        writer.add(
            f"mistake_{number}",
            about,
            writer.notebook(answers),
            answers,
            ("Student", f"No. {number}"),
            (misconception.question, misconception.name),
        )
