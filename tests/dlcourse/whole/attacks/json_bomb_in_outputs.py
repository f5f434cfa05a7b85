"""The same in the outputs of a cell, and in the header of a frame."""

CELLS = [
    """
import dlcourse.executor.driver as driver
driver.run_cell = lambda *args: (True, b"[" + b"[]," * 4_000_000 + b"[]]")
scaled = total = lambda x: 0
""",
    "print('unseen')",
    """
driver.run_cell = lambda *args: ([[]] * 3_000_000, b"[]")
""",
    "print('unseen')",
]
