"""Pictures of an assignment: SVG files in solutions/pictures/<slug>/ that the build puts into the
notebook's prose.

A notebook travels alone, so that each picture is in it, as a data URI: JupyterLab shows no SVG
attachment. A picture is loaded as an image, where no browser runs scripts; what could run or fetch
something is refused all the same.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from ..core.cells import PROSE
from ..errors import AuthorError
from .assignment import ScriptCell
from .course import AssignmentFiles

MOST_BYTES = 8192
"""Size of one picture."""
_IMAGE = re.compile(
    r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^()\s]*)(?P<rest>[^()]*)\)|<img\b", re.IGNORECASE
)
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    [
        "svg",
        "title",
        "desc",
        "g",
        "defs",
        "symbol",
        "use",
        "style",
        "path",
        "line",
        "polyline",
        "polygon",
        "rect",
        "circle",
        "ellipse",
        "text",
        "tspan",
        "textPath",
        "marker",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "pattern",
    ]
)
_OUTSIDE = re.compile(
    r"@import|url\(\s*['\"]?(?!#)|(?:https?|ftp|file|data|javascript):|\\", re.IGNORECASE
)
_XML_DECLARATION = re.compile(r"\s*<\?xml\s[^?]*\?>")


def with_pictures(files: AssignmentFiles, text: str) -> str:
    """A cell of prose with its pictures in it.

    Args:
        files: of the assignment.
        text: as authored; :func:`check_pictures` has nothing against its pictures.
    """
    code = [match.span() for match in _FENCE.finditer(text)]

    def inline(match: re.Match[str]) -> str:
        path = _file(files, match["target"]) if match["target"] else None
        if path is None or any(start <= match.start() < end for start, end in code):
            return match[0]
        data = base64.b64encode(path.read_bytes()).decode()
        return f"![{match['alt']}](data:image/svg+xml;base64,{data}{match['rest']})"

    return _IMAGE.sub(inline, text)


def check_pictures(files: AssignmentFiles, cells: Iterable[ScriptCell]) -> None:
    """Make sure that each picture is there, used, small, harmless and described.

    Args:
        files: of the assignment.
        cells: of the whole script.

    Raises:
        AuthorError: one is not; a line for each problem, with its file.
    """
    problems = "\n".join(_problems(files, cells))
    if problems:
        raise AuthorError(problems)


def _file(files: AssignmentFiles, target: str) -> Path | None:
    """The picture that a text names; None where it names something else."""
    folder, _, name = target.rpartition("/")
    if folder != files.beside(files.pictures) or not re.fullmatch(r"[\w-]+\.svg", name):
        return None
    return files.pictures / name


def _problems(files: AssignmentFiles, cells: Iterable[ScriptCell]) -> Iterator[str]:
    script, used = files.name(files.script), set()
    for cell in cells:
        if cell.kind not in PROSE:
            continue
        prose = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), cell.source)
        for match in _IMAGE.finditer(prose):
            where = f"{script}:{cell.line + prose.count(chr(10), 0, match.start())}"
            path = _file(files, match["target"] or "")
            if cell.kind != "text":
                yield f"{where}: a picture in hints; it belongs into the prose above"
                continue
            if path is None:
                place = files.beside(files.pictures)
                yield f"{where}: {match[0]!r:.80}: write ![what it shows]({place}/<name>.svg)"
                continue
            used.add(path)
            if not path.is_file():
                yield f"{where}: no picture {files.name(path)}"
            if len((match["alt"] or "").strip()) < 3:
                yield f"{where}: {match['target']}: no alt text; say in [] what the picture shows"
    for path in sorted(p for p in files.pictures.rglob("*") if not p.is_dir()):
        if path not in used:
            yield f"{files.name(path)}: no text shows it"
        if path.suffix == ".svg":
            yield from (f"{files.name(path)}: {problem}" for problem in unsafe(path.read_bytes()))


def unsafe(data: bytes) -> Iterator[str]:
    """What is wrong with a picture."""
    if len(data) > MOST_BYTES:
        yield f"{len(data)} bytes; at most {MOST_BYTES} are allowed"
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield "no UTF-8"
        return
    body = _XML_DECLARATION.sub("", text, count=1)
    if "<!DOCTYPE" in body or "<!ENTITY" in body or "<?" in body:
        yield "a document type, an entity or a processing instruction; it needs none"
        return
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        yield f"no XML: {error}"
        return
    if root.tag != f"{_SVG}svg":
        yield f'it begins with <{root.tag}>, not with <svg xmlns="{_SVG[1:-1]}">'
        return
    if not re.fullmatch(r"\s*[-\d.]+(?:[\s,]+[-\d.]+){3}\s*", root.get("viewBox", "")):
        yield "no viewBox, so that it cannot be scaled"
    title = root.find(f"{_SVG}title")
    if title is None or not (title.text or "").strip():
        yield "no <title>"
    for element in root.iter():
        yield from _unsafe_in(element)


def _unsafe_in(element: ElementTree.Element) -> Iterator[str]:
    """What an element holds that could run or fetch something."""
    tag = str(element.tag)
    name = tag.removeprefix(_SVG)
    if not tag.startswith(_SVG) or name not in _ELEMENTS:
        yield f"<{name}> is not allowed; there are {', '.join(sorted(_ELEMENTS))}"
        return
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2]
        if attribute.lower().startswith("on"):
            yield f"<{name}> has the event handler {attribute}"
        elif (
            attribute.lower() in ("href", "src")
            and not value.startswith("#")
            or _OUTSIDE.search(value)
        ):
            yield f"<{name}> has {attribute}={value!r:.40}, which leads outside"
    if name == "style" and _OUTSIDE.search("".join(element.itertext())):
        yield "<style> holds an @import or a url() that leads outside"
