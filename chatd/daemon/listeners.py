"""Listening: an endpoint's description becomes a bound port, or one line that says why not.

This module must not know which protocol a factory speaks.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twisted.internet.endpoints import quoteStringArgument, serverFromString
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.python.failure import Failure

from chatd.daemon.addresses import Address, address_of
from chatd.daemon.bind_errors import CannotBind, check_files, why_not
from chatd.daemon.listener_settings import ListenerSettings
from chatd.daemon.os_process import acting_as, refuse
from chatd.protocols.proxy.protocol import BehindProxy
from chatd.protocols.transport.factory import ChatFactory
from chatd.util import public_keys
from chatd.util.extras import how_to_install
from chatd.util.private_files import UnsafePath, resolve
from chatd.util.privileges import Identity, current

BACKLOG = 1024
"""Connections that may wait to be accepted. With Twisted's own 50, of 200 at once some are reset.
"""

_BACKLOGGED = ("tcp", "tcp6", "ssl", "unix")

_TLS_MODULES = {"OpenSSL", "cryptography", "service_identity"}
"""The modules of the extra ``tls`` that Twisted imports for an address with TLS."""


def bind_all(addresses: Sequence[tuple[ChatFactory, str]], user: Identity, reactor: Any) -> None:
    """Bind the description of each factory, or none and raise `SystemExit`.

    UNIX sockets are bound with the rights of ``user``.
    """
    try:
        for factory, description in addresses:
            address = address_of(description)
            unix = address.values["address"] if address.kind == "unix" else None
            try:
                if unix is not None and os.geteuid() == 0:
                    # Twisted makes a socket, and changes its mode, by its path.
                    resolve(Path(unix), {0, user.uid})
                with acting_as(user if unix else current()):
                    check_files(address)
                    factory.accept_at(_bind(address, description, factory, reactor))
            except (CannotBind, UnsafePath) as error:
                refuse(f"cannot listen on {description!r}: {error}")
    except SystemExit:
        for factory, _ in addresses:
            while factory.ports:
                factory.ports.pop().stopListening()
        raise


def description_of(listener: ListenerSettings) -> str:
    """Return the description of the endpoint of a listener, with its TLS."""
    if listener.tls is None:
        return listener.endpoint
    values = dict(address_of(listener.endpoint).values)
    if listener.endpoint.startswith("tcp6:"):
        values.setdefault("interface", "::")
    values |= {"privateKey": str(listener.tls.key), "certKey": str(listener.tls.certificate)}
    port = values.pop("port")
    given = (f"{name}={quoteStringArgument(value)}" for name, value in values.items())
    return ":".join((f"ssl:{port}", *given))


def key_of(description: str) -> str | None:
    """Return the fingerprint of the key that a client is shown at an address, bound already.

    It is "" if the certificate is none that clients can read, and None for an address without TLS.
    """
    address = address_of(description)
    if address.kind != "ssl" or address.behind_proxy:
        return None
    from twisted.internet.ssl import Certificate

    key = address.values.get("privateKey", "server.pem")
    path = address.values.get("certKey", key)
    certificate = Certificate.loadPEM(Path(path).read_bytes())
    try:
        return public_keys.fingerprint_of(certificate.dump())
    except public_keys.NotACertificate:
        return ""


def _bind(address: Address, description: str, factory: ChatFactory, reactor: Any) -> IListeningPort:
    """Bind an address. Raises `CannotBind`."""
    results: list[IListeningPort | Failure] = []
    endpoint = description
    if address.kind in _BACKLOGGED and "backlog" not in address.values:
        endpoint += f":backlog={BACKLOG}"
    serves: IProtocolFactory = factory
    if address.behind_proxy:
        endpoint = endpoint.removeprefix("haproxy:")
        serves = BehindProxy(factory, reactor)
    try:
        serverFromString(reactor, endpoint).listen(serves).addBoth(results.append)
    except ModuleNotFoundError as error:
        if error.name not in _TLS_MODULES:
            raise CannotBind(why_not(address, error)) from None
        raise CannotBind(
            f"TLS needs {error.name}, which is not installed: {how_to_install('tls')}."
        ) from None
    except Exception as error:
        # All exceptions of an endpoint's parser are about the text that the operator wrote.
        raise CannotBind(why_not(address, error)) from None
    if results and isinstance(results[0], Failure):
        failed = results[0].value
        assert failed is not None
        raise CannotBind(why_not(address, failed))
    if not results or not IListeningPort.providedBy(results[0]):
        raise CannotBind(f"{address.kind} is of a kind that has no port. Give another address.")
    return results[0]
