"""`dlcourse preview`."""

from __future__ import annotations

import threading
import time
from typing import Annotated

import typer

from ..authoring.course import course_root, read_course
from ..console import out, say


def preview(
    slug: Annotated[str, typer.Argument(help="The assignment.")],
    port: Annotated[int, typer.Option(help="Port on this machine; 0 takes a free one.")] = 8765,
) -> None:
    """Build an assignment whenever a file of it is saved, and show the release in the browser.
    Ctrl+C ends it.
    """
    from ..authoring.preview import Preview, notebook_html, watched
    from ..executor.warm import Warm
    from ..nbgrader_port.generate import build

    root = course_root()
    files = read_course(root).files(read_course(root).entry(slug).slug)
    stop = threading.Event()
    with Warm() as warm:

        def render() -> str:
            build(read_course(root), slug, warm)
            return notebook_html(files.release_notebook)

        def told(error: str) -> None:
            say(f"{time.strftime('%H:%M:%S')} {error or 'built'}", to=out)

        page = Preview(render, lambda: watched(files))
        with page.server(port) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            say(f"http://127.0.0.1:{server.server_address[1]}/ shows {slug}; Ctrl+C ends it")
            try:
                page.follow(stop, told)
            except KeyboardInterrupt:
                say("")
            finally:
                server.shutdown()
