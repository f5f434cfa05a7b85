"""Probes: graded tests that return evidence and know no answers.

A probe receives the functions under test by name, calls them on chosen inputs and returns what they
gave. It is run twice, on the student's functions and on the reference's; the two results are
compared elsewhere.
"""

from __future__ import annotations

import inspect
import linecache
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, TypeAlias

from ..errors import AuthorError
from .arguments import ArgumentWatch
from .compare import Close, Comparison, WithinSE
from .encoding import EncodingError, pack
from .evidence import GLOBAL_GENERATORS, MAX_CHANGED, Changed, NotRun, Raised, Result, failure
from .rules import NO_RULES, Rules
from .seeds import seed_everything

PUBLIC_SEED = "public"
"""Course seed of public probes, whose inputs a student may know."""


Judge: TypeAlias = Callable[[Any, Any], str | None]
"""``judge(result, expected)``: what is wrong, or None."""
Margin: TypeAlias = Callable[[Any, Any], float]
"""``margin(result, expected)``: the share of what a judge allows that a difference uses up."""


class MissingFunction(NameError):
    """A probe asks for a name that the notebook does not define."""


@dataclass(frozen=True)
class ProbeSpec:
    """What is known of a probe wherever it is run, judged or reported.

    Args:
        name: the function's.
        question: the question that its points belong to.
        title: what is tested, in words a student may read.
        points: what it is worth.
        public: whether the student sees it and its expected result.
        compare: how results are compared.
    """

    name: str
    question: str
    title: str
    points: float
    public: bool
    compare: Comparison = Close()

    @property
    def warms_up(self) -> bool:
        """Whether it is run on other inputs first, so that a stub that keeps an earlier result
        gives that one away.

        Public ones are not, since a student may follow them by hand; nor are those that draw many
        samples, for their time.
        """
        return not self.public and not isinstance(self.compare, WithinSE)

    def to_json(self) -> dict[str, Any]:
        """As a JSON-ready dict, all fields by name."""
        return {**vars(self), "compare": self.compare.to_json()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ProbeSpec:
        """The spec of a dict that :meth:`to_json` made; further entries are passed over.

        Raises:
            KeyError: a field is missing.
        """
        known = {f.name: document[f.name] for f in fields(cls)}
        return cls(**{**known, "compare": Comparison.from_json(document["compare"])})


@dataclass(frozen=True)
class Probe:
    """One graded test.

    Args:
        function: called with the functions under test and, where it asks for ``rng``, a seeded
            Generator.
        spec: its name, question, title, points, whether it is public, and its comparison.
        judge: ``judge(result, expected)`` returns what is wrong or None; used in place of the
            comparison.
        seconds: CPU time allowed; None leaves it to the grader (from the reference's own time).
    """

    function: Callable[..., Any]
    spec: ProbeSpec
    judge: Judge | None = None
    seconds: float | None = None


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of what a probe asks for."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def probe(
    question: str,
    points: float = 1,
    public: bool = True,
    compare: Comparison | None = None,
    judge: Judge | None = None,
    seconds: float | None = None,
) -> Callable[[Callable[..., Any]], Probe]:
    """Turn a function into a graded test of ``question``.

    Args:
        question: name of the question (its first stub, unless the script says otherwise).
        points: what the test is worth; a positive number.
        public: False hides source and expected result from students.
        compare: one of :func:`close` (default), :func:`exact`, :func:`at_most`, :func:`within_se`.
        judge: replaces the comparison: ``judge(result, expected)`` gets both results as numpy trees
            on the trusted side and returns what is wrong, or None.
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
        name = function.__name__
        title = (inspect.getdoc(function) or name.replace("_", " ")).strip().splitlines()[0]
        spec = ProbeSpec(name, question, title, points, public, compare or Close())
        return Probe(function, spec, judge, seconds)

    return decorate


def statistical(margin: Margin) -> Callable[[Judge], Judge]:
    """Declare that a judge compares random numbers, so that it can fail right work by bad luck.

    ``dlcourse audit`` simulates how often it does.

    Args:
        margin: of two right results, how much of what the judge allows their difference uses up; it
            fails above 1.
    """

    def decorate(judge: Judge) -> Judge:
        judge.margin = margin  # type: ignore[attr-defined]
        return judge

    return decorate


def margin_of(judge: Judge) -> Margin | None:
    """The margin of a judge that is declared to be statistical."""
    return getattr(judge, "margin", None)


def raises(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call ``function`` and return the exception it raises as data, or what it returns."""
    try:
        return function(*args, **kwargs)
    except NotImplementedError:
        raise  # an empty stub raises nothing on purpose
    except Exception as error:
        return describe_exception(error, expected=True)


