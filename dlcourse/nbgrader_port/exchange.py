"""What nbgrader's exchange lays next to a submitted notebook, as far as it can be trusted."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from ..core.notebook_file import open_regular

_OFFSET = re.compile(r"(\d:\d\d(?::\d\d(?:\.\d+)?)?) *([+-]\d\d)(?::?(\d\d))?$")
"""`18:00:00 +0100`: nbgrader takes an offset without a colon for minutes and seconds."""


def exchange_text(folder: Path, name: str) -> str:
    """A small text file that the exchange laid into a submission; empty where it is missing or no
    such file.
    """
    if folder.is_symlink():
        return ""
    try:
        with open_regular(folder / name) as file:
            return file.read(1000).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def submitted_at(folder: Path) -> datetime | None:
    """When a submission was handed in, in UTC; None where timestamp.txt does not say."""
    text = exchange_text(folder, "timestamp.txt").strip()
    text = _OFFSET.sub(lambda found: f"{found[1]}{found[2]}:{found[3] or '00'}", text)
    try:
        return parse_utc(text) if text else None
    except (ValueError, OverflowError):
        return None


def exchange_files(folder: Path) -> dict[str, str]:
    """timestamp.txt and submission_secret.txt as they belong into autograded/.

    `nbgrader release_feedback` reads both and stops, for the whole class, where one is missing: one
    that a student removed or spoiled is replaced. Without the true secret nobody can fetch that one
    page.
    """
    stamp, secret = (
        exchange_text(folder, "timestamp.txt"),
        exchange_text(folder, "submission_secret.txt").strip(),
    )
    return {
        "timestamp.txt": stamp if submitted_at(folder) else "1970-01-01 00:00:00.000000 UTC",
        "submission_secret.txt": secret
        if re.fullmatch(r"[0-9a-f]{32,256}", secret)
        else secrets.token_hex(64),
    }
