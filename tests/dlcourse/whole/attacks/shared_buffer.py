"""Refer to one buffer of four megabytes from ten thousand places, some of them keys of a
dictionary.
"""

CELLS = [
    """
import json, struct
import dlcourse.executor.driver as driver
array = {"t": "ndarray", "dtype": "float64", "shown": "float64", "shape": [500_000], "buf": 0}
tree = {"t": "dict", "v": [[array, {"t": "int", "v": str(i)}] for i in range(10_000)]}
text = json.dumps({"tree": tree, "sizes": [4_000_000]}).encode()
driver.run_probe = lambda *args: struct.pack("<I", len(text)) + text + bytes(4_000_000)
scaled = total = lambda x: 0
"""
]
