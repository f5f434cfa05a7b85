"""Frames on a socket pair: a JSON header and raw bytes, both bounded by the reader."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from typing import Any

_HEAD = struct.Struct("<II")


class WireError(Exception):
    """The other side closed the socket or sent what is no frame."""


class WireTimeout(Exception):
    """No whole frame came in time."""


def send(sock: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame."""
    text = json.dumps(header).encode()
    sock.sendall(_HEAD.pack(len(text), len(body)) + text + body)


def _exactly(sock: socket.socket, n: int, deadline: float | None) -> bytes:
    chunks, left = [], n
    while left:
        if deadline is not None:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([sock], [], [], wait)[0]:
                raise WireTimeout
        try:
            chunk = sock.recv(min(left, 1 << 20))
        except OSError as error:
            raise WireError(str(error)) from error
        if not chunk:
            raise WireError("closed")
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def receive(sock: socket.socket, limit: int, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Receive one frame.

    Args:
        sock: a connected stream socket.
        limit: largest header and largest body accepted, in bytes.
        deadline: ``time.monotonic()`` after which to give up.

    Raises:
        WireError: the socket is closed, or the frame is malformed or too large.
        WireTimeout: the deadline passed.
    """
    head, body = _HEAD.unpack(_exactly(sock, _HEAD.size, deadline))
    if head > limit or body > limit:
        raise WireError("a frame larger than the limit")
    try:
        header = json.loads(_exactly(sock, head, deadline))
    except (ValueError, RecursionError) as error:
        raise WireError("a frame that is no JSON") from error
    if not isinstance(header, dict):
        raise WireError("a frame that is no object")
    return header, _exactly(sock, body, deadline)
