"""tests/<slug>/equivalent.toml: survivors and findings that are right as they are, each with its
reason.

[[equivalent]]
stub = "trapezoid_area"
line = "area = height * (left + right) / 2"
becomes = "area = height * (right + left) / 2"      # or a list, when one reason holds for several
reason = "…"

[[allow]]
question = "clip_global_norm"
check = "cheat first argument"
subject = "clip_at_the_edge"
reason = "…"
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..authoring.assignment import Question
from ..errors import AuthorError
from .mutants import Mutant
from .stubs import StubCell

_REASON = 15


@dataclass
class Excuses:
    """What equivalent.toml says.

    Args:
        mutants: reason by identity of a mutant.
        findings: reason by (question, check, subject).
    """

    mutants: dict[tuple[str, str, str, int], str] = field(default_factory=dict)
    findings: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def leave_out(self, questions: Sequence[Question]) -> None:
        """Forget what is said of some questions: those that a course has not chosen."""
        names = {question.name for question in questions}
        stubs = {stub.name for question in questions for stub in StubCell(question).stubs}
        self.mutants = {key: why for key, why in self.mutants.items() if key[0] not in stubs}
        self.findings = {key: why for key, why in self.findings.items() if key[0] not in names}


def _text(path: Path, table: dict[str, Any], name: str, default: str | None = None) -> str:
    value = table.get(name, default)
    if not isinstance(value, str):
        raise AuthorError(f"{path}: an entry has {name} = {value!r}; it must be a text")
    return value


def _reason(path: Path, table: dict[str, Any]) -> str:
    reason = _text(path, table, "reason", "")
    if len(reason.strip()) < _REASON:
        raise AuthorError(
            f"{path}: the entry on {table.get('line') or table.get('subject')!r} gives no reason that a reviewer could accept"
        )
    return reason


def read(path: Path) -> Excuses:
    """Read equivalent.toml; a missing file excuses nothing.

    Raises:
        AuthorError: it is no TOML, an entry lacks a field or stands twice, or a reason is missing.
    """
    excuses = Excuses()
    if not path.is_file():
        return excuses
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(f"{path}: {error}") from error
    unknown = set(document) - {"equivalent", "allow"}
    if unknown:
        raise AuthorError(
            f"{path}: unknown table {sorted(unknown)[0]!r}; there are [[equivalent]] and [[allow]]"
        )
    for table in document.get("equivalent", []):
        becomes = table.get("becomes")
        for text in becomes if isinstance(becomes, list) else [becomes]:
            if not isinstance(text, str):
                raise AuthorError(
                    f"{path}: an entry has becomes = {becomes!r}; it must be a text or a list of texts"
                )
            key = (
                _text(path, table, "stub"),
                _text(path, table, "line", ""),
                text,
                int(table.get("occurrence", 1)),
            )
            if key in excuses.mutants:
                raise AuthorError(f"{path}: two entries for {key[1]!r} → {text!r}")
            excuses.mutants[key] = _reason(path, table)
    for table in document.get("allow", []):
        found = (
            _text(path, table, "question", ""),
            _text(path, table, "check"),
            _text(path, table, "subject"),
        )
        if found in excuses.findings:
            raise AuthorError(f"{path}: two entries for {' '.join(found)}")
        excuses.findings[found] = _reason(path, table)
    return excuses


def _quoted(text: str) -> str:
    if "'" not in text and "\n" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def entry(mutant: Mutant) -> str:
    """A mutant as an entry to paste, its reason left open."""
    lines = ["[[equivalent]]", f"stub = {_quoted(mutant.stub)}"]
    if mutant.line:
        lines.append(f"line = {_quoted(mutant.line)}")
    lines.append(f"becomes = {_quoted(mutant.becomes)}")
    if mutant.occurrence > 1:
        lines.append(f"occurrence = {mutant.occurrence}")
    return "\n".join([*lines, 'reason = ""', ""])
