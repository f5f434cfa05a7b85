"""Claims: sentences of the prose that say what a demo shows, each with the numbers that it stands
or falls with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import AuthorError
from .source_file import defined, execute, unknown

LEAST_WORDS = 4
"""Of a sentence; less would stand in any prose."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Claim:
    """A sentence about a demo.

    Args:
        sentence: as it stands in the prose; white space, punctuation and marks of emphasis do not
            count.
        holds: told the numbers that the demo returns, says whether they bear the sentence out.
    """

    sentence: str
    holds: Callable[[Mapping[str, float]], bool]


def read_claims(path: Path, demos: Sequence[str]) -> dict[str, tuple[Claim, ...]]:
    """The claims of tests/<slug>/claims.py by demo; none where there is no file.

    Args:
        path: the file.
        demos: names of the notebook's demos.

    Raises:
        AuthorError: it holds something else, or names a demo that there is not.
    """
    if not path.is_file():
        return {}
    found = getattr(execute(path, f"_dlcourse_{path.parent.name}_claims"), "CLAIMS", None)
    if not isinstance(found, dict) or not all(
        isinstance(listed, list) and all(isinstance(claim, Claim) for claim in listed)
        for listed in found.values()
    ):
        raise AuthorError(f"{path}: CLAIMS must map each demo to a list of Claim")
    for name, listed in found.items():
        if name not in demos:
            raise AuthorError(f"{path}: {unknown('demo', name, demos)}")
        for claim in listed:
            if not isinstance(claim.sentence, str) or len(_words(claim.sentence)) < LEAST_WORDS:
                raise AuthorError(
                    f"{path}: {name}: {claim.sentence!r} is no sentence of {LEAST_WORDS} words or more"
                )
            if not callable(claim.holds):
                raise AuthorError(f"{path}: {name}: {claim.sentence!r}: holds must be a function")
    return {name: tuple(listed) for name, listed in found.items()}


def demo_of(source: str) -> str:
    """Name of the function that a demo cell draws with; empty where it defines none."""
    names = defined(source)
    return names[-1] if names else ""


def unsupported(
    path: Path, claims: Mapping[str, tuple[Claim, ...]], demos: Sequence[str], prose: str
) -> Iterator[str]:
    """Claims that the prose does not make, and a payoff about which nothing is claimed.

    Args:
        path: the file of the claims, as messages name it.
        claims: by demo.
        demos: in the order of the notebook; the last is the payoff.
        prose: all cells of text.
    """
    said = f" {' '.join(_words(prose))} "
    for name, listed in claims.items():
        for claim in listed:
            if f" {' '.join(_words(claim.sentence))} " not in said:
                yield f"{path}: {name}: the prose does not say {claim.sentence!r}"
    if claims and not claims.get(demos[-1]):
        yield f"{path}: nothing is claimed about the payoff, {demos[-1]}"


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
