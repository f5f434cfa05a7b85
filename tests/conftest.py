"""Fixtures of every assignment's oracles; files with slow tests first, so that no core waits for the last of them."""

from collections import Counter

from dlcourse.authoring.oracles import headless, ref, rng, torch_rng

__all__ = ["headless", "ref", "rng", "torch_rng"]


def pytest_collection_modifyitems(items):
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])  # a stable sort: the order within a file stays
