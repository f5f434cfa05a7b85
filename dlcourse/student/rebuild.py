"""Puts what a student handed in into the instructor's notebook.

Only sources are taken: those of solution cells, written answers and guesses, and the student's own
code cells at their place. Nothing is dropped in silence: lines that were added to a given or a test cell are run as
a cell of the student's own after it, and a note says which changes were not used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from ..core.cells import NOT_GRADED, CellView, Kind, NotebookView, student_view
from ..core.names import defined, squeezed
from ..core.notebook_file import Submission, SubmittedCell
from ..core.written import TEXT_STUB, answer_name, gathered, harmless, rubric_of


def rebuild(
    source: nbformat.NotebookNode, submission: Submission, slug: str
) -> nbformat.NotebookNode:
    """The instructor's notebook with the student's code in it.

    A solution cell is found by nbgrader's id; of several with one id the first is the solution cell
    and the others run at their place, as they do in the student's own notebook. Where the id is
    lost, the last cell that defines all stubs of the question is its solution cell. A cell without
    a known id is the student's own and comes after the known cell that precedes it; copies of
    given, test and demo cells are left out.

    Args:
        source: the instructor's notebook (source/<slug>/<slug>.ipynb).
        submission: what was handed in.
        slug: the assignment.

    Returns:
        A new notebook; ``metadata.dlcourse`` holds the notes, and marks question and extra cells.
    """
    original = _Original(source)
    work = _sort(submission.cells, original)
    cells = [_extra_cell(text, slug, None, n) for n, text in enumerate(work.extras.get(None, []))]
    notes = [*submission.notes, *work.notes]
    for grade_id, instructors in original.cells.items():
        extras = work.extras.get(grade_id, [])
        if instructors.kind == "predict":
            # a cell of the student's own, since nbgrader would look for it among its locked ones
            guess = work.guesses.get(grade_id, instructors.source)
            cells += [
                _extra_cell(s, slug, grade_id, len(cells) + n)
                for n, s in enumerate([guess, *extras])
            ]
            continue
        cell = nbformat.from_dict(instructors.cell)
        if grade_id in original.stubs:
            cell.source = work.answers.get(grade_id, "")
            CellView(cell).mark_answer(instructors.name)
            if grade_id not in work.answers and submission.readable:
                notes.append(f"the cell of question {instructors.name} is not in the notebook")
        elif instructors.kind == "answer":
            text = work.words.get(instructors.name)
            cell.source = harmless(text) if text else TEXT_STUB
            if text is None and submission.readable:
                notes.append(f"the cell of the answer {instructors.name} is not in the notebook")
        cells.append(cell)
        if rubric := rubric_of(instructors):
            cells.append(_rubric_cell(rubric, slug, instructors.name))
        for text in extras:
            cells.append(_extra_cell(text, slug, grade_id, len(cells)))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=dict(source.metadata))
    NotebookView(notebook).write(slug=slug, notes=notes, readable=submission.readable)
    return notebook


def labelled(
    notebook: nbformat.NotebookNode, left_out: frozenset[Kind] = NOT_GRADED
) -> Iterator[tuple[CellView, str]]:
    """The cells of a rebuilt notebook that are run, and what tracebacks call them; tests have no
    name there.

    Args:
        notebook: the rebuilt notebook.
        left_out: kinds of cells that are not run.
    """
    extras = 0
    for cell in NotebookView(notebook).code:
        if cell.kind == "test":
            yield cell, ""
        elif cell.kind not in left_out and cell.source.strip():
            extras += cell.kind == "extra"
            labels = {
                "question": cell.name,
                "extra": f"your cell {extras}",
                "predict": "your guess",
            }
            yield cell, labels.get(cell.kind, "given code")


class _Original:
    """The instructor's notebook.

    Attributes:
        cells: by nbgrader's id, in order.
        stubs: by id of a solution cell, the names that it defines.
        copies: by text without white space, the ids of the other cells that have it.
    """

    def __init__(self, source: nbformat.NotebookNode) -> None:
        self.cells = {str(cell.grade_id): cell for cell in NotebookView(source).cells}
        self.stubs = {i: defined(c.source) for i, c in self.cells.items() if c.kind == "question"}
        self.copies: dict[str, list[str]] = {}
        for grade_id, cell in self.cells.items():
            if grade_id not in self.stubs and cell.kind != "answer":
                for text in {squeezed(cell.source), squeezed(student_view(cell.source))}:
                    self.copies.setdefault(text, []).append(grade_id)
        self._place = {grade_id: n for n, grade_id in enumerate(self.cells)}

    def _views(self, grade_id: str) -> tuple[str, str]:
        """A cell as the instructor has it, and as students got it."""
        source = self.cells[grade_id].source
        return source, student_view(source)

    def is_copy(self, grade_id: str, source: str) -> bool:
        return squeezed(source) in map(squeezed, self._views(grade_id))

    def added(self, grade_id: str, source: str) -> str:
        """The lines that a student added to a cell; empty where something else was changed, or
        where they stand within a block.
        """
        for view in self._views(grade_id):
            left = [line.rstrip() for line in view.splitlines() if line.strip()]
            own: list[str] = []
            follows_own = False
            for line in filter(str.strip, source.splitlines()):
                if left and line.rstrip() == left[0]:
                    left.pop(0)
                    follows_own = False
                elif line[0].isspace() and not follows_own:
                    break  # within a block of the given code
                else:
                    own.append(line)
                    follows_own = True
            else:
                if not left:
                    return "\n".join(own)
        return ""

    def copied(self, source: str, after: str | None) -> str | None:
        """Which given, test or demo cell a text without an id is a copy of: the next one after
        ``after``, if any.

        Some editors drop all metadata: then such a cell is known by its text.
        """
        found = self.copies.get(squeezed(source), [])
        past = self._place[after] if after else -1
        return next((i for i in found if self._place[i] > past), after) if found else None


@dataclass
class _Work:
    """The student's own code.

    Args:
        answers: sources by id of the solution cell.
        guesses: sources by id of a cell in which students may write what is not graded.
        extras: sources of other cells by id of the known cell that they follow.
        words: written answers by name.
        notes: what was done with changes of cells that are not the student's to change.
    """

    answers: dict[str, str] = field(default_factory=dict)
    guesses: dict[str, str] = field(default_factory=dict)
    extras: dict[str | None, list[str]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def take_changes(self, grade_id: str, source: str, original: _Original) -> None:
        """Keep what a student added to a given or a test cell, and say what became of it."""
        if original.cells[grade_id].kind not in ("given", "test"):
            return
        if not source.strip() or original.is_copy(grade_id, source):
            return
        added = original.added(grade_id, source)
        if added:
            self.extras.setdefault(grade_id, []).append(added)
            self.notes.append(f"lines added to the cell {grade_id} were run as a cell of your own")
        else:
            self.notes.append(f"the cell {grade_id} was changed; the change was not used")


def _sort(cells: list[SubmittedCell], original: _Original) -> _Work:
    work = _Work()
    anchor: str | None = None
    ids, found = _ids(cells, original)
    ids = _with_answers(cells, ids, original)
    work.words = gathered(cells, [_place(c, i, original) for c, i in zip(cells, ids, strict=True)])
    for n, (cell, grade_id) in enumerate(zip(cells, ids, strict=True)):
        if grade_id is not None and n in found:
            work.answers[grade_id] = cell.source
            anchor = grade_id
            if found[n]:
                work.notes.append(
                    f"the cell of question {original.cells[grade_id].name} {found[n]}"
                )
            continue
        is_copy = grade_id is None and squeezed(cell.source) in original.copies
        if is_copy:
            anchor = original.copied(cell.source, anchor)
        elif grade_id is None or grade_id in work.answers:
            if cell.kind == "code" and cell.source.strip():
                work.extras.setdefault(anchor, []).append(cell.source)
        elif grade_id not in original.stubs:
            anchor = grade_id
            if original.cells[grade_id].kind == "predict" and cell.kind == "code":
                work.guesses.setdefault(grade_id, cell.source)
            elif cell.kind == "code":
                work.take_changes(grade_id, cell.source, original)
        elif cell.kind == "code":
            work.answers[grade_id] = cell.source
            anchor = grade_id
    return work


def _place(cell: SubmittedCell, grade_id: str | None, original: _Original) -> str | None:
    """Which of the instructor's cells a cell is, by its id or its text; None for the student's own."""
    return grade_id or (original.copied(cell.source, None) and "copy") or cell.grade_id


def _with_answers(
    cells: list[SubmittedCell], ids: list[str | None], original: _Original
) -> list[str | None]:
    """The ids, with those of written answers that lost theirs: prose of the student's own that stands
    right below the cell that asks.
    """
    ids, above = list(ids), None
    for grade_id in original.cells:
        if answer_name(grade_id) and grade_id not in ids and above is not None:
            at = next(
                (
                    n
                    for n, c in enumerate(cells)
                    if above in (ids[n], original.copied(c.source, None))
                ),
                len(cells),
            )
            own = cells[at + 1 : at + 2]
            if own and own[0].kind != "code" and _place(own[0], ids[at + 1], original) is None:
                ids[at + 1] = grade_id
        above = grade_id
    return ids


def _ids(
    cells: list[SubmittedCell], original: _Original
) -> tuple[list[str | None], dict[int, str]]:
    """nbgrader's id per cell, None for a cell of the student's own; and by position the solution
    cells that were found by what they define, with what is said of each.
    """
    ids = [c.grade_id if c.grade_id in original.cells else None for c in cells]
    found: dict[int, str] = {}
    for grade_id, stubs in original.stubs.items():
        known = any(i == grade_id and c.kind == "code" for i, c in zip(ids, cells, strict=True))
        if known or not stubs:
            continue
        defining = [n for n, c in enumerate(cells) if n not in found and stubs <= defined(c.source)]
        ranked = [(_lost(cells[n], ids[n], grade_id, original), n) for n in defining]
        choices = [(how, n) for how, n in ranked if how is not None]
        if choices:
            (_, said), at = max(choices)  # of the likeliest kind the last one
            ids[at], found[at] = grade_id, said
    return ids, found


def _lost(
    cell: SubmittedCell, grade_id: str | None, question: str, original: _Original
) -> tuple[int, str] | None:
    """How likely a cell that defines a question's stubs is its lost solution cell, and what is said
    of it; None where it is none.
    """
    if cell.kind == "code":
        if grade_id is None:
            return 3, ""
        if grade_id in original.stubs or original.is_copy(grade_id, cell.source):
            return None
        return 0, f"carried the id of {grade_id}; it was found by what it defines"
    kind = "Markdown" if cell.kind == "markdown" else "raw"
    said = f"was a {kind} cell; its text was run as code"
    if grade_id == question:
        return 2, said
    return (1, said) if grade_id is None else None


def _rubric_cell(text: str, slug: str, name: str) -> nbformat.NotebookNode:
    """For the person who grades a written answer, below it; it is nowhere but in autograded/."""
    digest = hashlib.sha256(f"{slug}/rubric/{name}".encode()).hexdigest()[:12]
    return new_markdown_cell(text, id=f"r{digest}")


def _extra_cell(text: str, slug: str, after: str | None, position: int) -> nbformat.NotebookNode:
    digest = hashlib.sha256(f"{slug}/{after}/{position}".encode()).hexdigest()[:12]
    cell = new_code_cell(text, id=f"x{digest}")
    CellView(cell).mark_extra()
    return cell
