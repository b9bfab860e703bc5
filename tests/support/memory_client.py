"""Clients whose connections are strings in memory: the base of all clients of a `World`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IAddress
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from chatd.chat.server import ChatServer
    from tests.support.world import Node, World


class MemoryClient:
    """A client of a protocol that a server has built; ``factory`` is the one that built it."""

    transport_class = StringTransport

    def __init__(self, world: World, factory: Any, protocol: Any, address: IAddress) -> None:
        self.world = world
        self.factory = factory
        self._address = address
        self.transport = self.transport_class(peerAddress=address)
        self.protocol: Any = protocol
        self.protocol.makeConnection(self.transport)
        world.clients.append(self)

    @property
    def server(self) -> ChatServer:
        """The server that this client is connected to."""
        return self.factory.server  # type: ignore[no-any-return]

    @property
    def paused(self) -> bool:
        """True if the server reads nothing from this client."""
        return self.transport.producerState == "paused"

    @property
    def closed(self) -> bool:
        """True if the server has closed this connection."""
        return self.transport.disconnecting

    def door(self, node: Node) -> Any:
        """Return the factory of the protocols of such clients of a node."""
        raise NotImplementedError

    def take_over(self, factory: Any, state: Any) -> Any:
        """Be a client of another factory, which goes on from a state. Return the connection.

        What was sent and was not seen yet stays.
        """
        unseen = self.transport.value()
        self.factory, self.protocol = factory, factory.take_over(state)
        self.transport = self.transport_class(peerAddress=self._address)
        self.protocol.makeConnection(self.transport)
        assert not self.transport.value(), "it was sent something"
        self.transport.io.write(unseen)
        return self.protocol.connection

    def half_close(self) -> None:
        """Send nothing more, and go on reading."""
        self.protocol.readConnectionLost()
        self.world.settle()

    def hang_up(self, reason: type[Exception] = ConnectionDone) -> None:
        """Lose the connection, as transports do: the producer is stopped first."""
        if self.transport.producer is not None:
            self.transport.producer.stopProducing()
        self.protocol.connectionLost(Failure(reason()))
        self.world.settle()

    def stall(self) -> None:
        """Take nothing after the next bytes that are sent, until the producer is resumed."""
        write = self.transport.write

        def write_and_stop(data: bytes) -> None:
            self.transport.write = write  # type: ignore[method-assign]
            write(data)
            self.transport.producer.pauseProducing()

        self.transport.write = write_and_stop  # type: ignore[method-assign]

    def bytes_seen(self) -> bytes:
        """Return the bytes received since the last time."""
        data = self.transport.value()
        self.transport.clear()
        return data
