"""The IPython shell that student code runs in: its outputs are data, bounded while they are made."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import traceback
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT, PyCF_ONLY_AST
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from ..core.probe import describe_exception

MAX_STREAM = 64 << 10
"""Characters kept of what one cell prints."""
MAX_DISPLAY = 2 << 20
"""Characters kept of what one cell displays."""
MAX_ITEMS = 500
"""Outputs kept of one cell."""


class Outputs:
    """Outputs of the running cell, bounded while they are made."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.printed = 0
        self.displayed = 0

    def write(self, name: str, text: str) -> None:
        room = MAX_STREAM - self.printed
        if room <= 0:
            return
        self.printed += len(text)
        if len(text) > room:
            text = (
                text[:room]
                + f"\n… more than {MAX_STREAM} characters were printed; the rest was dropped\n"
            )
        last = self.items[-1] if self.items else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        elif len(self.items) < MAX_ITEMS:
            self.items.append({"output_type": "stream", "name": name, "text": text})

    def show(self, output_type: str, data: dict[str, Any], metadata: dict[str, Any] | None) -> None:
        size = sum(len(str(v)) for v in data.values())
        self.displayed += size
        if self.displayed > MAX_DISPLAY or len(self.items) >= MAX_ITEMS:
            self.write("stderr", "… an output was dropped: the cell displays too much\n")
            return
        self.items.append({"output_type": output_type, "data": data, "metadata": {}})


OUTPUTS = Outputs()


class Stream(io.TextIOBase):
    """A text stream that goes to the outputs of the running cell."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 1 if self._name == "stdout" else 2

    def write(self, text: str) -> int:
        OUTPUTS.write(self._name, str(text))
        return len(text)


class Publisher(DisplayPublisher):
    def publish(
        self, data: dict[str, Any], metadata: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        OUTPUTS.show("display_data", data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        OUTPUTS.clear()


class Hook(DisplayHook):
    source = ""

    def quiet(self) -> bool:
        """Whether the cell ends in a semicolon; IPython would look into a history that is not kept
        here.
        """
        return bool(self.semicolon_at_end_of_expression(Hook.source))  # type: ignore[no-untyped-call]

    def write_output_prompt(self) -> None: ...

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        OUTPUTS.show("execute_result", format_dict, md_dict)

    def finish_displayhook(self) -> None: ...

    def log_output(self, format_dict: dict[str, Any]) -> None: ...


class Compiler(CachingCompiler):
    """Names code after the cell that it stands in."""

    label = "cell"

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"<cell {Compiler.label}>"


class Transformer(TransformerManager):
    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Leave what is plain Python alone; to look for magics in it takes ten times as long as to
        parse it.
        """
        try:
            compile("".join(lines), "<cell>", "exec", PyCF_ONLY_AST | PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return super().do_token_transforms(lines)  # type: ignore[no-untyped-call]
        return lines


class Shell(InteractiveShell):
    """An IPython shell whose outputs are data."""

    displayhook_class = Hook
    display_pub_class = Publisher
    compiler_class = Compiler

    def init_history(self) -> None:
        HistoryManager.enabled = False  # type: ignore[assignment]
        super().init_history()  # type: ignore[no-untyped-call]

    def init_virtualenv(self) -> None: ...

    def should_run_async(
        self, raw_cell: str, *, transformed_cell: str = "", preprocessing_exc_tuple: Any = None
    ) -> bool:
        """Whether a cell awaits something at its top level, which IPython compiles it to find out."""
        names_it = "await" in transformed_cell or "async" in transformed_cell
        return names_it and super().should_run_async(
            raw_cell,
            transformed_cell=transformed_cell,
            preprocessing_exc_tuple=preprocessing_exc_tuple,
        )

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        kind, value, trace = sys.exc_info()
        if value is not None:
            _show_error(value)

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        self.showtraceback()

    def system(self, cmd: str) -> None:
        """``!command``, through a pipe: the sandbox has no terminals."""
        command = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]
        with subprocess.Popen(
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdout is not None
            while chunk := process.stdout.read1(1 << 16):  # type: ignore[attr-defined]
                sys.stdout.write(chunk.decode(errors="replace"))
        self.user_ns["_exit_code"] = process.returncode

    def enable_gui(self, gui: str | None = None) -> None: ...


def _show_error(error: BaseException) -> None:
    raised = describe_exception(error)
    lines = [f"{cell}, line {number}: {source}" for cell, number, source in raised.trace]
    if isinstance(error, SyntaxError):
        lines = [line.rstrip()[:500] for line in traceback.format_exception_only(error)]
    else:
        lines.append(f"{raised.type}: {raised.message}")
    OUTPUTS.items.append(
        {"output_type": "error", "ename": raised.type, "evalue": raised.message, "traceback": lines}
    )


def make_shell() -> Shell:
    """The shell, as a notebook's kernel would have it: inline pictures, top-level await, magics."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    shell = Shell.instance()
    shell.input_transformer_manager = Transformer()  # type: ignore[no-untyped-call]
    shell.user_ns["__name__"] = "__main__"
    try:
        from matplotlib_inline.backend_inline import configure_inline_support
    except ImportError:  # a machine without matplotlib draws nothing
        return shell
    configure_inline_support(shell, "inline")  # type: ignore[no-untyped-call]
    return shell
