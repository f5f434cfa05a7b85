"""The parts of a question's cell that an audit may change: the bodies between the solution markers."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from ..authoring.assignment import Question
from ..core.cells import BEGIN_SOLUTION, END_SOLUTION

ARRAYS = re.compile(r"\b(ndarray|Tensor|Array|ArrayLike)\b")
"""What an annotation says when the argument is an array, a tensor, or a container of them."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def axes_of(annotation: str) -> list[list[str]]:
    """Names of the axes of each array in a jaxtyping annotation, in the order of the text."""
    if not annotation:
        return []
    found = []
    for node in ast.walk(ast.parse(annotation, mode="eval")):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Tuple)
            and len(node.slice.elts) == 2
        ):
            kind, axes = node.slice.elts
            if (
                isinstance(axes, ast.Constant)
                and isinstance(axes.value, str)
                and ARRAYS.search(ast.unparse(kind))
            ):
                found.append((node.lineno, node.col_offset, axes.value.split()))
    return [axes for _, _, axes in sorted(found)]


def raised_by(doc: str) -> list[str]:
    """Names of the exceptions in the ``Raises`` section of a docstring."""
    found: dict[str, None] = {}
    inside = False
    for line in doc.splitlines():
        if line and not line.startswith(" "):
            inside = line.strip() == "Raises:"
        elif inside and (match := re.match(r" {4}(\w+(?:, \w+)*):", line)):
            found.update(dict.fromkeys(match[1].split(", ")))
    return list(found)


@dataclass(frozen=True)
class Stub:
    """One function or method with a body to be written.

    Args:
        name: ``function`` or ``Class.method``.
        node: its definition.
        first: line of the cell after the first ``BEGIN SOLUTION`` in it, from 1.
        last: line before the last ``END SOLUTION``.
    """

    name: str
    node: Function
    first: int
    last: int

    @property
    def doc(self) -> str:
        return ast.get_docstring(self.node) or ""

    @cached_property
    def annotations(self) -> dict[str, str]:
        """Annotation of each parameter as text, ``self`` left out."""
        arguments = self.node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return {
            a.arg: ast.unparse(a.annotation) if a.annotation else ""
            for a in every
            if a.arg not in ("self", "cls")
        }

    @cached_property
    def returns(self) -> str:
        """Annotation of the result as text."""
        return ast.unparse(self.node.returns) if self.node.returns else ""

    @cached_property
    def defaults(self) -> dict[str, ast.expr]:
        """Default value of the parameters that have one."""
        arguments = self.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        found = dict(
            zip(
                [a.arg for a in positional][len(positional) - len(arguments.defaults) :],
                arguments.defaults,
                strict=True,
            )
        )
        found.update(
            {
                a.arg: d
                for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
                if d is not None
            }
        )
        return found

    def rank(self, name: str) -> int | None:
        """Number of axes of an array argument, where its annotation fixes it."""
        specs = axes_of(self.annotations.get(name, ""))
        return (
            len(specs[0])
            if len(specs) == 1 and not any(a.startswith("*") or a == "..." for a in specs[0])
            else None
        )

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """Parameters that are arrays or tensors themselves."""
        return tuple(
            n
            for n, a in self.annotations.items()
            if ARRAYS.search(a) and not re.match(r"\s*(list|tuple|dict|Sequence|Iterable)\b", a)
        )


REDUCTIONS = {
    "sum", "mean", "max", "min", "amax", "amin", "prod", "var", "std", "argmax", "argmin", "norm", "any", "all", "logsumexp", "median",
    "nansum", "nanmean", "count_nonzero",
}  # fmt: skip
_ALONG = REDUCTIONS | {
    "softmax",
    "log_softmax",
    "cumsum",
    "cumprod",
    "argsort",
    "sort",
    "flip",
    "squeeze",
    "unsqueeze",
    "expand_dims",
    "repeat_interleave",
}
_MODULES = ("np", "numpy", "torch", "F", "nn", "math", "scipy", "special", "linalg")


