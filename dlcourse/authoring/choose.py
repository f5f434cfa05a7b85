"""An assignment of some of its questions: what they and the demos need of the others is given as
code.

A script is cut into sections by its headings of the second level. The section of a question that is
left out goes, with its prose, hints, predictions and demos. What remains keeps its numbers, so that
"question 4" in the text stays question 4.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from ..core.cells import PROSE, reference_view
from ..core.names import bound, global_names
from ..core.probe import parameters
from ..errors import AuthorError
from .assignment import Assignment, Question, ScriptCell
from .course import Choice
from .helpers import cell_of_helpers
from .rules import rules_of
from .source_file import changed

_HEADING = re.compile(r"^(?=## )", re.MULTILINE)


def choose(assignment: Assignment, choice: Choice) -> Assignment:
    """The assignment with the chosen questions.

    Args:
        assignment: with all its questions.
        choice: of course.toml.

    Raises:
        AuthorError: a question is not there, or there are no core questions.
    """
    chosen = _names(assignment, choice)
    if chosen == set(assignment.questions):
        return assignment
    selection = _Selection(assignment, chosen)
    cells = tuple(selection.cells())
    questions = {q: _cut(assignment, q, chosen) for q in assignment.questions if q in chosen}
    return replace(
        assignment,
        cells=cells,
        questions=questions,
        probes={n: p for n, p in assignment.probes.items() if p.spec.question in chosen},
        misconceptions=tuple(m for m in assignment.misconceptions if m.question in chosen),
        alternatives=tuple(a for a in assignment.alternatives if a.question in chosen),
        rules=rules_of(
            (cell.source for cell in cells if cell.kind == "given"),
            {q.name: q.forbid for q in questions.values()},
            {f: q.name for q in questions.values() for f in q.functions},
        ),
        left_out=tuple(q for name, q in assignment.questions.items() if name not in chosen),
    )


def _names(assignment: Assignment, choice: Choice) -> set[str]:
    questions = assignment.questions
    if choice is None:
        return set(questions)
    where = f"course.toml: assignment {assignment.slug}: questions"
    if choice == "core":
        core = {name for name, q in questions.items() if not q.further}
        if not core:
            raise AuthorError(f"{where}: every question is marked as further")
        return core
    for name in choice:
        if name not in questions:
            raise AuthorError(f"{where}: no question {name!r}; there are {', '.join(questions)}")
    return set(choice)


def _cut(assignment: Assignment, name: str, chosen: Collection[str]) -> Question:
    """A question that needs chosen ones only; what it needs through a given one, it needs itself."""
    found: set[str] = set()
    todo, seen = list(assignment.questions[name].needs), set()
    while todo:
        need = todo.pop()
        if need in chosen:
            found.add(need)
        elif need not in seen:
            seen.add(need)
            todo += assignment.questions[need].needs
    needs = tuple(q for q in assignment.questions if q in found)
    return replace(assignment.questions[name], needs=needs)


@dataclass
class _Part:
    """A cell of the script, or the part of a cell of prose that belongs to one section.

    Args:
        cell: as in the script.
        number: of the cell.
        source: its text, or the part.
        section: number of its section.
        keep: whether it is in the selection.
    """

    cell: ScriptCell
    number: int
    source: str
    section: int
    keep: bool = False
    reads: frozenset[str] = field(default=frozenset())


class _Selection:
    """Which cells of a script are in a selection of questions."""

    def __init__(self, assignment: Assignment, chosen: Collection[str]) -> None:
        self.assignment, self.chosen = assignment, chosen
        self.parts = list(_parts(assignment.cells))
        self.owner = {f: q.name for q in assignment.questions.values() for f in q.functions}
        self.makers: dict[str, list[_Part]] = {}
        self.importers: dict[str, list[_Part]] = {}
        for part in self.parts:
            if part.cell.kind in ("given", "question"):
                for name in _makes(part.source):
                    self.makers.setdefault(name, []).append(part)
                for name in _imports(part.source):
                    self.importers.setdefault(name, []).append(part)
        self.sections = {
            section: list(parts) for section, parts in groupby(self.parts, lambda p: p.section)
        }
        self.gone = {n for n, parts in self.sections.items() if self._left_out(parts)}
        for part in self.parts:
            part.keep = self._stands_by_itself(part)
        self._give_what_is_needed()
        for part in self.parts:
            if part.cell.kind not in ("given", "question", "demo"):
                part.keep = self._goes_along(part)

    def cells(self) -> Iterator[ScriptCell]:
        """The cells of the selection, in order."""
        explained: set[int] = set()
        for _, parts in groupby(self.parts, lambda p: p.number):
            kept = [p for p in parts if p.keep]
            if not kept:
                continue
            part, cell = kept[0], kept[0].cell
            given = cell.kind == "question" and cell.question not in self.chosen
            if given or (cell.kind == "given" and part.section in self.gone):
                if part.section not in explained or part.section not in self.gone:
                    yield ScriptCell("text", self._note(part), line=cell.line)
                explained.add(part.section)
            if given:
                yield ScriptCell("given", reference_view(cell.source), line=cell.line)
            elif cell.kind == "text":
                yield replace(cell, source="".join(p.source for p in kept).strip("\n"))
            else:
                yield cell

    def _left_out(self, parts: Sequence[_Part]) -> bool:
        """Whether a whole section goes: all its questions do, or, where it has none, all its demos."""
        questions = [p.cell.question for p in parts if p.cell.kind == "question"]
        if questions:
            return not any(q in self.chosen for q in questions)
        demos = [p for p in parts if p.cell.kind == "demo"]
        return bool(demos) and not any(map(self._is_for_chosen, demos))

    def _is_for_chosen(self, demo: _Part) -> bool:
        """Whether a demo shows something of a chosen question; one that uses no question at all
        always does.
        """
        used = self._questions_behind(demo.reads)
        return not used or any(q in self.chosen for q in used)

    def _questions_behind(self, names: Iterable[str]) -> set[str]:
        """Questions whose stubs some code uses itself or through given code."""
        todo, seen, found = set(names), set(), set()
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self.owner:
                found.add(self.owner[name])
                continue
            for part in self._providers(name):
                todo |= part.reads
        return found

    def _providers(self, name: str) -> list[_Part]:
        """Given cells and questions that make a name what it is; of several imports the first."""
        return self.makers.get(name) or self.importers.get(name, [])[:1]

    def _stands_by_itself(self, part: _Part) -> bool:
        """Whether code is kept whatever needs it."""
        if part.cell.kind == "question":
            return part.cell.question in self.chosen
        if part.section in self.gone:
            return False
        if part.cell.kind == "demo":
            return self._is_for_chosen(part)
        if part.cell.kind != "given":
            return False
        below = [p.cell for p in self.sections[part.section] if p.number > part.number]
        leads = any(c.kind == "question" and c.question in self.chosen for c in below)
        return leads or _acts(part.source)

    def _give_what_is_needed(self) -> None:
        """Keep what the code that is kept needs, and what the tests of its questions and their
        proofs need.
        """
        todo = {name for part in self.parts if part.keep for name in part.reads}
        todo |= self._needed_by_tests()
        seen: set[str] = set()
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            for part in self._providers(name):
                part.keep = True
                todo |= part.reads

    def _needed_by_tests(self) -> set[str]:
        assignment = self.assignment
        names: set[str] = set()
        for graded in assignment.probes.values():
            if graded.spec.question in self.chosen:
                names |= set(parameters(graded.probe.function))
                names |= _reads(graded.cell) | _reads(graded.program)
                names |= _reads(cell_of_helpers(graded.helpers))
        for misconception in assignment.misconceptions:
            if misconception.question in self.chosen:
                names |= _reads(assignment.edited(misconception))
        for alternative in assignment.alternatives:
            if alternative.question in self.chosen:
                names |= _reads(alternative.source)
        return names

    def _goes_along(self, part: _Part) -> bool:
        """Whether prose, hints or a prediction stay: they belong to the question or demo below,
        else above, else to code below.
        """
        if part.cell.question is not None:
            return part.cell.question in self.chosen
        if part.section in self.gone:
            return False
        parts = self.sections[part.section]
        if part.cell.kind == "answer":  # as the prose above, which asks for it
            return parts[next(n for n, other in enumerate(parts) if other is part) - 1].keep
        if part is parts[0]:
            return True
        place = next(n for n, other in enumerate(parts) if other is part)
        around = [*parts[place + 1 :], *reversed(parts[:place])]
        owner = next((p for p in around if p.cell.kind in ("question", "demo")), None)
        if owner is None:  # a section of given code, or of prose alone
            code = next((p for p in parts[place + 1 :] if p.cell.kind == "given"), None)
            return code is None or code.keep
        return owner.keep and owner.cell.question in (None, *self.chosen)

    def _note(self, part: _Part) -> str:
        """What a student reads above code that is given."""
        questions = [
            self.assignment.questions[str(p.cell.question)]
            for p in self.sections[part.section]
            if p.cell.kind == "question"
        ]
        if part.cell.kind == "question":
            questions = [q for q in questions if q.name == part.cell.question]
        if not questions:
            return "**Given.** What follows uses this code."
        from_where = ", ".join(f"question {q.number}, *{q.title}*" for q in questions)
        return f"**Given.** This is code of {from_where}, which is left out here; what follows uses it."


def _parts(cells: Sequence[ScriptCell]) -> Iterator[_Part]:
    section = 0
    for number, cell in enumerate(cells):
        if cell.kind != "text":
            reads = frozenset(() if cell.kind in PROSE else _reads(cell.source))
            yield _Part(cell, number, cell.source, section, reads=reads)
            continue
        for text in filter(None, _HEADING.split(cell.source)):
            section += text.startswith("## ")
            yield _Part(cell, number, text, section)


def _reads(source: str) -> set[str]:
    """Names that code takes from its notebook."""
    return set(global_names(compile(source, "<cell>", "exec", dont_inherit=True)))


def _makes(source: str) -> set[str]:
    """Names that code binds or changes at its top level, other than by imports."""
    body = [s for s in ast.parse(source).body if not isinstance(s, (ast.Import, ast.ImportFrom))]
    return {name for statement in body for name in (*bound(statement), *changed(statement))}


def _imports(source: str) -> set[str]:
    body = [s for s in ast.parse(source).body if isinstance(s, (ast.Import, ast.ImportFrom))]
    return {name for statement in body for name in bound(statement)}


def _acts(source: str) -> bool:
    """Whether code does more than to define: it imports, or calls something for its effect."""
    return any(
        isinstance(s, (ast.Import, ast.ImportFrom))
        or (isinstance(s, ast.Expr) and not isinstance(s.value, ast.Constant))
        for s in ast.parse(source).body
    )
