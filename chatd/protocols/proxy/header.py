"""The header of the PROXY protocol, by which a proxy says where a client is: versions 1 and 2.

https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt. Strict: what a proxy does not send is
refused. This module must not know connections.
"""

from __future__ import annotations

import re
import struct
from ipaddress import IPv4Address as Ipv4
from ipaddress import IPv6Address as Ipv6
from ipaddress import ip_address
from typing import NamedTuple

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress

_V1_BYTES = 107
"""The longest header of version 1, CR LF included (section 2.1)."""

_V1 = re.compile(
    rb"PROXY (?:UNKNOWN(?: [^\r\n]*)?|(TCP4|TCP6) ([0-9a-fA-F:.]+) ([0-9a-fA-F:.]+)"
    rb" ([0-9]{1,5}) ([0-9]{1,5}))\r\n"
)
_V1_START = b"PROXY "

_V2_START = b"\r\n\r\n\0\r\nQUIT\n"
_V2_BYTES = 4096
"""The longest header of version 2 that is taken: what proxies add to the addresses has some hundred
bytes, and one that comes byte by byte is copied with each of them."""

_V2 = struct.Struct("!12sBBH")
_LOCAL, _PROXY = 0x20, 0x21
_ANY = 0x00
_FORMS = {0x11: "!4s4sHH", 0x21: "!16s16sHH", 0x31: "!108s108s"}
"""Of TCP over IPv4, TCP over IPv6, and stream sockets of UNIX: both addresses (section 2.2)."""

_ADDED = struct.Struct("!BH")
"""The beginning of each piece that is added after the addresses: its type, and the length of its
value (section 2.2)."""

_TLS, _CLIENT_TLS = 0x20, 0x01
"""The type of the piece about TLS, and the bit in the first byte of its value that says that the
client came over it (section 2.2.5)."""


class InvalidHeader(ValueError):
    """These bytes begin no header. The text says why, and quotes none of them."""


class Header(NamedTuple):
    """A parsed header: the client's address, None if it is the proxy itself or unknown.

    ``length`` is the number of bytes of the header. ``over_tls`` is True or False if the proxy says
    that the client came to it over TLS, or not; None if it says neither.
    """

    client: IAddress | None
    length: int
    over_tls: bool | None = None


def parse(data: bytes) -> Header | None:
    """Return the header that ``data`` begins with; None if it has not ended yet.

    Raises `InvalidHeader`.
    """
    if _begins(data, _V1_START):
        return _version_1(data)
    if _begins(data, _V2_START):
        return _version_2(data)
    raise InvalidHeader("it is none")


def _begins(data: bytes, start: bytes) -> bool:
    return data[: len(start)] == start[: len(data)]


def _version_1(data: bytes) -> Header | None:
    line = data[:_V1_BYTES]
    if b"\n" not in line:
        if len(line) == _V1_BYTES:
            raise InvalidHeader("its line does not end")
        return None
    found = _V1.match(line)
    if found is None:
        raise InvalidHeader("its line is malformed")
    family, host, other, port, other_port = found.groups()
    client: IAddress | None = None
    if family is not None:
        kind = Ipv4 if family == b"TCP4" else Ipv6
        try:
            ip, other_ip = (ip_address(each.decode("ascii")) for each in (host, other))
        except ValueError:
            raise InvalidHeader("an address in it is none") from None
        if not (isinstance(ip, kind) and isinstance(other_ip, kind)):
            raise InvalidHeader("an address in it is of another family")
        if max(int(port), int(other_port)) > 0xFFFF:
            raise InvalidHeader("a port in it is none")
        client = _tcp(ip, int(port))
    return Header(client, found.end())


def _version_2(data: bytes) -> Header | None:
    if len(data) < _V2.size:
        return None
    _, command, family, length = _V2.unpack_from(data)
    end = _V2.size + length
    if command not in (_LOCAL, _PROXY):
        raise InvalidHeader("its version or command is unknown")
    if end > _V2_BYTES:
        raise InvalidHeader(f"it is longer than {_V2_BYTES} bytes")
    form = _FORMS.get(family)
    if form is None and command == _PROXY and family != _ANY:
        raise InvalidHeader("it is not of a stream")
    if form is not None and command == _PROXY and length < struct.calcsize(form):
        raise InvalidHeader("its addresses are cut short")
    if len(data) < end:
        return None
    if form is None or command == _LOCAL:
        return Header(None, end)
    over_tls = _over_tls(data[_V2.size + struct.calcsize(form) : end])
    address, *_ = places = struct.unpack_from(form, data, _V2.size)
    if family == 0x31:
        name = address.partition(b"\0")[0]
        return Header(UNIXAddress(name or None), end, over_tls)
    return Header(_tcp(ip_address(address), places[2]), end, over_tls)


def _over_tls(added: bytes) -> bool | None:
    """Return what the pieces after the addresses say of TLS; None if it is nothing.

    Raises `InvalidHeader`.
    """
    found = None
    while added:
        if len(added) < _ADDED.size:
            raise InvalidHeader("a piece after its addresses is cut short")
        kind, length = _ADDED.unpack_from(added)
        value = added[_ADDED.size : _ADDED.size + length]
        if len(value) < length:
            raise InvalidHeader("a piece after its addresses is cut short")
        if kind == _TLS:
            if found is not None or not value:
                raise InvalidHeader("it does not say how the client came")
            found = bool(value[0] & _CLIENT_TLS)
        added = added[_ADDED.size + length :]
    return found


def _tcp(ip: Ipv4 | Ipv6, port: int) -> IAddress:
    kind = IPv4Address if isinstance(ip, Ipv4) else IPv6Address
    return kind("TCP", str(ip), port)
