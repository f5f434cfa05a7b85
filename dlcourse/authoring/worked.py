"""Numbers worked in a notebook's text, tied to the text and to the reference."""

from __future__ import annotations

import ast
import functools
import re
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .script import read_script

_TOKEN = re.compile(
    r"(?P<sign>[-−]?)\s*(?:"
    r"\\[td]?frac\s*(?:\{(?P<up>\d+)\}|(?P<u>\d))\s*(?:\{(?P<down>\d+)\}|(?P<d>\d))"
    r"|(?:(?P<decimal>\d+(?:\.\d+)?|\.\d+)\s*\\cdot\s*)?10\^\{?(?P<power>-?\d+)\}?"
    r"|(?P<plain>\d{1,3}(?:(?:\\,| )\d{3}\b)+|\d+(?:\.\d+)?|\.\d+)(?:/(?P<over>\d+))?"
    r")"
    r"|\\[A-Za-z]+"  # other commands
    r"|[_^](?:\{[^{}]*\}|.)"  # indices and exponents hold no results
    r"|[A-Za-z][A-Za-z0-9]*"  # nor do names
)

_SPACE = re.compile(r"\\,| ")
"""Between groups of three digits."""


def worked(ref: types.ModuleType, where: str, text: str, value: Any) -> None:
    r"""Assert that a worked result stands in the text, and that the reference gives it.

    Args:
        ref: the reference of the assignment.
        where: a question, whose section is searched, or the heading of a section.
        text: a passage of that section as written there; white space does not matter. Its numbers
            are decimals, whole numbers (``30\,522``), fractions (``1/7``, ``\tfrac17``) and powers
            of ten (``3 \cdot 10^{-4}``); digits in indices, exponents and names do not count. A
            result that is a text stands here alone.
        value: what the reference gives for them, in order: a number, an array, or lists, tuples
            and dictionaries of such; or a text.

    Raises:
        AssertionError: the passage is not there, or a value, rounded as printed, is another.
    """
    assert ref.__file__ is not None
    prose = _section(Path(ref.__file__), where)
    assert re.search(_pattern(text), prose), f"{where}: the text does not say {text!r}"
    if isinstance(value, str):
        assert value == text, f"{where}: the text says {text!r}, the reference gives {value!r}"
        return
    printed, values = list(_numbers(text)), list(_flat(value))
    assert printed and len(printed) == len(values), (
        f"{where}: {text!r} holds the numbers {[n for n, _ in printed]}, the reference gives {values}"
    )
    for (number, unit), actual in zip(printed, values, strict=True):
        # half a unit of the last digit; whole numbers and fractions to the precision of float32
        tolerance = unit / 2 + (min(1e-6 * abs(number), 0.1) or 1e-9)
        assert abs(actual - number) <= tolerance, (
            f"{where}: the text says {text!r}, the reference gives {actual} for {number}"
        )


def _pattern(text: str) -> str:
    """Finds a passage where it is no part of a longer word or number."""
    before = r"(?<![\w./−-])" if re.match(r"[\w.]", text) else ""
    after = r"(?!\w|[.,/]\d)" if re.search(r"\w\Z", text) else ""
    return before + r"\s+".join(map(re.escape, text.split())) + after


def _numbers(text: str) -> Iterator[tuple[float, float]]:
    """Each number, and the unit of its last decimal; 0 for whole numbers and fractions."""
    for token in _TOKEN.finditer(text):
        up, down = token["up"] or token["u"], token["down"] or token["d"]
        written = token["plain"] or token["decimal"] or (token["power"] and "1")
        if up is not None:
            size, unit = int(up) / int(down), 0.0
        elif written:
            scale = 10.0 ** int(token["power"] or 0) / int(token["over"] or 1)
            decimals = len(written.partition(".")[2])
            size, unit = float(_SPACE.sub("", written)) * scale, 0.0
            if decimals:
                unit = 10.0**-decimals * scale
        else:
            continue
        yield (-size if token["sign"] else size), unit


def _flat(value: Any) -> Iterator[float]:
    """Numbers of nested containers, arrays and tensors, in order."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _flat(part)
    else:
        array = value.detach().numpy() if hasattr(value, "detach") else np.asarray(value)
        yield from array.astype(float).ravel().tolist()


@functools.cache
def _sections(path: Path) -> tuple[tuple[str, frozenset[str], str], ...]:
    """Heading, questions, and what a student reads, of each section of a script."""
    sections: list[tuple[str, set[str], list[str]]] = [("", set(), [])]
    cells, questions = read_script(path)
    for cell in cells:
        if cell.kind == "question" and cell.question is not None:
            _, names, texts = sections[-1]
            names.add(cell.question)
            tree = ast.parse(questions[cell.question].source)
            texts += [
                ast.get_docstring(node) or ""
                for node in ast.walk(tree)
                if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            ]
        elif cell.kind == "text":
            for part in re.split(r"^(?=## )", cell.source, flags=re.MULTILINE):
                if part.startswith("## "):
                    heading = part.partition("\n")[0].removeprefix("## ")
                    sections.append((heading, set(), [part]))
                else:
                    sections[-1][2].append(part)
    return tuple(
        (heading, frozenset(names), "\n".join(texts)) for heading, names, texts in sections
    )


def _section(path: Path, where: str) -> str:
    found = [text for heading, names, text in _sections(path) if where in names or where == heading]
    assert found, f"{path.name}: {where!r} is neither a question nor the heading of a section"
    return found[0]
