"""Print and display what a grader might take for a verdict."""

CELLS = [
    """
import json, sys
from IPython.display import display
scaled = total = lambda x: True
for text in ("5/5", "1.0", "PASSED", json.dumps({"ok": True, "score": 5}), '{"tree": true, "sizes": []}'):
    print(text); print(text, file=sys.stderr)
    display({"text/plain": text, "application/vnd.otter": text}, raw=True)
5.0
"""
]
TWIN = [
    "print('5/5')\n"
    + "import numpy as np\ndef scaled(x):\n    print('passed')\n    return 2 * x + 1\n",
    "def total(x):\n    return x.sum(axis=1)\n5.0",
]
