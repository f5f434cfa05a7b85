"""The system calls that student code may not make, as a seccomp program made here and loaded as
bytes.

A list of what is refused, not of what is allowed: numpy, torch and friends call the kernel in too
many ways to list. What is refused gives access to other processes, mounts, namespaces, the network,
kernel interfaces with a history of holes, or memory that no limit counts. Refusals are errors and
not kills, since honest libraries probe.
"""

from __future__ import annotations

import errno
import platform
import socket
import struct

# name: (x86_64, aarch64); None where the architecture has no such call
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "perf_event_open": (298, 241), "lookup_dcookie": (212, 18),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "fanotify_init": (300, 262),
    # keys of the user who grades
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    # the machine
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116), "vhangup": (153, 58),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "uselib": (134, None), "ustat": (136, None), "sysfs": (139, None), "_sysctl": (156, None),
    "nfsservctl": (180, 42), "personality": (135, 92),
    # large interfaces with a history of holes
    "bpf": (321, 280), "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # memory that neither an address space nor a tmpfs counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190),
    "mq_open": (240, 180),
}  # fmt: skip
# looked at by their arguments: clone, socket, socketpair, ioctl; clone3 hides them behind a pointer
_CHECKED: dict[str, tuple[int, int]] = {
    "clone": (56, 220), "clone3": (435, 435), "socket": (41, 198), "socketpair": (53, 199), "ioctl": (16, 29),
}  # fmt: skip
_ABSENT = {"memfd_create", "memfd_secret", "io_uring_setup", "_sysctl"}
"""Answered "no such call", for which callers have a way round, and not "not permitted"."""
_LAST = 462
"""The last call known here (mseal); what a newer kernel adds does not exist for student code."""

_MACHINES = {
    "x86_64": (0, 0xC000003E),
    "aarch64": (1, 0xC00000B7),
}  # column above, AUDIT_ARCH of linux/audit.h
_NEW_NAMESPACES = (
    0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000
)
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # type into a terminal

_LOAD, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06  # of linux/bpf_common.h
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCH, _ARG0, _ARG1 = (
    0,
    4,
    16,
    24,
)  # offsets in struct seccomp_data, low halves of the arguments


def supported() -> bool:
    """Whether this machine's system call numbers are known."""
    return platform.machine() in _MACHINES


def program(machine: str = "") -> bytes:
    """The filter as an array of ``struct sock_filter``.

    Args:
        machine: ``x86_64`` or ``aarch64``; this machine if empty.

    Raises:
        KeyError: another machine.
    """
    column, audit = _MACHINES[machine or platform.machine()]
    out: list[tuple[int, int, int, int]] = []

    def unless(test: int, value: int, answer: int) -> None:
        """Return ``answer`` if the test of the loaded word holds, else go on."""
        out.extend([(test, 0, 1, value), (_RETURN, 0, 0, answer)])

    out.append((_LOAD, 0, 0, _ARCH))
    out.extend([(_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL)])  # 32-bit calls have other numbers
    out.append((_LOAD, 0, 0, _NUMBER))
    unless(_ABOVE, _LAST, _ERRNO | errno.ENOSYS)  # x32 calls, too: their numbers have bit 30 set
    unless(_EQUAL, _CHECKED["clone3"][column], _ERRNO | errno.ENOSYS)  # glibc falls back to clone
    for name, numbers in _REFUSED.items():
        number = numbers[column]
        if number is not None:
            unless(_EQUAL, number, _ERRNO | (errno.ENOSYS if name in _ABSENT else errno.EPERM))
    # each: if it is this call, look at the argument and answer
    checks = {
        "clone": [
            (_LOAD, 0, 0, _ARG0),
            (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        ],
        "socket": [
            (_LOAD, 0, 0, _ARG0),
            (_EQUAL, 1, 0, socket.AF_UNIX),
            (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT),
        ],
        "socketpair": [
            (_LOAD, 0, 0, _ARG0),
            (_EQUAL, 1, 0, socket.AF_UNIX),
            (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT),
        ],
        "ioctl": [
            (_LOAD, 0, 0, _ARG1),
            (_EQUAL, 1, 0, _TIOCSTI),
            (_EQUAL, 0, 1, _TIOCLINUX),
            (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        ],
    }
    for name, look in checks.items():
        out.append((_EQUAL, 0, len(look) + 1, _CHECKED[name][column]))
        out.extend([*look, (_RETURN, 0, 0, _ALLOW)])
    out.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *line) for line in out)