def called(node: ast.Call) -> str:
    """Last part of the name of what is called: ``sum`` for ``x.sum(0)`` and for ``np.sum(x)``."""
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def of_module(node: ast.Call) -> bool:
    """Whether a library's function is called (``np.sum(x)``), not a method (``x.sum()``)."""
    at = node.func
    while isinstance(at, ast.Attribute):
        at = at.value
    return isinstance(node.func, ast.Attribute) and isinstance(at, ast.Name) and at.id in _MODULES


def number(node: ast.AST | None) -> float | None:
    """The value of a literal number, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None else -value
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, (int, float))
        and not isinstance(node.value, bool)
    ):
        return node.value
    return None


def axis_nodes(node: ast.Call) -> list[ast.expr]:
    """Literal axes among the arguments of a call; those of a tuple one by one."""
    found = [k.value for k in node.keywords if k.arg in ("axis", "dim")]
    place = 1 if of_module(node) else 0
    if called(node) in _ALONG:
        found += node.args[place : place + 1]
    elements = [e for f in found for e in (f.elts if isinstance(f, ast.Tuple) else [f])]
    return [e for e in elements if isinstance(number(e), int)]


class StubCell:
    """A question's cell, with what is needed to change it as text.

    Args:
        question: whose cell it is.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.source = question.source
        self.lines = question.source.splitlines()
        self.tree = ast.parse(question.source)
        self.stubs = tuple(self._stubs())
        self._starts = [0]
        for line in question.source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def _stubs(self) -> list[Stub]:
        regions, begin = [], 0
        for number, line in enumerate(self.lines, 1):
            if line.strip() == BEGIN_SOLUTION:
                begin = number
            elif line.strip() == END_SOLUTION:
                regions.append((begin + 1, number - 1))
        found = []
        for name, node in _functions(self.tree.body, ""):
            own = [
                (a, b) for a, b in regions if node.lineno <= a and b <= (node.end_lineno or 0) + 1
            ]
            inner = [n for _, n in _functions(node.body, "") if own and n.lineno < own[0][0]]
            if own and not inner:
                found.append(Stub(name, node, own[0][0], own[-1][1]))
        return found

    def offset(self, line: int, column: int) -> int:
        """Place in the source of a line (from 1) and a column counted in UTF-8 bytes, as :mod:`ast`
        gives them.
        """
        text = self.lines[line - 1]
        return self._starts[line - 1] + (
            column if text.isascii() else len(text.encode()[:column].decode())
        )

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Where a node begins and ends in the source."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(
            node.end_lineno, node.end_col_offset
        )

    def text(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """The source of a node as the author wrote it."""
        begin, end = self.span(node)
        return self.source[begin:end]

    def place(self, line: int) -> str:
        """Name of the stub that a line (from 1) belongs to; empty outside of the bodies."""
        return next((s.name for s in self.stubs if s.first <= line <= s.last), "")

    @cached_property
    def axes(self) -> tuple[tuple[int, int], ...]:
        """Spans of the literal axes of reductions and the like."""
        return tuple(
            self.span(a)
            for n in ast.walk(self.tree)
            if isinstance(n, ast.Call)
            for a in axis_nodes(n)
        )

    @cached_property
    def silent(self) -> tuple[tuple[int, int], ...]:
        """Spans whose text no probe can see: what is raised and with which message, asserts,
        f-strings.
        """
        found = [
            n for n in ast.walk(self.tree) if isinstance(n, (ast.Raise, ast.Assert, ast.JoinedStr))
        ]
        return tuple(self.span(n) for n in found)


def split_by_wrappable(cell: StubCell) -> tuple[list[str], list[str]]:
    """Stubs that can be replaced by wrappers around the reference, and those that cannot."""
    can: list[str] = []
    cannot: list[str] = []
    for stub in cell.stubs:
        owner, _, name = stub.name.rpartition(".")
        special = owner and name.startswith("__") and name != "__call__"
        (cannot if special or "." in owner or stub.node.decorator_list else can).append(stub.name)
    return can, cannot


def _functions(body: list[ast.stmt], prefix: str) -> list[tuple[str, Function]]:
    found: list[tuple[str, Function]] = []
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append((prefix + node.name, node))
        elif isinstance(node, ast.ClassDef):
            found += _functions(node.body, f"{prefix}{node.name}.")
    return found
