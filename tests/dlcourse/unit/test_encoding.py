"""The encoding of results: faithful for data, bounded, and never trusting on the reading side."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from dlcourse.core import encoding
from dlcourse.core.encoding import (
    EncodingError,
    from_json,
    pack,
    pack_result,
    safe_repr,
    to_json,
    unpack,
)
from dlcourse.core.evidence import REASONS, NotRun, Opaque, Raised


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype == object:
            return a.shape == b.shape and all(
                same(x, y) for x, y in zip(a.ravel(), b.ravel(), strict=True)
            )
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b)
    return bool(a == b)


FAITHFUL = [
    None, True, False, 0, -7, 10**100, 1.5, -0.0, float("inf"), float("nan"), "", "täxt\n\x00", [], (), {}, [1, (2.0, [None])],
    {"a": 1, 2: "b", (1, 2): [3]}, frozenset({1, 2}), np.arange(6).reshape(2, 3), np.zeros((0, 4)), np.array(3.5),
    np.array([True, False]), np.array([1 + 2j]), np.arange(3, dtype=np.float16), np.array(["a", "bc"], dtype=object),
    Raised("ValueError", ("ValueError", "Exception"), "no", (("softmax", 3, "raise ValueError"),), True), Opaque("generator", "<g>"), NotRun("too large", "it holds more than 8 MB"),
]  # fmt: skip


@pytest.mark.parametrize("tree", FAITHFUL, ids=lambda t: safe_repr(t, 30))
def test_faithful_on_wire_and_in_files(tree: Any) -> None:
    assert same(unpack(pack(tree)), tree)
    assert same(from_json(json.loads(json.dumps(to_json(tree)))), tree)


def test_layout_of_memory_does_not_matter() -> None:
    a = np.arange(24.0).reshape(4, 6)
    for view in (a.T, a[:, ::2], a[::-1], np.asfortranarray(a), a.astype(">f8")):
        found = unpack(pack(view))
        assert found.shape == view.shape and (found == view).all() and found.dtype == np.float64


def test_numpy_values_become_arrays() -> None:
    assert same(unpack(pack(np.float32(1.5))), np.array(1.5, dtype=np.float32))
    assert same(unpack(pack(1 + 2j)), np.array(1 + 2j))
    assert same(unpack(pack(np.longdouble(1.5))), np.array(1.5))
    assert unpack(pack(np.str_("a"))) == "a"


def test_tensors_become_arrays() -> None:
    torch = pytest.importorskip("torch")
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    assert same(unpack(pack(x.T)), np.arange(6, dtype=np.float32).reshape(2, 3).T.copy())
    assert same(unpack(pack(torch.tensor([1, 2]).to_sparse())), np.array([1, 2]))
    assert same(
        unpack(pack(torch.tensor([1.5], dtype=torch.bfloat16))), np.array([1.5], dtype=np.float32)
    )
    assert same(unpack(pack(torch.tensor([1 + 2j]).conj())), np.array([1 - 2j], dtype=np.complex64))


def test_tensors_that_numpy_cannot_hold_are_opaque() -> None:
    torch = pytest.importorskip("torch")
    for tensor in (torch.empty(2, device="meta"), torch.zeros(2).to(torch.float8_e4m3fn)):
        found = unpack(pack([tensor]))[0]
        assert isinstance(found, Opaque) and "tensor" in found.type


@pytest.mark.parametrize(
    "value",
    [
        object(),
        iter([]),
        len,
        type,
        np.ma.array([1], mask=[True]),
        np.array(["2020"], dtype="M8"),
        range(3),
    ],
)
def test_other_values_are_opaque(value: Any) -> None:
    assert isinstance(unpack(pack(value)), Opaque)


class Liar(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        raise RuntimeError("no items")


class NoRepr:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def test_hostile_objects_end_in_an_encoding_error_or_opaque() -> None:
    with pytest.raises(EncodingError, match="cannot be read"):
        pack(Liar(a=1))
    assert "raises RuntimeError" in unpack(pack(NoRepr())).text


def test_cycles_and_depth_are_bounded() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    with pytest.raises(EncodingError, match="nested"):
        pack(cycle)


def test_sizes_are_bounded() -> None:
    with pytest.raises(EncodingError, match="8 MB"):
        pack(np.zeros(encoding.MAX_BYTES // 8 + 1))
    with pytest.raises(EncodingError, match="8 MB"):
        pack([np.zeros(encoding.MAX_BYTES // 32)] * 5)
    with pytest.raises(EncodingError, match="parts"):
        pack([0] * (encoding.MAX_NODES + 1))
    with pytest.raises(EncodingError, match="string"):
        pack("x" * (encoding.MAX_STRING + 1))
    with pytest.raises(EncodingError, match="too large"):
        unpack(b"\0" * (encoding.MAX_BYTES + 1))
    assert isinstance(unpack(pack(10**400)), Opaque)


def frame(header: Any, buffers: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + buffers


ARRAY = {"t": "ndarray", "dtype": "float64", "shown": "float64", "shape": [2], "buf": 0}
MALFORMED = {
    "empty": b"",
    "short": b"\1\0",
    "no json": frame(b"{"),
    "no object": frame([]),
    "no tree": frame({"sizes": []}),
    "sizes too long": frame({"tree": None, "sizes": [5]}),
    "negative size": frame({"tree": None, "sizes": [-1]}),
    "rest": frame({"tree": None, "sizes": []}, b"x"),
    "bare number": frame({"tree": 1, "sizes": []}),
    "bare list": frame({"tree": [1], "sizes": []}),
    "unknown kind": frame({"tree": {"t": "pickle", "v": "x"}, "sizes": []}),
    "object dtype": frame({"tree": {**ARRAY, "dtype": "object"}, "sizes": [16]}, b"\0" * 16),
    "buffer missing": frame({"tree": {**ARRAY, "buf": 3}, "sizes": [16]}, b"\0" * 16),
    "buffer short": frame({"tree": ARRAY, "sizes": [8]}, b"\0" * 8),
    "huge shape": frame({"tree": {**ARRAY, "shape": [2**60, 2**60]}, "sizes": [16]}, b"\0" * 16),
    "negative shape": frame({"tree": {**ARRAY, "shape": [-1, -2]}, "sizes": [16]}, b"\0" * 16),
    "items do not fill": frame(
        {"tree": {"t": "ndarray", "shape": [3], "items": [None]}, "sizes": []}
    ),
    "bool of 2": frame({"tree": {**ARRAY, "dtype": "bool"}, "sizes": [2]}, b"\2\0"),
    "float text": frame({"tree": {"t": "float", "v": "zzz"}, "sizes": []}),
    "int text": frame({"tree": {"t": "int", "v": "1" * 5000}, "sizes": []}),
    "dict of one": frame({"tree": {"t": "dict", "v": [[None]]}, "sizes": []}),
    "raised without fields": frame({"tree": {"t": "raised"}, "sizes": []}),
    "trace of words": frame(
        {
            "tree": {
                "t": "raised",
                "type": "E",
                "bases": [],
                "message": "",
                "trace": ["abc"],
                "expected": 0,
            },
            "sizes": [],
        }
    ),
    "deep": frame(b'{"tree": ' + b'{"t": "list", "v": [' * 5000 + b"]}" * 5000 + b', "sizes": []}'),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_bytes_are_refused(case: str) -> None:
    with pytest.raises(EncodingError):
        unpack(MALFORMED[case])


def test_damaged_bytes_never_raise_anything_else() -> None:
    rng = np.random.default_rng(0)
    whole = pack(
        {"a": [np.arange(5), "text", 1.5], "b": Raised("E", ("E",), "m", (("c", 1, "s"),))}
    )
    for _ in range(3000):
        damaged = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            damaged[rng.integers(len(damaged))] = rng.integers(256)
        try:
            unpack(
                bytes(
                    damaged[: rng.integers(1, len(damaged) + 1)] if rng.random() < 0.3 else damaged
                )
            )
        except EncodingError:
            pass


def test_safe_repr_is_bounded() -> None:
    assert safe_repr("x" * 500, 10) == "'xxxxxxxx…"
    assert safe_repr(NoRepr()) == "<NoRepr whose repr raises RuntimeError>"


@pytest.mark.parametrize("reason", REASONS)
def test_what_was_not_run_stays_so(reason: str) -> None:
    given = NotRun(reason, "took more than 2 s")  # type: ignore[arg-type]
    assert unpack(pack(given)) == given == from_json(json.loads(json.dumps(to_json(given))))


def test_a_reason_nobody_knows_is_refused() -> None:
    document = to_json(NotRun("time", "no"))
    document["tree"]["reason"] = "luck"
    with pytest.raises(EncodingError, match="unknown reason"):
        from_json(document)


def test_a_result_too_large_to_pack_is_not_run() -> None:
    big = unpack(pack_result(np.zeros(encoding.MAX_BYTES)))
    assert big == NotRun("too large", f"the result holds more than {encoding.MAX_BYTES >> 20} MB")
    assert unpack(pack_result({"a": 1.5})) == {"a": 1.5}
