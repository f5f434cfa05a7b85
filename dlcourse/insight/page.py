"""The frame of a self-contained HTML page for an instructor, on a screen and on paper."""

from __future__ import annotations

import html

_STYLE = """
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; color: #1f2328; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
pre { background: #f6f8fa; border: 1px solid #d1d9e0; border-radius: 6px; padding: .6rem .8rem; overflow-x: auto; font-size: .85rem; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } pre { white-space: pre-wrap; overflow-wrap: anywhere; } }
"""


def framed(title: str, body: str, style: str = "", heading: bool = True) -> str:
    """A page that loads nothing and runs nothing.

    Args:
        title: of the page, as text.
        body: HTML.
        style: rules beyond those that all pages have.
        heading: whether the title stands above the body.
    """
    name = html.escape(title)
    head = f"<h1>{name}</h1>" if heading else ""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{name}</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<style>{_STYLE}{style}</style></head><body>{head}{body}</body></html>\n"
    )
