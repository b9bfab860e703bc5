"""The certificate that clients are shown at addresses with TLS, which can be read again.

Each new connection begins with the pair that was read last; connections that are open go on with
the one that they began with. A pair that is not whole, or not valid by its dates, replaces none.
This module must not know when files are looked at, nor which protocol is spoken inside of TLS.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from zope.interface import implementer

from chatd.util.key_pairs import BadPair, Pair, PairFiles

if TYPE_CHECKING:
    from OpenSSL.SSL import Connection
    from twisted.internet.ssl import CertificateOptions
    from twisted.protocols.tls import TLSMemoryBIOProtocol

Stamp = tuple[tuple[int, ...], ...]
"""The identity, the size and the time of change of each file, as far as they are there."""


@implementer(IOpenSSLServerConnectionCreator)
class ServerCertificate:
    """The pair in two files, as it was read last. It is used for any number of addresses.

    ``options`` are further arguments of Twisted's `CertificateOptions`, whose defaults hold: TLS
    1.2 at least, its ciphers, and the protocols that the factory inside of TLS negotiates (ALPN).
    Raises `BadPair`, and `ImportError` without the extra ``tls``. Dates are not judged: with a
    certificate that has expired, people who know the key still come in.
    """

    def __init__(self, files: PairFiles, options: Mapping[str, Any] | None = None) -> None:
        self.files = files
        self._given = options or {}
        self._read = _stamp_of(files)
        self.pair, self._options = self._from_files()
        self._is_self_signed = self.pair.is_self_signed  # which takes 0.1 ms to find out
        self.files = files.absolute()  # twistd changes to --rundir

    def serverConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> Connection:
        """Return a connection of OpenSSL for a new client."""
        return self._options.serverConnectionForTLS(protocol)

    @property
    def is_self_signed(self) -> bool:
        """True if no authority vouches for the certificate."""
        return self._is_self_signed

    def stamp_of_change(self) -> Stamp | None:
        """Return the present stamp of the files; None if it is that of the pair in use."""
        stamp = _stamp_of(self.files)
        return None if stamp == self._read else stamp

    def renew(self, now: datetime) -> None:
        """Read the files again, for those who come from now on. Raises `BadPair`: nothing changed.

        ``now`` is the time at which the new certificate must be valid.
        """
        stamp = _stamp_of(self.files)
        pair, options = self._from_files()
        if wrong := pair.wrong_date(now):
            raise BadPair(f"{wrong}.")
        self._read, self.pair, self._options = stamp, pair, options
        self._is_self_signed = pair.is_self_signed

    def _from_files(self) -> tuple[Pair, CertificateOptions]:
        from OpenSSL.SSL import Error
        from twisted.internet.ssl import CertificateOptions

        pair = self.files.read()
        # Twisted's types are the old classes of pyOpenSSL, which itself wants these by now.
        parts: dict[str, Any] = {"privateKey": pair.key, "certificate": pair.certificate}
        if pair.chain:
            parts["extraCertChain"] = list(pair.chain)
        options = CertificateOptions(**parts, **self._given)
        try:
            options.getContext()  # now, and not when a client comes
        except Error as error:
            (*_, (*_, reason)) = error.args[0] or [("unknown",)]
            raise BadPair(
                f"OpenSSL does not take {self.files.certificate} for TLS: {reason}. Make a new key"
                " and a certificate of it."
            ) from None
        return pair, options


def _stamp_of(files: PairFiles) -> Stamp:
    found = []
    for path in filter(None, (files.certificate, files.key, files.chain)):
        with suppress(OSError):
            status = os.stat(path)
            found.append((status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)
