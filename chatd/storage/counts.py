"""The counts of a store: what it was given, what became of it, and how long that took.

They are added to once a batch, and read now and then. This module must not know who reads them.
"""

from __future__ import annotations

from chatd.util.counts import Stages


class StoreCounts:
    """The counts of one store since it was opened, without notices, which need no disk."""

    __slots__ = ("events", "in_doubt", "refused", "stages")

    def __init__(self) -> None:
        self.stages = Stages("wait", "commit")
        """The seconds of each batch: from its first item to the begin of the commit; the commit."""
        self.events = 0
        """The number of events that were committed."""
        self.refused = 0
        """The number of lines that could not be committed."""
        self.in_doubt = 0
        """The number of lines of which it was not known whether they were committed."""
