"""A course: where its files lie, and what its course.toml says of assignments, tracks and the
term's seed.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..core.notebook_file import CHECKS, notebook_name
from ..errors import CourseError


@dataclass(frozen=True)
class AssignmentFiles:
    """Where the files of one assignment lie. Nothing here looks whether they exist.

    Args:
        root: the course folder.
        slug: the assignment.
    """

    root: Path
    slug: str

    def name(self, path: Path) -> str:
        """A file as messages name it: relative to the course."""
        return path.relative_to(self.root).as_posix()

    def beside(self, path: Path) -> str:
        """A data file as the notebook names it: relative to the folder of script or notebook."""
        return path.relative_to(self.script.parent).as_posix()

    @property
    def script(self) -> Path:
        """The percent script: prose, reference, demos."""
        return self.root / "solutions" / f"{self.slug}.py"

    @property
    def data(self) -> Path:
        """The folder of its data files."""
        return self.script.parent / "data" / self.slug

    @property
    def pictures(self) -> Path:
        """The folder of its pictures."""
        return self.script.parent / "pictures" / self.slug

    @property
    def tests(self) -> Path:
        """The folder of everything that judges it."""
        return self.root / "tests" / self.slug

    @property
    def probes(self) -> Path:
        return self.tests / "probes.py"

    @property
    def misconceptions(self) -> Path:
        return self.tests / "misconceptions.py"

    @property
    def alternatives(self) -> Path:
        return self.tests / "alternatives.py"

    @property
    def oracles(self) -> Path:
        return self.tests / "test_oracles.py"

    @property
    def claims(self) -> Path:
        """What the prose says of the demos."""
        return self.tests / "claims.py"

    @property
    def excuses(self) -> Path:
        """Mutants and findings of an audit that are right as they are."""
        return self.tests / "equivalent.toml"

    @property
    def open(self) -> Path:
        """Findings of an audit that are known and still to be mended."""
        return self.tests / "open.json"

    @property
    def audit(self) -> Path:
        """The last audit's result."""
        return self.tests / "audit.json"

    @property
    def source(self) -> Path:
        """The folder that the build writes for nbgrader."""
        return self.root / "source" / self.slug

    @property
    def source_notebook(self) -> Path:
        return self.source / notebook_name(self.slug)

    @property
    def checks(self) -> Path:
        """Expected results of the public probes."""
        return self.source / CHECKS

    @property
    def release(self) -> Path:
        """The folder that students get."""
        return self.root / "release" / self.slug

    @property
    def release_notebook(self) -> Path:
        return self.release / notebook_name(self.slug)

    def references(self, key: str) -> Path:
        """Kept results of the reference; ``key`` names what they depend on."""
        return self.root / ".dlcourse" / "references" / f"{self.slug}-{key}.json"

    def all_references(self) -> list[Path]:
        """Kept results of the reference, of whatever key."""
        anything = self.references("*")
        return sorted(anything.parent.glob(anything.name))

    @property
    def journal(self) -> Path:
        """What the class run has graded already."""
        return self.root / ".dlcourse" / "journal" / f"{self.slug}.jsonl"


Choice = Literal["core"] | tuple[str, ...] | None
"""Questions of an assignment that are built: the core ones, some by name, or all."""
_KEYS = ("slug", "title", "article", "needs", "questions", "payoff")


@dataclass(frozen=True)
class CourseEntry:
    """One assignment in course.toml.

    Args:
        slug: names its files.
        title: what it is called.
        article: address of the article that it goes with.
        needs: the assignments that it builds on.
        track: title of its track.
        questions: which of its questions are built.
        payoff: what a student has at its end, in a line.
    """

    slug: str
    title: str
    article: str
    needs: tuple[str, ...]
    track: str
    questions: Choice = None
    payoff: str = ""


@dataclass(frozen=True)
class Course:
    """The course folder and what its course.toml says.

    Args:
        root: the folder.
        title: of the course.
        course_id: nbgrader's name of it.
        seed: what the inputs of hidden tests are drawn from.
        entries: its assignments in their order, by slug.
        follow_through: part of a test's points that counts where it passes with the reference's
            earlier stubs, from 0 (off) to 1.
        deadline: the table of that name as it stands; :mod:`dlcourse.grading.deadlines` reads it.
    """

    root: Path
    title: str
    course_id: str
    seed: str
    entries: dict[str, CourseEntry]
    follow_through: float = 0.0
    deadline: Mapping[str, Any] = field(default_factory=dict)

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

    def files(self, slug: str) -> AssignmentFiles:
        """Where the files of ``slug`` lie."""
        return AssignmentFiles(self.root, slug)

    def submitted(self, student: str, slug: str) -> Path:
        """The folder that a student handed in."""
        return self.root / "submitted" / student / slug

    def submissions(self, slug: str) -> dict[str, Path]:
        """The folders that students handed in, by student id."""
        base = self.root / "submitted"
        students = [p.name for p in sorted(base.iterdir())] if base.is_dir() else []
        folders = {student: self.submitted(student, slug) for student in students}
        return {s: f for s, f in folders.items() if f.is_symlink() or f.exists()}

    def autograded(self, student: str, slug: str) -> Path:
        """The folder of a student's graded notebook."""
        return self.root / "autograded" / student / slug

    def feedback(self, student: str, slug: str) -> Path:
        """A student's feedback page."""
        return self.root / "feedback" / student / slug / f"{slug}.html"

    @property
    def gradebook_url(self) -> str:
        """nbgrader's gradebook, where its configuration names no other."""
        return f"sqlite:///{self.root / 'gradebook.db'}"


def course_root(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` that holds a course.toml.

    Raises:
        CourseError: there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "course.toml").is_file():
            return folder
    raise CourseError(f"{here}: no course.toml here or above; change into the course's folder")


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


def choice_of(root: Path, slug: str) -> Choice:
    """Which questions of an assignment are built; all of one that no course.toml names."""
    if not (root / "course.toml").is_file():
        return None
    entry = read_course(root).entries.get(slug)
    return entry.questions if entry else None


def _choice(where: str, table: dict[str, Any]) -> Choice:
    """Which questions are built; whether there are such questions is known to the script alone."""
    value = table.get("questions")
    if value is None or value == "core":
        return value
    names = [n for n in value if isinstance(n, str)] if isinstance(value, list) else []
    if not names or names != value or len(set(names)) < len(names):
        raise CourseError(
            f'{where}: questions is "core" or a list of names of questions, each once, got {value!r}'
        )
    return tuple(names)


def _share(path: Path, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise CourseError(f"{path}: follow_through is a number from 0 to 1, got {value!r}")
    return float(value)


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
            for key in table:
                if key not in _KEYS:
                    raise CourseError(f"{where}: unknown key {key!r}; there are {', '.join(_KEYS)}")
            entries[slug] = CourseEntry(
                slug,
                _field(where, table, "title", str),
                _field(where, table, "article", str),
                tuple(_needs(where, table)),
                _field(f"{path}: track", track, "title", str),
                _choice(where, table),
                str(table.get("payoff", "")),
            )
    for entry in entries.values():
        for need in entry.needs:
            if need not in entries:
                raise CourseError(
                    f"{path}: assignment {entry.slug}: needs {need!r}, which is not in the course"
                )
    deadline = document.get("deadline", {})
    if not isinstance(deadline, dict):
        raise CourseError(f"{path}: [deadline] is a table of assignments and when they are due")
    return Course(
        root,
        _field(str(path), document, "title", str),
        _field(str(path), document, "course_id", str),
        _field(str(path), document, "seed", str),
        entries,
        _share(path, document.get("follow_through", 0.0)),
        deadline,
    )
