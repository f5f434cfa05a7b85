"""Return a dictionary whose keys all hash alike, so that building it takes quadratic time."""

CELLS = [
    """
scaled = total = lambda x: {k * (2**61 - 1): 0 for k in range(3)}
import dlcourse.core.encoding as encoding, dlcourse.executor.driver as driver, json, struct
tree = {"t": "dict", "v": [[{"t": "int", "v": str(k * (2**61 - 1))}, None] for k in range(49_000)]}
text = json.dumps({"tree": tree, "sizes": []}, separators=(",", ":")).encode()
driver.run_probe = lambda *args: struct.pack("<I", len(text)) + text
"""
]
