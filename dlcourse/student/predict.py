"""Predict, then run: a guess that a student writes down before a demo, drawn by the demo beside the
result.
"""

from __future__ import annotations

from types import EllipsisType

Guess = float | int | str

_noted: dict[str, dict[str, Guess]] = {}


def predict(what: str, **guesses: Guess | EllipsisType) -> None:
    """Note guesses; nothing depends on them, and no grade.

    Args:
        what: the quantity that is guessed; a demo asks for it by this text.
        guesses: by name, a number or a word; ``...`` is no guess.
    """
    taken = {name: guess for name, guess in guesses.items() if isinstance(guess, (int, float, str))}
    _noted[what] = taken
    if taken:
        said = ", ".join(f"{name} = {guess}" for name, guess in taken.items())
        print(f"Noted. {what}: {said}. Run the next cell.")
    else:
        print(f"{what}: no guess yet. Put one in place of ... to see it beside the result.")


def guesses(what: str) -> dict[str, Guess]:
    """What was guessed under ``what``, by name; empty where nothing was."""
    return dict(_noted.get(what, {}))
