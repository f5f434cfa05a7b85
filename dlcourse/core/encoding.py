"""Trees of results as JSON with raw buffers: what may cross the border of the student's process.

A tree is made of arrays, tensors, numbers, strings, ``None``, lists, tuples and dicts (see
:mod:`dlcourse.core.evidence`). It is flattened into a JSON document whose arrays refer to raw
little-endian buffers, so that the reading side never runs code of the writing side (no pickle) and
never allocates more than was sent.

Two containers share the one encoding: :func:`pack` for the wire (JSON header, then the buffers) and
:func:`to_json` for files (buffers as base64).
"""

from __future__ import annotations

import base64
import json
import math
import struct
import sys
from collections import Counter
from typing import Any

import numpy as np

from .evidence import MAX_CHANGED, REASONS, Changed, NotRun, Opaque, Raised, Result

MAX_BYTES = 8 << 20
"""Largest encoded result, header and buffers together, in bytes."""
MAX_NODES = 100_000
"""Largest number of leaves and containers in one result."""
MAX_DEPTH = 40
MAX_STRING = 100_000
MAX_ALIKE = 100
"""Largest number of keys of one dict with the same hash."""

# dtype name on the wire -> numpy dtype; nothing else is read back
_DTYPES = {
    name: np.dtype(name).newbyteorder("<")
    for name in (
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "float16", "float32", "float64", "complex64", "complex128",
    )
}  # fmt: skip
_NAMES = {
    dtype: name for name, dtype in _DTYPES.items()
}  # numpy makes a dtype's name anew each time


class EncodingError(ValueError):
    """A result is too large, too deep, or (when reading) not of the agreed form."""


