"""The text of checks.json: how it is laid out, and when a committed one is still right."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ..core.compare import Close
from ..core.encoding import from_json


def layout(document: dict[str, Any]) -> str:
    """One line for each question, each test, each known mistake and each cell, so that a diff shows
    what changed.
    """
    questions = (f"{_text(name)}: {_text(q)}" for name, q in sorted(document["questions"].items()))
    probes = (_probe(name, probe) for name, probe in sorted(document["probes"].items()))
    cells = map(_text, document.get("cells", []))
    head = ", ".join(_items(document, "questions", "probes", "cells"))
    return (
        f'{{{head},\n"questions": {{{_block(questions)}}},\n"probes": {{{_block(probes)}}},\n'
        f'"cells": [{_block(cells)}]}}\n'
    )


def _probe(name: str, probe: dict[str, Any]) -> str:
    mistakes = f'"mistakes": [{_block(map(_text, probe["mistakes"]), " ")}]'
    return f"{_text(name)}: {{{', '.join([*_items(probe, 'mistakes'), mistakes])}}}"


def _items(node: dict[str, Any], *left_out: str) -> list[str]:
    return [f"{_text(k)}: {_text(v)}" for k, v in sorted(node.items()) if k not in left_out]


def _block(lines: Iterable[str], indent: str = "") -> str:
    text = f",\n{indent}".join(lines)
    return f"\n{indent}{text}" if text else ""


def _text(node: object) -> str:
    return json.dumps(node, ensure_ascii=False, sort_keys=True)


def same_checks(old: str, new: str) -> bool:
    """Whether two checks.json agree but for the rounding in which machines differ, and for the
    Python that built them.
    """

    def split(document: Any) -> tuple[Any, list[Any]]:
        trees: list[Any] = []

        def walk(node: Any) -> Any:
            if isinstance(node, dict) and set(node) == {"tree", "buffers"}:
                trees.append(from_json(node))
                return walk(node["tree"])
            if isinstance(node, dict) and node.get("t") in ("float", "raised", "opaque"):
                return node["t"], node.get("type")
            if isinstance(node, dict):
                return {k: walk(v) for k, v in sorted(node.items())}
            return [walk(v) for v in node] if isinstance(node, list) else node

        return walk(document), trees

    try:
        documents = [json.loads(text) for text in (old, new)]
        for document in documents:
            document.pop("python", None)
        (frame_a, trees_a), (frame_b, trees_b) = map(split, documents)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
    ):  # somebody's edit of the old one
        return False
    rule = Close(rtol=1e-5, atol=1e-7)
    return (
        frame_a == frame_b
        and len(trees_a) == len(trees_b)
        and all(rule.difference(x, y) is None for x, y in zip(trees_a, trees_b, strict=True))
    )
