"""`check`: what a student calls in the notebook to learn whether a function is right.

Reads the expected results of the public tests from checks.json next to the notebook, runs the test on the student's
own functions, judges as the graders do and shows what was found. numpy only.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import linecache
import os
import random
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core import rendering
from ..core.encoding import pack_result, unpack
from ..core.probe import Probe, run
from ..core.verdict import (
    FAILED,
    PASSED,
    UNWRITTEN,
    Expectation,
    Verdict,
    failing_needs,
    judge,
    settle,
)
from .demo import is_stub

FORMAT = 1
"""Version of checks.json that this package reads."""
_WORD = re.compile(r"[^\W\d]\w*")


class CheckFailed(Exception):
    """Raised where a failed check must end in an error: while nbgrader validates a notebook."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return str(self).splitlines()


class _Trouble(Exception):
    """Nothing can be checked; the message names the file and the cure."""


@dataclass
class Checks:
    """A checks.json file. Expected results are decoded when they are first asked for.

    Args:
        path: the file.
        slug: the assignment.
        questions: per question ``functions``, ``needs`` and ``forbid``.
        probes: the undecoded expectations.
    """

    path: Path
    slug: str
    questions: dict[str, dict[str, list[str]]]
    probes: dict[str, dict[str, Any]]
    decoded: dict[str, Expectation] = field(default_factory=dict)

    def expectation(self, name: str) -> Expectation:
        """What the reference gave for a test."""
        if name not in self.probes:
            raise _Trouble(
                f"{self.path.name} (assignment {self.slug}) has no test {name!r}: "
                "the notebook and this file are not of the same release; get both of them again"
            )
        if name not in self.decoded:
            try:
                self.decoded[name] = Expectation.from_json(name, self.probes[name])
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
                raise _Trouble(
                    f"{self.path.name}: test {name!r} is damaged; get the file again from the assignment"
                ) from error
        return self.decoded[name]


_loaded: dict[Path, tuple[tuple[int, int], Checks]] = {}
_last: list[Path] = []


def _candidates(namespace: Mapping[str, Any]) -> Iterator[Path]:
    named = os.environ.get("DLCOURSE_CHECKS")
    if named:
        yield Path(named)
        return
    yield Path("checks.json").absolute()
    notebooks = (namespace.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME"))
    yield from (
        Path(n).absolute().parent / "checks.json" for n in notebooks if isinstance(n, str) and n
    )
    yield from _last  # the notebook changed its folder after an earlier check


def load_checks(namespace: Mapping[str, Any]) -> Checks:
    """Find and read checks.json; an unchanged file is read once.

    Raises:
        _Trouble: there is none, or it cannot be read.
    """
    tried = list(dict.fromkeys(_candidates(namespace)))
    path = next((p for p in tried if p.is_file()), None)
    if path is None:
        raise _Trouble(
            f"{tried[0]} is not there: it comes with the assignment and belongs next to the notebook; get the assignment again"
        )
    try:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = _loaded.get(path)
        if known is None or known[0] != stamp:
            known = _loaded[path] = (stamp, _parse(path))
    except OSError as error:
        raise _Trouble(
            f"{path} cannot be read ({error.strerror}); get the assignment again"
        ) from error
    _last[:] = [path]
    return known[1]


def _parse(path: Path) -> Checks:
    try:
        document = json.loads(path.read_bytes())
        version = document["format"]
        if version != FORMAT:
            newer = isinstance(version, int) and version > FORMAT
            cure = (
                "update dlcourse (pip install -U dlcourse)" if newer else "get the assignment again"
            )
            raise _Trouble(
                f"{path} is of format {version!r}, this version of dlcourse reads format {FORMAT}: {cure}"
            )
        questions, probes = document["questions"], document["probes"]
        if not isinstance(questions, dict) or not isinstance(probes, dict):
            raise TypeError
        for question in questions.values():
            for key in ("functions", "needs", "forbid"):
                if not all(isinstance(name, str) for name in question[key]):
                    raise TypeError
        return Checks(path, str(document["assignment"]), questions, probes)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _Trouble(
            f"{path} is damaged ({type(error).__name__}); get the file again from the assignment"
        ) from error


def _shell() -> Any:
    """The IPython shell that runs this code, or None."""
    ipython = sys.modules.get("IPython")
    return (
        ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    )


@contextlib.contextmanager
def _random_state_kept() -> Iterator[None]:
    """A check seeds the generators for its inputs; the notebook's own stream of random numbers goes on as before."""
    python, numpy_state = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    torch_state = (
        torch.get_rng_state() if torch is not None and hasattr(torch, "get_rng_state") else None
    )
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy_state)
        if torch is not None and torch_state is not None:
            torch.set_rng_state(torch_state)


def _result(one: Probe, namespace: Mapping[str, Any], slug: str) -> tuple[Any, tuple[str, ...]]:
    """Run a probe as the graders do, through the encoding; also the warnings that it gave.

    What student code writes to stderr goes to stdout: nbgrader takes stderr in a test cell for a failure.
    """
    with (
        _random_state_kept(),
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stderr(sys.stdout),
    ):
        result = unpack(pack_result(run(one, namespace, slug, "")))
    notes = dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught)
    return result, tuple(notes)[:3]


# Verdicts of this session. A verdict holds as long as the functions of its question are the ones that were tested.
_session: dict[tuple[str, str, str], tuple[tuple[int, ...], tuple[Any, ...], Verdict]] = {}


def _functions(checks: Checks, question: str, namespace: Mapping[str, Any]) -> tuple[Any, ...]:
    names = checks.questions.get(question, {}).get("functions", [])
    return tuple(namespace.get(name) for name in names)


