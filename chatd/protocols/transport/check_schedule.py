"""The clients that have begun something that has to end in time, and when each is to be checked.

Theory of operation. A client that begins something is scheduled for the next check. The check
returns the time at which the client needs another one, or inf if all that it began has ended; then
it is forgotten, and costs nothing. An end need not be reported, and a beginning always is: the
client is scheduled again. Thousands may be due together, so clients are checked in slices. This
module must not know what is due.
"""

from __future__ import annotations

from math import inf
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.util.sliced_loop import SlicedLoop


class Scheduled(Protocol):
    """A client that may have to be checked."""

    def check(self, now: float) -> float:
        """Act if the client takes longer than it may, at this time in seconds.

        Return the time of the next check; inf if nothing has begun.
        """


class CheckSchedule:
    """The clients to be checked, each with the time of its next check."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._due: dict[Scheduled, float] = {}
        self._late = SlicedLoop[Scheduled](clock)

    def __contains__(self, client: Scheduled) -> bool:
        """Return True if a client is to be checked at any time."""
        return client in self._due

    def schedule(self, client: Scheduled) -> None:
        """Include a client in the next check: it has begun something."""
        self._due[client] = -inf

    def forget(self, client: Scheduled) -> None:
        """Check a client no more: it has gone."""
        self._due.pop(client, None)

    def check(self) -> None:
        """Check the clients from which something is due: to be called every few seconds."""
        if not self._late.running:  # else the last ones are not all checked yet
            now = self._clock.seconds()
            late = [client for client, due in self._due.items() if due <= now]
            self._late.run(late, self._check_one)

    def _check_one(self, client: Scheduled) -> None:
        if client not in self._due:
            return  # it has gone
        due = client.check(self._clock.seconds())
        if due == inf:
            self.forget(client)
        elif client in self._due:
            self._due[client] = due
