"""Hints of other nodes, by LISTEN: all up to a number is safe.

Its session does nothing else, so the reactor reads it: what comes is short, and needs no answer.
Any role that may connect to the database can send a notification (see `chatd.storage.shared`).

This module must not know what follows from a hint.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from psycopg import Error
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.requests import CHANNEL
from chatd.storage.postgres.schema import SHARD

_LONGEST_NUMBER = 19
"""Digits of the greatest number of a batch."""


@implementer(IReadDescriptor)
class Hints:
    """Reads notifications from a channel that listens, until `stop`.

    Those of the sessions ``own`` (their processes) are passed over. ``failed`` is called once with
    an error of the session.
    """

    def __init__(
        self,
        reactor: IReactorFDSet,
        channel: Channel,
        own: Collection[int],
        hinted: Callable[[int], None],
        failed: Callable[[Error], None],
    ) -> None:
        self._reactor = reactor
        self._channel = channel
        self._own = own
        self._hinted = hinted
        self._failed = failed

    def start(self) -> None:
        """Read from now on."""
        self._reactor.addReader(self)

    def stop(self) -> None:
        """Read no more, and close the session."""
        self._reactor.removeReader(self)
        self._channel.close()

    def fileno(self) -> int:
        """See `IReadDescriptor`."""
        return self._channel.fileno()

    def logPrefix(self) -> str:
        """See `IReadDescriptor`."""
        return "chatd-hints"

    def doRead(self) -> None:
        """See `IReadDescriptor`."""
        server = self._channel.connection.pgconn
        numbers = []
        try:
            server.consume_input()
            while (told := server.notifies()) is not None:
                if told.relname.decode() == CHANNEL and told.be_pid not in self._own:
                    numbers += _numbers_in(told.extra)
        except Error as error:
            self._failed(error)
            return
        if numbers:
            self._hinted(max(numbers))

    def connectionLost(self, reason: Failure) -> None:
        """See `IReadDescriptor`: the descriptor was found to be closed."""
        self._failed(Error("the connection was closed"))


def _numbers_in(payload: bytes) -> list[int]:
    """Return the number that a notification says; none if it is not one of a node."""
    shard, _, number = payload.partition(b" ")
    if shard != b"%d" % SHARD or not number.isdigit() or len(number) > _LONGEST_NUMBER:
        return []
    return [int(number)]
