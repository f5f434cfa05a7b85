"""course.toml: the order of the assignments, their tracks, titles and the term's seed."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CourseError


@dataclass(frozen=True)
class CourseEntry:
    """One assignment in course.toml."""

    slug: str
    title: str
    article: str
    minutes: int
    needs: tuple[str, ...]
    track: str


@dataclass(frozen=True)
class Course:
    """The course folder and what its course.toml says."""

    root: Path
    title: str
    course_id: str
    seed: str
    entries: dict[str, CourseEntry]

    def entry(self, slug: str) -> CourseEntry:
        """The assignment named ``slug``.

        Raises:
            CourseError: there is none; the message names the nearest ones.
        """
        if slug not in self.entries:
            near = difflib.get_close_matches(slug, self.entries, 3, 0.4)
            raise CourseError(
                f"no assignment {slug!r} in course.toml; "
                + (
                    f"did you mean {' or '.join(near)}?"
                    if near
                    else f"there are {', '.join(self.entries)}"
                )
            )
        return self.entries[slug]


def _field(where: str, table: dict[str, Any], name: str, kind: type) -> Any:
    value = table.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise CourseError(f"{where}: {name} must be a {kind.__name__}, got {value!r}")
    return value


def _tables(where: str, table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
        raise CourseError(f"{where}: {name} must be tables, headed [[{name}]] or [[track.{name}]]")
    return found


def _needs(where: str, table: dict[str, Any]) -> list[str]:
    found: list[str] = _field(where, table, "needs", list)
    if not all(isinstance(n, str) for n in found):
        raise CourseError(f"{where}: needs must be a list of slugs, got {found!r}")
    return found


def read_course(root: Path) -> Course:
    """Read ``root/course.toml``.

    Raises:
        CourseError: it is missing, or a field is missing or of the wrong type.
    """
    path = root / "course.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}") from error
    entries: dict[str, CourseEntry] = {}
    for track in _tables(f"{path}", document, "track"):
        for table in _tables(f"{path}: track", track, "assignment"):
            where = f"{path}: assignment {table.get('slug', '?')}"
            slug = _field(where, table, "slug", str)
            if not slug.isidentifier() or slug in entries:
                raise CourseError(f"{where}: a slug is a Python identifier that stands once")
            entries[slug] = CourseEntry(
                slug,
                _field(where, table, "title", str),
                _field(where, table, "article", str),
                _field(where, table, "minutes", int),
                tuple(_needs(where, table)),
                _field(f"{path}: track", track, "title", str),
            )
    for entry in entries.values():
        for need in entry.needs:
            if need not in entries:
                raise CourseError(
                    f"{path}: assignment {entry.slug}: needs {need!r}, which is not in the course"
                )
    return Course(
        root,
        _field(str(path), document, "title", str),
        _field(str(path), document, "course_id", str),
        _field(str(path), document, "seed", str),
        entries,
    )
