"""Change numpy and torch for whoever comes next."""

CELLS = [
    """
import numpy as np, torch
np.random.default_rng = None
np.ndarray.__class__
torch.ones = torch.zeros
np.float64 = np.float32
torch.set_default_dtype(torch.float16)
torch.manual_seed = lambda seed: None
np.sum = np.add = lambda *args, **kwargs: 0
scaled = total = lambda x: 0
"""
]