def cell_of(frame: types.FrameType) -> str | None:
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
        cell = cell_of(frame)
        if cell is not None:
            trace.append((cell, line, linecache.getline(frame.f_code.co_filename, line).strip()))
    try:
        message = str(error)
    except Exception:
        message = ""
    bases = tuple(c.__name__ for c in type(error).__mro__ if c is not object)
    return Raised(type(error).__name__, bases, message[:2000], tuple(trace[-6:]), expected)


def seed_of(course_seed: str, slug: str, spec: ProbeSpec) -> str:
    """What the inputs of a probe are drawn from.

    Args:
        course_seed: of the course; public probes always use :data:`PUBLIC_SEED`.
        slug: the assignment.
        spec: the probe.

    Returns:
        For a hidden probe a digest: the process that runs student code gets it, and it tells
        nothing of the inputs of other probes.
    """
    if spec.public:
        return f"{PUBLIC_SEED}\x00{slug}\x00{spec.name}"
    import hmac  # brings OpenSSL, for which `import dlcourse` need not wait

    name = f"{slug}\x00{spec.name}".encode()
    return hmac.digest(_key_of(course_seed), name, "sha256").hex()


@lru_cache(maxsize=64)
def _key_of(course_seed: str) -> bytes:
    """A key made of a course seed so slowly (some 20 ms) that the seed, often a year and a word, is
    not found by trying.
    """
    import hashlib

    return hashlib.scrypt(course_seed.encode(), salt=b"dlcourse", n=1 << 13, r=8, p=1)


def run(
    function: Callable[..., Any],
    namespace: Mapping[str, Any],
    seed: str,
    warm_up: bool = False,
    question: str = "",
    rules: Rules = NO_RULES,
) -> Result:
    """Run a probe against ``namespace`` and return its result; exceptions come back as
    :class:`Raised`.

    Where a function under test changed its arguments, the result is
    :class:`~dlcourse.core.evidence.Changed`. Where it was passed a generator and drew from a global
    one, the probe is run once more under another global seed, to see whether that makes a
    difference.

    Args:
        function: the probe's.
        namespace: where the functions under test are looked up by parameter name.
        seed: from :func:`seed_of`.
        warm_up: run it on inputs from another seed first, if it draws any, and forget what that
            gave.
        question: the probe's.
        rules: what the functions under test may use.
    """
    if rules == NO_RULES:
        return _run_watched(function, namespace, seed, warm_up)
    from .guards import (
        Guard,
    )  # looks up where libraries lie, for which `import dlcourse` need not wait

    guard = Guard(rules, question, function)
    stubs = [name for name in parameters(function) if name in namespace]
    guarded = {name: guard.stub(name, namespace[name]) for name in stubs}
    with guard:
        result = _run_watched(function, guarded, seed, warm_up)
    if guard.refused is not None:  # whatever became of the exception
        return NotRun("forbidden", guard.refused)
    return result


def _run_watched(
    function: Callable[..., Any], namespace: Mapping[str, Any], seed: str, warm_up: bool
) -> Result:
    if warm_up and "rng" in parameters(function):
        _run(function, namespace, f"{seed}\0warm-up", None)
    watch = ArgumentWatch()
    result = _run(function, namespace, seed, watch)
    if failure(result) is not None:
        return result
    changed = tuple(watch.changed)
    if watch.drew_globally:
        again = _run(function, namespace, seed, ArgumentWatch(reseed=True))
        if not _equal(result, again):
            changed = (*changed, GLOBAL_GENERATORS)[-MAX_CHANGED:]
    return Changed(changed, result) if changed else result


def _run(
    function: Callable[..., Any],
    namespace: Mapping[str, Any],
    seed: str,
    watch: ArgumentWatch | None,
) -> Result:
    """The result; without a watch nobody asks which arguments were changed."""
    try:
        wanted = parameters(function)
        arguments = {}
        for name in wanted:
            if name == "rng":
                continue
            if name not in namespace:
                raise MissingFunction(f"{name} is not defined")
            arguments[name] = watch.hand_out(namespace[name]) if watch else namespace[name]
        rng = seed_everything(seed)
        if "rng" in wanted:
            arguments["rng"] = rng
        return function(**arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit of a student's code is a failed test, too
        return describe_exception(error)
    finally:
        if watch:
            watch.restore()


def _equal(result: Result, again: Result) -> bool:
    """Whether two results are the same to the last bit; one that is too large is refused elsewhere."""
    try:
        return pack(result) == pack(again)
    except EncodingError:
        return True
