"""Connections that read beside the link: each reconnects by itself, and reads the true log alone.

Theory of operation. A connection may be to an old primary, which goes on after another server took
its place. That one may lack lines that this node has shown, and have others in their places. So
each use begins with a question: the last batch that this node has published must be in the server's
log. All that was published before it is there, too, and in its place. So lines up to a seq that was
published are those that were.

This module must not know what is read.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from psycopg import Connection, Cursor, Error, OperationalError

from chatd.storage.contract import StoreError
from chatd.storage.postgres.errors import line_of
from chatd.storage.postgres.schema import SHARD
from chatd.storage.shared.engine import Position

Connect = Callable[[], "Connection[Any]"]
"""Opens a connection that commits each statement, with the schema of chatd as its search path.

Raises `StoreError`.
"""


class ShutDown(StoreError):
    """A connection was shut down while it was used (`ReadingConnection.shut_down`)."""

    def __init__(self) -> None:
        super().__init__("the link to the server was lost.")


NOTHING = Position(0, None)
"""The position of a node that has published nothing."""


def nothing_shown() -> Position:
    """Return the position of a tool that has shown nothing."""
    return NOTHING


class ReadingConnection:
    """A connection for one thread at a time, which any thread may shut down.

    The first use opens it, and the first one after an error, or after the server was lost, opens it
    again. ``shown`` gives the position of the last batch that this node has published.
    """

    def __init__(self, connect: Connect, shown: Callable[[], Position] = nothing_shown) -> None:
        self._connect = connect
        self._shown = shown
        self._connection: Connection[Any] | None = None
        self._socket: socket.socket | None = None  # a second handle of its socket
        self._is_shut_down = False

    @contextmanager
    def cursor(self) -> Iterator[Cursor[Any]]:
        """Return a cursor, in a context. Raises `StoreError` for all errors of the database."""
        self._is_shut_down = False
        try:
            with self._checked().cursor(binary=True) as cursor:
                yield cursor
        except StoreError:
            self.close()
            raise
        except Error as error:
            self.close()
            if self._is_shut_down:
                raise ShutDown from None
            raise StoreError(line_of(error)) from None
        except BaseException:
            self.close()  # it may be in a statement that has not ended
            raise

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        handle, self._socket = self._socket, None
        if handle is not None:
            handle.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def shut_down(self) -> None:
        """End the connection at once: a thread that waits for the server goes on, by an error."""
        self._is_shut_down = True
        handle = self._socket
        if handle is not None:
            with suppress(OSError):  # it has ended already
                handle.shutdown(socket.SHUT_RDWR)

    def _checked(self) -> Connection[Any]:
        """Return a connection to a server with the log. One that was lost is opened again."""
        if self._connection is not None:
            try:
                self._check(self._connection)
            except OperationalError:  # the server that it was made to has ended
                self.close()
            else:
                return self._connection
        self._connection = self._connect()
        self._socket = socket.socket(fileno=os.dup(self._connection.fileno()))
        # Each statement has its index. A planner that knows little would read a table.
        self._connection.execute("SET enable_seqscan = off")
        self._check(self._connection)
        return self._connection

    def _check(self, connection: Connection[Any]) -> None:
        """Raise `StoreError` unless the server has all that this node has published."""
        shown = self._shown()
        row = connection.execute(
            "SELECT c.no, b.id FROM clock c LEFT JOIN batches b"
            " ON b.shard = c.shard AND b.no = %s WHERE c.shard = %s",
            (shown.number, SHARD),
        ).fetchone()
        if shown.id is None:
            return
        # A batch that all nodes have published is pruned after a while.
        if row is None or (row[1] != shown.id and (row[1] is not None or row[0] < shown.number)):
            raise StoreError("the server has not the log that was shown. Is it an old primary?")
