"""Gain rights by programs that have them: su, mount, sudo, ping."""

from typing import Any

CELLS = [
    """
import os, subprocess, resource
scaled = total = lambda x: 0
for command in ("su -c id", "sudo -n id", "mount -t tmpfs x /tmp", "unshare -Ur id", "chroot / id", "newgrp root", "passwd -d root"):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=1.5)
    print("gained" if done.returncode == 0 else "refused", command)
for way in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.chown("/notebook", 0, 0), lambda: os.nice(-5),
            lambda: os.mknod("attack", 0o060666, os.makedev(254, 0)),
            lambda: resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999)), lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1))):
    try:
        way(); print("gained")
    except (OSError, ValueError) as error:
        print("refused", error)
"""
]


def holds(record: Any, world: Any) -> None:
    assert "gained" not in str(record.outputs), record.outputs
