"""Which hosts this daemon is, and which pages may ask it something. Pure.

A page from elsewhere can have a browser send requests here, also to a port of its user's own
machine. That is refused by the ``Origin`` it cannot leave out, and by what the browser says of
where a request comes from. A page whose name was first made to mean another machine, and then this
one (DNS rebinding), is of the same origin, so the name must be one that is ours. It knows no
requests and no answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

DEFAULT_PORTS = {"http": 80, "https": 443}

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\s]+)(?::([0-9]{0,5}))?", re.ASCII)
_ORIGIN = re.compile(r"(https?)://([^/?#@]+)", re.IGNORECASE)


class Host(NamedTuple):
    """A host as a browser names it. An address is written in one way; ``port`` is None where none
    was given."""

    name: str
    port: int | None

    @property
    def is_address(self) -> bool:
        """Whether it is an IP address, which nobody can have mean another machine."""
        try:
            ip_address(self.name)
        except ValueError:
            return False
        return True


def host_of(text: str) -> Host | None:
    """The host in a ``Host`` header or the like: ``NAME``, ``NAME:PORT``, ``[V6]:PORT``. None if it
    is none."""
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
    """The hosts that this daemon is: any IP address, ``localhost`` and what ends so, and ``names``
    (the machine's own, and those that its operator gives)."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {_bare(name.lower()) for name in names}

    def are(self, host: Host) -> bool:
        """Whether that is one of them, on whatever port."""
        name = _bare(host.name)
        if host.is_address or name in self._names:
            return True
        return name == "localhost" or name.endswith(".localhost")  # RFC 6761 section 6.3


def same_origin(origin: str, host: Host) -> bool:
    """Whether an ``Origin`` header is that of the host which was asked: its name and its port.

    Where no port was given, it is that of the origin's scheme: the one that was asked may be known
    to a proxy alone.
    """
    match = _ORIGIN.fullmatch(origin)
    if match is None:  # null, too: that is everybody's
        return False
    default = DEFAULT_PORTS[match[1].lower()]
    other = host_of(match[2])
    if other is None:
        return False
    return other.name == host.name and (other.port or default) == (host.port or default)


def is_secure(origin: str) -> bool:
    """Whether an ``Origin`` header is that of a page which came over TLS."""
    return origin.lower().startswith("https://")


def from_elsewhere(site: str | None, mode: str, destination: str, *, to_page: bool) -> bool:
    """Whether a browser says that another page had it send a request.

    Given are the headers ``Sec-Fetch-Site``, ``-Mode`` and ``-Dest``; None where there is none.
    Following a link to the page itself, ``to_page``, is no harm. (In a frame it would be some.)
    """
    if site is None or site in ("same-origin", "none"):
        return False
    return not (to_page and mode == "navigate" and destination == "document")


def _bare(name: str) -> str:
    return name.removesuffix(".")
