"""Walk the whole file system for notebooks, databases and keys."""

CELLS = [
    """
import os
scaled = total = lambda x: 0
skip = {"proc", "sys", "usr", "lib", "site-packages"}
for folder, folders, names in os.walk("/" if not os.path.exists("@COURSE@") else "@COURSE@/.."):
    folders[:] = [f for f in folders if f not in skip]
    for name in names:
        if name.endswith((".ipynb", ".db", "id_ed25519")) or name == "small.py":
            print(folder, name, open(os.path.join(folder, name), errors="replace").read(1000))
"""
]
LEAKS = True
