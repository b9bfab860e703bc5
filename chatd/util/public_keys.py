"""The public key in an X.509 certificate, and the fingerprint by which people compare it.

A key outlives its certificate, which is renewed with the same key. The fingerprint is the SHA-256
of the key as it is in the certificate (RFC 7469, 2.4: SubjectPublicKeyInfo, in DER), written
``sha256:`` and Base64. This module must not know where a certificate comes from. It judges no
signature, name or date.
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

PREFIX = "sha256:"

_WRITTEN = re.compile(r"sha256:([A-Za-z0-9+/]{43}=)", re.ASCII)

_INTEGER = 0x02
_BIT_STRING = 0x03
_SEQUENCE = 0x30
_VERSION = 0xA0


class NotACertificate(ValueError):
    """Some bytes are not a certificate in DER."""


class NotAFingerprint(ValueError):
    """A text is not a fingerprint."""


def fingerprint_of(certificate: bytes) -> str:
    """Return the fingerprint of the key in a certificate in DER. Raises `NotACertificate`."""
    import hashlib  # loads OpenSSL, which a client without TLS does without

    return _shown(hashlib.sha256(public_key_of(certificate)).digest())


def parse(text: str) -> str:
    """Return a fingerprint that a person wrote. Raises `NotAFingerprint`."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise NotAFingerprint(text)
    # The last digit has two bits more than the digest needs.
    return _shown(binascii.a2b_base64(match[1]))


def _shown(digest: bytes) -> str:
    return PREFIX + binascii.b2a_base64(digest, newline=False).decode()


def public_key_of(certificate: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a certificate (RFC 5280, 4.1), both in DER.

    Raises `NotACertificate`.
    """
    (whole,) = _elements(certificate, (_SEQUENCE,))
    signed, *_ = _elements(whole.content, (_SEQUENCE, _SEQUENCE, _BIT_STRING))
    fields = _elements(signed.content)
    if fields and fields[0].tag == _VERSION:
        del fields[0]
    # The serial number, the algorithm, the issuer, the dates, the subject, the key; and more.
    if tuple(field.tag for field in fields[:6]) != (_INTEGER, *[_SEQUENCE] * 5):
        raise NotACertificate("its fields are not those of a certificate")
    return fields[5].encoded


class _Element(NamedTuple):
    """An element of DER (X.690, 8.1.1)."""

    tag: int
    content: bytes
    encoded: bytes


def _elements(data: bytes, tags: tuple[int, ...] | None = None) -> list[_Element]:
    """Return all elements of *data*, which must have these *tags* unless they are None."""
    found = []
    while data:
        element = _first(data)
        found.append(element)
        data = data[len(element.encoded) :]
    if tags is not None and tuple(element.tag for element in found) != tags:
        raise NotACertificate("its parts are not those of a certificate")
    return found


def _first(data: bytes) -> _Element:
    """Return the element at the start of *data*, whose length must be written as DER demands."""
    start = 2
    if len(data) < start:
        raise NotACertificate("an element has no length")
    length = data[1]
    if length >= 0x80:
        start += length & 0x7F
        digits = data[2:start]
        length = int.from_bytes(digits, "big")
        if length < 0x80 or digits[0] == 0:
            raise NotACertificate("a length is not written in the shortest way")
    if len(data) < start + length:
        raise NotACertificate("an element is cut off")
    return _Element(data[0], data[start : start + length], data[: start + length])
