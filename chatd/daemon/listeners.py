"""Listening: an endpoint's description becomes a bound port, or one line that says why not.

This module must not know which protocol a factory speaks.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.python.failure import Failure

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

_UNIX = re.compile(
    r"(?:haproxy:)?unix:(?:(?!address=)\w+=(?:\\.|[^:\\])*:)*(?:address=)?((?:\\.|[^:\\])+)",
    re.DOTALL,
)
"""The description of a UNIX socket. The path may come after other arguments (mode=660), and have
escaped colons in it."""

_DIRECT_UNIX = re.compile(r"unix:|systemd:(.*:)?domain=UNIX(:|$)")
"""The description of an endpoint at which clients come by a UNIX socket, and not by a proxy."""

_TAKES_BACKLOG = re.compile(r"(haproxy:)?(tcp6?|ssl|unix):(?!.*:backlog=)", re.DOTALL)

_ARGUMENT = re.compile(r"(?:(\w+)=)?((?:\\.|[^:\\])*)(?::|$)", re.DOTALL)
"""An argument in the description of an endpoint, and its name if it has one."""

_TLS_MODULES = {"OpenSSL", "cryptography", "service_identity"}
"""The modules of the extra ``tls`` that Twisted imports for an address with TLS."""


def check_unix_names(descriptions: Sequence[str]) -> None:
    """Raise `SystemExit` if --unix-names has no effect at any endpoint for chat lines."""
    if sys.platform != "linux":
        refuse("--unix-names needs Linux, which tells who connects to a UNIX socket: leave it out.")
    if not any(map(_DIRECT_UNIX.match, descriptions)):
        refuse("--unix-names needs a UNIX socket: add --listen unix:/run/chatd/chat.sock, say.")


def bind_all(addresses: Sequence[tuple[ChatFactory, str]], user: Identity, reactor: Any) -> None:
    """Bind the description of each factory, or none and raise `SystemExit`.

    UNIX sockets are bound with the rights of ``user``.
    """
    try:
        for factory, description in addresses:
            unix = _UNIX.match(description)
            if unix is not None and os.geteuid() == 0:
                # Twisted makes a socket, and changes its mode, by its path.
                try:
                    resolve(Path(re.sub(r"\\(.)", r"\1", unix[1])), {0, user.uid})
                except UnsafePath as unsafe:
                    _refuse_address(description, unsafe)
            with acting_as(user if unix else current()):
                factory.accept_at(_bind(description, factory, reactor))
    except SystemExit:
        for factory, _ in addresses:
            while factory.ports:
                factory.ports.pop().stopListening()
        raise


def key_of(description: str) -> str | None:
    """Return the fingerprint of the key that a client is shown at an address, bound already.

    It is "" if the certificate is none that clients can read, and None for an address without TLS.
    """
    if not description.startswith("ssl:"):
        return None
    from twisted.internet.ssl import Certificate

    arguments = [
        (name, re.sub(r"\\(.)", r"\1", value)) for name, value in _ARGUMENT.findall(description)
    ]
    unnamed = [value for name, value in arguments if not name]
    named = {"privateKey": "server.pem"}
    named.update(zip(("", "port", "privateKey", "certKey"), filter(None, unnamed), strict=False))
    named.update(arguments)
    path = named.get("certKey", named["privateKey"])
    certificate = Certificate.loadPEM(Path(path).read_bytes())
    try:
        return public_keys.fingerprint_of(certificate.dump())
    except public_keys.NotACertificate:
        return ""


def _bind(description: str, factory: ChatFactory, reactor: Any) -> IListeningPort:
    results: list[IListeningPort | Failure] = []
    endpoint = description
    if _TAKES_BACKLOG.match(description):
        endpoint += f":backlog={BACKLOG}"
    serves: IProtocolFactory = factory
    if endpoint.startswith("haproxy:"):
        endpoint = endpoint.removeprefix("haproxy:")
        serves = BehindProxy(factory, reactor)
    try:
        serverFromString(reactor, endpoint).listen(serves).addBoth(results.append)
    except ModuleNotFoundError as error:
        if error.name not in _TLS_MODULES:
            _refuse_address(description, error)
        refuse(
            f"cannot listen on {description!r}: TLS needs {error.name}, which is not installed:"
            f" {how_to_install('tls')}."
        )
    except Exception as error:
        # All exceptions of an endpoint's parser are about the text that the operator wrote.
        _refuse_address(description, error)
    if not results:
        _refuse_address(description, "it is of a kind that is not bound at once")
    (result,) = results
    if isinstance(result, Failure):
        _refuse_address(description, result.value)
    return result


def _refuse_address(description: str, why: object) -> NoReturn:
    if isinstance(why, CannotListenError):
        why = why.socketError
    if isinstance(why, OSError) and why.strerror:
        why = why.strerror
    why = str(why).rstrip(".")
    refuse(f"cannot listen on {description!r}: {why}. Put that right, or give another address.")
