"""Send eight megabytes of empty lists: half a gigabyte for a careless reader."""

CELLS = [
    """
import struct
import dlcourse.executor.driver as driver
text = b'{"sizes": [], "tree": [' + b"[]," * 2_600_000 + b"[]]}"
driver.run_probe = lambda *args: struct.pack("<I", len(text)) + text
scaled = total = lambda x: 0
"""
]
