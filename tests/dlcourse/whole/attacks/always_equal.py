"""Return objects that equal everything."""

CELLS = [
    """
class Yes:
    __hash__ = None
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __len__(self): return 3
    def __getitem__(self, i): return self
    def __array__(self, *args, **kwargs): raise TypeError
scaled = total = lambda x: Yes()
"""
]
TWIN = [
    """
class Scale:
    def __init__(self, by): self.by = by
    def __eq__(self, other): return True
    def __call__(self, x): return self.by * x + 1
scaled = Scale(2)
""",
    "def total(x):\n    return x.sum(axis=1)\n",
]
