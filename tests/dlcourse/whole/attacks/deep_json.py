"""Send lists a million deep."""

CELLS = [
    """
import struct
import dlcourse.executor.driver as driver
text = b'{"sizes": [], "tree": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"
driver.run_probe = lambda *args: struct.pack("<I", len(text)) + text
driver.run_cell = lambda *args: (True, b"[" * 1_000_000)
scaled = total = lambda x: 0
""",
    "1",
]
