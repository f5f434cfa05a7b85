"""When assignments are due: the table [deadline] of course.toml.

```toml
[deadline]
timezone = "Europe/Berlin"                   # this machine's if left out
backpropagation = 2026-11-30T23:59:00

[deadline.extensions.ada]
backpropagation = 2026-12-07T23:59:00
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..authoring.course import Course
from ..errors import CourseError

_KEY, _ZONE, _EXTENSIONS = "deadline", "timezone", "extensions"


@dataclass(frozen=True)
class Deadline:
    """When one assignment is due, in UTC.

    Args:
        due: for everybody.
        extensions: for some, by student id; never earlier than ``due``.
    """

    due: datetime
    extensions: Mapping[str, datetime] = field(default_factory=dict)


def deadline_of(course: Course, slug: str) -> Deadline | None:
    """What course.toml says of an assignment; None where it says nothing.

    Raises:
        CourseError: the table is wrong; the message says where.
    """
    table = course.deadline
    where = f"{course.root / 'course.toml'}: [{_KEY}]"
    zone = _zone(where, table.get(_ZONE))
    due = {n: t for n, t in table.items() if n not in (_ZONE, _EXTENSIONS)}
    extensions = table.get(_EXTENSIONS, {})
    if not isinstance(extensions, dict) or not all(isinstance(e, dict) for e in extensions.values()):  # fmt: skip
        raise CourseError(f"{where}: extensions are tables, [{_KEY}.{_EXTENSIONS}.<student>]")
    for name in {*due, *(n for of in extensions.values() for n in of)}:
        course.entry(name)
    if slug not in due:
        if any(slug in of for of in extensions.values()):
            raise CourseError(f"{where}: {slug} has extensions, but no time at which it is due")
        return None
    moment = _time(f"{where}: {slug}", due[slug], zone)
    longer = {
        student: _time(f"{where}: extension of {student}: {slug}", of[slug], zone)
        for student, of in extensions.items()
        if slug in of
    }
    for student, until in longer.items():
        if until < moment:
            raise CourseError(f"{where}: extension of {student}: {slug} ends before it is due")
    return Deadline(moment, longer)


def _zone(where: str, name: object) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(str(name))
    except (OSError, ValueError, LookupError) as error:
        raise CourseError(f'{where}: no time zone {name!r}; such as "Europe/Berlin"') from error


def _time(where: str, value: Any, zone: ZoneInfo | None) -> datetime:
    """A time of course.toml in UTC, without a zone as nbgrader keeps it."""
    if not isinstance(value, datetime):
        raise CourseError(f"{where} must be a date and time such as 2026-11-30T23:59:00, got {value!r}")  # fmt: skip
    local = value.replace(tzinfo=zone) if value.tzinfo is None and zone else value
    return local.astimezone(UTC).replace(tzinfo=None)
