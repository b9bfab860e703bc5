"""The session of a handler: one for a client that comes, or one that another process had.

This module must not know how bytes become items, nor what an item is for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chatd.chat.handing_over import follow, resume, state_of
from chatd.chat.line_quotas import Limited
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.formats.base import Format
from chatd.protocols.transport.handler import Decoder
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.rooms.stream import Stream
from chatd.util.state import State


class WithSession(Limited):
    """A base of the handlers of sessions. It is no object of its own for a client."""

    __slots__ = ("_connected", "_for_people", "connection", "session")

    server: ChatServer
    session: Session
    connection: ManagedConnection
    decoder: Decoder[Any]
    stream_type: type[Stream] = Stream
    _for_people: bool
    _connected: bool

    def connect(self, connection: ManagedConnection) -> None:
        """Take a connection, and make the session."""
        self._connect(connection, self.server.connect, self.format())

    @property
    def movable(self) -> bool:
        """True: another process can go on with the session."""
        return True

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        if not self.session.queue.settled:
            return None
        return {"decoder": self.decoder.state(), "session": state_of(self.server, self.session)}

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        self.decoder.resume(state["decoder"])
        make_session = partial(resume, self.server, state["session"])
        self._connect(connection, make_session, self.format_from(state))

    def follow(self, state: State) -> None:
        """Follow the rooms of the session where another process did."""
        follow(self.server, self.session, state["session"])

    def format(self) -> Format:
        """Return the format in which the session is shown events."""
        raise NotImplementedError

    def say_where_from(self) -> None:
        """Set the session's address, and whether a third party can read what comes from there."""
        raise NotImplementedError

    def format_from(self, state: State) -> Format:
        """Return the format of a session that goes on from a state, before its settings."""
        return self.format()

    def _connect(
        self, connection: ManagedConnection, make_session: Callable[..., Session], format: Format
    ) -> None:
        self.connection = connection
        stream = self.stream_type(connection.reader.rate, connection)
        writer = connection.output.begin(connection.transport, stream)
        self.session = make_session(stream, format, private=self._for_people)
        self._connected = True
        stream.connect(writer)
        self.session.queue.when_changed(connection.reader.wake)
        self.say_where_from()
