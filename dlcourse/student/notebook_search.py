"""Searches a running notebook for calls that a question forbids.

The cells that define the question's functions are searched, and the functions of other cells that these use. What
their names stand for is read off the namespace, which is quicker than parsing the session's history.
"""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

from .checks_file import QuestionInfo
from .forbid import message, spellings, violations

_WORD = re.compile(r"[^\W\d]\w*")


def forbidden_use(question: QuestionInfo, namespace: Mapping[str, Any], shell: Any) -> str:
    """What a student is told of forbidden calls in a question's cells; empty when there are none.

    Args:
        question: the question.
        namespace: the notebook's names.
        shell: the IPython shell that it runs in; None in a script.
    """
    library = {
        id(value): name
        for name in spellings(question.forbid)
        if (value := _library_object(name)) is not None
    }
    functions = [namespace.get(name) for name in question.functions]
    own = {_cell_text(code, shell): None for value in functions for code in _code_of(value)}
    imports: dict[str, None] = {}
    helpers: dict[str, None] = {}
    seen: set[str] = set()
    todo = [" ".join(question.functions), *own]
    while todo:
        for name in set(_WORD.findall(todo.pop())) - seen:
            seen.add(name)
            value = namespace.get(name)
            if isinstance(value, types.ModuleType):
                imports[f"import {value.__name__} as {name}"] = None
            elif id(value) in library:
                module, _, attribute = library[id(value)].rpartition(".")
                imports[f"from {module} import {attribute} as {name}"] = None
            else:
                for text in {_cell_text(code, shell): None for code in _code_of(value)}:
                    if text not in own and text not in helpers:
                        helpers[text] = None
                        todo.append(text)
    before = ["\n".join(imports), *helpers]
    searched = range(len(before), len(before) + len(own))
    return message(violations([*before, *own], question.forbid, searched, question.functions))


def _code_of(value: Any) -> Iterator[types.CodeType]:
    """Code objects of a function of the student's, or of the methods of a class."""
    for member in list(vars(value).values()) if isinstance(value, type) else [value]:
        member = (
            member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        )
        function = inspect.unwrap(member) if callable(member) else member
        if (
            isinstance(function, types.FunctionType)
            and function.__globals__.get("__name__") == "__main__"
        ):
            yield function.__code__


def _cell_text(code: types.CodeType, shell: Any) -> str:
    """The cell that a function stands in; in a script the function alone."""
    if shell is not None and shell.compile.format_code_name(code.co_filename) is not None:
        return "".join(linecache.getlines(code.co_filename))
    try:
        return inspect.getsource(code)
    except (OSError, TypeError):  # made by exec
        return ""


def _library_object(name: str) -> Any:
    """What a full dotted name stands for, if its module is loaded."""
    module, _, attribute = name.rpartition(".")
    owner = (
        sys.modules.get(module) if module in sys.modules or not module else _library_object(module)
    )
    return getattr(owner, attribute, None) if owner is not None else None
