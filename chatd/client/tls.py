"""TLS over a connection: with a certificate that is valid for the host, or any.

This module must not know which keys are trusted, nor what is said over a connection.
"""

from __future__ import annotations

import contextlib
import socket
import ssl

from chatd.client.wire import CONNECT_TIMEOUT, TLS_PORT, ClientError, show_address
from chatd.util import public_keys


class InvalidCertificate(Exception):
    """A certificate is not valid for the host. The text is the reason."""


class TlsStream:
    """An encrypted connection, with the methods of a socket that `chatd.client.duplex` uses.

    `fingerprint` is that of the server's public key.

    One call of `recv` returns all that a record contains, so nothing is left of which the file
    descriptor does not tell.
    """

    def __init__(self, connection: ssl.SSLSocket, fingerprint: str) -> None:
        self._connection = connection
        self.fingerprint = fingerprint

    def fileno(self) -> int:
        """Return the file descriptor to wait for."""
        return self._connection.fileno()

    def setblocking(self, blocking: bool) -> None:
        """Choose if `recv` and `send` wait."""
        self._connection.setblocking(blocking)

    def recv(self, size: int) -> bytes:
        """Return what arrived, b"" at the end. Raises `BlockingIOError` until a record is whole."""
        try:
            return self._connection.recv(max(size, _RECORD_SIZE))
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None

    def send(self, data: bytes | bytearray) -> int:
        """Send the beginning of *data*, and return its length. Raises `BlockingIOError`."""
        try:
            return self._connection.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None

    def shutdown(self, how: int) -> None:
        """Say that no more is sent. What arrives afterwards can be received."""
        assert how == socket.SHUT_WR
        with contextlib.suppress(ssl.SSLWantReadError):  # the answer, which `recv` reads
            self._connection.unwrap()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


_RECORD_SIZE = 1 << 14
"""Most bytes in a record of TLS (RFC 8446, 5.1)."""


_NOT_TLS = {"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
"""The words of versions of OpenSSL for bytes that are no record of TLS, such as a greeting."""

_CHECK = f"Check host and port: in the README TLS has port {TLS_PORT}."


def start(connection: socket.socket, host: str, *, verifies: bool) -> TlsStream:
    """Start TLS with the server at *host*, over a *connection* that is closed if this fails.

    If it *verifies*, a certificate that is not valid for *host*, as this system's authorities
    judge, raises `InvalidCertificate`. Raises `ClientError` without TLS.
    """
    where = show_address(host, connection.getpeername()[1])
    context = ssl.create_default_context()
    if not verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    connection.settimeout(CONNECT_TIMEOUT)
    try:
        secure = context.wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise InvalidCertificate(error.verify_message.rstrip(".")) from None
    except TimeoutError:
        raise ClientError(f"no TLS at {where}: timed out. {_CHECK}") from None
    except OSError as error:
        reason = getattr(error, "reason", None)
        if reason in _NOT_TLS:
            why = "the server speaks without it"
        else:
            why = reason or error.strerror or "the connection was closed"
        raise ClientError(f"no TLS at {where}: {why}. {_CHECK}") from None
    try:
        certificate = secure.getpeercert(binary_form=True) or b""
        return TlsStream(secure, public_keys.fingerprint_of(certificate))
    except public_keys.NotACertificate as error:
        secure.close()
        raise ClientError(f"the certificate of {where} cannot be read: {error}.") from None
