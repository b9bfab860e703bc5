"""Addresses with TLS: the endpoint below, and the certificate that clients are shown there.

TLS is asked for by a pair of files beside an endpoint, or by an endpoint ``ssl:``, which has the
files among its values. Both become the same: an endpoint without TLS, and a `ServerCertificate`.
This module must not bind anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from twisted.internet.endpoints import quoteStringArgument

from chatd.daemon.addresses import Address, address_of
from chatd.daemon.bind_errors import CannotBind, check_files, why_not
from chatd.daemon.listener_settings import ListenerSettings
from chatd.daemon.os_process import refuse
from chatd.daemon.server_certificate import ServerCertificate
from chatd.util.extras import how_to_install
from chatd.util.key_pairs import BadPair, PairFiles
from chatd.webhooks.urls import Network

_OF_SOCKETS = ("port", "interface", "backlog")
"""The values of ``ssl:`` that ``tcp:`` has, too."""


class Place(NamedTuple):
    """An address to bind."""

    endpoint: str
    """The description of the endpoint, or of that below TLS."""

    shown: str
    """The address as the operator wrote it."""

    name: str
    """A name of its own: the kind, the address, and a number if several are alike."""

    certificate: ServerCertificate | None = None
    """The certificate for TLS; None without TLS."""

    only_local: bool = False
    """True if connections of the local network alone are let in."""

    is_closed: bool = False
    """True if a UNIX socket alone will do to which other users of the machine cannot connect."""

    proxies: tuple[Network, ...] = ()
    """The networks of the proxies that are trusted there, if clients come by a proxy."""


def places_of(
    listeners: Sequence[ListenerSettings], known: Iterable[ServerCertificate] = ()
) -> list[Place]:
    """Return the place of each listener. Those with the same files share a certificate.

    Those that are ``known`` were read already. Raises `SystemExit` with one line for files that are
    no pair.
    """
    certificates: dict[object, ServerCertificate] = {(each.files,): each for each in known}
    alike: Counter[str] = Counter()
    places = []
    for listener in listeners:
        address = address_of(listener.endpoint)
        endpoint, files, given = listener.endpoint, files_of(listener), {}
        if address.kind == "ssl":
            endpoint = _below(address)
            given = _values(address, "sslmethod", "dhParameters")
        name = f"{listener.kind.value} {listener.endpoint}"
        alike[name] += 1
        place = Place(
            endpoint,
            listener.endpoint,
            name if alike[name] == 1 else f"{name} {alike[name]}",
            only_local=listener.only_local,
            is_closed=listener.trust is not None,
            proxies=listener.proxies,
        )
        if files is None:
            places.append(place)
            continue
        key = files, *given.items()
        try:
            if key not in certificates:
                check_files(address)
                certificates[key] = _certificate(files, given)
        except CannotBind as error:
            refuse(f"cannot listen on {listener.endpoint!r}: {error}")
        except Exception as error:
            refuse(f"cannot listen on {listener.endpoint!r}: {why_not(address, error)}")
        places.append(place._replace(certificate=certificates[key]))
    return places


def _below(address: Address) -> str:
    """Return the endpoint ``tcp:`` of an address ``ssl:``."""
    values = _values(address, *_OF_SOCKETS)
    port = values.pop("port")
    given = (f"{name}={quoteStringArgument(value)}" for name, value in values.items())
    return ":".join(("haproxy:tcp" if address.behind_proxy else "tcp", port, *given))


def files_of(listener: ListenerSettings) -> PairFiles | None:
    """Return the files for TLS at a listener; None without TLS.

    Those of an address ``ssl:`` are its values, with the defaults of Twisted.
    """
    address = address_of(listener.endpoint)
    if address.kind != "ssl":
        return listener.tls
    key = address.values.get("privateKey", "server.pem")
    chain = address.values.get("extraCertChain")
    return PairFiles(
        Path(address.values.get("certKey", key)),
        Path(key),
        "certKey",
        "privateKey",
        None if chain is None else Path(chain),
    )


def _values(address: Address, *names: str) -> dict[str, str]:
    return {name: value for name, value in address.values.items() if name in names}


def _certificate(files: PairFiles, given: Mapping[str, str]) -> ServerCertificate:
    """Return a certificate, with what else an address ``ssl:`` gives. Raises `CannotBind`."""
    try:
        return ServerCertificate(files, _options(given))
    except BadPair as bad:
        raise CannotBind(str(bad)) from None
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        raise CannotBind(
            f"TLS needs {missing}, which is not installed: {how_to_install('tls')}."
        ) from None


def _options(given: Mapping[str, str]) -> dict[str, Any]:
    """Return the arguments of `CertificateOptions` for values of an address ``ssl:``."""
    options: dict[str, Any] = {}
    if "sslmethod" in given:
        from OpenSSL import SSL

        options["method"] = getattr(SSL, given["sslmethod"])
    if "dhParameters" in given:
        from twisted.internet.ssl import DiffieHellmanParameters
        from twisted.python.filepath import FilePath

        options["dhParameters"] = DiffieHellmanParameters.fromFile(FilePath(given["dhParameters"]))
    return options
