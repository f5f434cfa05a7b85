"""Deep Learning by Hand: auto-graded deep-learning exercises.

What a notebook imports stands here and needs numpy only; the instructor's side is in the submodules.
"""

from .check import check
from .compare import at_most, close, exact, within_se
from .demos import demo
from .probes import probe, raises

__version__ = "0.1.0"

__all__ = ["at_most", "check", "close", "demo", "exact", "probe", "raises", "within_se"]
