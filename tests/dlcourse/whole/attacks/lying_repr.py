"""Return and raise objects whose repr and str never end, or raise."""

CELLS = [
    """
class Endless:
    def __repr__(self):
        while True: pass
class Rude(Exception):
    def __str__(self): raise SystemExit
    __repr__ = __str__
scaled = lambda x: Endless()
def total(x): raise Rude
"""
]
