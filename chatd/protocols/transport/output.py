"""The output of one connection: its writer, and the supply that the writer takes from.

This module must not know what is sent.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet.interfaces import IReactorTime, ISSLTransport

from chatd.protocols.transport.arrival import Arrival
from chatd.protocols.transport.writer import Blocked, ConnectionWriter, Supply
from chatd.util.state import State


class Finishing(Protocol):
    """A supply, as far as its end is concerned."""

    @property
    def finished(self) -> bool: ...

    @property
    def drained(self) -> bool: ...


class NoSupply:
    """The supply of a connection that has none yet."""

    finished = drained = False


NONE = NoSupply()


class Output:
    """The writer of one connection, and its supply, from `begin` on.

    ``blocked`` receives the writer when it has no room: see `writer`.
    """

    __slots__ = ("_blocked", "_clock", "_dropped", "_transport", "is_direct", "supply", "writer")

    writer: ConnectionWriter
    is_direct: bool
    """True if the connection ends at the client's own system, as far as is known from `begin` on:
    not at a proxy, nor in the layer of TLS."""

    def __init__(self, clock: IReactorTime, blocked: Blocked) -> None:
        self._blocked = blocked
        self._clock = clock
        self._transport: Any = None
        self.supply: Finishing = NONE
        """The supply that the writer takes from. Once it is ``finished``, nothing more is to be
        sent than what waits already."""
        self._dropped = 0

    def begin(self, transport: Any, supply: Supply) -> ConnectionWriter:
        """Return the writer to the transport, which takes from ``supply`` from now on."""
        if self.begun:
            self.writer.serve(supply)
        else:
            self._transport = transport
            self.is_direct = not ISSLTransport.providedBy(transport)
            self.writer = ConnectionWriter(transport, supply, self._clock, self._blocked)
        self.supply = supply
        return self.writer

    def state(self) -> State:
        """Return what another process needs to go on."""
        return {"unsent": self.writer.unsent, "direct": self.is_direct}

    def resume(self, state: State) -> None:
        """Go on from a state once there is a writer, which is held."""
        self.is_direct = state["direct"]
        self.writer.hold()
        if state["unsent"]:
            self.writer.owe(state["unsent"])

    def note_proxy(self) -> None:
        """Take note that a proxy passes on to the client what is sent."""
        self.is_direct = False

    def arrival(self) -> Arrival:
        """Return the arrival of all that is sent until its first look, at the other end."""
        return Arrival(self.writer)

    @property
    def begun(self) -> bool:
        """True if there is a writer."""
        return self.supply is not NONE

    @property
    def ended(self) -> bool:
        """True if nothing more is to be sent than what waits already, or ever."""
        return self.supply is NONE or self.supply.finished

    @property
    def owes(self) -> bool:
        """True if the client has not been sent all, although nothing comes any more."""
        return self.waiting or not self.supply.drained

    @property
    def waiting(self) -> bool:
        """True if more waits for the client than it takes at the moment."""
        return self.begun and self.writer.waiting

    def end(self) -> None:
        """Close once the client was sent what it is owed: it has to take that in good time."""
        if self.begun:
            self.writer.end()

    def lost(self, *, ended: bool) -> None:
        """Send nothing more; ``ended`` if the client closed the connection."""
        if self.begun:
            self.writer.lost(ended=ended)

    def drop_input(self, length: int, most: float) -> None:
        """Drop input that comes after the last answer, so that the answer arrives.

        At most so many bytes are dropped: those of twenty clients who did not stop took half of the
        reactor's time.
        """
        self._dropped += length
        if self._dropped > most:
            # Not by the reader, which may take it for paused: the writer has resumed it to drop.
            self._transport.pauseProducing()
