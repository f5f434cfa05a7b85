"""Overwrite the gradebook and leave files in the course folder and among the libraries."""

from typing import Any

CELLS = [
    """
import os, site, sys
import numpy
for path in ["@COURSE@/gradebook.db", "@COURSE@/attack", "@HOME@/attack", "@OTHER@/attack", "/usr/lib/attack", "/etc/attack", "/attack",
             os.path.dirname(numpy.__file__) + "/attack.py", os.path.dirname(os.__file__) + "/attack.py", sys.prefix + "/attack"]:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "a").write("owned")
        print("wrote", path)
    except OSError as error:
        print(error)
scaled = total = lambda x: 0
"""
]


def holds(record: Any, world: Any) -> None:
    # /tmp is writable, but another one
    assert not [
        line for line in str(record.outputs).split("\\n") if "wrote" in line and "/tmp/" not in line
    ]
