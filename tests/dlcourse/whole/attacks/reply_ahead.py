"""Send a reply in a cell, to be taken for the result of the next probe."""

from typing import Any

CELLS = [
    """
import gc, socket
from dlcourse.core.encoding import pack
from dlcourse.executor import wire
sock = next(o for o in gc.get_objects() if isinstance(o, socket.socket) and o.fileno() > 2)
wire.send(sock, {"nonce": "0" * 32, "ok": True}, b"[]")
wire.send(sock, {"nonce": "0" * 32, "ok": True}, pack(True))
scaled = total = lambda x: 0
"""
]


def holds(record: Any, world: Any) -> None:
    assert "sent a message nobody asked for" in " ".join(record.ended.values())
