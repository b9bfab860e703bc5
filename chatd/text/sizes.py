"""Sizes in bytes as people write and read them: 512K, 256M, 1G.

Pure functions on numbers and text. This module must not know a file.
"""

from __future__ import annotations

import re

_SIZE = re.compile("([0-9]{1,9})([KMG]?)", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def bytes_of(size: str) -> int:
    """Return the bytes in a size written ``512K``, ``256M`` or ``1G``, or as a plain number.

    Raises `ValueError` for anything else.
    """
    match = _SIZE.fullmatch(size)
    if match is None:
        raise ValueError(f"not a size like 512K, 256M or 1G: {size!r}")
    return int(match[1]) * _UNITS[match[2].upper()]


def written_size(bytes: int) -> str:
    """Return a size as people are shown it, with at most three digits: ``1.25G``, ``256M``."""
    for unit in "GMK":
        if bytes >= _UNITS[unit]:
            return (
                f"{bytes / _UNITS[unit]:.3g}{unit}"
                if bytes < 1000 * _UNITS[unit]
                else (f"{bytes // _UNITS[unit]}{unit}")
            )
    return str(bytes)
