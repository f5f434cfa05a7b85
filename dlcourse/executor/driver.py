"""What runs in the student's process: cells in an IPython shell, probes in namespaces of their own.

Nothing here is trusted by the other side. The shell is made once, in the zygote; each submission
uses a forked copy. It speaks no Jupyter protocol: one request frame, one reply frame. A reply
repeats the ``nonce`` of its request; since that is random, no reply can be sent ahead.

Requests: ``{"op": "files", "files"}`` with their contents as the body, before any code of the
    student;
``{"op": "cell", "source", "label"}``; ``{"op": "probe", "name", "seed", "warm_up"}`` with the
compiled program as the body. The reply's body holds the outputs as JSON (nbformat dictionaries), or
a packed result.
"""

from __future__ import annotations

import io
import json
import linecache
import marshal
import os
import socket
import sys
from pathlib import Path
from typing import Any

from ..core.encoding import pack_result
from ..core.probe import run
from ..core.rules import Rules
from ..core.seeds import seed_everything
from . import wire
from .limits import Sandbox
from .sandbox import seccomp
from .sandbox.kernel import SandboxUnavailable
from .sandbox.walls import drop_rights
from .shell import OUTPUTS, Compiler, Hook, Shell, Stream, make_shell

REQUEST_LIMIT = 64 << 20


def _enter(shell: Shell) -> None:
    """Per run: seeds, streams, the main module."""
    seed_everything("run")
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    quiet = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(quiet, fd)
    os.close(quiet)
    main = sys.modules.get("__main__")
    if main is not None:
        shell.user_module.__dict__.setdefault("__builtins__", __builtins__)
    sys.modules["__main__"] = shell.user_module


def write_files(files: list[tuple[str, int]], contents: bytes) -> None:
    """Put the assignment's data files into the working folder."""
    at = 0
    for name, size in files:
        path = Path(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{name} is outside of the notebook's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents[at : at + size])
        at += size


def run_cell(shell: Shell, source: str, label: str) -> tuple[bool, bytes]:
    """Run one cell and return whether it went well, and its outputs; never raises what the cell
    raises.
    """
    OUTPUTS.clear()
    Compiler.label, Hook.source = label, source
    try:
        ok: bool = shell.run_cell(source, store_history=False).success is True  # type: ignore[no-untyped-call]
    except SystemExit as error:
        OUTPUTS.write("stderr", f"the cell called exit({error.code})\n")
        ok = False
    return ok, json.dumps(OUTPUTS.items).encode()


def run_probe(shell: Shell, request: dict[str, Any], program: bytes) -> bytes:
    """Run one probe against the shell's namespace and pack its result."""
    OUTPUTS.clear()
    linecache.cache.pop(f"<probe {request['name']}>", None)
    scope: dict[str, Any] = {"__name__": "probe"}
    exec(marshal.loads(program), scope)
    found = run(
        scope[request["name"]],
        shell.user_ns,
        request["seed"],
        request["warm_up"],
        request["question"],
        Rules.from_json(request["rules"]),
    )
    return pack_result(found)


def serve(sock: socket.socket, shell: Shell) -> None:
    """Answer requests until the other side closes."""
    _enter(shell)
    while True:
        try:
            request, body = wire.receive(sock, REQUEST_LIMIT)
        except wire.WireError:
            return
        reply = {"nonce": request["nonce"]}
        if request["op"] == "cell":
            ok, outputs = run_cell(shell, request["source"], request["label"])
            wire.send(sock, {**reply, "ok": ok}, outputs)
        elif request["op"] == "probe":
            wire.send(sock, {**reply, "ok": True}, run_probe(shell, request, body))
        elif request["op"] == "files":
            write_files(request["files"], body)
            wire.send(sock, {**reply, "ok": True})
        elif request["op"] == "modules":
            wire.send(sock, {**reply, "ok": True}, json.dumps(sorted(sys.modules)).encode())


def main() -> None:
    """Entry of a process that was not forked from a zygote: ``python -m dlcourse.executor.driver
    <fd> [sandbox]``.
    """
    sock = socket.socket(fileno=int(sys.argv[1]))
    shell = make_shell()
    if len(sys.argv) == 2:
        sock.sendall(wire.READY)
    else:
        proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            drop_rights(Sandbox.from_json(json.loads(sys.argv[2])), seccomp.program())
        except (SandboxUnavailable, OSError) as error:
            sock.sendall(str(error).encode()[:1000])
            return
        socket.send_fds(sock, [wire.READY], [proc])
        os.close(proc)
    serve(sock, shell)


if __name__ == "__main__":
    main()
