"""Display scripts, frames, widgets and links for the browser of the person who grades."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    r"""
from IPython.display import display, HTML, Javascript, SVG, Markdown, Latex, IFrame
scaled = lambda x: 0
evil = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a><iframe src='//evil'></iframe>"
display(HTML(evil + "</div><style>*{display:none}</style><form action='//evil'><input></form><svg onload=alert(1)>"))
display(Javascript("alert(1)"), Markdown(evil + "[x](javascript:alert(1))"), Latex(r"$\href{javascript:alert(1)}{x}$"))
display({"image/svg+xml": "<svg onload='alert(1)'/>", "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
         "image/png": "'><script>alert(1)</script>", "image/jpeg": ["x"], "text/html": {"a": 1}, "application/json": {}}, raw=True)
""",
]
EARNED = {"row_sums"}
TWIN = [
    """
import pandas as pd
from IPython.display import display
display(pd.DataFrame({"a": [1, 2]}))
def scaled(x):
    return 2 * x + 1
""",
    "def total(x):\n    return x.sum(axis=1)\n",
]


def holds(record: Any, world: Any) -> None:
    for output in record.outputs["cell 1"]:
        assert set(output.get("data", {})) <= {"text/plain", "text/html", "image/png", "image/jpeg"}
        html = output.get("data", {}).get("text/html", "")
        for bad in (
            "<script",
            "onerror",
            "javascript:",
            "<iframe",
            "<style",
            "<form",
            "<svg",
            "onload",
        ):
            assert bad not in html
        assert "image/png" not in output.get("data", {})
