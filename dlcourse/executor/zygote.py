"""The zygote: a single-threaded process that has imported what notebooks import, and forks itself
for each run.

Started by :class:`dlcourse.executor.process.Zygote`. It holds neither solutions nor expected
values. Requests come on the socket whose descriptor is its argument; the socket of a new run is
passed along as a descriptor. The first request tells which sandbox to go into, before anything of
the notebooks is imported.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

from ..core.seeds import seed_everything
from . import driver, wire
from .limits import Sandbox
from .sandbox.kernel import SandboxUnavailable
from .sandbox.walls import fork_behind_wall, raise_inner_wall, raise_outer_wall
from .shell import OUTPUTS, Shell, make_shell

# all of dlcourse that student code may use, and what `check` imports only when it needs it: behind
# the wall its files do not exist, unless it lies among the libraries
for _name in (
    "dlcourse.student.check",
    "dlcourse.core.compare",
    "dlcourse.student.demo",
    "dlcourse.core.encoding",
    "dlcourse.core.guards",
    "dlcourse.core.probe",
    "dlcourse.core.rendering",
    "dlcourse.core.verdict",
):
    importlib.import_module(_name)


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _import(names: list[str]) -> list[str]:
    """Import what can be imported; anything that leaves a thread behind would make forks hang."""
    done = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            continue
        done.append(name)
    return done


_REHEARSAL = (
    "import numpy, torch\ntorch.ones(2).sum(), numpy.ones(2) @ numpy.ones(2)",
    "import torch\ntorch.ones(2, requires_grad=True).sum().backward()",
    "raise ValueError",
)


def _rehearse(shell: Shell) -> None:
    """Do once what every run does, so that what libraries load and set up on first use is shared by
    all.
    """
    seed_everything("rehearsal")
    kept = dict(shell.user_ns)
    for source in _REHEARSAL:
        driver.run_cell(shell, source, "rehearsal")
    OUTPUTS.clear()
    shell.user_ns.clear()
    shell.user_ns.update(kept)


def _settle() -> None:
    """Leave the memory in the state that is cheapest to fork."""
    gc.collect()
    gc.freeze()  # a child's garbage collector then leaves the zygote's pages alone


def _child(
    control: socket.socket,
    sock: socket.socket,
    shell: Shell,
    request: dict[str, Any],
    walled: bool,
) -> None:
    control.close()
    os.closerange(3, sock.fileno())
    os.closerange(sock.fileno() + 1, 1 << 20)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    if walled:
        try:
            proc = raise_inner_wall(request["slot"])
        except (SandboxUnavailable, OSError, ValueError) as error:
            sock.sendall(str(getattr(error, "reason", error)).encode()[:1000])
            return
        socket.send_fds(sock, [wire.READY], [proc])
        os.close(proc)
    else:
        os.chdir(request["folder"])
        sock.sendall(wire.READY)
    driver.serve(sock, shell)


def _fork(
    control: socket.socket, fd: int, shell: Shell, request: dict[str, Any], walled: bool
) -> dict[str, Any]:
    try:
        pid = fork_behind_wall() if walled else os.fork()
    except (SandboxUnavailable, OSError) as error:
        return {"error": str(getattr(error, "reason", error))}
    if pid == 0:
        status = 1
        try:
            _child(control, socket.socket(fileno=fd), shell, request, walled)
            status = 0
        finally:
            os._exit(status)
    return {"pid": pid}


def _reap(pid: int, walled: bool) -> dict[str, Any]:
    try:
        # the first process of a process namespace takes all others along, whatever sessions they
        # have made
        os.kill(pid, signal.SIGKILL) if walled else os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:
        return {"status": 0, "cpu": 0.0}
    return {"status": status, "cpu": usage.ru_utime + usage.ru_stime}


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C at the grader's terminal is the grader's business
    request, _ = wire.receive(control, 1 << 20)
    walled = request["sandbox"] is not None
    if walled:
        try:
            raise_outer_wall(Sandbox.from_json(request["sandbox"]), control.fileno())
        except (SandboxUnavailable, OSError) as error:
            wire.send(control, {"error": str(getattr(error, "reason", error))})
            return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    shell = make_shell()
    wire.send(control, {"ok": True})
    runs: set[int] = set()
    try:
        _serve(control, shell, walled, runs)
    finally:
        for pid in runs:  # the grader was killed, and nobody is left to end what runs without walls
            _reap(pid, walled)


def _serve(control: socket.socket, shell: Shell, walled: bool, runs: set[int]) -> None:
    """Answer the grader until it closes the socket; ``runs`` holds what has been started and not
    been reaped.
    """
    while True:
        try:
            message, fds, _, _ = socket.recv_fds(control, 1 << 20, 1)
        except OSError:
            return
        if not message:
            return
        request = json.loads(message)
        if request["op"] == "import":
            done = _import(request["modules"])
            _rehearse(shell)
            _settle()
            wire.send(control, {"modules": done, "threads": _threads()})
        elif request["op"] == "fork":
            reply = _fork(control, fds[0], shell, request, walled)
            os.close(fds[0])
            runs |= {reply["pid"]} if "pid" in reply else set()
            wire.send(control, reply)
        elif request["op"] == "reap":
            runs.discard(request["pid"])
            wire.send(control, _reap(request["pid"], walled))


if __name__ == "__main__":
    main()
