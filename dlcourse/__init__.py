"""Deep Learning by Hand: auto-graded deep-learning exercises.

What a notebook imports stands here and needs numpy only; the instructor's side is in the
submodules.
"""

from .core.compare import at_most, close, exact, within_se
from .core.probe import probe, raises, statistical
from .student.check import check
from .student.demo import demo
from .student.predict import guesses, predict
from .student.progress import progress

__version__ = "0.1.0"

__all__ = [
    "at_most",
    "check",
    "close",
    "demo",
    "exact",
    "guesses",
    "predict",
    "probe",
    "progress",
    "raises",
    "statistical",
    "within_se",
]
