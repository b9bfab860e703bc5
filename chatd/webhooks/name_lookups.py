"""Look-ups of host names, none of which waits for another.

A look-up blocks until name servers answer, up to half a minute, and cannot be cancelled. With few
threads, names of one person whose name servers do not answer would delay all others. So each
look-up has a thread of its own. A name that is being looked up is not looked up a second time, so
there are no more threads than targets.

This module must not know which addresses are allowed.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.util.worker import Worker
from chatd.webhooks.targets import DeliveryFailure, NotDelivered
from chatd.webhooks.urls import Address

LOOKING_UP = 400
"""Most names that are looked up at a time: those of all hooks, and as many challenges. A thread
takes some 40 KiB."""


class NameLookups:
    """The look-ups under way. ``addresses_of`` blocks; ``new_worker`` makes a thread for it."""

    def __init__(
        self,
        addresses_of: Callable[[str, int], list[Address]],
        new_worker: Callable[[], Worker],
    ) -> None:
        self._addresses_of = addresses_of
        self._new_worker = new_worker
        self._under_way: dict[tuple[str, int], list[Deferred[list[Address]]]] = {}

    def addresses(self, host: str, port: int) -> Deferred[list[Address]]:
        """Fire with the addresses of a host.

        Fails with what ``addresses_of`` raises. Raises `NotDelivered` if too many names are looked
        up.
        """
        answer: Deferred[list[Address]] = Deferred()
        name = host, port
        if name in self._under_way:
            self._under_way[name].append(answer)
            return answer
        if len(self._under_way) >= LOOKING_UP:
            raise NotDelivered(DeliveryFailure.BUSY)
        self._under_way[name] = [answer]
        worker = self._new_worker()
        worker.start()
        found = worker.run(self._addresses_of, host, port)
        worker.stop()  # after the look-up
        found.addBoth(self._answer, name)
        return answer

    def _answer(self, found: list[Address] | Failure, name: tuple[str, int]) -> None:
        for answer in self._under_way.pop(name):
            if answer.called:
                continue  # cancelled
            if isinstance(found, Failure):
                answer.errback(found)
            else:
                answer.callback(found)
