"""The channel between a daemon and its successor: messages with descriptors.

It is a pair of sockets. A message is its length and the number of its descriptors, each four bytes,
and its state. The descriptors come with the first bytes (SCM_RIGHTS, unix(7)). All calls block, up
to a deadline. This module must not know what is said.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from chatd.util.state import State, decode, encode

MOST_DESCRIPTORS = 200
"""Most descriptors of a message: Linux sends at most 253 at once (SCM_MAX_FD)."""

MOST_BYTES = 1 << 30
"""Most bytes of a message: a length above it is none."""

_HEAD = struct.Struct("!II")

_CLOSED_ON_EXEC: int = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class Ended(Exception):
    """The other process has ended, takes too long, or cannot be understood. The text says it."""


class Gone(Ended):
    """The other process has ended."""


class Message(NamedTuple):
    """A message: what it ``says``, its members, and its descriptors, which are the receiver's."""

    says: str
    state: State
    descriptors: Sequence[int]


class Channel:
    """One end of a pair of sockets. It has the time until ``deadline``, in seconds of monotonic."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.deadline = float("inf")

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        """Return both ends of a new one. Neither is inherited by other processes."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        return cls(ours), cls(theirs)

    def fileno(self) -> int:
        """Return the number of the descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def say(self, what: str, descriptors: Sequence[int] = (), **members: Any) -> None:
        """Send a message. Raises `Ended`."""
        body = encode({"says": what, **members})
        head = _HEAD.pack(len(body), len(descriptors))
        try:
            self._wait()
            sent = socket.send_fds(self._socket, [head], descriptors)
            left = memoryview(head[sent:] + body)
            while left:
                self._wait()
                left = left[self._socket.send(left) :]
        except OSError as error:
            raise _ended(error) from None

    def hear(self) -> Message:
        """Return the next message. Raises `Ended`."""
        try:
            self._wait()
            head, descriptors, _, _ = socket.recv_fds(
                self._socket, _HEAD.size, MOST_DESCRIPTORS, _CLOSED_ON_EXEC
            )
            for descriptor in descriptors:
                os.set_inheritable(descriptor, False)
            head += self._read(_HEAD.size - len(head))
            length, count = _HEAD.unpack(head)
            if length > MOST_BYTES or count != len(descriptors):
                raise Ended("it says what cannot be understood")
            members = decode(self._read(length))
            return Message(members.pop("says"), members, descriptors)
        except OSError as error:
            raise _ended(error) from None
        except (ValueError, KeyError, AttributeError, TypeError):
            raise Ended("it says what cannot be understood") from None

    def _read(self, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            self._wait()
            part = self._socket.recv(min(length - len(parts), 1 << 20))
            if not part:
                raise Gone("it has ended")
            parts += part
        return bytes(parts)

    def _wait(self) -> None:
        """Give the next call the time that is left. Raises `Ended` if there is none."""
        if self.deadline == float("inf"):
            self._socket.settimeout(None)
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Ended("it takes too long")
        self._socket.settimeout(left)


def _ended(error: OSError) -> Ended:
    """Return what an error of the socket says of the other process."""
    if isinstance(error, ConnectionError):
        return Gone("it has ended")
    if isinstance(error, TimeoutError):
        return Ended("it takes too long")
    return Ended(f"it cannot be reached: {error.strerror or error}")
