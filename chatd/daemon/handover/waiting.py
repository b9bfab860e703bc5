"""The wait for a message of the successor, while the reactor goes on with all else.

This module must not know what is said.
"""

from __future__ import annotations

import time

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.daemon.handover.channel import Channel, Ended, Message

MESSAGE_SECONDS = 0.5
"""Most seconds that a message takes which has begun: it is short."""


@implementer(IReadDescriptor)
class Waiting:
    """The wait for one message of a channel: ``message`` fires with it, or fails with `Ended`."""

    def __init__(self, reactor: IReactorFDSet, channel: Channel) -> None:
        self.message: Deferred[Message] = Deferred(lambda _: self._end())
        self._reactor = reactor
        self._channel = channel
        reactor.addReader(self)

    def fileno(self) -> int:
        return self._channel.fileno()

    def logPrefix(self) -> str:
        return "successor"

    def doRead(self) -> None:
        self._end()
        self._channel.deadline = time.monotonic() + MESSAGE_SECONDS
        try:
            message = self._channel.hear()
        except Ended:
            self.message.errback(Failure())
        else:
            self.message.callback(message)

    def connectionLost(self, reason: Failure) -> None:
        self._end()
        if not self.message.called:
            self.message.errback(Failure(Ended("it has ended")))

    def _end(self) -> None:
        self._reactor.removeReader(self)
