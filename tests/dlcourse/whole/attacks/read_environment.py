"""Look for secrets in the environments and command lines of all processes."""

CELLS = [
    """
import os, glob
scaled = total = lambda x: 0
print(dict(os.environ))
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        text = open(path, errors="replace").read()
    except OSError as error:
        continue
    if "canary" in text:
        print(path, text)
"""
]
LEAKS = True
