"""The process at the other end of a UNIX socket: its user and groups, as the kernel tells them.

A client cannot choose what is told: it is what the process had when it connected, or listened. This
module must not know names, nor what a user may do.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import NamedTuple

SO_PEERGROUPS = 59
"""The option for the supplementary groups of the peer (asm-generic/socket.h, since Linux 4.13).
Python has no name for it."""

_CREDENTIALS = struct.Struct("iII")
"""``struct ucred`` (unix(7)): process, user and group."""

_GROUP = struct.Struct("I")

_MOST_BYTES = 1024
"""Most bytes of an option that Python takes from the kernel: those of 256 groups."""


class Peer(NamedTuple):
    """The user of a process, and all its groups."""

    uid: int
    groups: frozenset[int]


def peer_of(connection: socket.socket) -> Peer | None:
    """Return the peer of a UNIX socket; None for another socket, and on another system than Linux.

    A process in more than 256 groups is taken for one in its first group alone.
    """
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None or connection.family != socket.AF_UNIX:
        return None
    told = connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    _, uid, group = _CREDENTIALS.unpack(told)
    groups = {int(group)}
    with suppress(OSError):  # more groups than fit, or an older Linux
        listed = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, _MOST_BYTES)
        groups.update(int(each) for (each,) in _GROUP.iter_unpack(listed))
    return Peer(int(uid), frozenset(groups))
