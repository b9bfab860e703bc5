"""Dates and time spans as people write and read them.

Pure functions on seconds and text. This module must not read a clock.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache

_DURATION = re.compile(r"([0-9]{1,9})([smhdw])", re.IGNORECASE)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@lru_cache(maxsize=1024)
def local_time(seconds: int) -> str:
    """Return a time (seconds since 1970) as people are shown it, in the server's zone."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def seconds_of(duration: str) -> int:
    """Return the seconds in a time span written ``10m``, ``2h`` or ``3d`` (also ``s``, ``w``).

    Raises `ValueError` for anything else.
    """
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"not a time span like 10m, 2h or 3d: {duration!r}")
    return int(match[1]) * _UNITS[match[2].lower()]


def written_duration(seconds: int) -> str:
    """Return a time span as people are shown it: ``10m``, ``1h 30m``, ``2d``; ``0s`` for none."""
    parts = []
    for unit in "dhm":
        count, seconds = divmod(max(0, seconds), _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    if seconds or not parts:
        parts.append(f"{seconds}s")
    return " ".join(parts)