def safe_repr(value: object, limit: int = 200) -> str:
    """``repr(value)`` in at most ``limit`` characters; never raises."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"


class _Encoder:
    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self.nodes = 0
        self.bytes = 0

    def array(self, value: np.ndarray, kind: str, dtype: str | None = None) -> dict[str, Any]:
        name = _NAMES.get(value.dtype) or value.dtype.name
        if name not in _DTYPES:
            if value.dtype.kind == "f":  # long double
                value, name = value.astype(np.float64), "float64"
            elif value.dtype.kind in "US" or value.dtype == object:
                return {
                    "t": kind,
                    "shape": list(value.shape),
                    "items": [self.node(v, 1) for v in value.ravel().tolist()],
                }
            else:
                return {"t": "opaque", "type": f"array of {name}", "text": safe_repr(value)}
        self.bytes += value.nbytes
        if self.bytes > MAX_BYTES:
            raise EncodingError(f"the result holds more than {MAX_BYTES >> 20} MB")
        self.buffers.append(np.ascontiguousarray(value, dtype=_DTYPES[name]).tobytes())
        return {
            "t": kind,
            "dtype": name,
            "shown": dtype or name,
            "shape": list(value.shape),
            "buf": len(self.buffers) - 1,
        }

    def node(self, value: Any, depth: int = 0) -> Any:  # noqa: C901  (one case per type of data)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise EncodingError(f"the result has more than {MAX_NODES} parts")
        if depth > MAX_DEPTH:
            raise EncodingError(f"the result is nested more than {MAX_DEPTH} deep")
        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            if len(value) > MAX_STRING:
                raise EncodingError(
                    f"the result holds a string of more than {MAX_STRING} characters"
                )
            return {"t": "str", "v": value.encode("utf-8", "backslashreplace").decode()}
        if isinstance(value, np.generic):
            return self.array(np.asarray(value), "ndarray")
        if isinstance(value, int):
            return (
                {"t": "int", "v": str(int(value))}
                if abs(value) < 10**300
                else {"t": "opaque", "type": "int", "text": "an int of over 300 digits"}
            )
        if isinstance(value, float):
            return {"t": "float", "v": float(value).hex()}
        if isinstance(value, complex):
            return self.array(np.asarray(value), "ndarray")
        masked = sys.modules.get(
            "numpy.ma"
        )  # numpy loads it late, which takes as long as everything else in a check
        if masked is not None and isinstance(value, masked.MaskedArray):
            return {"t": "opaque", "type": "masked array", "text": safe_repr(value)}
        if isinstance(value, np.ndarray):
            return self.array(np.asarray(value), "ndarray")
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            try:
                tensor = value.detach().cpu().resolve_conj().resolve_neg()
                if tensor.is_sparse or tensor.layout is not torch.strided:
                    tensor = tensor.to_dense()
                shown = str(tensor.dtype).removeprefix("torch.")
                if tensor.dtype is torch.bfloat16:
                    tensor = tensor.float()
                array = tensor.numpy()
            except Exception:  # a meta tensor, float8, a quantised dtype: nothing numpy can hold
                return {
                    "t": "opaque",
                    "type": f"tensor of {safe_repr(value.dtype)}",
                    "text": safe_repr(value),
                }
            return self.array(array, "tensor", shown)
        if isinstance(value, Raised):
            return {
                "t": "raised", "type": value.type, "bases": list(value.bases), "message": value.message[:2000],
                "trace": [list(frame) for frame in value.trace[:20]], "expected": value.expected,
            }  # fmt: skip
        if isinstance(value, NotRun):
            return {"t": "not run", "reason": value.reason, "message": value.message[:2000]}
        if isinstance(value, Opaque):
            return {"t": "opaque", "type": value.type, "text": value.text}
        if isinstance(value, Changed) and depth == 0:
            evidence = self.node(value.evidence, depth + 1)
            return {"t": "changed", "arguments": list(value.arguments), "v": evidence}
        if isinstance(value, (list, tuple)):
            return {
                "t": type(value).__name__ if type(value) in (list, tuple) else "tuple",
                "v": [self.node(v, depth + 1) for v in value],
            }
        if isinstance(value, dict):
            items = [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in value.items()]
            return {"t": "dict", "v": items}
        if isinstance(value, (set, frozenset)):
            items_ = sorted(value, key=lambda v: (type(v).__name__, repr(v)))
            return {"t": "set", "v": [self.node(v, depth + 1) for v in items_]}
        return {"t": "opaque", "type": type(value).__name__[:200], "text": safe_repr(value)}


def _encode(tree: Any) -> tuple[Any, list[bytes]]:
    encoder = _Encoder()
    try:
        return encoder.node(tree), encoder.buffers
    except EncodingError:
        raise
    except (
        Exception
    ) as error:  # an object that lies about what it is: a dict whose items() fails, for one
        raise EncodingError(
            f"the result cannot be read: {type(error).__name__}: {safe_repr(error, 100)}"
        ) from error


def _decode_tree(node: Any, buffers: list[bytes]) -> Any:
    """Read a whole result: evidence, beside which the changed arguments may be named."""
    if not isinstance(node, dict) or node.get("t") != "changed":
        return _decode(node, buffers)
    names = node["arguments"]
    if not isinstance(names, list) or not 0 < len(names) <= MAX_CHANGED:
        raise EncodingError("malformed result: bad names of arguments")
    return Changed(tuple(str(name)[:100] for name in names), _decode(node["v"], buffers))


def _decode(node: Any, buffers: list[bytes]) -> Any:  # noqa: C901  (one case per type of data)
    """Read one node; every field is checked, since the writer is not trusted."""
    if node is None or node is True or node is False:
        return node
    if not isinstance(node, dict):
        raise EncodingError("malformed result: a node is no object")
    kind = node.get("t")
    if kind == "str":
        return str(node["v"])
    if kind == "int":
        return int(node["v"])
    if kind == "float":
        return float.fromhex(node["v"])
    if kind in ("ndarray", "tensor"):
        shape = tuple(int(n) for n in node["shape"])
        if any(n < 0 for n in shape) or len(shape) > 32:
            raise EncodingError("malformed result: bad shape")
        if "items" in node:
            items = [_decode(item, buffers) for item in node["items"]]
            if len(items) != math.prod(shape):
                raise EncodingError("malformed result: items do not fill the shape")
            array = np.empty(len(items), dtype=object)
            array[:] = items
            return array.reshape(shape)
        index = node["buf"]
        if not isinstance(index, int) or not 0 <= index < len(buffers):
            raise EncodingError("malformed result: no such buffer")
        dtype = _DTYPES.get(node["dtype"])
        buffer, buffers[index] = (
            buffers[index],
            b"",
        )  # no buffer is read twice, or a small message could mean a lot of work
        if dtype is None or len(buffer) != math.prod(shape) * dtype.itemsize:
            raise EncodingError("malformed result: a buffer does not fit its shape")
        if dtype == np.bool_ and max(buffer, default=0) > 1:
            raise EncodingError("malformed result: a truth value that is neither 0 nor 1")
        return np.frombuffer(buffer, dtype=dtype).reshape(shape)
    if kind in ("list", "tuple"):
        items = [_decode(v, buffers) for v in node["v"]]
        return items if kind == "list" else tuple(items)
    if kind == "set":
        return frozenset(_spread([_hashable(_decode(v, buffers)) for v in node["v"]]))
    if kind == "dict":
        items = [(_hashable(_decode(k, buffers)), _decode(v, buffers)) for k, v in node["v"]]
        _spread([k for k, _ in items])
        return dict(items)
    if kind == "raised":
        return Raised(
            type=str(node["type"])[:200],
            bases=tuple(str(b)[:200] for b in node["bases"][:50]),
            message=str(node["message"])[:2000],
            trace=tuple((str(c)[:200], int(n), str(s)[:500]) for c, n, s in node["trace"][:20]),
            expected=bool(node["expected"]),
        )
    if kind == "not run":
        if node["reason"] not in REASONS:
            raise EncodingError("malformed result: unknown reason")
        return NotRun(node["reason"], str(node["message"])[:2000])
    if kind == "opaque":
        return Opaque(str(node["type"])[:200], str(node["text"])[:500])
    raise EncodingError("malformed result: unknown kind of node")


def _hashable(key: Any) -> Any:
    """A decoded dict key or set member; 0-d arrays become numbers, other unhashables their text."""
    if isinstance(key, np.ndarray):
        return key.item() if key.ndim == 0 else repr(key.tolist())
    try:
        hash(key)
    except TypeError:
        return repr(key)
    return key


def _spread(keys: list[Any]) -> list[Any]:
    """The keys, unless so many hash alike that a table of them would take quadratic time."""
    if len(keys) > MAX_ALIKE and max(Counter(map(hash, keys)).values()) > MAX_ALIKE:
        raise EncodingError("malformed result: keys that hash alike")
    return keys


def pack(tree: Any) -> bytes:
    """Encode a tree for the wire.

    Raises:
        EncodingError: the tree is larger than the limits of this module.
    """
    node, buffers = _encode(tree)
    header = json.dumps({"tree": node, "sizes": [len(b) for b in buffers]}).encode()
    data = struct.pack("<I", len(header)) + header + b"".join(buffers)
    if len(data) > MAX_BYTES:
        raise EncodingError(f"the result holds more than {MAX_BYTES >> 20} MB")
    return data


def pack_result(result: Result) -> bytes:
    """Encode what a probe gave; in place of what is too large or cannot be read, that it is."""
    try:
        return pack(result)
    except EncodingError as error:
        return pack(NotRun("too large", str(error)))


def unpack(data: bytes) -> Any:
    """Decode what :func:`pack` wrote. The bytes need not be trusted.

    Raises:
        EncodingError: anything at all is wrong with them.
    """
    try:
        if len(data) > MAX_BYTES:
            raise EncodingError("malformed result: too large")
        (length,) = struct.unpack_from("<I", data)
        header = json.loads(data[4 : 4 + length])
        buffers, at = [], 4 + length
        for size in header["sizes"]:
            if not isinstance(size, int) or size < 0 or at + size > len(data):
                raise EncodingError("malformed result: sizes do not add up")
            buffers.append(data[at : at + size])
            at += size
        if at != len(data):
            raise EncodingError("malformed result: sizes do not add up")
        return _decode_tree(header["tree"], buffers)
    except EncodingError:
        raise
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        struct.error,
        RecursionError,
        OverflowError,
    ) as error:
        raise EncodingError(f"malformed result: {type(error).__name__}") from error


def to_json(tree: Any) -> dict[str, Any]:
    """Encode a tree for a JSON file; buffers become base64."""
    node, buffers = _encode(tree)
    return {"tree": node, "buffers": [base64.b64encode(b).decode() for b in buffers]}


def from_json(document: dict[str, Any]) -> Any:
    """Decode what :func:`to_json` wrote."""
    return _decode_tree(document["tree"], [base64.b64decode(b) for b in document["buffers"]])
