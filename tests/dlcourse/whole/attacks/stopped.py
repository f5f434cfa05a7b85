"""Stop the process instead of ending it, and have a child stop it again and again."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, signal, time
parent = os.getpid()
if os.fork() == 0:
    while True:
        os.kill(parent, signal.SIGSTOP)
        time.sleep(0.01)
os.kill(parent, signal.SIGSTOP)
time.sleep(1000)
""",
]
EARNED = {"row_sums"}
