"""Statements that are sent at once, in one round trip, each of them a transaction of its own.

This is libpq's pipeline mode. psycopg has it as `Connection.pipeline`, but that waits for answers
once it has given all to the socket that this takes, and the server may wait for the rest.

This module must not know what is asked.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Error, OperationalError, errors
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

TextRow = Sequence["str | None"]
"""A row with its values as PostgreSQL writes them."""


class Pipeline:
    """The way to send several statements at once through a connection that nothing else uses."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._server = connection.pgconn
        self._prepared: dict[str, bytes] = {}
        self._poll = select.poll()
        self._fileno = connection.fileno()

    def ask(self, *asked: tuple[str, Sequence[str | None]]) -> list[TextRow]:
        """Execute statements, each with its parameters ($1, ...), and return the row of each.

        A later one is executed also if an earlier one failed. Raises `psycopg.Error`.
        """
        names = [self._name_of(statement) for statement, _ in asked]
        self._server.enter_pipeline_mode()
        for name, (_, parameters) in zip(names, asked, strict=True):
            values = [None if each is None else each.encode() for each in parameters]
            self._server.send_query_prepared(name, values)
            self._server.pipeline_sync()
        self._send()
        results = [self._result() for _ in asked]
        self._server.exit_pipeline_mode()
        return [_row_of(result) for result in results]

    def _name_of(self, statement: str) -> bytes:
        """Return the name of a prepared statement."""
        name = self._prepared.get(statement)
        if name is None:
            name = b"chatd_%d" % len(self._prepared)
            result = self._server.prepare(name, statement.encode())
            if result.status != ExecStatus.COMMAND_OK:
                raise _error_of(result)
            self._prepared[statement] = name
        return name

    def _send(self) -> None:
        """Send all. The server may have to be read meanwhile, or it would not go on."""
        while self._server.flush():
            if self._wait(select.POLLIN | select.POLLOUT) & ~select.POLLOUT:
                self._server.consume_input()

    def _result(self) -> PGresult:
        """Return the result of the next statement, and read up to the end of its transaction."""
        found = None
        while True:
            while self._server.is_busy():
                self._wait(select.POLLIN)
                self._server.consume_input()
            result = self._server.get_result()
            if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
                assert found is not None
                return found
            if result is None and found is None:
                raise OperationalError("the connection was closed")
            found = found or result

    def _wait(self, events: int) -> int:
        self._poll.register(self._fileno, events)
        [(_, happened)] = self._poll.poll()
        return happened


def _row_of(result: PGresult) -> TextRow:
    if result.status != ExecStatus.TUPLES_OK:
        raise _error_of(result)
    values = (result.get_value(0, column) for column in range(result.nfields))
    return [None if value is None else value.decode() for value in values]


def _error_of(result: PGresult) -> Error:
    """Return the error that a result is."""
    state = result.error_field(DiagnosticField.SQLSTATE) or b""
    text = result.error_message.decode(errors="replace")
    try:
        return errors.lookup(state.decode())(text)
    except KeyError:
        return OperationalError(text)
