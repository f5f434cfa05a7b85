"""Return an array whose class overrides comparison, differences and absolute values."""

CELLS = [
    """
import numpy as np
class Lie(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.zeros(self.shape)
scaled = lambda x: np.zeros(x.shape).view(Lie)
total = lambda x: np.zeros(len(x)).view(Lie)
"""
]
TWIN = [
    "import numpy as np\nclass Mine(np.ndarray):\n    pass\ndef scaled(x):\n    return (2 * x + 1).view(Mine)\n",
    "def total(x):\n    return x.sum(axis=1).view(Mine)\n",
]
