"""Headers of the PROXY protocol, valid ones and malformed ones."""

from __future__ import annotations

import struct
from ipaddress import ip_address

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress

START = b"\r\n\r\n\0\r\nQUIT\n"
V4 = bytes([192, 0, 2, 7, 127, 0, 0, 1]) + struct.pack("!HH", 40000, 80)
V6 = ip_address("2001:db8::7").packed + ip_address("::1").packed + struct.pack("!HH", 40000, 80)


def v2(command: int = 0x21, family: int = 0x11, body: bytes = V4, length: int = -1) -> bytes:
    return START + struct.pack("!BBH", command, family, len(body) if length < 0 else length) + body


def added(kind: int, value: bytes) -> bytes:
    """Return a piece that a header of version 2 has after the addresses."""
    return struct.pack("!BH", kind, len(value)) + value


SAID_OVER_TLS = v2(body=V4 + added(0x20, b"\x01" + bytes(4)))
SAID_IN_CLEAR = v2(body=V4 + added(0x20, b"\x00" + bytes(4)))
"""Headers of HAProxy's ``send-proxy-v2-ssl``: the client came to it over TLS, or it did not."""

HEADERS: dict[str, tuple[bytes, IAddress | None]] = {
    "v1": (
        b"PROXY TCP4 192.0.2.7 127.0.0.1 40000 80\r\n",
        IPv4Address("TCP", "192.0.2.7", 40000),
    ),
    "v1 of IPv6": (
        b"PROXY TCP6 2001:DB8:0::7 ::1 40000 80\r\n",
        IPv6Address("TCP", "2001:db8::7", 40000),
    ),
    "v1 the highest ports": (
        b"PROXY TCP4 192.0.2.7 127.0.0.1 65535 65535\r\n",
        IPv4Address("TCP", "192.0.2.7", 65535),
    ),
    "v1 unknown": (b"PROXY UNKNOWN\r\n", None),
    "v1 unknown and more": (b"PROXY UNKNOWN ff::1 ff::1 1 2\r\n", None),
    "v1 the longest": (b"PROXY UNKNOWN " + b"f" * 91 + b"\r\n", None),
    "v2": (v2(), IPv4Address("TCP", "192.0.2.7", 40000)),
    "v2 of IPv6": (v2(family=0x21, body=V6), IPv6Address("TCP", "2001:db8::7", 40000)),
    "v2 with more": (v2(body=V4 + added(5, b"id")), IPv4Address("TCP", "192.0.2.7", 40000)),
    "v2 over TLS": (SAID_OVER_TLS, IPv4Address("TCP", "192.0.2.7", 40000)),
    "v2 in clear": (SAID_IN_CLEAR, IPv4Address("TCP", "192.0.2.7", 40000)),
    "v2 the longest": (v2(body=V4 + bytes(4068)), IPv4Address("TCP", "192.0.2.7", 40000)),
    "v2 of UNIX": (v2(family=0x31, body=b"/tmp/x".ljust(216, b"\0")), UNIXAddress(b"/tmp/x")),
    "v2 of UNIX, without a name": (v2(family=0x31, body=bytes(216)), UNIXAddress(None)),
    "v2 of UNIX, with an abstract name": (
        v2(family=0x31, body=b"\0name".ljust(216, b"\0")),
        UNIXAddress(None),
    ),
    "v2 local": (v2(0x20, 0, b""), None),
    "v2 local, with addresses": (v2(0x20), None),
    "v2 local, of datagrams": (v2(0x20, 0x12), None),
    "v2 local, cut short": (v2(0x20, body=b"\x01"), None),
    "v2 unknown": (v2(0x21, 0, b"any"), None),
}


MALFORMED = {
    "a line": b"hello\n",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "v1 bytes that are no ASCII": b"PROXY TCP4 \xff 1 2 3\r\n",
    "v1 a number that is none": b"PROXY TCP4 999.9.9.9 1.1.1.1 5 6\r\n",
    "v1 a name": b"PROXY TCP4 localhost 1.1.1.1 5 6\r\n",
    "v1 a sequence": b"PROXY TCP4 \x1b[2J 1.1.1.1 5 6\r\n",
    "v1 a zone": b"PROXY TCP6 fe80::1%eth0 ::1 5 6\r\n",
    "v1 another family": b"PROXY TCP4 ::1 ::1 5 6\r\n",
    "v1 a port that is none": b"PROXY TCP4 9.9.9.9 1.1.1.1 5 65536\r\n",
    "v1 another port that is none": b"PROXY TCP4 9.9.9.9 1.1.1.1 65536 6\r\n",
    "v1 one of another family": b"PROXY TCP4 9.9.9.9 ::1 5 6\r\n",
    "v1 the other of another family": b"PROXY TCP4 ::1 9.9.9.9 5 6\r\n",
    "v1 the last port that is none": b"PROXY TCP4 9.9.9.9 1.1.1.1 5 99999\r\n",
    "v1 a port of other digits": "PROXY TCP4 9.9.9.9 1.1.1.1 ٣ 6\r\n".encode(),
    "v1 no port": b"PROXY TCP4 9.9.9.9 1.1.1.1\r\n",
    "v1 no CR": b"PROXY UNKNOWN\n",
    "v1 too long": b"PROXY UNKNOWN " + b"f" * 92 + b"\r\n",
    "v1 endless": b"PROXY TCP4 " + b"9" * 100_000,
    "v1 in small letters": b"proxy TCP4 9.9.9.9 1.1.1.1 5 6\r\n",
    "v2 of another version": v2(0x31),
    "v2 of another command": v2(0x22),
    "v2 datagrams": v2(family=0x12),
    "v2 of another family": v2(family=0x77),
    "v2 cut short": v2(body=V4[:11]),
    "v2 of UNIX, cut short": v2(family=0x31, body=bytes(215)),
    "v2 too long": v2(body=V4 + bytes(4069)),
    "v2 with a piece that is cut short": v2(body=V4 + b"\x05\x00\x02i"),
    "v2 with the begin of a piece": v2(body=V4 + b"\x05\x00"),
    "v2 with nothing of TLS": v2(body=V4 + added(0x20, b"")),
    "v2 twice over TLS": v2(body=V4 + 2 * added(0x20, b"\x01" + bytes(4))),
    "v2 that does not end": v2(length=65535),
}
