"""The counts of one address: connections that came, and what was read from them.

This module must not know a connection, nor who reads the counts.
"""

from __future__ import annotations

from collections import Counter


class Traffic:
    """The counts of one address since the daemon started.

    ``refused`` is the number of connections that were not admitted, by the key of the reason.
    """

    __slots__ = ("admitted", "bytes", "items", "refused")

    def __init__(self) -> None:
        self.admitted = 0
        """The number of connections that were admitted."""
        self.refused: Counter[str] = Counter()
        self.items = 0
        """The number of lines, messages and requests that were handled."""
        self.bytes = 0
        """The number of bytes that were read, below TLS."""
