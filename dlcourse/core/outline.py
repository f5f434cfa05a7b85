"""Reads a notebook's JSON in bounded memory: what lies deeper than sources and ids is dropped while
reading.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import BinaryIO


class TooLarge(Exception):
    """A notebook holds more than is read; the text says of what."""


MAX_FILE = 256 << 20
"""Largest notebook file read, in bytes. Outputs are dropped while reading, never held."""
MAX_SOURCE = 1 << 20
"""Largest total of all cells' sources, in characters."""
# Sources stand at depth 4 (notebook, cells, cell, source), nbgrader's ids at depth 5; all that is
# deeper is dropped.
_DEPTH = 5
_SMALL = 1 << 19  # bytes of a file that is read at once
_CHUNK = 1 << 18  # bytes of a piece of all others
_LONG_STRING = 1 << 16  # bytes that an id never has
_MAX_KEPT = 8 * MAX_SOURCE  # bytes
_MAX_STEPS = 2_000_000  # tokens: strings and brackets, or whole values deep inside
_OUTSIDE = re.compile(rb'[^"\[\]{}]*+')
_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
# Deep inside, whole values of up to two levels are stepped over at once; whether their brackets fit
# is nobody's concern.
_ATOM = rb'[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"'
_FLAT = rb"[\[{](?:%b)*+[\]}]" % _ATOM
_DEEP = re.compile(rb"(?:%b|[\[{](?:%b|%b)*+[\]}])*+" % (_ATOM, _ATOM, _FLAT), re.DOTALL)


class _Outline:
    """A notebook's JSON text with everything below :data:`_DEPTH` and long strings at that depth
    taken out.

    Fed in pieces and without recursion, so that neither outputs of hundreds of megabytes nor
    nesting of any depth cost memory.
    """

    def __init__(self) -> None:
        self.kept = bytearray()
        self._size = self._steps = self._depth = 0
        self._string: bytearray | None = None  # the one being read
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Read on.

        Raises:
            ValueError: more brackets were closed than opened.
            TooLarge: one of the limits is passed.
        """
        self._size += len(chunk)
        if self._size > MAX_FILE:
            raise TooLarge(f"it is larger than {MAX_FILE >> 20} MB")
        data, at = self._rest + chunk, 0
        while at < len(data):
            self._steps += 1
            after = self._token(data, at) if self._string is None else self._in_string(data, at)
            if after == at:  # the chunk ends within an escape
                break
            at = after
        self._rest = data[at:]
        if self._depth < 0:
            raise ValueError("its brackets do not match")
        if len(self.kept) + len(self._string or b"") > _MAX_KEPT:
            raise TooLarge(f"its cells hold more than {MAX_SOURCE >> 20} MB of text")
        if self._steps > _MAX_STEPS:
            raise TooLarge("its outputs are too complex to read")

    def _in_string(self, data: bytes, at: int) -> int:
        """Read a string as far as ``data`` has it; returns the position after it."""
        assert self._string is not None
        end = _INSIDE.match(data, at).end()  # type: ignore[union-attr]
        if self._depth < _DEPTH or self._depth == _DEPTH and len(self._string) <= _LONG_STRING:
            self._string += data[at:end]
        if data[end : end + 1] != b'"':
            return end
        if self._depth <= _DEPTH:
            long = self._depth == _DEPTH and len(self._string) > _LONG_STRING
            self.kept += b'""' if long else b'"' + self._string + b'"'
        self._string = None
        return end + 1

    def _token(self, data: bytes, at: int) -> int:
        """Read up to the next bracket or quotation mark, and that; returns the position after it."""
        end = (_DEEP if self._depth > _DEPTH else _OUTSIDE).match(data, at).end()  # type: ignore[union-attr]
        if self._depth <= _DEPTH:
            self.kept += data[at:end]
        sign = data[end : end + 1]
        if sign == b'"':
            self._string = bytearray()
        elif sign:
            self._depth += sign in b"[{"
            if self._depth <= _DEPTH + 1:
                self.kept += sign
            self._depth -= sign in b"]}"
        return end + 1


def read_json(file: BinaryIO) -> object:
    """A notebook's JSON as objects, bounded in memory.

    Raises:
        ValueError: it is no JSON.
        TooLarge: one of the limits is passed.
    """
    start = file.read(_SMALL + 1)
    if len(start) <= _SMALL:
        # cannot take much memory, and need not go through the outline unless it is strange
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(start.decode("utf-8-sig"))
    file.seek(0)
    outline = _Outline()
    while chunk := file.read(_CHUNK):
        outline.feed(chunk)
    return json.loads(outline.kept.decode("utf-8-sig"))
