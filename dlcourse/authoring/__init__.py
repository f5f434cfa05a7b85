"""Assignments as authors write them, and the notebooks made from them."""

from .assignment import Misconception
from .claims import Claim
from .read import load_reference

__all__ = ["Claim", "Misconception", "load_reference"]
