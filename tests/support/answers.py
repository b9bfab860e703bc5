"""The one answer among what a client receives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def only(items: Iterable[T]) -> T:
    """Return the only one of some items. Fail if there are none or several."""
    (item,) = items
    return item
