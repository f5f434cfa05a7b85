"""Feedback pages: one self-contained HTML file per submission, made from a template and data.

Used by nbgrader through ``c.GenerateFeedback.exporter_class = FeedbackExporter``. Everything that
comes from a student is escaped. Notebooks that this package did not grade are left to nbgrader's
own page.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from nbconvert.exporters import Exporter, HTMLExporter
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..core.cells import NotebookView
from .feedback_page import Page, page

TEMPLATE = Path(__file__).with_name("feedback.html.j2")


class _Formatter(HtmlFormatter):
    """One ``span`` per line, numbered by the style sheet, so that copied code has no numbers in it."""

    def wrap(self, source: Any) -> Any:
        yield 0, "<pre>"
        for is_line, text in source:
            yield is_line, f'<span class="line">{text}</span>' if is_line else text
        yield 0, "</pre>"


def highlighted(source: str) -> str:
    """Python source as HTML, escaped and coloured."""
    return str(highlight(source, _lexer(), _formatter())).rstrip()


@cache
def _lexer() -> PythonLexer:
    return PythonLexer(stripnl=False, ensurenl=True)


@cache
def _formatter() -> _Formatter:
    return _Formatter()


def _points(value: float) -> str:
    """A score without needless decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _upper(text: str) -> str:
    """A sentence's beginning; names in it stay as they are."""
    return text[:1].upper() + text[1:]


def _style(style: str, scope: str = "") -> str:
    """Pygments' colours for code, without backgrounds."""
    rules = HtmlFormatter(style=style).get_style_defs(f"{scope}.highlight").splitlines()
    return "\n".join(r for r in rules if ".highlight ." in r and "linenos" not in r and "{" in r)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE.parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "capitalize_first": _upper,
        "points": _points,
        "highlighted": highlighted,
    }
    environment.globals.update(
        light_code=_style("default"), dark_code=_style("github-dark"), max=max, min=min
    )
    return environment.get_template(TEMPLATE.name)


def render(content: Page) -> str:
    """The page as HTML."""
    return _template().render(page=content)


class FeedbackExporter(HTMLExporter):
    """nbconvert exporter of feedback pages; notebooks of other origin go nbgrader's own way."""

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kwargs: Any
    ) -> tuple[str, Any]:
        """Render a graded notebook.

        Args:
            nb: an autograded notebook.
            resources: of nbconvert; nbgrader has put its own part in.
        """
        if not NotebookView(nb).is_ours:
            return super().from_notebook_node(nb, resources, **kwargs)
        prepared, found = Exporter.from_notebook_node(self, nb, resources, **kwargs)
        return render(page(prepared, found)), found
