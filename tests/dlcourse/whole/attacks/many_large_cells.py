"""Send as much as one cell may from each of many cells, so that all of it together fills the grader."""

from typing import Any

FLOOD = """
from dlcourse.executor.shell import OUTPUTS
OUTPUTS.items += [{"output_type": "stream", "name": "stdout", "text": "\\u4e00" * 199_000} for _ in range(12)]
"""
CELLS = [*[FLOOD] * 60, "def total(x):\n    return x.sum(axis=1)\n", "print('small')"]
EARNED = {"row_sums"}
SECONDS = 60


def holds(record: Any, world: Any) -> None:
    kept = sum(len(one.get("text", "")) for outputs in record.outputs.values() for one in outputs)
    assert 0 < kept < (8 << 20)
    assert any("too large" in one["text"] for one in record.outputs["cell 59"])
