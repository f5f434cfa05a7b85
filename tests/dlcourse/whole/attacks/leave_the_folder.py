"""Climb out of the folder by .., /proc links, and descriptors that were left open."""

from typing import Any

CELLS = [
    """
import os, stat
scaled = total = lambda x: 0
for way in ("../../../../../..", "/proc/self/root", "/proc/1/root", "/proc/1/cwd/..", "/proc/self/cwd/..", "/proc/thread-self/root", "/proc/2/root"):
    for inside in ("@COURSE@", "@HOME@", "@OTHER@"):
        if os.path.exists(way + inside):
            print("reached", way, inside)
for fd in range(1024):
    try:
        kind = os.fstat(fd).st_mode
    except OSError:
        continue
    if stat.S_ISDIR(kind) or stat.S_ISREG(kind):
        print("reached", fd, os.readlink(f"/proc/self/fd/{fd}"))
"""
]


def holds(record: Any, world: Any) -> None:
    assert "reached" not in str(record.outputs)
