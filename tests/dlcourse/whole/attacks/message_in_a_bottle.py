"""Leave files everywhere for the next submission, and look for what the last one left."""

CELLS = [
    """
import os, glob
scaled = total = lambda x: 0
print("found", glob.glob("/tmp/attack*") + glob.glob("/dev/shm/attack*") + glob.glob("/notebook/attack*") + glob.glob("attack*"))
for folder in ("/tmp", "/dev/shm", "/notebook", "."):
    open(f"{folder}/attack", "w").write("the answer is 42")
import ctypes
ctypes.CDLL(None).shmget(42, 4096, 0o1666)
""",
    "import os; os._exit(0)",
    "print('found', [f for f in ['/tmp/attack', '/dev/shm/attack', 'attack'] if os.path.exists(f)])",
]
