"""Which isolation of student code is asked for where a course's own machine does not grade, and
what graders are told of it.

A container such as Gradescope's runs everything as root and forbids namespaces, so the sandbox is
not to be had there. What is left is an old means: student code runs as another user, who can
neither read the expected results nor write the scores.
"""

from __future__ import annotations

from ..errors import SetupError
from ..executor.isolation import OTHER_USER, SANDBOX, UNSAFE, Isolation

CHOICES = {choice.kind: choice for choice in (SANDBOX, OTHER_USER, UNSAFE)}
"""The strongest first."""
WORDS = {
    SANDBOX.kind: "student code ran in the sandbox",
    OTHER_USER.kind: "student code ran as another user, with the container's network; see docs/gradescope.md",
    UNSAFE.kind: "student code ran as the grader's own user: it could have read the expected results and written the scores",
}


def choices(wanted: str = "auto") -> tuple[Isolation, ...]:
    """What to try, in this order.

    Args:
        wanted: a key of :data:`CHOICES`, or ``auto`` for all of them.

    Raises:
        SetupError: it is none of these.
    """
    if wanted == "auto":
        return tuple(CHOICES.values())
    if wanted not in CHOICES:
        raise SetupError(f"isolation {wanted!r} is unknown; it is auto, {', '.join(CHOICES)}")
    return (CHOICES[wanted],)
