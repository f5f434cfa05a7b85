"""`check`: what a student calls in the notebook to learn whether a function is right. numpy only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ..core import rendering
from ..core.probe import Probe
from ..core.verdict import UNWRITTEN
from .checks_file import NotChecked
from .notebook_session import NotebookSession


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
    shell = _shell()
    namespace = shell.user_ns if shell is not None else sys._getframe(1).f_globals
    try:
        if not isinstance(probe, Probe):
            kind = rendering.clean(repr(type(probe).__name__), 80)
            raise NotChecked(f"check takes a test, that is a function under @probe, not {kind}")
        shown = session(namespace).judge(probe)
    except NotChecked as reason:
        text = str(reason)
        if _validating():
            raise CheckFailed(text) from None
        mark = rendering.MARKS[UNWRITTEN]
        _display(f"{mark} not checked: {text}", lambda: rendering.trouble_html(text))
        return
    if _validating() and not shown.verdict.passed:
        raise CheckFailed(rendering.to_text(shown)) from None
    _display(rendering.to_text(shown), lambda: rendering.to_html(shown))


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


def _shell() -> Any:
    """The IPython shell that runs this code, or None."""
    ipython = sys.modules.get("IPython")
    return getattr(ipython, "get_ipython", lambda: None)()


def _validating() -> bool:
    return "NBGRADER_VALIDATING" in os.environ or "NBGRADER_EXECUTION" in os.environ


def _display(text: str, html: Callable[[], str]) -> None:
    if _shell() is None:
        print(rendering.for_stream(text, getattr(sys.stdout, "encoding", None)))
    else:
        from IPython.display import display

        display({"text/plain": text, "text/html": html()}, raw=True)
