"""Connect to a service of this machine, to the world, and to the kernel's own sockets."""

from typing import Any

CELLS = [
    """
import socket
scaled = total = lambda x: 0
def reach(*address, family=socket.AF_INET, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(1)
            s.connect(*address)
            print("reached", address, s.recv(100))
    except OSError as error:
        print("refused", error)
reach(("127.0.0.1", @PORT@))
reach(("1.1.1.1", 53))
reach(("::1", @PORT@, 0, 0), family=socket.AF_INET6)
reach(("127.0.0.1", @PORT@), kind=socket.SOCK_DGRAM)
reach((0, 0), family=socket.AF_NETLINK, kind=socket.SOCK_RAW)
try:
    print("reached", socket.gethostbyname("example.com"))
except OSError as error:
    print("refused", error)
"""
]
LEAKS = True
TWIN = [
    """
import asyncio, socket
async def double(x):
    await asyncio.sleep(0.01)
    return 2 * x
first, second = socket.socketpair()
first.send(b"1"); one = int(second.recv(1))
def scaled(x):
    return asyncio.new_event_loop().run_until_complete(double(x)) + one
""",
    "await asyncio.sleep(0)\ndef total(x):\n    return x.sum(axis=1)\n",
]


def holds(record: Any, world: Any) -> None:
    assert "reached" not in str(record.outputs)
