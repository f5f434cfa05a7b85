"""Read the submission of somebody else."""

CELLS = [
    """
import glob
scaled = total = lambda x: 0
for path in glob.glob("@COURSE@/submitted/*/*/*") + glob.glob("@OTHER@/*"):
    print(path, open(path).read())
"""
]
LEAKS = True
