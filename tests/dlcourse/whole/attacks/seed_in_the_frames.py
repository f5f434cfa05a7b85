"""Look for the course seed in every frame and object while a hidden test runs, and carry it out in an
exception's text.
"""

from typing import Any

from tests.support.world import PROBES, SEED

CELLS = [
    """
import gc, sys
def look(x):
    found, frame = [], sys._getframe()
    while frame is not None:
        found += [v for v in frame.f_locals.values() if isinstance(v, (str, bytes))]
        frame = frame.f_back
    found += [v for d in gc.get_objects() if isinstance(d, dict) for v in list(d.values()) if isinstance(v, str) and "seed" in v]
    raise ValueError(max((str(v) for v in found if "secret seed" in str(v)), default="no seed here"))
scaled = total = look
"""
]


def holds(record: Any, world: Any) -> None:
    said = [record.results[name].message for name in PROBES]
    assert all("seed" in text for text in said) and not any(SEED in text for text in said), said
