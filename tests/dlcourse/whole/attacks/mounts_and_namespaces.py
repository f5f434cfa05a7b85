"""Make namespaces, mount, pivot, enter the namespaces of others, open files by handle."""

from typing import Any

CELLS = [
    """
import ctypes, os
scaled = total = lambda x: 0
libc = ctypes.CDLL(None, use_errno=True)
done = []
for flag in (0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x10000000 | 0x20000):
    if libc.unshare(flag) == 0:
        done.append(("unshare", hex(flag)))
if libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None) == 0: done.append("mount")
if libc.mount(None, b"/", None, 4096 | 32, None) == 0: done.append("remount")
if libc.umount2(b"/tmp", 2) == 0: done.append("umount")
if libc.umount2(b"/proc", 2) == 0: done.append("umount proc")
if libc.chroot(b"/tmp") == 0: done.append("chroot")
for name in os.listdir("/proc/self/ns"):
    fd = os.open(f"/proc/self/ns/{name}", os.O_RDONLY)
    if libc.setns(fd, 0) == 0: done.append(("setns", name))
handle = ctypes.create_string_buffer(128)
ctypes.memmove(handle, (120).to_bytes(4, "little"), 4)
if libc.name_to_handle_at(-100, b"/usr", handle, ctypes.byref(ctypes.c_int()), 0) == 0: done.append("handle")
if libc.syscall(428, -100, b"/", 1) >= 0: done.append("open_tree")
print("done", done)
"""
]


def holds(record: Any, world: Any) -> None:
    assert "done []" in str(record.outputs)
