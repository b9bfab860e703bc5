"""All requests to others: the deliveries of hooks and of pushes, started and stopped together.

This module must not know what they deliver.
"""

from __future__ import annotations

from chatd.storage.turn import Turn
from chatd.webhooks.attempts import Means
from chatd.webhooks.delivery import Deliveries
from chatd.webhooks.push_delivery import PushDeliveries


class Outgoing:
    """The deliveries of hooks and of pushes, which share their ``means``.

    They are made while it is the ``turn`` of this node. Challenges and codes are sent at any time.
    """

    def __init__(self, means: Means, hooks: Deliveries, pushes: PushDeliveries, turn: Turn) -> None:
        self.means = means
        self.turn = turn
        self._hooks = hooks
        self._pushes = pushes
        turn.lost = self._end

    def start(self) -> None:
        """Deliver what waits, and what comes from now on, once it is this node's turn."""
        self._hooks.start()
        self._pushes.start()
        self.turn.ask(self._begin)

    def _begin(self) -> None:
        if not self.means.stopped:
            self._hooks.begin()
            self._pushes.begin()

    def _end(self) -> None:
        """Leave it to another node, which goes on from the progress that is stored."""
        self._hooks.end()
        self._pushes.end()

    def check(self) -> None:
        """Store the progress, or ask for the turn; to be called every few seconds."""
        if self.turn.is_ours:
            self._hooks.check()
            self._pushes.check()
        elif not self.means.stopped:
            self.turn.ask(self._begin)

    def pause(self) -> None:
        """Begin no more requests until `go_on`, and store how far the deliveries are."""
        self.means.stop()
        if self.turn.is_ours:
            self._hooks.check()
            self._pushes.check()

    @property
    def is_busy(self) -> bool:
        """True while requests are on their way."""
        return self._hooks.is_busy or self._pushes.is_busy

    def go_on(self) -> None:
        """Begin requests again."""
        self.means.stopped = False
        if self.turn.is_ours:
            self._begin()

    def stop(self) -> None:
        """Begin no more requests. Those on their way may arrive until `close`."""
        self.means.stop()

    async def close(self) -> None:
        """Cancel requests on their way, and store the progress; call `stop` before."""
        if self.turn.is_ours:
            await self._hooks.close()
            await self._pushes.close()
        await self.means.close()
        self.turn.end()
