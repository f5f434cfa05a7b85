"""`dlcourse new`: a working template of an assignment."""

from __future__ import annotations

import keyword
from importlib import resources
from pathlib import Path

from ..errors import AuthorError
from .course import Course


def create(
    course: Course, slug: str, title: str, track: str, article: str, minutes: int
) -> list[str]:
    """Write the files of a new assignment and enter it into course.toml.

    Returns:
        The files written, relative to the course.

    Raises:
        AuthorError: the name is no identifier, or something of that name exists.
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
    }
    written = []
    for name, target in targets.items():
        if target.exists():
            raise AuthorError(f"{files.name(target)} exists; choose another name or remove it")
        text = (
            resources.files("dlcourse.authoring")
            .joinpath("template", name)
            .read_text(encoding="utf-8")
        )
        for key, value in values.items():
            text = text.replace("{" + key + "}", value)
        written.append((target, text))
    for target, text in written:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    _enter(course.root / "course.toml", values, track)
    return [files.name(t) for t, _ in written] + ["course.toml"]


def _enter(path: Path, values: dict[str, str], track: str) -> None:
    """Append to course.toml as text, so that its comments stay."""

    def quote(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    entry = (
        f"\n[[track]]\ntitle = {quote(track)}\n\n[[track.assignment]]\nslug = {quote(values['slug'])}\ntitle = {quote(values['title'])}\n"
        f"article = {quote(values['article'])}\nminutes = {values['minutes']}\nneeds = []\n"
    )
    path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n" + entry, encoding="utf-8")
