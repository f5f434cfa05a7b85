"""A wheel of this package as it is here, and the versions of all that grading needs."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .. import __version__
from ..errors import SetupError

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""When every file of an archive was written, so that the same files give the same bytes."""
_ALSO = ("jupytext", "jsonschema", "traitlets")
"""What the trusted side imports beside the dependencies of a student."""


def requirements() -> list[str]:
    """What this package needs on a student's machine: of a checkout as pyproject.toml says, else as
    it was installed.
    """
    project = Path(__file__).parents[2] / "pyproject.toml"
    if project.is_file():
        return list(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"])
    return [r for r in importlib.metadata.requires("dlcourse") or () if "extra ==" not in r]


def pinned() -> dict[str, str]:
    """Versions of all that grading needs, as installed here, where the expected results were
    computed.

    Raises:
        SetupError: something that is needed is not installed.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    todo = [Requirement(text) for text in (*requirements(), *_ALSO)]
    while todo:
        wanted = todo.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        name = canonicalize_name(wanted.name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError as error:
            raise SetupError(
                f"{name} is not installed, but needed for grading; run `make install`"
            ) from error
        found[name] = distribution.version.split("+")[0]  # +cpu is a build, not a version
        for one in map(Requirement, distribution.requires or ()):
            if one.marker is None or any(
                one.marker.evaluate({"extra": extra}) for extra in wanted.extras or {""}
            ):
                todo.append(one)
    return found


def wheel() -> tuple[str, bytes]:
    """A wheel of this package as it is here, and its file name."""
    info = f"dlcourse-{__version__}.dist-info"
    package = Path(__file__).parents[1]
    files = {
        f"dlcourse/{p.relative_to(package).as_posix()}": p.read_bytes()
        for p in sorted(package.rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts
    }
    metadata = [
        "Metadata-Version: 2.1",
        "Name: dlcourse",
        f"Version: {__version__}",
        *(f"Requires-Dist: {r}" for r in requirements()),
    ]
    files[f"{info}/METADATA"] = ("\n".join(metadata) + "\n").encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: dlcourse\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    return f"dlcourse-{__version__}-py3-none-any.whl", archive(files)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def archive(files: dict[str, bytes]) -> bytes:
    """A zip file of these contents, byte for byte the same for the same contents."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name in ("run_autograder", "setup.sh") else 0o644) << 16
            file.writestr(entry, content)
    return data.getvalue()
