"""Hints of a question: one prose cell of folds that a reader opens one after another."""

from __future__ import annotations

import re
from collections.abc import Mapping

LEVELS = ("idea", "shapes", "steps", "mistake")
"""What hints a question has, the gentlest first; the last only where one mistake dominates."""
NEEDED = LEVELS[:3]

_HEAD = re.compile(r"^Hints for `(\w+)`", re.MULTILINE)
_FOLD = re.compile(
    rf"<details><summary>Hint \d · ({'|'.join(LEVELS)})</summary>\n\n(.*?)\n\n</details>", re.DOTALL
)


def folded(question: str, hints: Mapping[str, str]) -> str:
    """The markdown of a question's hints.

    Args:
        question: its name.
        hints: markdown by level.
    """
    folds = (
        f"<details><summary>Hint {number} · {level}</summary>\n\n{hints[level]}\n\n</details>"
        for number, level in enumerate((one for one in LEVELS if one in hints), 1)
    )
    return "\n\n".join([f"Hints for `{question}`, if you are stuck:", *folds])


def unfolded(markdown: str) -> tuple[str, dict[str, str]] | None:
    """The question and the hints of a cell that :func:`folded` made; None for any other text."""
    head = _HEAD.search(markdown)
    found = dict(_FOLD.findall(markdown))
    return (head[1], found) if head and found else None
