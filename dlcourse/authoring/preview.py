"""A page in the browser that follows what an author saves: rendered anew after every change,
reloaded by itself.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..errors import DlcourseError
from .course import AssignmentFiles

EVERY = 0.5
"""Seconds between two looks at the files."""
_RELOAD = """<script>
new EventSource("/events?after={version}").onmessage = () => {{
  sessionStorage.setItem("at", window.scrollY);
  location.reload();
}};
window.addEventListener("load", () => window.scrollTo(0, sessionStorage.getItem("at") || 0));
</script>"""
_ERROR = (
    "<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><pre>{text}</pre>"
)


def watched(files: AssignmentFiles) -> dict[Path, int]:
    """What an assignment is built from, with the times of the last change in nanoseconds."""
    paths: Iterable[Path] = (
        files.root / "course.toml",
        files.script,
        *files.tests.glob("*.py"),
        *(p for p in files.script.parent.glob(f"*/{files.slug}/*")),
    )
    return {path: path.stat().st_mtime_ns for path in paths if path.is_file()}


def notebook_html(path: Path) -> str:
    """A notebook as a page, as JupyterLab shows it."""
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter(template_name="lab").from_filename(str(path))
    return str(page)


class Preview:
    """A page and its version.

    Args:
        render: makes the page; what it raises of :class:`DlcourseError` is shown in its place.
        look: what the page depends on; when it changes, the page is made anew.

    Attributes:
        version: counts the pages made.
        page: the last one.
    """

    def __init__(self, render: Callable[[], str], look: Callable[[], Any]) -> None:
        self._render, self._look = render, look
        self._changed = threading.Condition()
        self.version, self.page = 0, ""
        self.error = ""

    def refresh(self) -> None:
        """Make the page, and let browsers load it."""
        try:
            page, error = self._render(), ""
        except DlcourseError as raised:
            error = str(raised)
            page = _ERROR.format(title="This cannot be built yet", text=html.escape(error))
        with self._changed:
            self.version, self.page, self.error = self.version + 1, page, error
            self._changed.notify_all()

    def follow(self, stop: threading.Event, said: Callable[[str], None]) -> None:
        """Make the page anew after each change until ``stop`` is set.

        Args:
            stop: ends it.
            said: told what became of each page: empty, or what was wrong.
        """
        seen = None
        while not stop.is_set():
            now = self._look()
            if now != seen:
                seen = now
                self.refresh()
                said(self.error)
            stop.wait(EVERY)

    def newer_than(self, version: int, seconds: float) -> bool:
        """Wait until there is a newer page, but not longer than ``seconds``."""
        with self._changed:
            return self._changed.wait_for(lambda: self.version > version, seconds)

    def server(self, port: int) -> ThreadingHTTPServer:
        """A server of the page for this machine only; port 0 takes a free one."""
        preview = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/events":
                    self._events(int(query.rpartition("=")[2] or 0))
                elif path == "/":
                    page = preview.page + _RELOAD.format(version=preview.version)
                    self._head("text/html; charset=utf-8")
                    self.wfile.write(page.encode())
                else:
                    self.send_error(404)

            def _head(self, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Cache-Control", "no-store")
                self.end_headers()

            def _events(self, after: int) -> None:
                self._head("text/event-stream")
                try:
                    while not preview.newer_than(after, 10.0):
                        self.wfile.write(b": nothing new\n\n")
                        self.wfile.flush()
                    self.wfile.write(f"data: {preview.version}\n\n".encode())
                except OSError:  # the browser has gone
                    return

            def log_message(self, *arguments: object) -> None:
                return

        return ThreadingHTTPServer(("127.0.0.1", port), Handler)
