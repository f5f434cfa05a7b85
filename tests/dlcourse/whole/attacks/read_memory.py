"""Read the memory of the grader, the zygote and other processes, and look into their files."""

from typing import Any

CELLS = [
    """
import os, ctypes
scaled = total = lambda x: 0
libc = ctypes.CDLL(None, use_errno=True)
found = []
for pid in {1, os.getppid(), @GRADER@, @VICTIM@} - {0, os.getpid()}:
    for what in ("mem", "environ", "maps", "root", "cwd", "exe"):
        try:
            os.stat(f"/proc/{pid}/{what}/.") if what in ("root", "cwd") else open(f"/proc/{pid}/{what}", "rb").close()
            found.append((pid, what))
        except OSError:
            pass
    if libc.ptrace(16, pid, 0, 0) == 0:  # PTRACE_ATTACH
        found.append((pid, "ptrace"))
    buffer = ctypes.create_string_buffer(8)
    iov = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    if libc.process_vm_readv(pid, iov, 1, iov, 1, 0) >= 0:
        found.append((pid, "process_vm_readv"))
print("found", found)
"""
]


def holds(record: Any, world: Any) -> None:
    assert "found []" in str(record.outputs)
