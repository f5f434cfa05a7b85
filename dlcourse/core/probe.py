"""Probes: graded tests that return evidence and know no answers.

A probe receives the functions under test by name, calls them on chosen inputs and returns what they gave.
It is run twice, on the student's functions and on the reference's; the two results are compared elsewhere.
"""

from __future__ import annotations

import inspect
import linecache
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import AuthorError
from .arguments import ArgumentWatch
from .compare import Comparison, close
from .encoding import EncodingError, pack
from .evidence import GLOBAL_GENERATORS, MAX_CHANGED, Changed, Raised, Result, failure
from .seeds import seed_everything

PUBLIC_SEED = "public"
"""Course seed of public probes, whose inputs a student may know."""


class MissingFunction(NameError):
    """A probe asks for a name that the notebook does not define."""


@dataclass(frozen=True)
class Probe:
    """One graded test.

    Args:
        function: called with the functions under test and, where it asks for ``rng``, a seeded Generator.
        question: the question that its points belong to.
        points: what it is worth.
        public: whether the student sees it and its expected result.
        compare: how results are compared.
        judge: ``judge(result, expected)`` returns what is wrong or None; used in place of ``compare``.
        seconds: CPU time allowed; None leaves it to the grader (from the reference's own time).
    """

    function: Callable[..., Any]
    question: str
    points: float
    public: bool
    compare: Comparison
    judge: Callable[[Any, Any], str | None] | None
    seconds: float | None

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def title(self) -> str:
        """First line of the docstring: what is tested, in words a student may read."""
        return (
            (inspect.getdoc(self.function) or self.name.replace("_", " ")).strip().splitlines()[0]
        )

    @property
    def parameters(self) -> tuple[str, ...]:
        code = self.function.__code__
        return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def probe(
    question: str,
    points: float = 1,
    public: bool = True,
    compare: Comparison | None = None,
    judge: Callable[[Any, Any], str | None] | None = None,
    seconds: float | None = None,
) -> Callable[[Callable[..., Any]], Probe]:
    """Turn a function into a graded test of ``question``.

    Args:
        question: name of the question (its first stub, unless the script says otherwise).
        points: what the test is worth; a positive number.
        public: False hides source and expected result from students.
        compare: one of :func:`close` (default), :func:`exact`, :func:`at_most`, :func:`within_se`.
        judge: replaces the comparison: ``judge(result, expected)`` gets both results as numpy trees on the
            trusted side and returns what is wrong, or None.
        seconds: CPU seconds allowed.

    Raises:
        AuthorError: points or seconds are no positive number.
    """
    for what, value in (("points", points), ("seconds", seconds)):
        if value is None and what == "seconds":
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e4:
            raise AuthorError(
                f"a probe of question {question!r} has {what}={value!r}; give a positive number"
            )

    def decorate(function: Callable[..., Any]) -> Probe:
        return Probe(function, question, points, public, compare or close(), judge, seconds)

    return decorate


def raises(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call ``function`` and return the exception it raises as data, or what it returns."""
    try:
        return function(*args, **kwargs)
    except NotImplementedError:
        raise  # an empty stub raises nothing on purpose
    except Exception as error:
        return describe_exception(error, expected=True)


def _cell_of(frame: types.FrameType) -> str | None:
    """What the student calls the place of a frame, or None where the code is not the student's."""
    name = frame.f_code.co_filename
    if name.startswith("<cell "):
        return name[1:-1]
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and (label := shell.compile.format_code_name(name)) is not None:
        return " ".join(label).lower().replace("in[", "In[")
    if frame.f_globals.get("__name__") == "__main__" and not name.startswith("<probe "):
        return name.rpartition("/")[2]
    return None


def describe_exception(error: BaseException, expected: bool = False) -> Raised:
    """An exception as data, its traceback cut to the student's own cells."""
    trace = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        cell = _cell_of(frame)
        if cell is not None:
            trace.append((cell, line, linecache.getline(frame.f_code.co_filename, line).strip()))
    try:
        message = str(error)
    except Exception:
        message = ""
    bases = tuple(c.__name__ for c in type(error).__mro__ if c is not object)
    return Raised(type(error).__name__, bases, message[:2000], tuple(trace[-6:]), expected)


def run(one: Probe, namespace: Mapping[str, Any], slug: str, seed: str) -> Result:
    """Run a probe against ``namespace`` and return its result; exceptions come back as :class:`Raised`.

    Where a function under test changed its arguments, the result is :class:`~dlcourse.core.evidence.Changed`. Where it was
    passed a generator and drew from a global one, the probe is run once more under another global seed, to see whether
    that makes a difference.

    Args:
        one: the probe.
        namespace: where the functions under test are looked up by parameter name.
        slug: the assignment.
        seed: the course seed; public probes always use :data:`PUBLIC_SEED`.
    """
    seeds = PUBLIC_SEED if one.public else seed, slug, one.name
    watch = ArgumentWatch()
    result = _run(one, namespace, seeds, watch)
    if failure(result) is not None:
        return result
    changed = tuple(watch.changed)
    if watch.drew_globally:
        again = _run(one, namespace, seeds, ArgumentWatch(reseed=True))
        if not _equal(result, again):
            changed = (*changed, GLOBAL_GENERATORS)[-MAX_CHANGED:]
    return Changed(changed, result) if changed else result


def _run(
    one: Probe, namespace: Mapping[str, Any], seeds: tuple[str, ...], watch: ArgumentWatch
) -> Result:
    try:
        arguments = {}
        for name in one.parameters:
            if name == "rng":
                continue
            if name not in namespace:
                raise MissingFunction(f"{name} is not defined")
            arguments[name] = watch.hand_out(namespace[name])
        rng = seed_everything(*seeds)
        if "rng" in one.parameters:
            arguments["rng"] = rng
        return one.function(**arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit of a student's code is a failed test, too
        return describe_exception(error)
    finally:
        watch.restore()


def _equal(result: Result, again: Result) -> bool:
    """Whether two results are the same to the last bit; one that is too large is refused elsewhere."""
    try:
        return pack(result) == pack(again)
    except EncodingError:
        return True
