"""What the kernel is asked to do for connections: find out that a peer is dead, and hold little.

On Linux a connection has the options of the socket that listened for it, so they are set there,
once. This module must not know what is sent.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from contextlib import closing, suppress
from weakref import WeakKeyDictionary

from twisted.internet.interfaces import IReadDescriptor, ISystemHandle

_UNACKED = 24
"""Where ``tcpi_unacked`` stands in ``struct tcp_info`` (linux/tcp.h), four bytes."""


def prepare(port: IReadDescriptor, dead_seconds: int, buffer: int) -> None:
    """Set the options of a listening port, for all who will connect there.

    Over TCP nothing that is sent waits for more: what is pushed is a turn's whole talk already.
    A peer that does not answer for about ``dead_seconds`` is given up: with nothing under way,
    after a third of that it is asked, six times; what was sent to it must be acknowledged within
    two thirds. ``buffer`` is how many bytes the kernel holds each way (it counts its own overhead,
    too, for which Linux doubles the number). 0 leaves either as the system has it.
    """
    with closing(socket.socket(fileno=os.dup(port.fileno()))) as listening:
        if buffer:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        if listening.family not in (socket.AF_INET, socket.AF_INET6):
            return
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if dead_seconds:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in (
                (socket.TCP_KEEPIDLE, max(1, dead_seconds // 3)),
                (socket.TCP_KEEPINTVL, max(1, dead_seconds // 9)),
                (socket.TCP_KEEPCNT, 6),
                (socket.TCP_USER_TIMEOUT, dead_seconds * 2000 // 3),
            ):
                listening.setsockopt(socket.IPPROTO_TCP, option, value)


class Patience:
    """Keeps the kernel from giving up peers that live but do not read.

    While nothing fits into a peer's window Linux counts ``TCP_USER_TIMEOUT`` on, although the peer
    answers every probe (measured on 6.18: a stopped ``nc`` was reset). So the limit is lifted from
    a connection while more waits for it, and all that it was sent has been acknowledged.
    """

    def __init__(self) -> None:
        # What the limits were, in milliseconds.
        self._lifted: WeakKeyDictionary[socket.socket, int] = WeakKeyDictionary()

    def renew(self, waiting: Iterable[socket.socket]) -> None:
        """Look at the connections for which more waits than they take. Others need no patience."""
        closed = {connection for connection in waiting if _window_is_closed(connection)}
        for connection in set(self._lifted) - closed:
            _swap_limit(connection, self._lifted.pop(connection))
        for connection in closed - set(self._lifted):
            self._lifted[connection] = _swap_limit(connection, 0)


def socket_of(transport: object) -> socket.socket | None:
    """The socket at the bottom of a transport and what wraps it; None if it has none."""
    while transport is not None:
        handle = None
        if ISystemHandle.providedBy(transport):
            with suppress(AttributeError):  # Twisted has none any more once it is closed
                handle = transport.getHandle()
        if isinstance(handle, socket.socket):
            return handle
        transport = getattr(transport, "transport", None)
    return None


def _window_is_closed(connection: socket.socket) -> bool:
    """Whether the peer has acknowledged all that it was sent, so that what waits is its doing."""
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _UNACKED + 4)
    except OSError:
        return False  # it is gone, or is no TCP
    return not any(info[_UNACKED:])


def _swap_limit(connection: socket.socket, milliseconds: int) -> int:
    before = 0
    with suppress(OSError):  # it is gone
        before = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    return before
