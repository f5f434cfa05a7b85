"""Assignments as authors write them, and the notebooks made from them."""

from .assignment import Misconception
from .read import load_reference

__all__ = ["Misconception", "load_reference"]
