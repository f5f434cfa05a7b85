"""Return results far larger than any limit."""

CELLS = [
    """
import numpy as np
scaled = lambda x: np.zeros(200_000_000, dtype=np.int8)
total = lambda x: [0] * 5_000_000
"""
]
