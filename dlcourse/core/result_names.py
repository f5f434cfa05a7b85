"""Names of the parts of a result: where a test returns what a stub returned, the stub's docstring
says what the parts are called.

Only what stands there without doubt: a docstring in sentences gives no names, nor does a test that
puts its result together in another way.
"""

from __future__ import annotations

import ast
import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

_SECTION = re.compile(r"^Returns:\n((?:[ \t]+\S.*(?:\n|\Z)|[ \t]*\n)+)", re.MULTILINE)
_BRACKETS = re.compile(r"\(([^()]*)\)[,:.]")
_LIST = re.compile(r"((?:\w+, )*\w+(?:,? and |, )\w+)(?=[,:.;]| \(| in )")
_ENTRY = re.compile(r"(`{0,2})(\w+)\1: ")
_NO_NAMES = frozenset({"a", "an", "the", "its", "both", "one", "all", "each"})


def named(message: str, names: Mapping[str, str]) -> str:
    """What is said of a result, with the name of the part in place of its number.

    Args:
        message: begins with the place: ``result[1]: …``, or ``of one[1][0]: …`` of a test that
            returns several results by name.
        names: from :func:`result_names`.
    """
    for place, name in names.items():
        outer = place[: place.rindex("[")]
        shown = [f"result{one}" if one.startswith("[") else one for one in (place, outer) if one]
        if message.startswith((f"{shown[0]}:", f"{shown[0]}[")):
            return ", ".join([*shown[1:], name]) + message[len(shown[0]) :]
    return message


@lru_cache(maxsize=1024)
def result_names(test: str, name: str, stubs: str) -> Mapping[str, str]:
    """What the parts of a test's result are called.

    Args:
        test: source with the test in it.
        name: the test's.
        stubs: source of the cell with the functions under test, as students get it.

    Returns:
        Names by place; places are those of :class:`~dlcourse.core.difference.Mismatch`: ``[1]`` of
        a test that returns what the stub returned, ``of one[1]`` of one that returns it by name.
    """
    try:
        function, parts = _functions(test).get(name), _functions(stubs)
    except (SyntaxError, ValueError):
        return {}
    if function is None or sum(isinstance(n, ast.Return) for n in ast.walk(function)) != 1:
        return {}
    last = function.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return {}
    given = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)} & parts.keys()
    given -= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not _is_read(n)}
    return MappingProxyType(
        {
            f"{place}[{i}]": part
            for place, called in _calls(last.value, "")
            if called in given
            for i, part in enumerate(part_names(parts[called]))
        }
    )


def part_names(function: ast.FunctionDef) -> tuple[str, ...]:
    """What a docstring calls the parts of a returned tuple: different names, as many as the
    annotation has parts; empty where it does not say so without doubt.
    """
    kind = function.returns
    if not isinstance(kind, ast.Subscript) or not isinstance(kind.slice, ast.Tuple):
        return ()
    if ast.unparse(kind.value) != "tuple" or ast.unparse(kind.slice.elts[-1]) == "...":
        return ()
    section = _SECTION.search(ast.get_docstring(function) or "")
    if section is None:
        return ()
    text = " ".join(section[1].split())
    if listed := _BRACKETS.match(text) or _LIST.match(text):
        found = re.split(r",? and |, ", listed[1])
    else:
        lines = textwrap.dedent(section[1]).splitlines()
        found = [m[2] for line in lines if (m := _ENTRY.match(line))]
    right = len(found) == len(set(found)) == len(kind.slice.elts)
    return tuple(found) if right and all(map(_is_name, found)) else ()


def _functions(source: str) -> dict[str, ast.FunctionDef]:
    return {f.name: f for f in ast.parse(source).body if isinstance(f, ast.FunctionDef)}


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _is_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word) and word.lower() not in _NO_NAMES


def _calls(value: ast.expr, place: str) -> Iterator[tuple[str, str]]:
    """Where a result is what a function returned: its place, and the function's name."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        yield place, value.func.id
    elif isinstance(value, (ast.Tuple, ast.List)):
        if not any(isinstance(one, ast.Starred) for one in value.elts):
            for i, one in enumerate(value.elts):
                yield from _calls(one, f"{place}[{i}]")
    elif isinstance(value, ast.Dict):
        for key, one in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _calls(one, f"{place}[{key.value!r}]" if place else key.value)
