"""Burn computing time in children that end before anybody looks and are waited for by nobody."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    for _ in range(2):
        if os.fork() == 0:
            end = time.process_time() + 0.05
            while time.process_time() < end: pass
            os._exit(0)
    time.sleep(0.05)
""",
]
EARNED = {"row_sums"}
SECONDS = 15
