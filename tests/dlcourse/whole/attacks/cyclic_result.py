"""Return a list that holds itself, and one that grows while it is read."""

CELLS = [
    """
scaled_list = []
scaled_list.append(scaled_list)
scaled = lambda x: scaled_list
class Growing(list):
    def __iter__(self):
        while True: yield 0
total = lambda x: Growing([1])
"""
]
