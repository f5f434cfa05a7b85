"""Replace the process by another program that holds on to the socket."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os
for fd in map(int, os.listdir("/proc/self/fd")):
    try:
        os.set_inheritable(fd, True)
    except OSError:
        pass
os.execv("/bin/sh", ["sh", "-c", "while :; do for i in 3 4 5 6 7 8; do echo '{\\"ok\\": true}' >&$i; done; sleep 0.1; done 2>/dev/null"])
""",
]
EARNED = {"row_sums"}
SECONDS = 15
