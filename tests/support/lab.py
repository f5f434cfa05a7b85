"""A real JupyterLab over a course, and Chromium in front of it; for the browser tests and
docs/pictures.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect, sync_playwright

from tests.support.commands import environment

CHROMIUM = shutil.which("chromium")
TOKEN = "for-tests"
PATIENCE = 120_000
"""Milliseconds that anything on a page may take on a busy machine."""


@contextlib.contextmanager
def running_lab(root: Path) -> Iterator[str]:
    """JupyterLab as `make lab` starts it, in ``root``; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = root / "lab.log"
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
    ]
    # the offer to subscribe to news would lie over the notebook
    settings = (
        root
        / "lab-settings"
        / "@jupyterlab"
        / "apputils-extension"
        / "notification.jupyterlab-settings"
    )
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    env = environment(root) | {"JUPYTERLAB_SETTINGS_DIR": str(root / "lab-settings")}
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE / 1000
        while True:
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"JupyterLab did not start:\n{log.read_text()[-3000:]}"
                    ) from error
                time.sleep(0.3)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # the server and its kernels
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def browsers(*profiles: Path) -> Iterator[list[BrowserContext]]:
    """Several Chromiums, each with a profile of its own, as several people have."""
    with sync_playwright() as playwright, contextlib.ExitStack() as open_ones:
        contexts = []
        expect.set_options(timeout=PATIENCE)
        for profile in profiles:
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=CHROMIUM, headless=True, args=["--no-sandbox", "--disable-dev-shm-usage"],
                viewport={"width": 1100, "height": 900},
            )  # fmt: skip
            open_ones.callback(context.close)
            context.set_default_timeout(PATIENCE)
            contexts.append(context)
        yield contexts


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[BrowserContext]:
    """Chromium with a profile of its own."""
    with browsers(profile) as (one,):
        yield one


def open_notebook(page: Page, address: str, path: str) -> None:
    """Open a notebook in JupyterLab and wait for its kernel."""
    page.goto(f"{address}/lab/tree/{path}?token={TOKEN}&reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    deadline = time.monotonic() + PATIENCE / 1000
    while not _has_kernel(address, path):
        if time.monotonic() > deadline:
            raise RuntimeError(f"no kernel was started for {path}")
        page.wait_for_timeout(200)
    page.get_by_text("| Idle").wait_for()


def _has_kernel(address: str, path: str) -> bool:
    """Whether the page is connected to a kernel that has started."""
    with urllib.request.urlopen(f"{address}/api/sessions?token={TOKEN}", timeout=30) as reply:
        return any(
            s["path"] == path
            and s["kernel"]["connections"]
            and s["kernel"]["execution_state"] == "idle"
            for s in json.load(reply)
        )


def menu(page: Page, name: str, item: str) -> None:
    """Choose an item of JupyterLab's menu bar."""
    page.locator(".lm-MenuBar-itemLabel", has_text=name).first.click()
    page.locator(".lm-Menu-itemLabel", has_text=item).first.click()


def run_all(page: Page) -> None:
    menu(page, "Run", "Run All Cells")


def cell_with(page: Page, text: str) -> Locator:
    """The code cell whose source holds ``text``."""
    return page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=text)).first


def replace_source(page: Page, cell: Locator, source: str) -> None:
    """Type over a cell, as a student does."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(source)


def offline(page: Page, address: str) -> list[str]:
    """Let the page reach nothing but ``address``; gives what it asked others for, as it asks."""
    refused: list[str] = []

    def decide(route: Route) -> None:
        if route.request.url.startswith((f"{address}/", "data:", "blob:")):
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    page.route("**/*", decide)
    return refused
