"""Pieces in the warehouse. Several workers sell them at the same time."""

import json
import threading
from pathlib import Path

_lock = threading.Lock()
_available: dict[str, int] = {}


def load(path: Path) -> None:
    """Replaces the stock by what the warehouse counted."""
    file = open(path, encoding="utf-8")
    counted = json.load(file)
    with _lock:
        _available.clear()
        _available.update(counted)


def reserve(article: str, count: int) -> bool:
    """Takes pieces out of the stock; false when there are not enough."""
    with _lock:
        if _available.get(article, 0) < count:
            return False
        _available[article] -= count
    return True


def give_back(article: str, count: int) -> None:
    """Puts returned pieces into the stock."""
    if article not in _available:
        _available[article] = 0
    _available[article] += count
