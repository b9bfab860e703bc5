"""The addresses of this machine's network interfaces.

Linux tells all of them over a netlink socket (rtnetlink(7)), which the standard library can open.
Elsewhere, and where a sandbox forbids that socket, they are those from which the machine would send
to other networks: the kernel tells them for a socket that sends nothing. This module must not know
what an address is wanted for.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

_MESSAGE = struct.Struct("=IHHII")
"""``struct nlmsghdr``: length, type, flags, sequence, process."""

_LINK = struct.Struct("=BxHiII")
"""``struct ifinfomsg``: family, type, index, flags, change."""

_ADDRESS = struct.Struct("=BBBBi")
"""``struct ifaddrmsg``: family, length of the prefix, flags, scope, index."""

_ATTRIBUTE = struct.Struct("=HH")
"""``struct rtattr``: length, type."""

_DONE, _ERROR = 3, 2
_NEW_LINK, _GET_LINK, _NEW_ADDRESS, _GET_ADDRESS = 16, 18, 20, 22
_DUMP_REQUEST = 0x301
_RUNNING = 0x40
"""The flag of an interface that is up, and has a carrier."""

_IFA_ADDRESS, _IFA_LOCAL = 1, 2
"""Attributes: the address (of the peer, over a point-to-point link), and the own one."""

_PASSING = 0x01 | 0x08 | 0x20 | 0x40
"""The flags of addresses that will not stay, or are not usable: temporary (RFC 8981), a duplicate,
deprecated, tentative."""

_FAMILIES = {socket.AF_INET: 4, socket.AF_INET6: 16}
"""The families of addresses, and their bytes."""

_BUFFER = 1 << 16

_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses of no machine (RFC 5737, RFC 3849), by family."""


def addresses() -> list[Address]:
    """Return the addresses of interfaces that are up, without those that will not stay.

    Those from which this machine sends to other networks are the first.
    """
    sending = list(_sending())
    found: list[Address] = []
    if sys.platform == "linux":
        with suppress(OSError):
            found = list(_told_by_kernel())
    return list(dict.fromkeys([each for each in sending if each in found or not found] + found))


def _sending() -> Iterator[Address]:
    for family, elsewhere in _ELSEWHERE.items():
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.connect((elsewhere, 9))
            yield ip_address(sender.getsockname()[0])


def _told_by_kernel() -> Iterator[Address]:
    """Yield all lasting addresses of interfaces that are up. Raises `OSError`."""
    running = {
        index
        for _, _, index, flags, _ in map(_LINK.unpack_from, _dump(_GET_LINK, _NEW_LINK))
        if flags & _RUNNING
    }
    for message in _dump(_GET_ADDRESS, _NEW_ADDRESS):
        family, _, flags, _, index = _ADDRESS.unpack_from(message)
        if index not in running or flags & _PASSING or family not in _FAMILIES:
            continue
        values = dict(_attributes(message[_ADDRESS.size :]))
        packed = values.get(_IFA_LOCAL, values.get(_IFA_ADDRESS, b""))
        if len(packed) == _FAMILIES[family]:
            yield ip_address(packed)


def _dump(request: int, wanted: int) -> Iterator[bytes]:
    """Yield the content of all messages of the type that is wanted. Raises `OSError`."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:  # 0: NETLINK_ROUTE
        body = struct.pack("=Bxxx", socket.AF_UNSPEC)
        length = _MESSAGE.size + len(body)
        kernel.sendto(_MESSAGE.pack(length, request, _DUMP_REQUEST, 1, 0) + body, (0, 0))
        while True:
            data = kernel.recv(_BUFFER)
            while data:
                length, kind, *_ = _MESSAGE.unpack_from(data)
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    (number,) = struct.unpack_from("=i", data, _MESSAGE.size)
                    raise OSError(-number, os.strerror(-number))
                if kind == wanted:
                    yield data[_MESSAGE.size : length]
                data = data[_aligned(length) :]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        yield kind, data[_ATTRIBUTE.size : length]
        data = data[max(_aligned(length), _ATTRIBUTE.size) :]


def _aligned(length: int) -> int:
    """Return a length with the padding that is sent after it."""
    return (length + 3) & ~3
