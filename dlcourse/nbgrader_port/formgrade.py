"""Formgrader's page of one submission, with formulas where no other host can be reached.

nbgrader's page takes MathJax from a public host. jupyter-server-mathjax has the same version of it
on the server that shows the page.
"""

from __future__ import annotations

from typing import Any

from jinja2 import DictLoader
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import default

MATHJAX = "/static/jupyter_server_mathjax/MathJax.js?config=TeX-AMS-MML_HTMLorMML-full,Safe"
"""Below the server's base URL; the package has this configuration only."""
_TEMPLATE = """
{%- from "nbconvert/templates/base/mathjax.html.j2" import mathjax as from_host -%}
{%- macro mathjax() -%}
<script type="text/x-mathjax-config">
MathJax.Hub.Config({"HTML-CSS": {availableFonts: [], preferredFont: null, imageFont: null, webFont: "STIX-Web",
  linebreaks: {automatic: true}}});
</script>
{{ from_host(mathjax_url) }}
{%- endmacro -%}
"""
"""nbconvert's macro, told of the only font that the package has."""


class FormgradeExporter(HTMLExporter):
    """nbgrader's page, with another answer to where MathJax is."""

    @default("extra_loaders")
    def _before_nbconverts(self) -> list[Any]:
        return [DictLoader({"mathjax.html.j2": _TEMPLATE})]

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kwargs: Any
    ) -> tuple[str, Any]:
        """The page as HTML.

        Args:
            nb: an autograded notebook.
            resources: formgrader's, with the server's ``base_url``.
        """
        self.environment.globals["mathjax_url"] = resources["base_url"] + MATHJAX
        return super().from_notebook_node(nb, resources, **kwargs)
