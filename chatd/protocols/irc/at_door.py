"""The session of an IRC client at the door: how it begins and ends, and goes on in another process.

This module must not know messages, nor what a client asks for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import cast

from twisted.internet.interfaces import IReactorTime

from chatd.chat.server import ChatServer
from chatd.formats.base import Format
from chatd.formats.irc import IrcFormat, OwnIrcFormat
from chatd.formats.irc_tags import IrcServer
from chatd.protocols.irc import monitor
from chatd.protocols.irc.answers import Answers
from chatd.protocols.irc.batches import CUTS
from chatd.protocols.irc.capabilities import logins_changed
from chatd.protocols.irc.client import Client
from chatd.protocols.irc.conversation import Conversation
from chatd.protocols.irc.door import Door
from chatd.protocols.irc.proving import may_log_in
from chatd.protocols.transport.handler import Decoder
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.util.state import State

IRC = "irc"
"""The kind of a connection of IRC."""


class AtDoor(Answers):
    """The part of the handler of a ``client`` that has to do with its session and its ``door``."""

    __slots__ = ("client", "door")

    def __init__(
        self,
        door: Door,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        decoder: Decoder[bytes],
    ) -> None:
        super().__init__(server, clock, max_length, decoder, for_people=True)
        self.door = door
        self.client = Client()

    @property
    def _conversation(self) -> Conversation:
        """The handler, which is one with its other parts."""
        return cast(Conversation, self)

    def farewell(self) -> bytes:
        """Return the last line, which says why the connection ends."""
        raise NotImplementedError

    def kind(self) -> str:
        """Return the kind of the connection."""
        return IRC

    def format(self) -> OwnIrcFormat:
        """Return the format in which the session is shown events."""
        door = self.door
        account_of, time = self.server.accounts.name_at, door.time(self.server.now, self._clock)
        server = IrcServer(door.name, account_of, door.real_name_of, CUTS.of, time.now)
        shared = IrcFormat(server, language=self.server.language)
        return OwnIrcFormat(shared=shared, labels=self.client.own_labels)

    def connect(self, connection: ManagedConnection) -> None:
        """Take a connection, and make the session."""
        super().connect(connection)
        self._come_to_door()

    def _come_to_door(self) -> None:
        session = self.session
        self.stream.name_server(self.door.name)
        self.door.clients[session.number] = self.client
        tell = partial(session.attempt, logins_changed, self._conversation)
        self.server.logins.secrecy.watch(session.number, tell)

    def depart(self) -> None:
        """Release the session."""
        if self._connected:
            self.door.remove(self.session.number)
            self.server.logins.secrecy.unwatch(self.session.number)
            self.server.watches.end(self.session.number)
        super().depart()

    def _prepare(self) -> None:
        self.session.queue.wants_receipts()
        self.session.stream.end_with(self.farewell)

    # Going on in another process

    @property
    def movable(self) -> bool:
        """True once the client is registered: before that it has nothing to lose."""
        return self.client.registered

    def state(self) -> State | None:
        """Return what another process needs to go on; None while something is under way."""
        state, own = super().state(), self.own_format
        return state and {
            **state,
            "client": self.client.state(),
            "format": {"name": own.name, "number": own.number, "logged_in": own.logged_in},
            "watches": self.server.watches.state_of(self.session.number),
            "may_log_in": may_log_in(self._conversation),
        }

    def resume(self, connection: ManagedConnection, state: State) -> None:
        """Take a connection, and go on with the session of another process."""
        self.client.resume(state["client"])
        super().resume(connection, state)
        self._come_to_door()
        self._prepare()

    def format_from(self, state: State) -> Format:
        """Return the format of a session that goes on from a state, before its settings."""
        own, had = self.format().with_capabilities(self.client.capabilities), state["format"]
        name, number, logged_in = had["name"], had["number"], had["logged_in"]
        return replace(own, name=name, number=number, logged_in=logged_in)

    def follow(self, state: State) -> None:
        """Follow the rooms of the session, and the names that it watches.

        The client is told if it can log in by the settings of this process alone, or no more.
        """
        super().follow(state)
        monitor.resume(self._conversation, state["watches"])
        may = may_log_in(self._conversation)
        if may is not state.get("may_log_in", may):
            logins_changed(self._conversation)
