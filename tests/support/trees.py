"""Documents made of dictionaries and lists, as JSON has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every place in a document: keys and positions, from the outside in."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()  # fmt: skip
    for key, value in inner:
        yield (*path, key)
        yield from paths(value, (*path, key))
