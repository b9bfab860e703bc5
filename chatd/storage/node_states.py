"""The state of a log that several nodes share, as one of them knows it, for operators.

This module must not know how a node learns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

COMMAND_NODES = "admin-"
"""The beginning of the names of commands that are nodes for a moment."""


class NodeState(NamedTuple):
    """A node: its number and its name, and its term, which others have ended unless it is ``live``.

    ``version`` is the version of the log that it can read, ``beat_seconds`` the time for which its
    last sign of life has been known here, and ``applied`` the number of the last batch that it had
    published then. ``is_this`` is true for the node that is asked.
    """

    number: int
    name: str
    live: bool
    term: int
    version: int
    beat_seconds: float
    applied: int
    is_this: bool

    @property
    def is_past_command(self) -> bool:
        """True for a command that was a node for a moment."""
        return not self.live and self.name.startswith(COMMAND_NODES)


class LogState(NamedTuple):
    """The state of a node and of its log.

    ``known`` is the highest number of a batch that the node has heard of, ``read`` that of the last
    one that it has read, ``safe`` that of the last one that may be shown, and ``published`` that of
    the last one that was. ``dropped`` batches were read and not shown, because a link was lost, of
    which ``lost_links`` were. ``seconds_left`` are those for which it is current; 0 or less if it
    is cut off. The log is at a ``level``.
    """

    term: int
    level: int
    known: int
    read: int
    safe: int
    published: int
    dropped: int
    lost_links: int
    seconds_left: float
    nodes: Sequence[NodeState]

    @property
    def lag(self) -> int:
        """The number of batches that are known of, and are not shown yet."""
        return max(0, self.known - self.published)

    @property
    def is_cut_off(self) -> bool:
        """True if the node may not know what others do."""
        return self.seconds_left <= 0

    @property
    def live_nodes(self) -> int:
        """The number of nodes whose term has not ended."""
        return sum(node.live for node in self.nodes)
