"""Answer the grader's request oneself, with its nonce, read from the frames of the running driver."""

from typing import Any

CELLS = [
    """
import sys, os
from dlcourse.core.encoding import pack
from dlcourse.executor import wire
def forge(x):
    frame = sys._getframe()
    while "sock" not in frame.f_locals:
        frame = frame.f_back
    wire.send(frame.f_locals["sock"], {"nonce": frame.f_locals["request"]["nonce"], "ok": True, "passed": True, "score": 9}, pack(True))
    os._exit(0)
scaled = total = forge
"""
]


def holds(record: Any, world: Any) -> None:
    """The forgery arrives, and is a wrong answer like any other."""
    assert record.results["one_matrix"] is True
