"""The adoption of a connection that another process had, by its descriptor.

This module must not know what is read from it.
"""

from __future__ import annotations

import socket
from typing import Any, cast

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol

from chatd.protocols.transport.factory import Client


def adopt_connection(descriptor: int, client: Client, reactor: Any) -> None:
    """Give a client the connection of a descriptor, which is closed: there are copies.

    A peer may have reset it meanwhile. Then it has no address any more, which Twisted asks for, and
    the client gets another connection that is reset: it goes as any other, once it is read.
    """
    with socket.socket(fileno=descriptor) as connection:
        connection.setblocking(False)
        try:
            reactor.adoptStreamConnection(descriptor, connection.family, _Of(client))
        except OSError:
            with _reset_connection() as other:
                reactor.adoptStreamConnection(other.fileno(), other.family, _Of(client))


def _reset_connection() -> socket.socket:
    """Return a connection that its peer has reset: it was closed without having read all."""
    ours, theirs = socket.socketpair()
    with theirs:
        ours.send(b"unread")
    ours.setblocking(False)
    return ours


class _Of(Factory):
    """A factory of one protocol, which is there already."""

    noisy = False

    def __init__(self, client: Client) -> None:
        self._client = client

    def buildProtocol(self, addr: IAddress | None) -> Protocol:
        return cast(Protocol, self._client)
