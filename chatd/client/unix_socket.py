"""Connections to UNIX sockets, the user whose process listens at one, and where to find them.

This module must not know what is said over a connection.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
from contextlib import suppress

from chatd.client.sentences import Sentence
from chatd.client.wire import CONNECT_TIMEOUT, ClientError
from chatd.util.unix_peers import peer_of

_TIMEVAL = struct.Struct("ll")
"""``struct timeval``: seconds and microseconds."""

SYSTEM_SOCKET = "/run/chatd/chat.sock"
"""The socket of the service (`chatd systemd install`)."""


def paths() -> list[str]:
    """Return the paths at which a daemon of this machine may listen, the first ones first."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    own = [os.path.join(runtime, "chatd", "chat.sock")] if _is_own(runtime) else []
    return [SYSTEM_SOCKET, *own]


def _is_own(runtime: str) -> bool:
    """Return True for a directory of this process's user, as that of a runtime has to be.

    After `su`, the variable is still that of the other user, and root may enter that directory.
    """
    try:
        return os.path.isabs(runtime) and os.stat(runtime).st_uid == os.geteuid()
    except OSError:
        return False


def find() -> tuple[str, socket.socket] | None:
    """Connect to the first of `paths` where a server listens that is known."""
    for path in paths():
        with suppress(ClientError):
            connection, doubt = connect(path)
            if doubt is None:
                return path, connection
            connection.close()
    return None


def listener_of(connection: socket.socket) -> int | None:
    """Return the user whose process listens at the other end of *connection*.

    None on a system that does not tell.
    """
    peer = peer_of(connection)
    return None if peer is None else peer.uid


def connect(path: str) -> tuple[socket.socket, Sentence | None]:
    """Return a blocking socket to the server at *path*, and why that server is not known, if so.

    The server is known if it runs as root or as this process's user. A server of another user is
    known if no third user could have put a socket at *path*: not even while the server was down.
    Raises `ClientError`.
    """
    connection = socket.socket(socket.AF_UNIX)
    try:
        _connect_in_time(connection, path)
        return connection, _doubt(connection, path)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        connection.close()
        if os.path.exists(path) and not stat.S_ISSOCK(os.stat(path).st_mode):
            raise ClientError(f"{path} is not a socket. Check the path.") from None
        raise ClientError(
            f"no server at {path}: {error.strerror}. Start one with"
            " `chatd serve --listen unix:PATH`, or name another path."
        ) from None
    except BlockingIOError:
        connection.close()
        raise ClientError(f"the server at {path} is busy. Try again later.") from None
    except OSError as error:  # this includes a path that is too long for a socket
        connection.close()
        raise ClientError(
            f"cannot reach {path}: {error.strerror or error}. Check the path."
        ) from None


def _connect_in_time(connection: socket.socket, path: str) -> None:
    """Connect a blocking socket. Wait for a place in the server's queue, but not without end.

    Python's own time limit makes the socket one that does not block, and to such a one Linux says
    at once that the queue is full.
    """
    seconds, rest = divmod(CONNECT_TIMEOUT, 1)
    limit = _TIMEVAL.pack(int(seconds), int(rest * 1e6))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    connection.connect(path)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEVAL.pack(0, 0))


def _doubt(connection: socket.socket, path: str) -> Sentence | None:
    here = os.geteuid()
    uid = listener_of(connection)
    if uid in (0, here):
        return None
    if uid is None:
        uid = os.stat(path).st_uid
    from pathlib import Path  # the daemon of another user is rare, and these take a while to load

    from chatd.util.private_files import UnsafePath, resolve

    try:
        # In a sticky directory such as /tmp, any user can take the name of a socket that is gone.
        resolve(Path(path), {0, here, uid}, may_be_sticky=False)
    except UnsafePath:
        return Sentence("others_socket", user=uid)
    return None
