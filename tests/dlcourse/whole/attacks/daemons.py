"""Leave daemons behind, in sessions of their own, that ignore signals, spin, and write files later."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import os, signal, time
scaled = lambda x: 0
for number in range(8):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        for s in range(1, 64):
            try:
                signal.signal(s, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        time.sleep(0.2)
        while True:
            try:
                open(f"/tmp/attack-daemon-{number}", "w").write("still here")
                open(f"@COURSE@/attack-{number}", "w").write("still here")
            except OSError:
                pass
            time.sleep(0.01)
""",
]
EARNED = {"row_sums"}
TWIN = [
    """
import multiprocessing, subprocess
print(subprocess.run(["echo", "2"], capture_output=True, text=True).stdout)
def double(v):
    return 2 * v
def scaled(x):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return sum(pool.map(double, [x])) + 1
""",
    "def total(x):\n    return x.sum(axis=1)\n",
]
