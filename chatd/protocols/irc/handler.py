"""The handler of an IRC client: each line is a message, which the table of commands handles.

This module must not know what a command does, nor how bytes become lines.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import inf

from twisted.internet.interfaces import IReactorTime

from chatd.chat.action_queue import Job
from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import QUITTING, Departure
from chatd.formats.irc_lines import echoed
from chatd.protocols.irc import numerics, table
from chatd.protocols.irc.at_door import AtDoor
from chatd.protocols.irc.conversation import Command
from chatd.protocols.irc.door import Door, TransportSecurity
from chatd.protocols.irc.labels import label_of
from chatd.protocols.irc.message import LONGEST, InvalidMessage, Message, MessageFault, parse
from chatd.protocols.lines.decoder import LineDecoder
from chatd.protocols.lines.framing import TooLong
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.handler import Decoder, Goodbye
from chatd.storage.contract import StoreError
from chatd.text.validation import is_http_request, is_tls_hello

REGISTRATION_SECONDS = 30.0
"""Most seconds until a client has registered, about: clients are checked every few seconds. A
person who types NICK and USER takes some 15."""


class IrcHandler(AtDoor):
    """Handles the messages of one client of a ``door``, which come as lines without their ends."""

    __slots__ = ("_came", "_first", "_reason")

    def __init__(
        self,
        door: Door,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        decoder: Decoder[bytes],
    ) -> None:
        super().__init__(door, server, clock, max_length, decoder)
        self._came = clock.seconds()
        self._first = True
        self._reason = ""  # for which the connection ends

    def enter(self) -> None:
        """Wait for the client to register, which it has to do in time."""
        session = self.session
        own = replace(self.own_format, number=session.number)
        session.subscriptions.change_format(own)
        self._show_own_lines(False)
        self._prepare()
        self.connection.factory.checks.schedule(self.connection)

    def accept(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines that are not empty."""
        return list(filter(None, lines))

    def handle(self, line: bytes) -> None:
        """Do what a message asks for."""
        if self._first and not self.client.registered:
            self._first = False
            if is_http_request(line, whole=not isinstance(line, TooLong)) or is_tls_hello(line):
                self.close(self.session.sentence("irc_wrong_protocol"))
                return
        if isinstance(line, TooLong):
            self.when_said(partial(self._refuse_line, MessageFault.TOO_LONG))
            return
        try:
            message = parse(line)
        except InvalidMessage as invalid:
            label = label_of(invalid.message, self.client.capabilities)
            self.answer(label, partial(self._refuse_line, invalid.fault))
        else:
            if message is not None:
                self._take(message)

    def _take(self, message: Message) -> None:
        command = table.TABLE.get(message.command)
        label = label_of(message, self.client.capabilities)
        if command is None:
            self.answer(label, partial(self._refuse_unknown, message.command))
        elif not (command.unregistered or self.client.registered):
            missing = partial(self._numeric, numerics.ERR_NOTREGISTERED, "irc_not_registered")
            self.answer(label, missing)
        elif len(message.parameters) < command.least:
            missing = partial(self._numeric, numerics.ERR_NEEDMOREPARAMS, "irc_needs_parameters")
            self.answer(label, partial(missing, echoed(message.command)))
        elif command.at_once:
            self._carry_out(command, message)
        else:
            if command.cost > 1:
                self.charge(command.cost - 1)
            self.answer(label, lambda: self._carry_out(command, message))

    def _carry_out(self, command: Command, message: Message) -> Job | None:
        try:
            job = command.run(self, message)
        except Refusal as why:
            self.refuse(message.command, why)
            return None
        return None if job is None else self._finish(message.command, job)

    async def _finish(self, command: str, job: Job) -> None:
        try:
            await job
        except Refusal as why:
            self.refuse(command, why)
        except StoreError as error:
            self.refuse(command, error.refusal)

    def _refuse_unknown(self, command: str) -> None:
        self._numeric(numerics.ERR_UNKNOWNCOMMAND, "irc_unknown_command", echoed(short(command)))

    def _refuse_line(self, fault: MessageFault) -> None:
        if fault in (MessageFault.TOO_LONG, MessageFault.TAGS_TOO_LONG):
            self._numeric(numerics.ERR_INPUTTOOLONG, "irc_line_too_long")
        elif fault is MessageFault.NOT_UTF8:  # UTF8ONLY asks for this answer of all clients
            text = self.session.sentence("irc_not_utf8")
            self.from_server("FAIL", "*", "INVALID_UTF8", text=text)
        else:
            self.refuse("*", Refusal(ErrorKind.INVALID_MESSAGE, "irc_control"))

    def _numeric(self, code: str, key: str, *middle: str) -> None:
        self.numeric(code, *middle, text=self.session.sentence(key))

    # What commands call

    @property
    def security(self) -> TransportSecurity | None:
        """The policy by which the client has to come by TLS."""
        return self.door.security

    @property
    def encrypted(self) -> bool:
        """True if the client came by TLS."""
        return self.connection.address.encrypted

    def use_capabilities(self, capabilities: frozenset[str]) -> None:
        """Send what these capabilities ask for from here on."""
        self.client.capabilities = capabilities
        own = self.own_format
        changed = own.with_capabilities(capabilities)
        if changed != own:
            self.session.subscriptions.change_format(changed)
            self._show_own_lines("echo-message" in capabilities)

    def _show_own_lines(self, shown: bool) -> None:
        subscriptions = self.session.subscriptions
        subscriptions.allow_many_rooms(shown)
        subscriptions.apply(subscriptions.settings)

    def register(self, name: str) -> None:
        """Let the client be known by a nickname from here on."""
        self.client.registered = True
        session = self.session
        own = replace(self.own_format, name=name, number=session.number)
        session.subscriptions.change_format(own)

    def close(self, reason: str, departure: Departure = QUITTING) -> None:
        """End the session of the client, which is told the reason."""
        self._reason = reason
        self.door.remove(self.session.number)
        self.server.finish(self.session, departure)
        self.interrupted = True

    def farewell(self) -> bytes:
        """Return the last line, which says why the connection ends."""
        return self.own_format.ending(self._reason or self.session.sentence("irc_closing"))

    # What the connection calls

    def check(self, now: float) -> float:
        """Let go of a client that does not register; drop a slow message."""
        due = inf
        if not (self.client.registered or self.session.stream.finished):
            due = self._came + REGISTRATION_SECONDS
            if now > due:
                limit = int(REGISTRATION_SECONDS)
                self.close(self.session.sentence("irc_register_late", limit=limit))
                return inf
        return min(due, super().check(now))

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """Tell the client that the server stops, or is upgraded, and end the session."""
        if not self.session.stream.finished:
            self.close(self.session.sentence(goodbye.value))


class IrcProtocol(ClientProtocol):
    """An IRC client of a ``door``."""

    def __init__(
        self, door: Door, server: ChatServer, clock: IReactorTime, max_length: int
    ) -> None:
        decoder = LineDecoder(LONGEST, telnet=False)
        super().__init__(clock, IrcHandler(door, server, clock, max_length, decoder))
