"""Socket options: the kernel finds out that a peer is dead, and buffers little.

A connection inherits the options of the listening socket, so they are set there, once. Options of
one system alone are used there: Linux limits the time for which sent data may stay unacknowledged,
and tells more of a connection. This module must not know what is sent.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import sys
import termios
from collections.abc import Iterable
from contextlib import closing, suppress
from weakref import WeakKeyDictionary, WeakSet

from twisted.internet.interfaces import IReadDescriptor, ISystemHandle

_LIMIT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
"""Milliseconds that sent data may stay unacknowledged, on Linux; None elsewhere."""

_IDLE: int | None = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None))
"""Seconds without data until a peer is probed. macOS has it under the second name."""

_INTERVAL: int | None = getattr(socket, "TCP_KEEPINTVL", None)
_COUNT: int | None = getattr(socket, "TCP_KEEPCNT", None)

_SO_NWRITE = 0x1024
"""Bytes in the send buffer, with those that are not acknowledged (macOS, sys/socket.h)."""

_PROBES, _UNACKED = 3, 24
"""Offsets of ``tcpi_probes``, a byte, and ``tcpi_unacked``, four bytes, in ``struct tcp_info``
(linux/tcp.h)."""

_BYTES_ACKED = 120
"""Offset of ``tcpi_bytes_acked``, eight bytes, in the same (since Linux 4.1)."""

_TCP_RTO_MAX_MS = 44
"""The most seconds between two tries, 120 without it (linux/tcp.h, since Linux 6.15)."""


def prepare(
    port: IReadDescriptor, dead_seconds: int, send_buffer: int, receive_buffer: int
) -> None:
    """Set the options of a listening port, which its connections inherit.

    Over TCP nothing is delayed to be sent with more: a push already has all lines of a turn. A peer
    that does not answer for about ``dead_seconds`` is given up: if nothing is under way, it is
    probed after a third of that, six times; sent data must be acknowledged within two thirds (on
    Linux; elsewhere while the system tries). ``send_buffer`` and ``receive_buffer`` are sizes in
    bytes in the kernel (which counts its own overhead, too; Linux doubles the number for it). 0
    leaves any of them at the default of the system.
    """
    with closing(socket.socket(fileno=os.dup(port.fileno()))) as listening:
        for option, buffer in (
            (socket.SO_SNDBUF, send_buffer),
            (socket.SO_RCVBUF, receive_buffer),
        ):
            if buffer:
                listening.setsockopt(socket.SOL_SOCKET, option, buffer)
        if listening.family not in (socket.AF_INET, socket.AF_INET6):
            return
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if dead_seconds:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for probing, value in (
                (_IDLE, max(1, dead_seconds // 3)),
                (_INTERVAL, max(1, dead_seconds // 9)),
                (_COUNT, 6),
                (_LIMIT, dead_seconds * 2000 // 3),
            ):
                if probing is not None:
                    listening.setsockopt(socket.IPPROTO_TCP, probing, value)
            if _LIMIT is not None:
                with suppress(OSError):  # an older Linux
                    most = min(max(1, dead_seconds // 6), 120) * 1000
                    listening.setsockopt(socket.IPPROTO_TCP, _TCP_RTO_MAX_MS, most)


class Patience:
    """Keeps the kernel from giving up peers that live but do not read.

    While nothing fits into a peer's window, ``TCP_USER_TIMEOUT`` runs on in Linux, although the
    peer answers every probe (measured on 6.18: a stopped ``nc`` was reset). So the limit is lifted
    from a connection while more waits for it, and all that it was sent has been acknowledged. A
    peer that dies in that time does not answer a probe. Other systems have no such limit.
    """

    def __init__(self) -> None:
        # The limits before, in milliseconds.
        self._lifted: WeakKeyDictionary[socket.socket, int] = WeakKeyDictionary()
        self._silent: WeakSet[socket.socket] = WeakSet()

    def renew(self, waiting: Iterable[socket.socket]) -> set[socket.socket]:
        """Look at the connections for which more waits than they take; others need no patience.

        To be called every few seconds. Return the connections whose peers have not answered a probe
        since the last call: they are dead.
        """
        if _LIMIT is None:
            return set()
        infos = {connection: _info(connection) for connection in waiting}
        closed = {connection for connection, info in infos.items() if not any(info[_UNACKED:])}
        for connection in set(self._lifted) - closed:
            _swap_limit(connection, self._lifted.pop(connection))
        for connection in closed - set(self._lifted):
            self._lifted[connection] = _swap_limit(connection, 0)
        silent = {
            connection
            for connection in closed
            if self._lifted[connection] and infos[connection][_PROBES]
        }
        dead = silent & set(self._silent)
        self._silent = WeakSet(silent)
        return dead


def socket_of(transport: object) -> socket.socket | None:
    """Return the socket at the bottom of a transport and its wrappers; None if there is none."""
    while transport is not None:
        handle = None
        if ISystemHandle.providedBy(transport):
            with suppress(AttributeError):  # Twisted has none any more once it is closed
                handle = transport.getHandle()
        if isinstance(handle, socket.socket):
            return handle
        transport = getattr(transport, "transport", None)
    return None


def unacknowledged(connection: socket.socket) -> bool:
    """Return False if all that was sent has reached the system of the peer.

    Return True if that cannot be known: the connection is gone, or the system does not tell.
    """
    return outstanding_bytes(connection) != 0


def outstanding_bytes(connection: socket.socket) -> int | None:
    """Return how many bytes were sent that have not reached the system of the peer.

    Return None if that cannot be known: see `unacknowledged`.
    """
    try:
        if sys.platform == "darwin":
            return connection.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
        queued = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
    except (OSError, ValueError):  # a closed socket has no number
        return None
    return int.from_bytes(queued, sys.byteorder)


def acknowledged_bytes(connection: socket.socket) -> int | None:
    """Return how many bytes the system of the peer has acknowledged since the connection began.

    Return None if the system does not tell: only Linux does, and of TCP alone.
    """
    if sys.platform != "linux":
        return None
    end = _BYTES_ACKED + 8
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, end)
    except OSError:
        return None
    return int.from_bytes(info[_BYTES_ACKED:], sys.byteorder) if len(info) == end else None


def is_reset(connection: socket.socket | None) -> bool:
    """Return True if a peer has reset its connection, and so reads nothing any more.

    A peer that closes without having read all that it was sent, or is sent more afterwards, resets.
    One that only says that it will send no more (a half-close) may be reading on. Return False
    where the system does not tell one from the other, which only Linux does, and without a socket.
    """
    if sys.platform != "linux" or connection is None:
        return False
    poll = select.poll()
    try:
        poll.register(connection, 0)  # POLLERR and POLLHUP alone
    except ValueError:  # a closed socket has no number
        return True
    return bool(poll.poll(0))


def _info(connection: socket.socket) -> bytes:
    """Return ``struct tcp_info`` of a connection; bytes of ones if it is gone, or is no TCP."""
    try:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _UNACKED + 4)
    except OSError:
        return b"\xff" * (_UNACKED + 4)


def _swap_limit(connection: socket.socket, milliseconds: int) -> int:
    before = 0
    assert _LIMIT is not None
    with suppress(OSError):  # it is gone
        before = connection.getsockopt(socket.IPPROTO_TCP, _LIMIT)
        connection.setsockopt(socket.IPPROTO_TCP, _LIMIT, milliseconds)
    return before
