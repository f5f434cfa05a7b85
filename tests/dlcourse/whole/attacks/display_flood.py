"""Display without end: rich objects, pictures, updates."""

from typing import Any

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
from IPython.display import display, HTML, update_display
for i in range(100_000):
    display(HTML("<b>x</b>" * 100))
    display({"text/plain": ""}, raw=True)
""",
]
EARNED = {"row_sums"}


def holds(record: Any, world: Any) -> None:
    assert all(len(outputs) <= 501 for outputs in record.outputs.values())
