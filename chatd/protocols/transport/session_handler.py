"""The handler of a client that has a session, regardless of what it speaks.

It makes the session when the client comes, lets it enter when the connection is open, and ends it.
Lines that are typed one after another are said together; a command has its effect after all lines
before it are published, and no line after it is taken until then (`when_said`). Classes derived
from `SessionHandler` say how an item is handled, and which format the session has. This module
must not know how bytes become items.
"""

from __future__ import annotations

from functools import partial
from math import inf
from typing import Any, Generic, TypeVar

from twisted.internet.interfaces import IReactorTime

from chatd.chat.action_queue import Action, Job
from chatd.chat.line_quotas import SOME_UNPUBLISHED_WORK
from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind
from chatd.protocols.transport import typed_text
from chatd.protocols.transport.handler import Decoder, Goodbye
from chatd.protocols.transport.limits import TooManyConnections
from chatd.protocols.transport.with_session import WithSession
from chatd.text.messages import MessageFault

M = TypeVar("M")


class SessionHandler(WithSession, Generic[M]):
    """Handles the items of a client that has a session. ``M`` is the type of an item.

    ``max_length`` is that of a line. A session ``for_people`` is greeted, and shown recent lines.
    """

    __slots__ = (
        "_clock",
        "_texts",
        "decoder",
        "interrupted",
        "max_length",
        "server",
    )

    takes_input = has_session = at_once = in_one_piece = True
    timed, item_cost, most_dropped = False, 1, inf

    def __init__(
        self,
        server: ChatServer,
        clock: IReactorTime,
        max_length: int,
        decoder: Decoder[M],
        *,
        for_people: bool,
    ) -> None:
        self.server = server
        self.max_length = max_length
        self.decoder = decoder
        self.interrupted = False
        self._for_people = for_people
        self._clock = clock
        self._texts: list[str] | None = None  # valid lines, to be said together
        self._connected = False

    def kind(self) -> str:
        """Return the kind of the connection: a word for the audit."""
        raise NotImplementedError

    def handle(self, item: M) -> None:
        """Do what an item is for. An error that it raises is reported to the client."""
        raise NotImplementedError

    def refusal(self, full: TooManyConnections) -> bytes:
        """Return what the client receives instead of being admitted."""
        return self.format().error(ErrorKind.FULL, full.key, limit=full.limit)

    def enter(self) -> None:
        """Let the session enter the chat."""
        writer = self.connection.output.writer
        writer.hold()
        try:
            self.server.enter(self.session, recent=self._for_people)
        finally:
            writer.release()

    def address_known(self) -> None:
        """Count the client for its own address, and let it go or put it out if need be."""
        if locate(self):
            self.server.evictions.review(self.session)

    def accept(self, items: list[M]) -> list[M]:
        """Return the items that have an effect: all of them."""
        return items

    def item_failed(self) -> None:
        """Report the error that is being handled."""
        self.server.error_log.tell("a line of a session failed", words=False)
        self.session.error(ErrorKind.SERVER_ERROR, "server_error")

    def settle(self, more: bool) -> bool:
        """Say the lines so far. Return True if the session may say or ask the next thing."""
        self.interrupted = False
        self._say_together()
        queue = self.session.queue
        if queue.unpublished_work >= SOME_UNPUBLISHED_WORK and not self.allowance():
            return False
        return queue.ready

    @property
    def busy(self) -> bool:
        """True if an action of the client is under way, or a receipt, unless it has gone."""
        queue = self.session.queue
        return queue.occupied or (bool(queue.unpublished) and not self.connection.lifecycle.lost)

    def check(self, now: float) -> float:
        """Drop a line that takes too long to end. Return the time at which it does."""
        seconds = self.connection.factory.limits.line_seconds
        intake = self.connection.reader.intake
        if now > intake.due(seconds or inf):
            intake.drop_item(now)
            self.session.prompt.spoil(MessageFault.LATE)
            tell = partial(self.session.error, ErrorKind.INVALID_MESSAGE, "line_took_too_long")
            self.when_said(partial(tell, limit=seconds))
        return intake.due(seconds or inf)

    def stop(self) -> None:
        """Do nothing: what was said so far is still published and shown."""

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """Tell the client that the server stops, or is upgraded, and end the session."""
        if not self.session.stream.finished:
            self.session.answer(goodbye.value)
            self.server.finish(self.session)

    def lost(self) -> None:
        """Put nothing more into the stream."""
        if self._connected:
            self.session.stream.shut()

    def end_of_input(self) -> None:
        """End the session. A paste is said; each question that is open gets an empty answer."""
        session = self.session
        if session.prompt.paste and typed_text.end_paste(self) and self.busy:
            session.queue.when_settled(self.end_of_input)
            return
        while session.prompt.pending is not None and (then := session.prompt.take()):
            then("")  # which may ask the next question
        self.server.finish(session)

    def apologise(self) -> bool:
        """Send an error and end the session. Return False if it cannot be sent at once."""
        if not self._connected:
            return False
        self.session.error(ErrorKind.SERVER_ERROR, "server_error")
        self.server.finish(self.session)
        return not self.connection.output.waiting

    def depart(self) -> None:
        """Release the session."""
        if self._connected:
            self.session.queue.when_changed(None)
            self.decoder.finish()
            self.server.disconnect(self.session)

    def say_where_from(self) -> None:
        """Set the session's address, and whether a third party can read what comes from there."""
        identity, address = self.session.identity, self.connection.address
        uid = None if address.peer is None else address.peer.uid
        identity.set_origin(address.host, address.network, address.confidential, self.kind(), uid)

    def say(self, text: str) -> None:
        """Say a valid line, together with those before and after it."""
        self._texts = self._texts or []
        self._texts.append(text)

    def when_said(self, action: Action) -> None:
        """Act after all lines so far are published; take no other item until then."""
        self._say_together()
        self.interrupted = True
        limited = self.connection.address.pace is not None
        self.session.queue.when_settled(partial(self._paid, action) if limited else action)

    def charge(self, lines: float) -> None:
        """Charge the client for so many lines more. It is handled no further until it has paid."""
        self.session.stream.meter.charge(lines)

    def _say_together(self) -> None:
        if self._texts is not None:
            texts, self._texts = self._texts, None
            try:
                self.session.say(*texts)
            except Exception:
                self.item_failed()

    def _paid(self, action: Action) -> Job | None:
        """Act, and charge the client for the time, unless that is part of a turn."""
        connection = self.connection
        if connection.lifecycle.departed or connection.reader.handling:
            return action()
        rate, began = connection.reader.rate, self._clock.seconds()
        try:
            return action()
        finally:
            rate.spend_time(began, self._clock.seconds())


def locate(handler: SessionHandler[Any], origin: str | None = None) -> bool:
    """Count the client of a handler for its own address, or for a user of the machine.

    Return False, and let it go, if it is one too many.
    """
    try:
        handler.connection.address.locate(origin)
    except TooManyConnections as full:
        handler.session.error(ErrorKind.FULL, full.key, limit=full.limit)
        handler.server.finish(handler.session)
        return False
    handler.say_where_from()
    return True