def _remember(
    checks: Checks, question: str, probe: str, namespace: Mapping[str, Any], verdict: Verdict
) -> None:
    functions = _functions(checks, question, namespace)
    _session[checks.slug, question, probe] = (tuple(map(id, functions)), functions, verdict)


def _verdicts_of(checks: Checks, question: str, namespace: Mapping[str, Any]) -> dict[str, Verdict]:
    """This session's verdicts on a question's functions as they are now, by probe."""
    ids = tuple(map(id, _functions(checks, question, namespace)))
    return {
        p: v
        for (slug, q, p), (known, _, v) in _session.items()
        if (slug, q) == (checks.slug, question) and known == ids
    }


def _is_empty(function: object) -> bool:
    """Whether a function is still to be written, or its cell to be run."""
    return function is None or is_stub(function)


def _status_of(checks: Checks, question: str, namespace: Mapping[str, Any]) -> str:
    functions = _functions(checks, question, namespace)
    if not functions or any(map(_is_empty, functions)):
        return UNWRITTEN
    verdicts = _verdicts_of(checks, question, namespace).values()
    return next((v.status for v in verdicts if not v.passed), PASSED)


def _failing_needs(
    checks: Checks, question: str, namespace: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    order = list(checks.questions)
    status = {q: _status_of(checks, q, namespace) for q in order}
    needs = {q: checks.questions[q]["needs"] for q in order}
    failed = {q for q, s in status.items() if s != PASSED} - {question}
    return tuple((q, status[q]) for q in failing_needs(question, needs, failed, order))


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


def _forbidden(checks: Checks, question: str, namespace: Mapping[str, Any], shell: Any) -> str:
    """What a student is told of forbidden calls in the question's cell; empty when there are none.

    The cells that define the question's functions are searched, and the functions of other cells that these use.
    What their names stand for is read off the namespace, which is quicker than parsing the session's history.
    """
    entry = checks.questions.get(question, {})
    if not entry.get("forbid"):
        return ""
    from .forbid import message, spellings, violations

    library = {
        id(found): name
        for name in spellings(entry["forbid"])
        if (found := _library_object(name)) is not None
    }
    own = {
        _cell_text(code, shell): None
        for function in _functions(checks, question, namespace)
        for code in _code_of(function)
    }
    imports: dict[str, None] = {}
    helpers: dict[str, None] = {}
    seen: set[str] = set()
    todo = [" ".join(entry["functions"]), *own]
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
    return message(
        violations(
            [*before, *own],
            entry["forbid"],
            range(len(before), len(before) + len(own)),
            entry["functions"],
        )
    )


def _subject(
    checks: Checks, one: Probe, question: str, namespace: Mapping[str, Any], verdict: Verdict
) -> tuple[str, ...]:
    """The question's functions that a test calls; where one of them is not written yet, which."""
    called = tuple(
        name
        for name in one.parameters
        if name in checks.questions.get(question, {}).get("functions", [])
    )
    empty = tuple(name for name in called if _is_empty(namespace.get(name)))
    return empty if verdict.status == UNWRITTEN and empty else called


def _judge(checks: Checks, one: Probe, namespace: Mapping[str, Any], shell: Any) -> rendering.Shown:
    expectation = replace(checks.expectation(one.name), judge=one.judge)
    question = expectation.question
    result, notes = _result(one, namespace, checks.slug)
    verdict = judge(expectation, result)
    if verdict.status != UNWRITTEN and (text := _forbidden(checks, question, namespace, shell)):
        verdict = Verdict(FAILED, text)
    _remember(checks, question, one.name, namespace, verdict)
    verdicts = _verdicts_of(checks, question, namespace)
    verdict = settle(verdicts, dict.fromkeys(verdicts, question))[one.name]
    needs = () if verdict.passed else _failing_needs(checks, question, namespace)
    if verdict.status == UNWRITTEN and any(
        is_stub(f) for f in _functions(checks, question, namespace)
    ):
        needs = ()  # this question is the one to be written
    return rendering.Shown(
        question,
        expectation.title,
        verdict,
        needs,
        notes,
        _subject(checks, one, question, namespace, verdict),
    )


def _validating() -> bool:
    return "NBGRADER_VALIDATING" in os.environ or "NBGRADER_EXECUTION" in os.environ


def _display(shell: Any, text: str, html: Callable[[], str]) -> None:
    if shell is None:
        print(text)
    else:
        from IPython.display import display

        display({"text/plain": text, "text/html": html()}, raw=True)


def check(probe: Probe) -> None:
    """Run a test on the functions of this notebook and show what was found.

    Args:
        probe: a function under ``@probe``.

    Raises:
        CheckFailed: the test did not pass, and nbgrader is validating the notebook. Otherwise nothing is raised, so
            that "Run All" goes on.
    """
    shell = _shell()
    if os.environ.get("DLCOURSE_GRADING"):
        print("check: not run while grading")
        return
    frame = sys._getframe(1)
    namespace = shell.user_ns if shell is not None else frame.f_globals
    try:
        if not isinstance(probe, Probe):
            raise _Trouble(
                f"check takes a test, that is a function under @probe, not {rendering.clean(repr(type(probe).__name__), 80)}"
            )
        shown = _judge(load_checks(namespace), probe, namespace, shell)
    except _Trouble as trouble:
        text = str(trouble)
        if _validating():
            raise CheckFailed(text) from None
        _display(
            shell,
            f"{rendering.MARKS[UNWRITTEN]} not checked: {text}",
            lambda: rendering.trouble_html(text),
        )
        return
    if _validating() and not shown.verdict.passed:
        raise CheckFailed(rendering.to_text(shown)) from None
    _display(shell, rendering.to_text(shown), lambda: rendering.to_html(shown))
