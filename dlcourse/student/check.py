"""`check`: what a student calls in the notebook to learn whether a function is right. numpy only."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from ..core import rendering
from ..core.probe import Probe, cell_of
from ..core.verdict import UNWRITTEN
from .checks_file import NotChecked
from .notebook_session import NotebookSession

SLOW = 10.0
"""Seconds after which a test says that it runs."""


class CheckFailed(Exception):
    """Raised where a failed check must end in an error: while nbgrader validates a notebook."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return str(self).splitlines()


def check(probe: Probe) -> None:
    """Run a test on the functions of this notebook and show what was found.

    Args:
        probe: a function under ``@probe``.

    Raises:
        CheckFailed: the test did not pass, and nbgrader is validating the notebook. Otherwise
            nothing is raised, so that "Run All" goes on.
    """
    if os.environ.get("DLCOURSE_GRADING"):
        print("check: not run while grading")
        return
    namespace = namespace_of_caller()
    try:
        if not isinstance(probe, Probe):
            kind = rendering.clean(repr(type(probe).__name__), 80)
            raise NotChecked(f"check takes a test, that is a function under @probe, not {kind}")
        with _patience(probe.spec.name):
            shown = session(namespace).judge(probe)
    except Stopped as reason:
        raise CheckFailed(f"{rendering.MARKS[UNWRITTEN]} {reason}") from None
    except NotChecked as reason:
        text = str(reason)
        if _validating():
            raise CheckFailed(text) from None
        mark = rendering.MARKS[UNWRITTEN]
        show(f"{mark} not checked: {text}", lambda: rendering.trouble_html(text))
        return
    if _validating() and not shown.verdict.passed:
        raise CheckFailed(rendering.to_text(shown)) from None
    show(rendering.to_text(shown), lambda: rendering.to_html(shown))


class Stopped(Exception):
    """A student interrupted a test; the text says where."""


@contextmanager
def _patience(test: str) -> Iterator[None]:
    """Say after a while that a test still runs, and where it was when it is interrupted."""
    start = time.monotonic()
    told = f"{test} has run for {SLOW:g} s; ■ in the toolbar (or Ctrl-C) stops it"
    timer = threading.Timer(SLOW, lambda: print(told, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt as error:
        places = [
            f" in {frame.f_code.co_name}, line {line}"
            for frame, line in traceback.walk_tb(error.__traceback__)
            if cell_of(frame)
        ]
        where = places[-1] if places else ""
        raise Stopped(f"stopped after {time.monotonic() - start:.0f} s{where}") from None
    finally:
        timer.cancel()


def session(namespace: Mapping[str, Any]) -> NotebookSession:
    """This process's session, looking at ``namespace``: the shell's, or that of the script which
    calls `check`.
    """
    kept = current_session()
    kept.namespace = namespace
    return kept


@cache
def current_session() -> NotebookSession:
    """This process's session, looking where it looked last."""
    return NotebookSession({})


def namespace_of_caller() -> Mapping[str, Any]:
    """The notebook's names, or those of the script that calls the function which calls this."""
    shell = _shell()
    names: Mapping[str, Any] = shell.user_ns if shell else sys._getframe(2).f_globals
    return names


def _shell() -> Any:
    """The IPython shell that runs this code, or None."""
    ipython = sys.modules.get("IPython")
    return getattr(ipython, "get_ipython", lambda: None)()


def _validating() -> bool:
    return "NBGRADER_VALIDATING" in os.environ or "NBGRADER_EXECUTION" in os.environ


def show(text: str, html: Callable[[], str]) -> None:
    if _shell() is None:
        print(rendering.for_stream(text, getattr(sys.stdout, "encoding", None)))
    else:
        from IPython.display import display

        display({"text/plain": text, "text/html": html()}, raw=True)
