"""Fork without end."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os
assert os.getpid() == 1, "never outside of a sandbox"
import resource
assert resource.getrlimit(resource.RLIMIT_NPROC)[1] <= 64
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
]
EARNED = {"row_sums"}
SECONDS = 15
