"""Which killed mutants get no hint: the commonest are what a student would do, and candidates for a
misconception.
"""

from __future__ import annotations

from ..core.encoding import EncodingError, pack
from ..core.evidence import NotRun, Raised, Result
from .audit import Audit, Kill
from .findings import Unhinted
from .mistakes import named


def without_hint(audit: Audit) -> list[Unhinted]:
    """Wrong results that no misconception gives, those that most mutants give first; counts those
    that get a hint.

    A mutant runs until a probe notices it, so that later tests could still contradict its hint.
    """
    groups: dict[tuple[str, str, bytes], list[Kill]] = {}
    for kill in audit.kills:
        if not kill.results:
            continue
        probe = kill.probes[0]
        result = kill.results[probe]
        if named(audit, kill.results):
            audit.numbers[kill.question].hinted += 1
        elif not isinstance(result, (NotRun, Raised)):  # a program that raises shows where
            groups.setdefault((kill.question, probe, _bytes(result)), []).append(kill)
    found = [Unhinted(key[0], len(kills), kills[0].subject) for key, kills in groups.items()]
    return sorted(found, key=lambda u: -u.count)


def _bytes(result: Result) -> bytes:
    try:
        return pack(result)
    except EncodingError:
        return b""
