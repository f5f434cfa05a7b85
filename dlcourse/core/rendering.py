"""A verdict as a student reads it: HTML for JupyterLab, text for a terminal.

Nothing of the student's is rendered: every text is escaped, control characters are made visible.
The HTML uses JupyterLab's own colour variables, so it follows the theme; marks and words carry the
meaning, colour only repeats it.
"""

from __future__ import annotations

import codecs
import html
import re
import textwrap

from .explain import Outcome, needs_text
from .verdict import FAILED, PASSED, UNWRITTEN

MARKS = {PASSED: "✓", FAILED: "✗", UNWRITTEN: "○"}
WORDS = {PASSED: "passed", FAILED: "failed", UNWRITTEN: "not written yet"}
_COLOURS = {
    PASSED: "var(--jp-success-color1, #008a00)",
    FAILED: "var(--jp-error-color1, #d83b01)",
    UNWRITTEN: "var(--jp-warn-color1, #9a6700)",
}
_CODE = "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,0.93em)"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
MAX_TEXT = 4000
IN_ASCII = "dlcourse.in_ascii"
"""Name of the codec error handler that writes marks and dashes in ASCII where an encoding lacks
them.
"""
_ASCII = {
    "✓": "+",
    "✗": "x",
    "○": "o",
    "·": "-",
    "–": "-",
    "…": "...",
    "→": "->",
    "×": "x",
    "−": "-",
}


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Text without control characters (nor those that turn the direction of writing), shortened."""
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: a character that a stream cannot show, by one that it can."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_ASCII.get(character, "?") for character in lost), error.end


codecs.register_error(IN_ASCII, _in_ascii)


def for_stream(text: str, encoding: str | None) -> str:
    """A text as a stream can show it; ``encoding`` is None for a stream of text."""
    return text.encode(encoding, IN_ASCII).decode(encoding) if encoding else text


def words(name: str) -> str:
    """A misconception's name in words."""
    return name.replace("_", " ")


def subject(outcome: Outcome) -> str:
    """What a test is about: a question may ask for several functions."""
    return clean(", ".join(outcome.functions) or outcome.probe.question, 100)


def message_of(outcome: Outcome) -> str:
    """What is wrong, in one sentence; empty when the test passed."""
    verdict = outcome.verdict
    if verdict.status == UNWRITTEN and verdict.message == WORDS[UNWRITTEN]:
        return ""
    return clean(verdict.message)


def lines(outcome: Outcome, width: int = 80) -> list[str]:
    """The verdict as lines of plain text."""
    verdict = outcome.verdict
    title = clean(outcome.probe.title, 200)
    if verdict.passed:
        out = textwrap.wrap(
            f"{MARKS[verdict.status]} {subject(outcome)} · {title}",
            width,
            subsequent_indent="  ",
            break_on_hyphens=False,
        )
    else:
        waits = verdict.status == UNWRITTEN and outcome.needs
        state = "waits for another question" if waits else WORDS[verdict.status]
        head = f"{MARKS[verdict.status]} {state} · {subject(outcome)} · {title}"
        out = textwrap.wrap(head, width, subsequent_indent="  ", break_on_hyphens=False)
        paragraphs = [message_of(outcome)]
        paragraphs += [
            f"Looks like {words(clean(name, 100))}: {clean(hint)}"
            for name, hint in verdict.mistakes
        ]
        paragraphs.append(needs_text(outcome.needs))
        for paragraph in paragraphs:
            for part in paragraph.splitlines():
                out += textwrap.wrap(
                    part,
                    width - 2,
                    initial_indent="  ",
                    subsequent_indent="  ",
                    break_on_hyphens=False,
                )
        if verdict.status == FAILED:
            out += [
                clean(f"  at {cell}, line {line}: {source}", width)
                for cell, line, source in verdict.trace
            ]
    for note in outcome.notes:
        out += textwrap.wrap(
            clean(note),
            width - 2,
            initial_indent="  note: ",
            subsequent_indent="  ",
            break_on_hyphens=False,
        )
    return out


def to_text(outcome: Outcome, width: int = 80) -> str:
    """The verdict as plain text."""
    return "\n".join(lines(outcome, width))


def _p(text: str, style: str = "") -> str:
    return f'<div style="margin:0.3em 0 0 0;white-space:pre-wrap;overflow-wrap:anywhere;{style}">{text}</div>'


def _box(status: str, inside: str) -> str:
    return (
        f'<div style="border-left:4px solid {_COLOURS[status]};padding:0.15em 0 0.15em 0.7em;margin:0.2em 0;'
        f'color:var(--jp-content-font-color1, inherit);line-height:1.5">{inside}</div>'
    )


def _mark(status: str) -> str:
    return f'<span aria-hidden="true" style="color:{_COLOURS[status]};font-weight:bold">{MARKS[status]}</span>'


def to_html(outcome: Outcome) -> str:
    """The verdict as an HTML fragment with inline styles only: no script, no style sheet, no fixed
    background.
    """

    def escape(text: str, limit: int = MAX_TEXT) -> str:
        return html.escape(clean(text, limit))

    verdict = outcome.verdict
    status = verdict.status
    title = escape(outcome.probe.title, 200)
    notes = "".join(_p(f"Note: {escape(note)}", "opacity:0.85") for note in outcome.notes)
    waits = status == UNWRITTEN and outcome.needs
    word = "waits for another question" if waits else WORDS[status]
    parts = [
        f'{_mark(status)} <strong>{word}</strong> · <code style="{_CODE}">{html.escape(subject(outcome))}</code> · {title}'
    ]
    if verdict.passed:
        return _box(status, parts[0] + notes)
    if message := message_of(outcome):
        parts.append(_p(html.escape(message)))
    for name, hint in verdict.mistakes:
        parts.append(_p(f"<strong>Looks like {escape(words(name), 100)}.</strong> {escape(hint)}"))
    if outcome.needs:
        parts.append(_p(escape(needs_text(outcome.needs))))
    if status == FAILED and verdict.trace:
        rows = "\n".join(
            f"{escape(cell, 100)}, line {line}:  {escape(source, 200)}"
            for cell, line, source in verdict.trace
        )
        parts.append(_p(rows, _CODE))
    return _box(status, "".join(parts) + notes)


def trouble_html(text: str) -> str:
    """One line that says why nothing could be checked."""
    return _box(
        UNWRITTEN, f"{_mark(UNWRITTEN)} <strong>not checked</strong> · {html.escape(clean(text))}"
    )
