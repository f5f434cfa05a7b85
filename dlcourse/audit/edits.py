"""How a mutation operator of our own says what it changes: as edits of the text, so that all else
stays as it was.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from .stubs import Stub, StubCell

T = TypeVar("T", bound=ast.AST)


@dataclass(frozen=True)
class Edit:
    """One replacement in the source of a cell."""

    begin: int
    end: int
    text: str

    def apply(self, source: str) -> str:
        return source[: self.begin] + self.text + source[self.end :]


class Site:
    """One stub as operators see it.

    Args:
        cell: where it stands.
        stub: the stub.
    """

    def __init__(self, cell: StubCell, stub: Stub) -> None:
        self.cell = cell
        self.stub = stub

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the body but what is raised, asserted or formatted, in the order of the
        text.
        """
        found: list[ast.AST] = []

        def visit(node: ast.AST) -> None:
            for child in ast.iter_child_nodes(node):
                line = getattr(child, "lineno", self.stub.first)
                if (
                    isinstance(child, (ast.Assert, ast.JoinedStr, ast.arguments))
                    or not self.stub.first <= line <= self.stub.last
                ):
                    continue
                found.append(child)
                if not isinstance(child, ast.Raise):
                    visit(child)

        visit(self.stub.node)
        return found

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {
            child: node
            for node in [self.stub.node, *self.nodes]
            for child in ast.iter_child_nodes(node)
        }

    @cached_property
    def torch(self) -> bool:
        """Whether the stub works on tensors."""
        text = ast.unparse(self.stub.node)
        return "Tensor" in text or "torch" in text

    @cached_property
    def assigned(self) -> set[str]:
        """Names that the body binds."""
        return {
            n.id for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }

    @cached_property
    def read(self) -> set[str]:
        """Names that the body reads."""
        return {n.id for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}

    def of(self, kind: type[T]) -> Iterator[T]:
        """The nodes of one kind."""
        return (n for n in self.nodes if isinstance(n, kind))

    def text(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        return self.cell.text(node)

    def atom(self, node: ast.expr) -> str:
        """The text of a node, in parentheses where they could be needed."""
        text = self.text(node)
        simple = isinstance(
            node,
            (
                ast.Name,
                ast.Constant,
                ast.Attribute,
                ast.Subscript,
                ast.Call,
                ast.List,
                ast.ListComp,
            ),
        )
        return text if simple else f"({text})"

    def replace(self, node: ast.expr | ast.stmt | ast.keyword, text: str) -> Edit:
        return Edit(*self.cell.span(node), text)

    def call(self, node: ast.Call, args: list[str], keywords: list[str]) -> Edit:
        """The same call with other arguments."""
        return self.replace(node, f"{self.text(node.func)}({', '.join([*args, *keywords])})")

    def arguments(self, node: ast.Call) -> tuple[list[str], list[str]]:
        """Positional and keyword arguments as text."""
        return [self.text(a) for a in node.args], [self.text(k) for k in node.keywords]

    def joined(self, first: Edit, second: Edit) -> Edit:
        """Two edits of places that do not overlap, as one."""
        first, second = sorted((first, second), key=lambda edit: edit.begin)
        between = self.cell.source[first.end : second.begin]
        return Edit(first.begin, second.end, first.text + between + second.text)

    def insert(self, statement: str) -> Edit:
        """A statement at the beginning of the body."""
        at = self.cell.offset(self.stub.first, 0)
        first = next(
            line for line in self.cell.lines[self.stub.first - 1 : self.stub.last] if line.strip()
        )
        return Edit(at, at, first[: len(first) - len(first.lstrip())] + statement + "\n")

    def is_parameter(self, node: ast.AST) -> bool:
        """Whether a node is the bare name of an array argument."""
        return (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in self.stub.arrays
        )


Operator = Callable[[Site], Iterator[Edit]]
OPERATORS: dict[str, Operator] = {}


def operator(function: Operator) -> Operator:
    """Enter a mutation operator under its function's name, which reports show."""
    OPERATORS[function.__name__] = function
    return function
