"""The documentation site builds without a warning, and every link within it leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.course import REPOSITORY


class Links(HTMLParser):
    """Targets and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if (tag, name) in {
                ("a", "href"),
                ("img", "src"),
                ("link", "href"),
                ("script", "src"),
            } and value:
                self.targets.append(value)


def broken(site: Path) -> Iterator[str]:
    """Links within a site that lead nowhere."""
    written = (path for path in site.rglob("*.html") if "_static" not in path.parts)  # no templates
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in written}
    for path, page in pages.items():
        for target in page.targets:
            url = urlsplit(target)
            if url.scheme or url.netloc:
                continue
            file = path if not url.path else (path.parent / unquote(url.path)).resolve()
            if not file.is_file():
                yield f"{path.name}: {target}"
            elif (
                url.fragment and file in pages and unquote(url.fragment) not in pages[file].anchors
            ):
                yield f"{path.name}: {target} (no such place)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(folder / "trees"), "-b", "html",
         str(REPOSITORY / "docs"), str(folder / "html")],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    assert list(broken(site)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html">b</a><a href="#here">h</a><p id="x"></p>')
    assert sorted(broken(tmp_path)) == ["a.html: #here (no such place)", "a.html: b.html"]


def test_every_guide_is_on_the_site_and_every_command_is_named(site: Path) -> None:
    index = (REPOSITORY / "docs" / "index.md").read_text()
    guides = {p.stem for p in (REPOSITORY / "docs").glob("*.md")} - {"index"}
    assert guides == set(re.findall(r"^([a-z]+)$", index, re.MULTILINE))
    text = "".join(p.read_text() for p in site.glob("*.html"))
    for command in ("check", "status", "selfgrade", "hint", "grade", "feedback", "report", "similar", "viva",
                    "collect", "export", "audit", "build", "new", "doctor", "preview"):  # fmt: skip
        assert f"dlcourse {command}" in re.sub(r"<[^>]+>", "", text), command


def test_the_api_shows_what_a_notebook_imports(site: Path) -> None:
    import dlcourse

    text = (site / "api.html").read_text()
    missing = [name for name in dlcourse.__all__ if f'id="dlcourse.{name}"' not in text]
    assert missing == []
