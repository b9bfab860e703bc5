"""The lease of a node: a sign of life that it gives, and what it makes of those of others.

Theory of operation. A node renews its lease every few seconds by a commit that waits for all copies
of the log. It is *current* for a while after it sent the last renewal that was answered; then it
has to say that it is cut off. The others count for how long they have seen one beat of it, and only
the time in which they had contact themselves, or a failover of the engine would end everybody.
After longer than a node calls itself current, they end its term. No two clocks are compared, and
nothing that is stored relies on any: what a node sends under a term that has ended is refused
(`chatd.storage.shared.engine.Fenced`).

This module must not know what ends with a term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatd.storage.node_states import NodeState
from chatd.storage.shared.engine import Node
from chatd.util.state import State

BEAT_SECONDS = 3.0
"""Seconds between two renewals."""

CURRENT_SECONDS = 7.0
"""Seconds for which a node is current after it sent a renewal that was answered."""

DEAD_SECONDS = 10.0
"""Seconds for which others see one beat before they end a term. With 7, clocks may differ in speed
by 17 % (7 / 10 < (1 - e) / (1 + e)). A node that is killed frees its names after 10 to 13 s."""


class Lease:
    """The lease of this node, and the beats of others.

    ``seconds`` is a clock that goes on while the machine is suspended.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self.nodes: Sequence[Node] = ()
        self._seconds = seconds
        self._renewed = seconds()
        self._contact: float | None = None
        self._unchanged: dict[int, tuple[int, int, float]] = {}  # term, beat, and for how long
        self._seen: dict[int, tuple[int, int, float]] = {}  # term, beat, and since when

    @property
    def seconds_left(self) -> float:
        """Seconds for which this node is still current; 0 or less if it is not."""
        return self._renewed + CURRENT_SECONDS - self._seconds()

    def state(self) -> State:
        """Return what another process needs that has the same clock."""
        seen = [[number, *each] for number, each in self._seen.items()]
        return {"renewed": self._renewed, "nodes": list(map(list, self.nodes)), "seen": seen}

    def resume(self, state: State) -> None:
        """Go on with the lease of another process."""
        self._renewed = state["renewed"]
        self.nodes = [Node(*each) for each in state["nodes"]]
        self._seen = {number: (term, beat, since) for number, term, beat, since in state["seen"]}

    def sent(self) -> float:
        """Return the time of a renewal that is sent now, for `answered`."""
        return self._seconds()

    def answered(self, sent: float, nodes: Sequence[Node], own: int) -> list[Node]:
        """Take note of an answer with all nodes, and return those whose term is to be ended.

        ``own`` is the term of this node.
        """
        now = self._seconds()
        passed = 0.0 if self._contact is None else min(now - self._contact, 2 * BEAT_SECONDS)
        self._contact = now
        self._renewed = max(self._renewed, sent)
        self.nodes = nodes
        before, self._unchanged = self._unchanged, {}
        dead = []
        for node in nodes:
            if self._seen.get(node.number, ())[:2] != (node.term, node.beat):
                self._seen[node.number] = node.term, node.beat, now
            if node.term == own or not node.live:
                continue
            term, beat, seconds = before.get(node.number, (0, 0, 0.0))
            unchanged = seconds + passed if (term, beat) == (node.term, node.beat) else 0.0
            self._unchanged[node.number] = node.term, node.beat, unchanged
            if unchanged >= DEAD_SECONDS:
                dead.append(node)
        return dead

    def states(self, own: int) -> list[NodeState]:
        """Return all nodes as they are known, and for how long each beat has been the last one.

        ``own`` is the term of this node.
        """
        now = self._seconds()
        return [
            NodeState(
                *(node.number, node.name, node.live, node.term, node.version),
                beat_seconds=now - self._seen[node.number][2],
                applied=node.applied,
                is_this=node.term == own,
            )
            for node in self.nodes
        ]

    def joined(self, sent: float) -> None:
        """Take note of a term that was asked for at a time, which `sent` returned."""
        self._renewed = max(self._renewed, sent)

    def lost_contact(self) -> None:
        """Take note of the end of a link: what others do meanwhile is not seen."""
        self._contact = None
        self._unchanged = {}
