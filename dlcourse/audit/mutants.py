"""All mutants of a question, each with an identity that survives unrelated edits."""

from __future__ import annotations

import difflib
import io
import tokenize
import types
from collections.abc import Iterator
from dataclasses import dataclass

from ..authoring.assignment import Question
from . import (  # noqa: F401  (all but one enter their operators into OPERATORS)
    operators_arguments,
    operators_deep_learning,
    operators_numerics,
    operators_python,
    operators_randomness,
    operators_statements,
    operators_structure,
    operators_text,
)
from .edits import OPERATORS, Site
from .stubs import StubCell


@dataclass(frozen=True)
class Mutant:
    """One small change of a reference.

    Args:
        question: whose cell is changed.
        stub: the function or method in it.
        operator: what made it.
        line: the changed lines as they were, without indentation; empty where a line was inserted.
        becomes: the same lines after the change.
        occurrence: counts the mutants of one stub with the same two texts, from 1.
        source: of the whole cell, changed.
    """

    question: str
    stub: str
    operator: str
    line: str
    becomes: str
    occurrence: int
    source: str

    @property
    def id(self) -> tuple[str, str, str, int]:
        """What names it in equivalent.toml."""
        return self.stub, self.line, self.becomes, self.occurrence

    @property
    def diff(self) -> str:
        """The change in one line."""
        again = f"   (occurrence {self.occurrence})" if self.occurrence > 1 else ""
        shown = " ⏎ ".join(self.becomes.splitlines())
        return (
            f"{' ⏎ '.join(self.line.splitlines())}  →  {shown}{again}"
            if self.line
            else f"+ {shown}{again}"
        )


def _code(code: types.CodeType) -> object:
    """Bytecode without line numbers: equal for two functions that do the same by construction."""
    constants = tuple(
        _code(c) if isinstance(c, types.CodeType) else (type(c).__name__, repr(c))
        for c in code.co_consts
    )
    return (
        code.co_code,
        constants,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
    )


def _without_comment(line: str) -> str:
    """A line of code without indentation and comment, so that another comment does not make another
    mutant.
    """
    text = line.strip()
    if "#" not in text:
        return text
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                return text[: token.start[1]].rstrip()
    except (tokenize.TokenError, IndentationError):  # a part of a longer statement
        pass
    return text


def _changed(old: str, new: str) -> tuple[int, str, str]:
    """The number of the first changed line, and the changed lines before and after."""
    before, after = old.splitlines(), new.splitlines()
    blocks = [
        b
        for b in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if b[0] != "equal"
    ]
    first, last = blocks[0], blocks[-1]

    def text(lines: list[str]) -> str:
        return "\n".join(_without_comment(line) for line in lines)

    return first[1] + 1, text(before[first[1] : last[2]]), text(after[first[3] : last[4]])


def _candidates(cell: StubCell) -> Iterator[tuple[str, str]]:
    yield from operators_python.mutations(cell)
    for stub in cell.stubs:
        site = Site(cell, stub)
        for name, operator in OPERATORS.items():
            for edit in operator(site):
                yield name, edit.apply(cell.source)


def mutants(question: Question) -> list[Mutant]:
    """All mutants of the bodies of a question's cell, in the order of its lines.

    Those that do not compile, and those that compile to the same code as the reference or as
    another mutant, are left out.
    """
    cell = StubCell(question)
    seen = {_code(compile(question.source, "cell", "exec"))}
    found: list[tuple[int, str, str, str, str]] = []
    for operator, source in _candidates(cell):
        try:
            code = _code(compile(source, "cell", "exec"))
        except (SyntaxError, ValueError):
            continue
        if code in seen:
            continue
        seen.add(code)
        line, old, new = _changed(question.source, source)
        found.append((line, old, new, operator, source))
    found.sort(key=lambda f: f[0])
    count: dict[tuple[str, str, str], int] = {}
    out = []
    for line, old, new, operator, source in found:
        stub = cell.place(line)
        key = (stub, old, new)
        count[key] = count.get(key, 0) + 1
        out.append(Mutant(question.name, stub, operator, old, new, count[key], source))
    return out
