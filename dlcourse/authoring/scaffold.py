"""`dlcourse new`: a working template of an assignment."""

from __future__ import annotations

import keyword
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ..core.cells import BEGIN_SOLUTION, END_SOLUTION
from ..errors import AuthorError, CourseError
from .course import Course

_HEADER = re.compile(r"^\s*\[+\s*([\w.]+)\s*\]+\s*(?:#.*)?$")

_CHECKLIST = f"""\
What is found by its name or place:
  question="…" minutes=20
                       names a question in the header of its cell; `further`: no core question
  <!-- questions -->   in the title cell: where the build puts the table of questions
  {BEGIN_SOLUTION}   … {END_SOLUTION}: what a student does not get
  tags=["demo"]        a cell with one function under @demo: drawn at once, never run when grading
  hints="softmax"      of prose beside the stub: paragraphs idea:, shapes:, steps:, mistake:
  tags=["predict"]     a cell in which a student writes a guess; open, never graded
  CLAIMS               {{"demo": [Claim(sentence of the prose, function of its numbers), …]}}
  rng                  a probe's parameter: a numpy Generator; others are names of the notebook
  judge=function       of @probe: function(result, expected) says what is wrong, or None
  MISCONCEPTIONS       {{"question": [Misconception(name, hint, {{old: new}}), …]}}
  <stub>__<name>       in alternatives.py: another solution of <stub>; it may call the
                       notebook's other stubs without defining them
  ref, rng, torch_rng  in test_oracles.py: fixtures of tests/conftest.py
Files that may be there:
  solutions/data/%(slug)s/
                       small data files, read as data/%(slug)s/<name>
  tests/%(slug)s/audit.json
                       written by `dlcourse audit %(slug)s`; commit it\
"""


@dataclass(frozen=True)
class _File:
    """One file of a template: its target and its text."""

    path: Path
    text: str


def checklist(slug: str) -> str:
    """What an author cannot see in the template: names that mean something, files that may exist."""
    return _CHECKLIST % {"slug": slug}


def create(
    course: Course, slug: str, title: str, track: str, article: str, minutes: int
) -> list[str]:
    """Write the files of a new assignment and enter it into course.toml.

    The entry goes to the end of the track if there is one of that title, else into a new track.
    tests/conftest.py is written unless it exists.

    Returns:
        The files written, relative to the course.

    Raises:
        AuthorError: the name is no identifier, or something of that name exists.
        CourseError: course.toml is written in a form in which no entry can be added.
    """
    if not slug.isidentifier() or slug != slug.lower():
        raise AuthorError(f"{slug!r}: a slug is a lower-case Python identifier, such as batch_norm")
    if slug in course.entries:
        raise AuthorError(f"{slug!r} is in course.toml already")
    if slug == "dlcourse" or keyword.iskeyword(slug):
        raise AuthorError(f"{slug!r} means something else already; choose another name")
    for what, text in (("title", title), ("track", track), ("article", article)):
        if not text.isprintable():
            raise AuthorError(f"{what} {text!r} must be one line of text")
    values = {"slug": slug, "title": title, "article": article, "minutes": str(minutes)}
    files = course.files(slug)
    targets = {
        "solution.py.txt": files.script,
        "probes.py.txt": files.probes,
        "misconceptions.py.txt": files.misconceptions,
        "alternatives.py.txt": files.alternatives,
        "test_oracles.py.txt": files.oracles,
        "claims.py.txt": files.claims,
        "equivalent.toml.txt": files.excuses,
    }
    written = []
    for name, target in targets.items():
        if target.exists():
            raise AuthorError(f"{files.name(target)} exists; choose another name or remove it")
        written.append(_File(target, _template(name, values)))
    conftest = course.root / "tests" / "conftest.py"
    if not conftest.exists():
        written.append(_File(conftest, _template("conftest.py.txt", {})))
    toml = course.root / "course.toml"
    written.append(_File(toml, _entered(toml.read_text(encoding="utf-8"), values, track)))
    for file in written:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_text(file.text, encoding="utf-8")
    return [files.name(file.path) for file in written]


def _template(name: str, values: dict[str, str]) -> str:
    folder = resources.files("dlcourse.authoring").joinpath("template")
    text = folder.joinpath(name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


def _entered(text: str, values: dict[str, str], track: str) -> str:
    """course.toml with one more assignment, changed as text, so that its comments stay."""

    def quote(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    entry = (
        f"[[track.assignment]]\nslug = {quote(values['slug'])}\ntitle = {quote(values['title'])}\n"
        f"article = {quote(values['article'])}\nneeds = []\n"
    )
    wanted = tomllib.loads(text)
    tracks: list[dict[str, Any]] = wanted.setdefault("track", [])
    number = next((n for n, t in enumerate(tracks) if t.get("title") == track), len(tracks))
    lines = text.rstrip().split("\n")
    if number == len(tracks):
        tracks.append({"title": track})
        lines += ["", "[[track]]", f"title = {quote(track)}"]
    tracks[number].setdefault("assignment", []).extend(tomllib.loads(entry)["track"]["assignment"])
    end = _end_of_track(lines, number)
    changed = "\n".join([*lines[:end], "", *entry.splitlines(), *lines[end:]]) + "\n"
    try:
        as_wanted = tomllib.loads(changed) == wanted
    except tomllib.TOMLDecodeError:
        as_wanted = False
    if not as_wanted:
        raise CourseError(
            f"course.toml: track {track!r} is not written as [[track]] and [[track.assignment]]; "
            f"enter {values['slug']} by hand"
        )
    return changed


def _end_of_track(lines: list[str], number: int) -> int:
    """The line before which an assignment of a track can be added."""
    headers = [(n, m[1]) for n, line in enumerate(lines) if (m := _HEADER.match(line))]
    starts = [n for n, name in headers if name == "track"][number:]
    following = [
        n for n, name in headers if starts and n > starts[0] and name != "track.assignment"
    ]
    end = following[0] if following else len(lines)
    while end and lines[end - 1].lstrip()[:1] in ("", "#"):  # what introduces the next table
        end -= 1
    return end
