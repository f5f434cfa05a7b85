"""Send a reply one byte at a time, for ever."""

CELLS = [
    """
import sys, struct, time
def drip(x):
    frame = sys._getframe()
    while "sock" not in frame.f_locals:
        frame = frame.f_back
    sock = frame.f_locals["sock"]
    sock.sendall(struct.pack("<II", 1000, 1000))
    while True:
        sock.sendall(b" ")
        time.sleep(0.3)
scaled = drip
def total(x):
    return x.sum(axis=1)
"""
]
EARNED = {"row_sums"}
SECONDS = 20
