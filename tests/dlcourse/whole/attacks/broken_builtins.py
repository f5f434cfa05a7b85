"""Replace built-in functions and modules that the driver itself needs."""

CELLS = [
    "def total(x):\n    return x.sum(axis=1)\n",
    """
import builtins, json, struct, socket, sys, os
for name in ("len", "isinstance", "open", "exec", "compile", "dict", "print"):
    setattr(builtins, name, lambda *args, **kwargs: 1)
json.dumps = json.loads = struct.pack = lambda *args, **kwargs: "5/5"
sys.modules.clear()
""",
]
EARNED = {"row_sums"}
