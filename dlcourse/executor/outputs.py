"""Outputs of student code, made safe to keep in a notebook and to show in the instructor's browser.

They come from a process that is not trusted: any JSON at all. What is kept is built anew, field by
field.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from typing import Any, TypeAlias

import nh3

from . import wire
from .limits import Allowance

Output: TypeAlias = dict[str, Any]
"""One output of a cell, as nbformat writes it."""

MAX_OUTPUTS = 500
"""Outputs kept of one cell."""
MAX_CHARACTERS = 4 << 20
"""Characters kept of one cell, pictures included."""
MAX_TEXT = 200_000
"""Characters kept of one text."""
MAX_LINES = 200
"""Lines kept of one traceback."""
MAX_PIXELS = 40_000_000
MAX_VALUES = 200_000
"""Values in the JSON that is read at all."""
NOTHING = b"[]"
"""What a cell without outputs sends."""
_TOO_MUCH = "the notebook's outputs are too large; from here on they were dropped\n"

_PNG = b"\x89PNG\r\n\x1a\n"


def read(body: bytes, allowance: Allowance) -> list[Output]:
    """Outputs from the JSON that a run sent, cleaned; none if it cannot be read.

    Args:
        body: the JSON.
        allowance: of the submission; what is kept is taken off.
    """
    if body == NOTHING:
        return []
    if not allowance.outputs:
        return [_stream("stderr", _TOO_MUCH)]
    try:
        wire.check_json(body, MAX_VALUES)
        kept = clean(json.loads(body))
    except (ValueError, RecursionError):
        return [_stream("stderr", "the outputs of this cell cannot be read\n")]
    if not allowance.take_outputs(sum(len(json.dumps(one)) for one in kept)):
        allowance.outputs = 0  # what follows is not even read
        return [_stream("stderr", _TOO_MUCH)]
    return kept


def clean(outputs: object) -> list[Output]:
    """Keep what is a well-formed output of nbformat 4 and harmless.

    Streams, errors and displayed data of type text, HTML (sanitised), PNG and JPEG (checked) are
    kept. Scripts, widgets, SVG and unknown types are dropped; Markdown and LaTeX become plain text,
    since what renders them also runs links.

    Args:
        outputs: anything.

    Returns:
        New dictionaries, bounded in number and size.
    """
    kept: list[Output] = []
    room = MAX_CHARACTERS
    for one in outputs if isinstance(outputs, list) else []:
        output = _output(one) if isinstance(one, dict) else None
        if output is None:
            continue
        room -= len(json.dumps(output))
        if room < 0 or len(kept) >= MAX_OUTPUTS:
            kept.append(_stream("stderr", "… the rest of the outputs was dropped\n"))
            break
        kept.append(output)
    return kept


def _stream(name: str, text: str) -> Output:
    return {"output_type": "stream", "name": name, "text": text}


def _text(value: object, limit: int = MAX_TEXT) -> str:
    """A string in bounds, without what cannot be written as UTF-8; empty for anything else."""
    if not isinstance(value, str):
        return ""
    return value[:limit].encode("utf-8", "replace").decode()


def _output(one: dict[Any, Any]) -> Output | None:
    kind = one.get("output_type")
    if kind == "stream":
        text = _text(one.get("text"))
        return (
            _stream("stderr" if one.get("name") == "stderr" else "stdout", text) if text else None
        )
    if kind == "error":
        trace = one.get("traceback")
        lines = [_text(line, 2000) for line in trace[:MAX_LINES]] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": _text(one.get("ename"), 200),
            "evalue": _text(one.get("evalue"), 2000),
            "traceback": lines,
        }
    if kind in ("display_data", "execute_result"):
        data = _data(one.get("data"))
        if not data:
            return None
        output: Output = {"output_type": kind, "data": data, "metadata": {}}
        return {**output, "execution_count": None} if kind == "execute_result" else output
    return None


def _data(bundle: object) -> dict[str, str]:
    if not isinstance(bundle, dict):
        return {}
    kept: dict[str, str] = {}
    for source in ("text/markdown", "text/latex", "text/plain"):
        if text := _text(bundle.get(source)):
            kept.setdefault("text/plain", text)
    html = _text(bundle.get("text/html"))
    if html:
        # MathJax would turn a TeX link in it into a script
        kept["text/html"] = (
            f'<div class="tex2jax_ignore mathjax_ignore">{nh3.clean(html, attributes=_ATTRIBUTES)}</div>'
        )
    for mime, checked in (("image/png", _png), ("image/jpeg", _jpeg)):
        if picture := checked(bundle.get(mime)):
            kept[mime] = picture
    return kept


_ATTRIBUTES = {
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "table": {"border"},
}
"""No links to click or pictures to fetch: a page of feedback tells nobody that it was opened."""


def _decoded(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > MAX_CHARACTERS:
        return b""
    try:
        return base64.b64decode(value.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _png(value: object) -> str:
    raw = _decoded(value)
    if not raw.startswith(_PNG) or raw[12:16] != b"IHDR" or len(raw) < 33:
        return ""
    width, height = struct.unpack(">II", raw[16:24])
    return base64.b64encode(raw).decode() if 0 < width * height <= MAX_PIXELS else ""


def _jpeg(value: object) -> str:
    raw = _decoded(value)
    if not raw.startswith(b"\xff\xd8\xff"):
        return ""
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        marker, (length,) = raw[at + 1], struct.unpack(">H", raw[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # start of frame
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return base64.b64encode(raw).decode() if 0 < width * height <= MAX_PIXELS else ""
        at += 2 + length
    return ""
