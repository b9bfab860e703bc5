"""Fake clocks of several nodes, any of which may stand still while the others go on."""

from __future__ import annotations

from twisted.internet.task import Clock


class NodeClock(Clock):
    """The clock of one node. While it is ``suspended``, the node has no turn."""

    suspended = False


class NodeClocks(Clock):
    """A clock for all, by which those of the nodes go."""

    def __init__(self) -> None:
        super().__init__()
        self._clocks: list[NodeClock] = []

    def of_a_node(self) -> NodeClock:
        """Return a new clock, which shows the same time."""
        clock = NodeClock()
        clock.advance(self.seconds())
        self._clocks.append(clock)
        return clock

    def advance(self, amount: float) -> None:
        super().advance(amount)
        self._catch_up()
        while any(_is_due(clock) for clock in (self, *self._clocks)):
            super().advance(0)
            self._catch_up()

    def _catch_up(self) -> None:
        for clock in self._clocks:
            if not clock.suspended:
                clock.advance(max(0.0, self.seconds() - clock.seconds()))


def _is_due(clock: Clock) -> bool:
    """Return True if a call waits that is to be made now."""
    is_suspended = isinstance(clock, NodeClock) and clock.suspended
    return not is_suspended and any(
        call.getTime() <= clock.seconds() for call in clock.getDelayedCalls()
    )
