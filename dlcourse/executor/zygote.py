"""The zygote: a single-threaded process that has imported what notebooks import, and forks itself for each run.

Started by :class:`dlcourse.executor.session.Zygote`. It holds neither solutions nor expected values. Requests come
on the socket whose descriptor is its argument; the socket of a new run is passed along as a descriptor.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
from typing import Any

from . import driver, wire


def _threads() -> int:
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1


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


def _child(control: socket.socket, sock: socket.socket, shell: driver.Shell, request: dict[str, Any]) -> None:
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    os.chdir(request["folder"])
    gc.unfreeze()
    driver.serve(sock, shell)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the grader's terminal is the grader's business
    shell = driver.make_shell()
    gc.collect()
    gc.freeze()
    while True:
        try:
            message, fds, _, _ = socket.recv_fds(control, 1 << 20, 1)
        except OSError:
            return
        if not message:
            return
        request = wire.json.loads(message)
        if request["op"] == "import":
            done = _import(request["modules"])
            gc.collect()
            gc.freeze()
            wire.send(control, {"modules": done, "threads": _threads()})
        elif request["op"] == "fork":
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    _child(control, socket.socket(fileno=fds[0]), shell, request)
                    status = 0
                finally:
                    os._exit(status)
            os.close(fds[0])
            wire.send(control, {"pid": pid})
        elif request["op"] == "reap":
            try:
                os.killpg(request["pid"], signal.SIGKILL)
                _, status = os.waitpid(request["pid"], 0)
            except (ChildProcessError, ProcessLookupError):
                status = 0
            wire.send(control, {"status": status})


if __name__ == "__main__":
    main()
