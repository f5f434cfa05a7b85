"""What travels between the grader and its workers: texts in JSON, and nothing that is executed when it
is read.

A worker runs code of students; what it sends back is read as data from somebody who may be lying.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..core.explain import Outcome
from ..core.notebook_file import Submission, SubmittedCell
from .grader import GradedNotebook

MAX_REASON = 500
"""Characters of an error that an instructor is shown."""


@dataclass(frozen=True)
class NotGraded:
    """A worker has no result, and why."""

    reason: str

    @classmethod
    def of(cls, error: BaseException) -> NotGraded:
        """That of an exception, whose text may itself be anything."""
        try:
            text = str(error)
        except Exception as unprintable:
            text = f"(its text raised {type(unprintable).__name__})"
        return cls(f"{type(error).__name__}: {text[:MAX_REASON]}")


Answer = GradedNotebook | NotGraded | None
"""What comes back: a result, why there is none, or None for a submission that was put off."""


def write_submission(submission: Submission) -> str:
    """A submission as a worker gets it."""
    cells = [[cell.kind, cell.source, cell.grade_id] for cell in submission.cells]
    return json.dumps([cells, submission.notes, submission.readable])


def read_submission(text: str) -> Submission:
    """What :func:`write_submission` wrote."""
    cells, notes, readable = json.loads(text)
    return Submission([SubmittedCell(*cell) for cell in cells], notes, readable)


def write_answer(answer: Answer) -> str:
    """An answer as the grader gets it."""
    document: dict[str, Any] = {}
    if isinstance(answer, NotGraded):
        document["reason"] = answer.reason
    elif answer is not None:
        document["graded"] = {
            **vars(answer),
            "outcomes": {name: o.to_metadata() for name, o in answer.outcomes.items()},
        }
    return json.dumps(document)


def read_answer(text: object) -> Answer:
    """What a worker sent; :class:`NotGraded` where it is no answer at all."""
    try:
        document = _object(json.loads(_text(text)))
        if "reason" in document:
            return NotGraded(_text(document["reason"])[:MAX_REASON])
        if "graded" not in document:
            return None
        graded = _object(document["graded"])
        return GradedNotebook(
            _text(graded["notebook"]),
            {
                name: Outcome.from_metadata(_object(outcome))
                for name, outcome in _object(graded["outcomes"]).items()
            },
            {name: bool(is_so) for name, is_so in _object(graded["untouched"]).items()},
            tuple(_text(note) for note in graded["notes"]),
            float(graded["seconds"]),
            bool(graded["complete"]),
            {name: bool(is_so) for name, is_so in _object(graded["written"]).items()},
        )
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        return NotGraded(f"the worker sent no answer ({type(error).__name__})")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value
