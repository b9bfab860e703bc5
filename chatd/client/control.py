"""Requests to the control socket of a daemon on this host.

`chatd upgrade` uses it while the version that is installed may be broken: so it needs few modules.
This module must not know what is requested.
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from chatd.client.unix_socket import listener_of
from chatd.client.wire import ClientError

Request = dict[str, Any]
Reply = dict[str, Any]


class NotThere(ClientError):
    """No daemon listens at a socket."""


class Closed(ClientError):
    """The daemon has closed the connection: it stops, and the request is done or not."""


def connected(path: Path, seconds: float) -> socket.socket:
    """Return a connection to the daemon at a socket, which has so many seconds for each reply.

    Raises `NotThere`, and `ClientError`.
    """
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(seconds)
        connection.connect(str(path))
        _check_peer(connection, path)
    except BaseException as error:
        connection.close()
        if not isinstance(error, OSError):
            raise
        # This includes a path that is too long for a socket.
        raise _cannot_ask(path, error) from None
    return connection


def ask(connection: socket.socket, path: Path, request: Request) -> Reply:
    """Return the reply of the daemon at a socket. Raises `Closed`, and `ClientError`."""
    try:
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as lines:
            line = lines.readline()
    except ConnectionError:
        line = b""
    except OSError as error:
        raise _cannot_ask(path, error) from None
    if not line:
        raise Closed("the daemon closed the connection. Is it stopping? Try again.")
    reply: Reply = json.loads(line)
    return reply


def _cannot_ask(path: Path, error: OSError) -> ClientError:
    is_there = not isinstance(error, (FileNotFoundError, ConnectionRefusedError))
    return (ClientError if is_there else NotThere)(
        f"a daemon uses the store, and cannot be asked at {path}:"
        f" {error.strerror or error}. Its log may say why; or stop it first."
    )


def _check_peer(connection: socket.socket, path: Path) -> None:
    """Raise `ClientError` unless the listener is a process of root or of this process's user.

    Nothing is checked on a system without ``SO_PEERCRED``.
    """
    uid = listener_of(connection)
    if uid not in (None, 0, os.geteuid()):
        raise ClientError(f"user {uid} listens at {path}, who is not the store's owner.")
