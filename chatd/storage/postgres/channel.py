"""A session of the server that one thread uses, and that others can end.

The server tells by a warning that it has not waited for all copies of the log, for example because
an operator has cancelled the wait. So a channel notes what the server says beside its answers.

This module must not know what is asked.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from psycopg import Connection, Error
from psycopg.errors import Diagnostic

from chatd.storage.contract import StoreError
from chatd.storage.postgres.pipeline import Pipeline
from chatd.storage.shared.engine import LinkLost

Row = tuple[Any, ...]


class Channel:
    """A session, and a second handle of its socket, by which any thread may shut it down."""

    def __init__(self, connection: Connection[Row]) -> None:
        self.connection = connection
        self.pipeline = Pipeline(connection)
        self.pid = connection.info.backend_pid
        self._said: list[str] = []
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))
        connection.add_notice_handler(self._note)

    def fileno(self) -> int:
        """Return a descriptor of the socket that stays open until `close`.

        libpq closes its own as soon as the server has.
        """
        return self._socket.fileno()

    def ask(self, statement: str, *parameters: Any) -> list[Row]:
        """Execute one statement, and return its rows. Raises `psycopg.Error`."""
        return self.connection.execute(statement, parameters).fetchall()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Return a context in which the server must say nothing beside its answers.

        Raises `LinkLost` if it has.
        """
        self._said.clear()
        yield
        if self._said:
            raise LinkLost(f"its answer does not count, for the server said: {self._said[0]}.")

    @contextmanager
    def in_time(self, seconds: float) -> Iterator[None]:
        """Return a context for commits. Raises `StoreError` if they take longer than that."""
        is_late = threading.Event()

        def cut_off() -> None:
            is_late.set()
            self.shut_down()

        timer = threading.Timer(seconds, cut_off)
        timer.start()
        try:
            yield
        except Error:
            if is_late.is_set():
                raise StoreError(
                    f"it did not confirm within {seconds:g} s that it has stored something. Do the"
                    " standbys of synchronous_standby_names run?"
                ) from None
            raise
        finally:
            timer.cancel()
            timer.join()  # no thread may run when the daemon forks

    def shut_down(self) -> None:
        """End the session at once: also a thread that waits for the server goes on, by an error."""
        with suppress(OSError):  # it has ended already
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release all resources. No thread may be using the session."""
        self._socket.close()
        with suppress(Error):
            self.connection.close()

    def _note(self, said: Diagnostic) -> None:
        self._said.append(said.message_primary or "something")
