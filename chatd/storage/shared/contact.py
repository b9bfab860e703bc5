"""The contact of a node with the others: a sign when it is cut off, and when that is over.

This module must not know what is done about it.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from chatd.storage.shared.lease import CURRENT_SECONDS, Lease


class Contact:
    """Watches the ``lease`` of a node from `renewed` to `stop`.

    ``changed`` is called with True when the node is cut off, and with False when that is over.
    """

    def __init__(self, clock: IReactorTime, lease: Lease) -> None:
        self.is_lost = False
        self.changed: Callable[[bool], None] = _ignore
        self._clock = clock
        self._lease = lease
        self._look_later: IDelayedCall | None = None
        self._stopped = False

    @property
    def lost_seconds(self) -> float:
        """Seconds since the node was known to be current, if it is cut off; otherwise 0."""
        return CURRENT_SECONDS - self._lease.seconds_left if self.is_lost else 0.0

    def renewed(self) -> None:
        """Take note that the lease may end later than it was known."""
        if self._look_later is not None and self._look_later.active():
            self._look_later.cancel()
        self._look()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped = True
        if self._look_later is not None and self._look_later.active():
            self._look_later.cancel()

    def _look(self) -> None:
        if self._stopped:
            return
        left = self._lease.seconds_left
        if left > 0:
            self._look_later = self._clock.callLater(left, self._look)
        if self.is_lost != (left <= 0):
            self.is_lost = left <= 0
            self.changed(self.is_lost)


def _ignore(is_lost: bool) -> None:
    """Do nothing before the contact is used."""
