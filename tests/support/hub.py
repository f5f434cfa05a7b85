"""A real JupyterHub over a scratch course, as `hub/start.py --private` starts it: users, exchange and
processes that nobody else on this machine sees, and that end with it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.support.commands import environment
from tests.support.course import REPOSITORY
from tests.support.lab import PATIENCE

START = REPOSITORY / "hub" / "start.py"
INSTRUCTOR = "instructor"
_ALONE = ("unshare", "--mount", "--pid", "--fork", "--mount-proc")


@functools.cache
def why_no_hub() -> str:
    """What this machine lacks for a hub with users of its own; empty if nothing."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "only root on Linux starts servers as other users"
    tried = {
        "root may make no mount and process namespaces here": [*_ALONE, "true"],
        "an ordinary user may make no namespaces here, so that the instructor's sandbox cannot be": [
            *_ALONE, "runuser", "-u", "nobody", "--", "unshare", "--user", "--map-root-user", *_ALONE[1:], "true",
        ],
    }  # fmt: skip
    for reason, command in tried.items():
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"{reason}: {done.stderr.strip()}"
    return ""


@dataclass(frozen=True)
class Hub:
    """A hub that runs.

    Args:
        address: of its first page.
        passwords: of the instructor and of each student.
        root: its file system, as root sees it from outside.
        process: id of its first process.
    """

    address: str
    passwords: dict[str, str]
    root: Path
    process: int

    def run(self, user: str, command: str) -> subprocess.CompletedProcess[str]:
        """What a command line does in a terminal of a user's JupyterLab."""
        inside = ["nsenter", f"--target={self.process}", "--mount", "--pid"]
        login = ["runuser", "--login", user, "--whitelist-environment=OMP_NUM_THREADS"]
        return subprocess.run(
            [*inside, *login, "--command", command], env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def log_in(self, page: Page, user: str) -> None:
        """Send name and password, for which the hub starts a server."""
        page.goto(f"{self.address}/hub/login")
        page.fill("#username_input", user)
        page.fill("#password_input", self.passwords[user])
        page.locator("#login_submit").click(no_wait_after=True)

    def lab(self, user: str) -> str:
        return f"{self.address}/user/{user}/lab"


@contextlib.contextmanager
def running_hub(course: Path, folder: Path, *students: str) -> Iterator[Hub]:
    """A hub with a course that is still to be built.

    Args:
        course: what the instructor gets a copy of.
        folder: for the log and an empty home.
        students: their names.
    """
    port = _three_free_ports()
    command = [
        sys.executable,
        str(START),
        "--private",
        f"--course={course}",
        f"--port={port}",
        "--assignment=vectors",
    ]
    command += [f"--instructor={INSTRUCTOR}", *(f"--student={name}" for name in students)]
    log = folder / "hub.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE / 1000
        while not _answers(f"{address}/hub/login"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterHub did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.3)
        said = re.findall(r"^  (.+?) +password (\S+)$", log.read_text(), re.MULTILINE)
        passwords = {name: password for names, password in said for name in names.split(", ")}
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        first = int(children.read_text().split()[0])
        yield Hub(address, passwords, Path(f"/proc/{first}/root"), first)
    finally:
        process.kill()  # with it goes the namespace, and with that every process of the hub
        process.wait()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True


def _three_free_ports() -> int:
    """The first of three ports in a row that nobody listens at."""
    for first in range(20_000, 30_000, 10):
        with contextlib.ExitStack() as bound:
            try:
                for port in range(first, first + 3):
                    bound.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise RuntimeError("no three ports are free")
