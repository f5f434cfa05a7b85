"""Assignments as authors write them, and the notebooks made from them."""

from .assignment import Misconception, load_reference

__all__ = ["Misconception", "load_reference"]
