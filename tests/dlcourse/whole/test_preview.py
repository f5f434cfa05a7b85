"""`dlcourse preview`: a page that follows what is saved, asked as a browser asks."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlcourse.authoring.course import Course
from dlcourse.authoring.preview import Preview, notebook_html, watched
from dlcourse.errors import AuthorError

PATIENCE = 30.0


class Served:
    """A preview of one file, with its server and what was said."""

    def __init__(self, file: Path) -> None:
        self.file, self.said = file, [""]
        self.said.clear()
        self.preview = Preview(self.render, lambda: file.stat().st_mtime_ns)
        self.server = self.preview.server(0)
        self.stop = threading.Event()
        for job in (
            self.server.serve_forever,
            lambda: self.preview.follow(self.stop, self.said.append),
        ):
            threading.Thread(target=job, daemon=True).start()

    def render(self) -> str:
        text = self.file.read_text()
        if "wrong" in text:
            raise AuthorError(f"x.py:3: <{text}>")
        return f"<p>{text}</p>"

    def get(self, path: str = "/") -> str:
        address = f"http://127.0.0.1:{self.server.server_address[1]}{path}"
        with urllib.request.urlopen(address, timeout=PATIENCE) as reply:
            return str(reply.read().decode())

    def save(self, text: str) -> None:
        """Save, and wait for the event that lets a browser reload."""
        version = self.preview.version
        heard: list[str] = []
        ear = threading.Thread(target=lambda: heard.append(self.get(f"/events?after={version}")))
        ear.start()
        self.file.write_text(text)
        ear.join(PATIENCE)
        assert heard and heard[0].splitlines()[-2] == f"data: {version + 1}", heard


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    file = tmp_path / "x.py"
    file.write_text("first")
    one = Served(file)
    assert one.preview.newer_than(0, PATIENCE)
    yield one
    one.stop.set()
    one.server.shutdown()
    one.server.server_close()


def test_the_page_reloads_itself_after_a_save(served: Served) -> None:
    page = served.get()
    assert page.startswith("<p>first</p>") and 'EventSource("/events?after=1")' in page
    served.save("second")
    page = served.get()
    assert page.startswith("<p>second</p>") and 'EventSource("/events?after=2")' in page
    assert served.said == ["", ""]


def test_what_is_wrong_is_shown_and_the_next_save_mends_it(served: Served) -> None:
    served.save("wrong")
    page = served.get()
    assert "This cannot be built yet" in page and "x.py:3: &lt;wrong&gt;" in page
    assert "EventSource" in page and served.said[-1] == "x.py:3: <wrong>"
    served.save("right")
    assert served.get().startswith("<p>right</p>") and served.said[-1] == ""


def test_without_a_change_nothing_is_sent(served: Served) -> None:
    assert not served.preview.newer_than(served.preview.version, 1.5)


def test_there_is_one_page(served: Served) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        served.get("/x.py")
    assert served.server.server_address[0] == "127.0.0.1"


def test_all_files_of_an_assignment_are_watched_and_no_others(course: Course) -> None:
    files = course.files("vectors")
    before = watched(files)
    assert {p.relative_to(course.root).as_posix() for p in before} >= {
        "course.toml",
        "solutions/vectors.py",
        "solutions/data/vectors/table.csv",
        "tests/vectors/probes.py",
    }
    assert not any("toy" in p.as_posix().removeprefix(course.root.as_posix()) for p in before)
    files.probes.touch()
    (course.root / "solutions/pictures/vectors").mkdir(parents=True, exist_ok=True)
    (course.root / "solutions/pictures/vectors/new.svg").write_text("<svg/>")
    after = watched(files)
    assert after != before and len(after) == len(before) + 1


def test_a_release_as_a_page(built_course: Course) -> None:
    page = notebook_html(built_course.files("vectors").release_notebook)
    assert "A row divided by its length" in page and "raise" in page
    assert "squared_lengths" not in page
