"""All requests to others: the deliveries of hooks and of pushes, started and stopped together.

This module must not know what they deliver.
"""

from __future__ import annotations

from chatd.webhooks.attempts import Means
from chatd.webhooks.delivery import Deliveries
from chatd.webhooks.push_delivery import PushDeliveries


class Outgoing:
    """The deliveries of hooks and of pushes, which share their ``means``."""

    def __init__(self, means: Means, hooks: Deliveries, pushes: PushDeliveries) -> None:
        self.means = means
        self._hooks = hooks
        self._pushes = pushes

    def start(self) -> None:
        """Deliver what waits, and what comes from now on."""
        self._hooks.start()
        self._pushes.start()

    def check(self) -> None:
        """Store the progress; to be called every few seconds."""
        self._hooks.check()
        self._pushes.check()

    def stop(self) -> None:
        """Begin no more requests. Those on their way may arrive until `close`."""
        self.means.stop()

    async def close(self) -> None:
        """Cancel requests on their way, and store the progress; call `stop` before."""
        await self._hooks.close()
        await self._pushes.close()
        await self.means.close()
