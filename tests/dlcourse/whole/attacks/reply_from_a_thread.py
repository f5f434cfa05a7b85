"""Send result messages from a thread, long after the cell has ended."""

from typing import Any

CELLS = [
    """
import gc, socket, threading, time
from dlcourse.core.encoding import pack
from dlcourse.executor import wire
sock = next(o for o in gc.get_objects() if isinstance(o, socket.socket) and o.fileno() > 2)
def flood():
    while True:
        sock.send(wire.frame({"nonce": "0" * 32, "ok": True}, pack(True)))
        time.sleep(0.01)
scaled = total = lambda x: time.sleep(0.2)
threading.Thread(target=flood, daemon=True).start()
"""
]
SECONDS = 20


def holds(record: Any, world: Any) -> None:
    assert "sent a message nobody asked for" in " ".join(record.ended.values())


TWIN = [
    """
import threading, time
seen = []
def watch():
    for _ in range(20):
        seen.append(time.time()); time.sleep(0.01)
threading.Thread(target=watch).start()
def scaled(x):
    time.sleep(0.05)
    return 2 * x + 1
""",
    "def total(x):\n    return x.sum(axis=1)\n",
]
