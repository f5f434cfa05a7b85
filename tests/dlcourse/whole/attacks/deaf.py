"""Stop reading requests, so that a grader which writes a large one would wait for ever."""

CELLS = [
    """
import sys, threading, time
import dlcourse.executor.wire as wire
wire.receive = lambda *args: time.sleep(1000)
scaled = total = lambda x: 0
""",
    "x = '" + "x" * 3_000_000 + "'",
]
SECONDS = 25
