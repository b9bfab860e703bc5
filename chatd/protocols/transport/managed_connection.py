"""How a connection is read: as fast as its pace allows, and not while it may not go on.

What lines and requests have in common, and everything else that a client may send. This module must
not know what is read, nor what is done with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar, cast

from twisted.internet.interfaces import IDelayedCall, IReactorTime, ISSLTransport, ITransport

from chatd.protocols.transport.limits import Pace, is_local
from chatd.protocols.transport.writer import Connection

if TYPE_CHECKING:
    from chatd.protocols.transport.factory import ChatFactory

SMALL_BYTES = 2048
"""What is handled as soon as it is read. More than that waits for a turn, for together those who
read it may hold the reactor no longer than one (`Turns`)."""

READ_BYTES = 16 * 1024
"""How much is read of a client at a time. Of Twisted's own 64 KiB, all may have to wait."""

UNENDED_LINES = 4
"""How many lines it counts for when something is read in which no line ends: looking at one byte
takes as long as at a hundred. A person at a telnet that sends each key types 10 a second."""

LINE_SECONDS = 0.0001
"""How long a line takes at most: what takes longer counts for several. Most take a fifth of it."""

PAID_SECONDS = 0.05
"""What one thing counts for at most: the machine may have been busy with something else."""

DELAY_SECONDS = 0.1
"""How long one that is too fast is left alone at least, so that many of them wake up seldom."""

HANDSHAKE_SECONDS = 10.0
"""How long a TLS handshake may take, about: those connected are looked after every few seconds."""

P = ParamSpec("P")
X = TypeVar("X", bound="Breakable")


class Breakable(Protocol):
    """What can be let go of when it has failed."""

    def _break(self, what: str) -> None: ...


def guarded(method: Callable[Concatenate[X, P], None]) -> Callable[Concatenate[X, P], None]:
    """Have what fails in a method of a protocol's cost its client the connection, and no more.

    In Twisted's hands the error would be a traceback in the log each time.
    """

    @wraps(method)
    def guard(self: X, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception:
            self._break("a client could not be served")

    return guard


class ManagedConnection:
    """A client, as far as it is read. To be mixed into a protocol of Twisted's."""

    transport: ITransport | None
    factory: ChatFactory
    network: str | None = None
    """The network that this connection is counted for; None while it is counted for none."""
    pace: Pace | None = None
    """How fast it may be."""
    located = True
    """Whether that network is where it really comes from."""
    proxied = False
    """Whether it is behind a proxy that says where its clients are."""
    paused = False
    """Whether it is not being read."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._delayed: IDelayedCall | None = None  # it is left alone until then

    @property
    def confidential(self) -> bool:
        """Whether nobody on the way can read what comes from there, as far as is known.

        Behind a proxy that says in a header where its client is: see `ChatFactory.locate`. What has
        come to the proxy over TLS, nobody tells us.
        """
        transport = cast(ITransport, self.transport)
        encrypted = ISSLTransport.providedBy(transport)
        if not self.proxied:
            return encrypted or is_local(transport.getPeer())
        if not self.located:
            return False
        proxy = cast(ITransport, transport.transport).getPeer()  # type: ignore[attr-defined]
        client = transport.getPeer()
        return client != proxy and is_local(client) and (encrypted or is_local(proxy))

    def take_turn(self, share: float) -> None:
        """Handle what was read, for about so many seconds."""
        raise NotImplementedError

    def pauseProducing(self) -> None:
        """Read nothing of this client."""
        if not self.paused:
            self.paused = True
            cast(Connection, self.transport).pauseProducing()

    def resumeProducing(self) -> None:
        """Read it again."""
        self.paused = False
        cast(Connection, self.transport).resumeProducing()

    def spend(self, lines: float, length: int) -> None:
        """Have it pay for so many lines and bytes."""
        if self.pace is not None:
            self.pace.spend(self._clock.seconds(), lines, length)

    def spend_time(self, began: float, now: float) -> None:
        """Have time that was taken for it count for lines."""
        self.spend(min(now - began, PAID_SECONDS) / LINE_SECONDS, 0)

    def slow_down(self) -> None:
        """Leave it alone for a while if it is too fast; then it is given a turn."""
        if self.pace is None or self._delayed is not None:
            return
        wait = self.pace.wait(self._clock.seconds())
        if wait:
            self._delayed = self._clock.callLater(max(wait, DELAY_SECONDS), self._end_delay)

    def _end_delay(self) -> None:
        self._delayed = None
        self.factory.turns.await_one(self)  # those who owe the same time wake up together

    def forget_turns(self) -> None:
        """Give it no turn any more."""
        if self._delayed is not None:
            self._delayed.cancel()
            self._delayed = None
        self.factory.turns.forget(self)
