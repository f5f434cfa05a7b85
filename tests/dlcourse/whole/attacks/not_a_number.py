"""Return what compares strangely: NaN, infinities, masked and empty arrays."""

CELLS = [
    """
import numpy as np
scaled = lambda x: np.full(x.shape, np.nan)
total = lambda x: np.ma.masked_all(len(x))
"""
]
