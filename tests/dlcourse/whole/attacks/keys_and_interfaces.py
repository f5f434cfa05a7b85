"""Reach for keyrings, io_uring, bpf, perf, userfaultfd and anonymous files that no limit counts."""

from typing import Any

CELLS = [
    """
import ctypes, os
scaled = total = lambda x: 0
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(256)
calls = {"io_uring": (425, 8, buffer), "clone3": (435, buffer, 64), "pidfd_getfd": (438, 3, 3, 0), "memfd_secret": (447, 0)}
for name, arguments in calls.items():
    if libc.syscall(*arguments) >= 0:
        print("done", name)
if libc.shmget(1, 1 << 20, 0o1600) >= 0: print("done shmget")
try:
    os.memfd_create("x"); print("done memfd")
except OSError:
    pass
x86 = {"keyctl": (250, 0, -4, 0), "bpf": (321, 0, buffer, 64), "perf": (298, buffer, 0, -1, -1, 0), "userfaultfd": (323, 0)}
arm = {"keyctl": (219, 0, -4, 0), "bpf": (280, 0, buffer, 64), "perf": (241, buffer, 0, -1, -1, 0), "userfaultfd": (282, 0)}
for name, arguments in (x86 if os.uname().machine == "x86_64" else arm).items():
    if libc.syscall(*arguments) >= 0:
        print("done", name)
"""
]


def holds(record: Any, world: Any) -> None:
    assert "done" not in str(record.outputs)
