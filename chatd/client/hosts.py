r"""The host that a link leads to, for links that do not show it plainly.

``https://bank.example@evil.example`` leads to evil.example, and a host in letters of other scripts
to its Punycode. Hosts are parsed as browsers parse them (WHATWG URL, UTS 46). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from socket import inet_aton, inet_ntoa

from chatd.text.blanks import NOTHING
from chatd.text.folding import normalize

_LINK = re.compile(r"https?:([/\\]*)([^\s<>\"]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"([^/?#\\]*)(\\?)")
_PORT = re.compile(r":[0-9]*\Z", re.ASCII)
_LABEL = 63  # RFC 1035 section 2.3.4
_PERCENT = re.compile(r"(?:%[0-9a-f]{2})+", re.IGNORECASE)
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_JOINERS = "\u200c\u200d"
_LOST = re.compile(f"(?![{_JOINERS}])[{NOTHING}]")
_TRAILING = ".,:;!?'*_~…»”’。、，)]}」』）"
"""Characters after a link that end a sentence or a bracket. No host ends in one of them."""


def with_hosts(text: str) -> str:
    """Return *text* with the host in brackets after each link that does not show it plainly.

    A host is plain if it is written as in DNS, in any case, and no text around it can be taken for
    another one.
    """
    parts = []
    end = 0
    for found, host in _hidden(text):
        parts.append(f"{text[end : found.end()]} [{host}]")
        end = found.end()
    return "".join((*parts, text[end:]))


def _hidden(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for found in _LINK.finditer(text):
        authority = _AUTHORITY.match(found[2])
        assert authority is not None  # all of it is optional
        user, _, address = authority[1].rpartition("@")
        if len(authority[1]) == len(found[2]):  # nothing comes after the host
            address = _without_trail(address)
        written = _PORT.sub("", address)
        host = _host(written)
        is_plain = written.lower() == host and host.isascii()
        if host and not (is_plain and found[1] == "//" and not user and not authority[2]):
            yield found, host


def _without_trail(address: str) -> str:
    shorter = address.rstrip(_TRAILING)
    bracket = address[len(shorter) : len(shorter) + 1]
    # One closing bracket belongs to an IPv6 address.
    return shorter + bracket if bracket == "]" and shorter.startswith("[") else shorter


def _host(written: str) -> str:
    """Return a host as in DNS, or as it is written if it is not valid."""
    try:
        decoded = _PERCENT.sub(
            lambda each: bytes.fromhex(each[0].replace("%", "")).decode(), written
        )
    except UnicodeDecodeError:
        return written
    mapped = normalize("NFKC", _LOST.sub("", _DOTS.sub(".", decoded)).lower())
    # An address may be written with fewer numbers, and in hexadecimal.
    with suppress(OSError, ValueError):
        return inet_ntoa(inet_aton(mapped))
    return ".".join(
        label
        if label.isascii() or len(label) > _LABEL
        else "xn--" + label.encode("punycode").decode()
        for label in mapped.split(".")
    )
