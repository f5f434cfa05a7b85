"""Sphinx: the documentation site, `make docs`."""

import tomllib
from pathlib import Path
from typing import Any

from sphinx import addnodes

import dlcourse

ROOT = Path(__file__).parents[1]
project = tomllib.loads((ROOT / "course.toml").read_text(encoding="utf-8"))["title"]
version = release = dlcourse.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
root_doc = "index"

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]

autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "pydata_sphinx_theme"
html_title = project
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 3,
}
# pages lie side by side: there is nothing below one
html_sidebars: dict[str, list[str]] = {"**": []}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
linkcheck_anchors = False


def _as_text(app: Any, doctree: Any) -> None:
    """README links to files of the repository, which are no pages of the site: their names stay."""
    for node in list(doctree.findall(addnodes.pending_xref)):
        target = str(node.get("reftarget", ""))
        if node.get("reftype") == "myst" and target and (ROOT / target.partition("#")[0]).exists():
            node.replace_self(node.children)


def setup(app: Any) -> None:
    """Sphinx calls it."""
    app.connect("doctree-read", _as_text)
