"""The hosts that this daemon is, and the pages that may send requests to it. Pure.

A page from elsewhere can have a browser send requests here, also to a port of its user's own
machine. They are refused by the ``Origin``, which the page cannot leave out, and by the headers in
which the browser says where a request comes from. A page whose name first resolved to another
machine, and then to this one (DNS rebinding), is of the same origin, so the name must be one of
this daemon. This module must not know requests and answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from chatd.text.validation import is_ipv4

DEFAULT_PORTS = {"http": 80, "https": 443}

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\s]+)(?::([0-9]{0,5}))?", re.ASCII)
_ORIGIN = re.compile(r"(https?)://([^/?#@]+)", re.IGNORECASE)


class Host(NamedTuple):
    """A host as a browser names it, an address in its canonical form.

    ``port`` is None if none was given.
    """

    name: str
    port: int | None

    @property
    def is_address(self) -> bool:
        """True if it is an IP address, which no third party can point to another machine."""
        if is_ipv4(self.name):
            return True
        try:
            ip_address(self.name)
        except ValueError:
            return False
        return True

    @property
    def is_localhost(self) -> bool:
        """True if it is ``localhost``, or a name that ends so (RFC 6761 section 6.3)."""
        return _bare(self.name).rpartition(".")[2] == "localhost"


def host_of(text: str) -> Host | None:
    """Return the host in a ``Host`` header; None if it is malformed.

    The forms are ``NAME``, ``NAME:PORT`` and ``[V6]:PORT``.
    """
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return None
    name, port = match[1].lower(), int(match[2]) if match[2] else None
    if name.startswith("["):
        try:
            name = str(IPv6Address(name[1:-1]))
        except ValueError:
            return None
    if port is not None and port > 65535:
        return None
    return Host(name, port)


class Hosts:
    """The hosts that this daemon is.

    They are any IP address, ``localhost`` and names that end so, and ``names`` (the machine's own,
    and those that its operator gives).
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.change_names(names)

    def change_names(self, names: Iterable[str]) -> None:
        """Have other names from now on."""
        self._names = {_bare(name.lower()) for name in names}

    def are(self, host: Host) -> bool:
        """Return True if a host is one of them, on any port."""
        return host.is_address or host.is_localhost or _bare(host.name) in self._names


def same_origin(origin: str, host: Host) -> bool:
    """Return True if an ``Origin`` header names the host of the request, with its port.

    A port that was not given is that of the origin's scheme: the one that was asked may be known to
    a proxy alone.
    """
    match = _ORIGIN.fullmatch(origin)
    if match is None:  # null, too, which any page may have
        return False
    default = DEFAULT_PORTS[match[1].lower()]
    other = host_of(match[2])
    if other is None:
        return False
    return other.name == host.name and (other.port or default) == (host.port or default)


def is_secure(origin: str) -> bool:
    """Return True if an ``Origin`` header is of a page that came over TLS."""
    return origin.lower().startswith("https://")


def from_elsewhere(site: str | None, mode: str, destination: str, *, to_page: bool) -> bool:
    """Return True if a browser says that another page had it send a request.

    Given are the headers ``Sec-Fetch-Site``, ``-Mode`` and ``-Dest``; None if there is none. To
    follow a link to the page itself, ``to_page``, does no harm. (In a frame it would.)
    """
    if site is None or site in ("same-origin", "none"):
        return False
    return not (to_page and mode == "navigate" and destination == "document")


def _bare(name: str) -> str:
    return name.removesuffix(".")
