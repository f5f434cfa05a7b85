"""Leave modules in the working folder and among the libraries that shadow those of the grader."""

CELLS = [
    """
import os, sys
scaled = total = lambda x: 0
for name in ("numpy", "torch", "json", "sitecustomize", "usercustomize", "dlcourse", "socket"):
    for folder in (".", "/tmp", os.path.expanduser("~")):
        open(f"{folder}/{name}.py", "w").write("raise SystemExit('shadowed')")
sys.path.insert(0, "/tmp")
os._exit(0)
""",
    "import numpy; print(numpy.__file__)",
]
TWIN = [
    """
open("helper.py", "w").write("by = 2\\n")
import sys
sys.path.insert(0, ".")
import helper
def scaled(x):
    return helper.by * x + 1
""",
    "def total(x):\n    return x.sum(axis=1)\n",
]
