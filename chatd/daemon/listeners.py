"""Listening: an endpoint's description becomes a bound port, or one line that says why not.

This module must not know which protocol a factory speaks.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import (
    IListeningPort,
    IProtocolFactory,
    IStreamServerEndpoint,
)
from twisted.python.failure import Failure

from chatd.daemon.addresses import Address, address_of
from chatd.daemon.bind_errors import CannotBind, check_files, why_not
from chatd.daemon.local_network import LocalEndpoint
from chatd.daemon.os_process import acting_as, refuse
from chatd.daemon.passed_sockets import HandedOverEndpoint, PassedEndpoint, PassedSockets
from chatd.daemon.tls_endpoints import Place
from chatd.protocols.proxy.protocol import BehindProxy
from chatd.protocols.transport.factory import ChatFactory
from chatd.util.private_files import UnsafePath, resolve
from chatd.util.privileges import Identity, current

BACKLOG = 1024
"""Connections that may wait to be accepted. With Twisted's own 50, of 200 at once some are reset.
"""

_BACKLOGGED = ("tcp", "tcp6", "unix")

HandedOver = Callable[[str], Sequence[socket.socket]]
"""Returns the sockets that another process has bound for a place of that name, each once."""


def nothing_handed_over(name: str) -> Sequence[socket.socket]:
    """Return no socket: the default for a daemon that starts by itself."""
    return ()


def bind_all(
    served: Sequence[tuple[ChatFactory, Place]],
    user: Identity,
    reactor: Any,
    passed: PassedSockets,
    handed_over: HandedOver = nothing_handed_over,
) -> None:
    """Bind the place of each factory, or none and raise `SystemExit`.

    UNIX sockets are bound with the rights of ``user``. Each socket that was ``passed`` must be one
    of the places. What is ``handed_over`` for a place, given its name, is bound already.
    """
    try:
        for factory, place in served:
            address = address_of(place.endpoint)
            if bound := handed_over(place.name):
                # The file of a socket of the service manager stays with that one.
                kind = PassedEndpoint if address.kind == "systemd" else HandedOverEndpoint
                for each in bound:
                    taken = kind(each, BACKLOG, reactor)
                    factory.accept_at(_bind(address, taken, place, factory, reactor))
                continue
            unix = address.values["address"] if address.kind == "unix" else None
            try:
                if unix is not None and os.geteuid() == 0:
                    # Twisted makes a socket, and changes its mode, by its path.
                    resolve(Path(unix), {0, user.uid})
                with acting_as(user if unix else current()):
                    check_files(address)
                    for endpoint in _endpoints(address, place, reactor, passed):
                        factory.accept_at(_bind(address, endpoint, place, factory, reactor))
            except (CannotBind, UnsafePath) as error:
                refuse(f"cannot listen on {place.shown!r}: {error}")
        try:
            passed.check_all_taken()
        except CannotBind as error:
            refuse(str(error))
    except SystemExit:
        for factory, _ in served:
            while factory.ports:
                factory.ports.pop().stopListening()
        raise


def _endpoints(
    address: Address, place: Place, reactor: Any, passed: PassedSockets
) -> list[IStreamServerEndpoint]:
    """Return the endpoints of an address: one, or one for each passed socket of a name.

    Raises `CannotBind`.
    """
    if address.kind == "systemd":
        taken = passed.take(address.values, closed=place.is_closed)
        return [PassedEndpoint(each, BACKLOG, reactor) for each in taken]
    description = (
        place.endpoint.removeprefix("haproxy:") if address.behind_proxy else place.endpoint
    )
    if address.kind in _BACKLOGGED and "backlog" not in address.values:
        description += f":backlog={BACKLOG}"
    try:
        return [serverFromString(reactor, description)]
    except Exception as error:
        # All exceptions of an endpoint's parser are about the text that the operator wrote.
        raise CannotBind(why_not(address, error)) from None


def _bind(
    address: Address,
    endpoint: IStreamServerEndpoint,
    place: Place,
    factory: ChatFactory,
    reactor: Any,
) -> IListeningPort:
    """Bind an endpoint of an address. Raises `CannotBind`."""
    results: list[IListeningPort | Failure] = []
    serves: IProtocolFactory = factory
    if address.behind_proxy:
        serves = BehindProxy(factory, reactor, place.certificate, place.proxies)
    elif place.certificate is not None:
        from chatd.protocols.transport.tls import TlsFactory

        serves = TlsFactory(place.certificate, False, factory, reactor)
    try:
        if place.only_local:
            endpoint = LocalEndpoint(endpoint, reactor, factory.came)
        endpoint.listen(serves).addBoth(results.append)
    except Exception as error:
        raise CannotBind(why_not(address, error)) from None
    if results and isinstance(results[0], Failure):
        failed = results[0].value
        assert failed is not None
        raise CannotBind(why_not(address, failed))
    if not results or not IListeningPort.providedBy(results[0]):
        raise CannotBind(f"{address.kind} is of a kind that has no port. Give another address.")
    return results[0]
