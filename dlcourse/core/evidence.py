"""What may come of running a probe: evidence, spoilt arguments, an exception of the code under
test, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

Reason: TypeAlias = Literal[
    "time", "memory", "died", "too large", "malformed", "forbidden", "budget"
]
"""Why a probe gave nothing: it ran out of time or memory, its process died, its result was too
large or could not be read, the question uses a forbidden call, or the notebook's time was used up
before.
"""
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is no tree of data: its type and the start of its ``repr``."""

    type: str
    text: str


@dataclass(frozen=True)
class Raised:
    """Stands for an exception.

    Args:
        type: name of its class.
        bases: names of the classes it inherits from, its own first.
        message: ``str`` of the exception, shortened.
        trace: the student's part of the traceback as ``(cell, line number, source line)``.
        expected: True where a probe asked for it through :func:`dlcourse.raises`.
    """

    type: str
    bases: tuple[str, ...]
    message: str = ""
    trace: tuple[tuple[str, int, str], ...] = ()
    expected: bool = False

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True)
class NotRun:
    """A probe that gave nothing; its runner says why.

    Args:
        reason: one of :data:`REASONS`.
        message: what happened, in words for the student.
    """

    reason: Reason
    message: str

    def __str__(self) -> str:
        return self.message


Evidence: TypeAlias = Any
"""A decoded tree of arrays, numbers, strings, ``None``, lists, tuples, dicts and expected
exceptions; see :mod:`dlcourse.core.encoding`.
"""
MAX_CHANGED = 20
"""Changed arguments that are named of one probe."""
GLOBAL_GENERATORS = "global generators"
"""Stands among changed arguments for numpy's, torch's and Python's own: a result depends on them
where a generator was passed as the source of all randomness.
"""


@dataclass(frozen=True)
class Changed:
    """Evidence together with the arguments that were changed while it was gathered.

    Args:
        arguments: their names, in the order in which they were seen to change.
        evidence: what the probe returned.
    """

    arguments: tuple[str, ...]
    evidence: Evidence


Result: TypeAlias = Evidence | Changed | Raised | NotRun


def split_changes(result: Result) -> tuple[tuple[str, ...], Evidence]:
    """Names of the changed arguments, and the evidence without them."""
    return (result.arguments, result.evidence) if isinstance(result, Changed) else ((), result)


def failure(result: Result) -> Raised | NotRun | None:
    """What a probe gave in place of evidence, or None: an exception nobody asked for, or nothing."""
    if isinstance(result, NotRun) or (isinstance(result, Raised) and not result.expected):
        return result
    return None


def located(failed: Raised | NotRun) -> str:
    """What happened, with the last line of the code under test; for authors."""
    trace = failed.trace[-1:] if isinstance(failed, Raised) else ()
    return str(failed) + "".join(f"; {cell}, line {line}: {source}" for cell, line, source in trace)
