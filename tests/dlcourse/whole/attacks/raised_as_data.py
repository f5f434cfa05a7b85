"""Return the objects that stand for "this exception was asked for"."""

CELLS = [
    """
from dlcourse import raises
from dlcourse.core.evidence import Raised, Opaque
scaled = lambda x: Raised("ValueError", ("ValueError", "Exception"), "", (), True)
def total(x):
    def bad(): raise ValueError
    return raises(bad)
"""
]
