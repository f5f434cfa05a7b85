"""Frames on a socket pair: a JSON header and raw bytes, both bounded by the reader."""

from __future__ import annotations

import json
import re
import select
import socket
import struct
import time
from typing import Any

_HEAD = struct.Struct("<II")
HEADER_LIMIT = 64 << 10
"""Largest header accepted from a process that is not trusted, in bytes; what is large travels in
the body.
"""

READY = b"ready"
"""First message of a run, before which no code of the student has run."""


class WireError(Exception):
    """The other side closed the socket or sent what is no frame."""


class WireTimeout(Exception):
    """No whole frame came in time."""


class JsonBomb(ValueError):
    """JSON that would take far more memory than its text."""


def frame(header: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame as bytes."""
    text = json.dumps(header).encode()
    return _HEAD.pack(len(text), len(body)) + text + body


def send(sock: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame."""
    sock.sendall(frame(header, body))


class Reader:
    """Collects one frame piece by piece, and never holds more than was sent.

    Args:
        header_limit: largest header accepted, in bytes.
        body_limit: largest body accepted, in bytes.
    """

    def __init__(self, header_limit: int, body_limit: int) -> None:
        self._limits = header_limit, body_limit
        self._data = bytearray()
        self._sizes: tuple[int, int] | None = None

    def feed(self, sock: socket.socket) -> tuple[dict[str, Any], bytes] | None:
        """Read what is there, at most to the end of the frame; the frame if it is whole.

        Raises:
            WireError: the socket is closed, or the frame is malformed or too large.
        """
        want = _HEAD.size if self._sizes is None else _HEAD.size + sum(self._sizes)
        try:
            chunk = sock.recv(min(want - len(self._data), 1 << 20))
        except BlockingIOError:
            return None
        except OSError as error:
            raise WireError(str(error)) from error
        if not chunk:
            raise WireError("closed")
        self._data += chunk
        if self._sizes is None and len(self._data) == _HEAD.size:
            head, body = _HEAD.unpack(self._data)
            if head > self._limits[0] or body > self._limits[1]:
                raise WireError("a frame larger than the limit")
            self._sizes = head, body
        if self._sizes is None or len(self._data) < _HEAD.size + sum(self._sizes):
            return None
        view, at = bytes(self._data), _HEAD.size + self._sizes[0]
        try:
            header = json.loads(view[_HEAD.size : at])
        except (ValueError, RecursionError) as error:
            raise WireError("a frame that is no JSON") from error
        if not isinstance(header, dict):
            raise WireError("a frame that is no object")
        return header, view[at:]


def receive(
    sock: socket.socket, limit: int, deadline: float | None = None
) -> tuple[dict[str, Any], bytes]:
    """Receive one frame.

    Args:
        sock: a connected stream socket.
        limit: largest header and largest body accepted, in bytes.
        deadline: ``time.monotonic()`` after which to give up.

    Raises:
        WireError: the socket is closed, or the frame is malformed or too large.
        WireTimeout: the deadline passed.
    """
    reader = Reader(limit, limit)
    while True:
        if deadline is not None and not ready(sock, deadline - time.monotonic()):
            raise WireTimeout
        whole = reader.feed(sock)
        if whole is not None:
            return whole


def ready(sock: socket.socket, seconds: float, write: bool = False) -> bool:
    """Whether the socket can be read (or read or written) without waiting, within ``seconds``."""
    poll = select.poll()
    poll.register(sock, select.POLLIN | (select.POLLOUT if write else 0))
    return bool(poll.poll(max(seconds, 0) * 1000))


_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')


def check_json(text: bytes, values: int) -> int:
    """Refuse JSON of more than ``values`` values before it is parsed, since an empty list takes 60
    bytes for its 3.

    Returns:
        How many values there are at most.

    Raises:
        JsonBomb: there are more.
    """
    found = _marks(text)
    if found > values:
        found = _marks(_STRING.sub(b'""', text))
    if found > values:
        raise JsonBomb(f"more than {values} values")
    return found


def _marks(text: bytes) -> int:
    return sum(text.count(mark) for mark in (b",", b"[", b"{"))
