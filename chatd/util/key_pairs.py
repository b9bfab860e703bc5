"""The private key and the certificate of a server with TLS: read from two files, and checked.

A pair is whole, or `BadPair` says in one line what is wrong and what to do. It is read with
`cryptography`, of the extra ``tls``. This module must not know who uses a pair, nor open sockets.
"""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatd.util import public_keys
from chatd.util.whole_files import content_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

_KEY = b"PRIVATE KEY-----"
_ENCRYPTED = (b"ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"

_OTHERS = stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP
"""The permissions that a key's file should not have: its group may read it, as with Debian's group
``ssl-cert``."""


class BadPair(Exception):
    """Two files are no pair of a key and its certificate. The text is the reason, and what to do.

    It names the files as the operator did, so it is escaped before others see it.
    """


class PairFiles(NamedTuple):
    """The files of a pair, in PEM. Both may be the same file."""

    certificate: Path
    """The certificate of the server, and after it those of the authorities in between, if any."""

    key: Path

    certificate_name: str = "certificate"
    """The operator's name for the first file, in messages."""

    key_name: str = "key"

    chain: Path | None = None
    """Certificates of authorities in between, if they are in a file of their own."""

    def read(self) -> Pair:
        """Return the pair as it is in the files now. Raises `BadPair`.

        Dates are not judged.
        """
        pair = _pair_of(*self.check(), self)
        if self.chain is None:
            return pair
        name = f"extraCertChain={self.chain}"
        more = certificates_of(self._content("extraCertChain", self.chain), name)
        return pair._replace(chain=(*pair.chain, *more))

    def absolute(self) -> PairFiles:
        """Return the same files by paths that stay right in another working directory."""
        chain = None if self.chain is None else self.chain.absolute()
        return self._replace(
            certificate=self.certificate.absolute(), key=self.key.absolute(), chain=chain
        )

    def open_to_others(self) -> str | None:
        """Return the permissions of the key's file, such as 0644, if others may read it.

        None if not, or if the file cannot be looked at any more.
        """
        try:
            mode = stat.S_IMODE(self.key.stat().st_mode)
        except OSError:
            return None
        return f"{mode:04o}" if mode & _OTHERS else None

    def check(self) -> tuple[bytes, bytes]:
        """Return the text of both files, if they have a key and a certificate. Raises `BadPair`.

        It is not judged what they are: for that `cryptography` is needed.
        """
        key = self._content(self.key_name, self.key)
        certificate = self._content(self.certificate_name, self.certificate)
        if _KEY not in key:
            if _CERTIFICATE in key and _KEY in certificate:
                raise BadPair(
                    f"{self.key_name} and {self.certificate_name} are the wrong way round."
                    " Exchange them."
                )
            raise BadPair(
                f"{self.key_name}={self.key} has no private key in PEM. Name the file of the key."
            )
        if any(sign in key for sign in _ENCRYPTED):
            raise BadPair(
                f"{self.key_name}={self.key} has a passphrase, which a daemon cannot be asked."
                f" Write one without: openssl pkey -in {self.key} -out FILE."
            )
        if _CERTIFICATE not in certificate:
            if self.certificate == self.key:
                raise BadPair(
                    f"{self.key} has no certificate. Give its file, too:"
                    f" {self.certificate_name}=cert.pem."
                )
            raise BadPair(_no_certificate(f"{self.certificate_name}={self.certificate}"))
        return certificate, key

    def _content(self, name: str, path: Path) -> bytes:
        try:
            return content_of(path)
        except OSError as error:
            raise BadPair(
                f"{name}={path.absolute()} cannot be read: {error.strerror}. Check its path, and"
                " who may read it."
            ) from None


class Pair(NamedTuple):
    """A private key, its certificate, and the certificates of authorities in between."""

    key: PrivateKeyTypes
    certificate: Certificate
    chain: tuple[Certificate, ...]

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key; "" if clients cannot read the certificate."""
        return fingerprint_of(self.certificate)

    @property
    def digest(self) -> str:
        """The fingerprint of the certificate, as browsers show it."""
        return digest_of(self.certificate)

    @property
    def not_after(self) -> datetime:
        """The end of the certificate's time, in UTC."""
        return self.certificate.not_valid_after_utc

    @property
    def is_self_signed(self) -> bool:
        """True if no authority vouches for the certificate but its own key."""
        return is_self_signed(self.certificate)

    def wrong_date(self, now: datetime) -> str | None:
        """Return why the certificate is not valid at a time, and what to do; None if it is."""
        if now >= self.not_after:
            return f"the certificate expired on {day(self.not_after)}; renew it"
        if now < (begin := self.certificate.not_valid_before_utc):
            return f"the certificate is valid from {day(begin)} on; is the clock right?"
        return None


def _pair_of(certificates: bytes, key: bytes, files: PairFiles) -> Pair:
    """Return the pair in two texts in PEM, which *files* name in messages. Raises `BadPair`."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    own, *chain = certificates_of(certificates, f"{files.certificate_name}={files.certificate}")
    try:
        private = load_pem_private_key(key, None)
    except Exception:  # OpenSSL's errors for keys that it does not understand are of many classes
        raise BadPair(
            f"{files.key_name}={files.key} has a private key that cannot be read: it is cut off, or"
            " of an unknown kind. Write the file again."
        ) from None
    if _encoded(private.public_key()) != _encoded(own.public_key()):
        raise BadPair(
            f"{files.key_name} and {files.certificate_name} do not belong together. Give the"
            " certificate of that key."
        )
    return Pair(private, own, tuple(chain))


def certificates_of(text: bytes, name: str) -> list[Certificate]:
    """Return the certificates in a text in PEM, one at least. Raises `BadPair`."""
    from cryptography.x509 import load_pem_x509_certificates

    if _CERTIFICATE not in text:
        raise BadPair(_no_certificate(name))
    try:
        found = load_pem_x509_certificates(text)
        for each in found:
            each.public_key()
    except Exception:  # as for keys
        raise BadPair(
            f"{name} has a certificate that cannot be read: it is cut off, or of an unknown kind."
            " Write the file again."
        ) from None
    return found


def _no_certificate(name: str) -> str:
    return f"{name} has no certificate in PEM. Name the file of the certificate."


def fingerprint_of(certificate: Certificate) -> str:
    """Return the fingerprint of the key in a certificate; "" if clients cannot read that."""
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        return public_keys.fingerprint_of(certificate.public_bytes(Encoding.DER))
    except public_keys.NotACertificate:
        return ""


def digest_of(certificate: Certificate) -> str:
    """Return the SHA-256 of a certificate, as browsers show it."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex(":").upper()


def is_self_signed(certificate: Certificate) -> bool:
    """Return True if a certificate is signed by its own key."""
    try:
        certificate.verify_directly_issued_by(certificate)
    except Exception:  # by another one, or in a way that is unknown
        return False
    return True


def names_of(certificate: Certificate) -> list[str]:
    """Return the host names and addresses that a certificate is for."""
    from cryptography.x509 import (
        DNSName,
        ExtensionNotFound,
        IPAddress,
        SubjectAlternativeName,
    )

    try:
        names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except (ExtensionNotFound, ValueError):
        return []
    return [
        *names.get_values_for_type(DNSName),
        *map(str, names.get_values_for_type(IPAddress)),
    ]


def day(time: datetime) -> str:
    """Return the day of a time, as people write it in messages."""
    return f"{time:%Y-%m-%d}"


def _encoded(key: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded
