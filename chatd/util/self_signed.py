"""A key, and a certificate that it signs itself: made, renewed with the same key, or replaced.

Clients know a server by its key, so the key stays unless a new one is asked for. No key and no
certificate of an authority is overwritten unasked. The files are written beside the old ones and
renamed, the key with mode 0600 from its first byte. `cryptography` is needed, of the extra ``tls``.
This module must not know who uses the pair.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatd.text.validation import is_host_name
from chatd.util.interfaces import Address
from chatd.util.key_pairs import (
    BadPair,
    Pair,
    PairFiles,
    certificates_of,
    is_self_signed,
    names_of,
)
from chatd.util.whole_files import content_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate, GeneralName

KEY, CERTIFICATE = "key.pem", "cert.pem"
"""The names of the files in their folder."""

LIFETIME = timedelta(days=825)
"""The time of a certificate. Apple's systems take no longer one, also of an authority that the user
has added (support.apple.com/103769)."""

_BEHIND = timedelta(days=1)
"""The time before now from which a certificate is valid: clocks of clients may be behind."""

_LONGEST_COMMON_NAME = 64
"""Characters: ub-common-name in RFC 5280."""


class Made(NamedTuple):
    """A pair that was made, and its files."""

    files: PairFiles
    pair: Pair

    had_key: bool
    """True if the key was there before, and has stayed."""


def files_in(folder: Path) -> PairFiles:
    """Return the files of the pair in a folder."""
    return PairFiles(folder / CERTIFICATE, folder / KEY)


def own_names(addresses: Iterable[Address]) -> list[str]:
    """Return the names and addresses by which this machine can be reached.

    Addresses of IPv6 that are valid on one link only are left out: browsers take none of them.
    """
    hostname = socket.gethostname()
    local = f"{hostname.partition('.')[0]}.local"  # the name that zeroconf makes
    lasting = [
        str(each)
        for each in addresses
        if not (isinstance(each, IPv6Address) and each.is_link_local)
    ]
    names = [hostname, local, "localhost"]
    return list(dict.fromkeys([*filter(is_host_name, names), "127.0.0.1", "::1", *lasting]))


def make(folder: Path, names: Sequence[str], now: datetime, *, new_key: bool = False) -> Made:
    """Make a certificate for these names, and a key if there is none, or a new one is wanted.

    The names of the certificate before stay. Raises `BadPair` and `OSError`; then nothing has
    changed.
    """
    files = files_in(folder)
    before = _certificate_before(files.certificate)
    key = None if new_key else _key_before(files.key)
    had_key = key is not None
    if key is None:
        key = _new_key()
    earlier = [] if before is None else names_of(before)
    certificate = _sign(key, list(dict.fromkeys([*names, *earlier])), now)
    # A daemon that looks between the two finds a pair that does not fit, and waits.
    if not had_key:
        _write(files.key, _text_of(key), 0o600, replaces=new_key)
    _write(files.certificate, _text_of_certificate(certificate), 0o644)
    return Made(files, Pair(key, certificate, ()), had_key)


def _certificate_before(path: Path) -> Certificate | None:
    """Return the certificate that may be replaced, if there is one. Raises `BadPair`."""
    try:
        text = content_of(path)
    except FileNotFoundError:
        return None
    before = certificates_of(text, str(path))[0]
    if not is_self_signed(before):
        raise BadPair(
            f"{path} is the certificate of an authority, and stays. Give another folder, or move"
            " it away."
        )
    return before


def _key_before(path: Path) -> PrivateKeyTypes | None:
    """Return the key that is there already. Raises `BadPair`."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        text = content_of(path)
    except FileNotFoundError:
        return None
    try:
        key = load_pem_private_key(text, None)
    except Exception:  # as `key_pairs` says
        raise BadPair(
            f"{path} is no private key that can be read (a passphrase?), and stays. Give another"
            " folder, or --new-key to replace it."
        ) from None
    if not _signs(key):
        raise BadPair(
            f"{path} is a key of a kind that signs no certificate for TLS, and stays. Give another"
            " folder, or --new-key to replace it."
        )
    return key


def _signs(key: PrivateKeyTypes) -> bool:
    """Return True for a key that can sign a certificate for TLS."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    return _signs_text(key) or isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))


def _signs_text(key: PrivateKeyTypes) -> bool:
    """Return True for a key that signs a text itself, not a hash of it (RFC 8032)."""
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

    return isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey))


def _new_key() -> PrivateKeyTypes:
    """Return a new key, on the curve P-256: all clients of TLS 1.2 take it.

    A handshake takes less than a tenth of the processor's time that one with RSA takes.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _sign(key: PrivateKeyTypes, names: Sequence[str], now: datetime) -> Certificate:
    """Return a certificate of a server that is no authority, signed by its own key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    common = names[0] if len(names[0]) <= _LONGEST_COMMON_NAME else "chatd"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    begin = (now - _BEHIND).replace(microsecond=0)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + LIFETIME - timedelta(seconds=1))  # both ends belong to the time
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(map(_general_name, names)), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)  # type: ignore[arg-type]
        .sign(key, None if _signs_text(key) else hashes.SHA256())  # type: ignore[arg-type]
    )


def _general_name(name: str) -> GeneralName:
    from cryptography.x509 import DNSName, IPAddress

    try:
        return IPAddress(ip_address(name))
    except ValueError:
        return DNSName(name)


def _text_of(key: PrivateKeyTypes) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _text_of_certificate(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _write(path: Path, content: bytes, mode: int, *, replaces: bool = True) -> None:
    """Write a file whole, with its mode from the first byte on. Raises `OSError`.

    Unless it ``replaces`` a file, one that is there by now is an error.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # of a process that was killed
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        if replaces:
            new.replace(path)
        else:
            path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)
