"""The counts of what the followers of all rooms were shown, and of how long that took.

They are added to once for each batch, room and format, never for each follower. This module must
not know a room or a follower.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from chatd.util.counts import Stages


def _no_clock() -> float:
    """Return 0: no time is measured."""
    return 0.0


class DeliveryCounts:
    """The counts of all rooms of a server. ``seconds`` returns the time that they are measured by.

    ``entries`` and ``bytes`` are by the kind of format (`chatd.formats.base.Format.kind`). They are
    what was published, times its followers: one that is behind takes it later, and one that ignores
    its author does not.
    """

    __slots__ = ("bytes", "entries", "seconds", "stages")

    def __init__(self, seconds: Callable[[], float] = _no_clock) -> None:
        self.seconds = seconds
        self.entries: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.stages = Stages("render", "send")
        """The seconds in which the lines of a batch were rendered for a room, in all formats, and
        then given to the sockets of all followers that keep up."""
