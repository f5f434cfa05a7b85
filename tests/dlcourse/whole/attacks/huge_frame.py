"""Announce a frame of four gigabytes, and send it."""

CELLS = [
    """
import sys, struct
def flood(x):
    frame = sys._getframe()
    while "sock" not in frame.f_locals:
        frame = frame.f_back
    sock = frame.f_locals["sock"]
    sock.sendall(struct.pack("<II", 2, 2**32 - 1))
    while True:
        sock.sendall(bytes(1 << 20))
scaled = total = flood
"""
]
