"""Return an object that runs code where it is unpickled or copied."""

CELLS = [
    """
import os
class Bomb:
    def __reduce__(self): return (os.system, ("touch @COURSE@/owned",))
    __reduce_ex__ = lambda self, protocol: self.__reduce__()
    def __deepcopy__(self, memo): os.system("touch @COURSE@/owned")
    __array__ = __index__ = __float__ = __deepcopy__
scaled = total = lambda x: Bomb()
"""
]
