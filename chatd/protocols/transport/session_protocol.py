"""What all who talk over a connection have in common: fairness, order, and closing.

A `SessionProtocol` reads a client, cuts what it reads into lines or messages, and has them handled
in turns,
as fast as its pace allows; it has a session, and an outlet that sends it what the session is told.
How bytes become lines, and what is done with one, is said by the classes made of it; who may come
in is the factory's business.
"""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IHandshakeListener,
    IReactorTime,
    ISSLTransport,
)
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.chat.action_queue import Action
from chatd.chat.server import ChatServer
from chatd.commands import table
from chatd.commands.password_guard import LETTERS, ODD, STARTS, holds_a_password
from chatd.errors import ErrorKind
from chatd.formats.base import Format
from chatd.protocols.transport.limits import TooManyConnections
from chatd.protocols.transport.managed_connection import (
    HANDSHAKE_SECONDS,
    READ_BYTES,
    SMALL_BYTES,
    UNENDED_LINES,
    ManagedConnection,
    guarded,
)
from chatd.protocols.transport.writer import Connection, ConnectionWriter
from chatd.rooms.stream import Stream

LINES_A_TURN = 256
"""How many lines of one client are handled before others have their turn."""

FRAMED_BYTES = 4096
"""How much of what was read is cut into lines at a time. (Cut at once, a read of short lines would
weigh twenty times what it did, for as long as its client may not go on.)"""

M = TypeVar("M")


class Cutter(Protocol):
    """Bytes in, lines or messages out: as `chatd.protocols.lines.framing.Framer`."""

    @property
    def held(self) -> int:
        """How many bytes are kept of one that has begun and not ended."""

    @property
    def unfinished(self) -> bool:
        """Whether one has begun that has not ended yet."""

    def drop(self) -> None:
        """Throw away the one that has begun, with all of it that still comes."""


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class SessionProtocol(ManagedConnection, Generic[M]):
    """A connected client that has a session. ``M`` is what it sends, one after another: lines, say.

    To be mixed into a protocol of Twisted's. ``max_length`` is how many characters a line may have.
    """

    for_people = False
    handshake_is_done = False
    """Whether hands were shaken before it was made, where that is done at all."""

    def __init__(
        self, server: ChatServer, clock: IReactorTime, max_length: int, cutter: Cutter
    ) -> None:
        ManagedConnection.__init__(self, clock)
        self.server = server
        self.max_length = max_length
        self._framer = cutter
        self._unread = b""  # what was read and is not cut yet
        self._lines: list[M] = []  # what was cut and is not handled yet, the next one last
        self._run = 0  # how many lines may be taken before asking whether one may
        self._handling = False
        self._ended = False  # it said that it will send nothing more
        self._lost = False
        self._stopped = False
        self._entered = False
        self._since = clock.seconds()  # when it came, or the line began that has not ended
        self._owes = False  # for a command: also lines that were cut wait until it is paid

    # What those made of it say

    def format(self) -> Format:
        """How this client is shown what happens."""
        raise NotImplementedError

    def cut(self, piece: bytes) -> list[M]:
        """The lines that end in the next piece of what was read."""
        raise NotImplementedError

    def cut_last(self) -> list[M]:
        """The line that has begun, of one who sends nothing more."""
        raise NotImplementedError

    def piece_size(self) -> int:
        """How many of the bytes that were read are to be cut next."""
        return FRAMED_BYTES

    def handle(self, line: M) -> None:
        """Do what a line is for. What it raises is told as an error of the server's."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Say a valid line."""
        raise NotImplementedError

    def refusal(self, full: TooManyConnections) -> bytes:
        """What it is told instead of being let in."""
        return self.format().error(ErrorKind.FULL, full.key, limit=full.limit)

    def flush(self) -> None:
        """Say what `say` was given and has kept back to be said in one go."""

    # What Twisted calls

    @guarded
    def connectionMade(self) -> None:
        """Welcome somebody; over TLS, once hands were shaken."""
        factory = self.factory
        factory.clients.add(self)
        self.proxied = self.proxied or not self.located
        stream = Stream()
        self.writer = ConnectionWriter(cast(Connection, self.transport), stream, self._clock)
        self.session = self.server.connect(stream, self.format(), private=self.for_people)
        stream.sink = self.writer
        cast(Connection, self.transport).bufferSize = READ_BYTES
        self._say_where_from()
        self.session.queue.when_changed(self._go_on)
        stream.failed = self._break
        if self.handshake_is_done or not ISSLTransport.providedBy(self.transport):
            self._enter()

    def _say_where_from(self) -> None:
        """Tell the session where it is, and whether anybody can read what comes from there."""
        self.session.identity.set_origin(self.network or "", self.confidential)

    @guarded
    def handshakeCompleted(self) -> None:
        """Welcome somebody who came over TLS."""
        if not self.session.stream.finished:
            self._enter()

    @guarded
    def dataReceived(self, data: bytes) -> None:
        """Take what was read."""
        if self._stopped or self.session.stream.finished:
            return
        self._unread += data
        self._handle_lines()

    @guarded
    def readConnectionLost(self) -> None:
        """The client will send nothing more: do what it sent, send what it is owed, and close."""
        self._ended = True
        if self._stopped:
            self.writer.end()
        else:
            self.factory.turns.await_one(self)  # a thousand may do so at once

    def writeConnectionLost(self) -> None:
        """The client was sent everything; it may still be sending."""

    @guarded
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Somebody has gone. What was read from them is said all the same."""
        self._lost = True
        if self not in self.factory.clients:
            return
        self._ended = self._ended or reason.check(ConnectionDone) is not None
        self.writer.lost(ended=reason.check(ConnectionDone) is not None)
        aborted = reason.check(ConnectionAborted)  # by this side
        if aborted or self._stopped or self.session.stream.finished:
            self._depart()
        else:
            self.session.stream.shut()
            self._handle_lines()

    @guarded
    def stop_reading(self) -> None:
        """Take nothing more from this client: the server is stopping."""
        self._stopped = True
        self._forget_input()
        if self._lost:
            return
        self.writer.end()
        if self.paused and not self._ended:
            # What still comes is read and dropped: closing with unread input would reset.
            self.resumeProducing()

    @guarded
    def say_goodbye(self) -> None:
        """Tell this client that the server is stopping, and close."""
        if not self.session.stream.finished:
            self.session.answer("stopping")
            self._finish()

    @property
    def waiting(self) -> bool:
        """Whether more waits for this client than it takes at the moment."""
        return self.writer.waiting

    @property
    def pending(self) -> bool:
        """Whether this client has begun something that it must end, and is to be looked after."""
        return self._framer.unfinished or self.waiting or not self._entered

    @guarded
    def check(self, now: float) -> None:
        """See whether this client takes longer than it may, at this time in seconds."""
        seconds = self.factory.limits.line_seconds
        if self._lost:
            return
        if not self._entered:
            if now - self._since > HANDSHAKE_SECONDS:
                self.abort()
        elif seconds and self._framer.unfinished and now - self._since > seconds:
            self._framer.drop()
            self._since = now
            self.when_said(
                lambda: self.session.error(
                    ErrorKind.INVALID_MESSAGE, "line_took_too_long", limit=seconds
                )
            )

    def abort(self) -> None:
        """Close at once, whatever this client is owed."""
        cast(Connection, self.transport).abortConnection()

    def _go_on(self) -> None:
        """The session may be ready again: take what waits here, if anything does."""
        if self._lines or self._unread or self._ended or self._lost or self.paused:
            self._handle_lines()

    def _handle_lines(self) -> None:
        """Have a turn now, unless this client is waiting for one as others are."""
        turns = self.factory.turns
        if self._handling or turns.awaited_by(self):
            return
        held = self._framer.held if self._ended else 0
        if len(self._unread) + held > SMALL_BYTES:
            self._read_on(True)
        else:
            self.take_turn(turns.share)

    @guarded
    def take_turn(self, share: float) -> None:
        """Handle what was read, for about so many seconds and at most `LINES_A_TURN` lines."""
        if self._handling or self._stopped:
            return
        self._handling = True
        if self._ended:
            self.writer.end()
        self.writer.hold()
        try:
            left = self._take_lines(share)
        finally:
            self.writer.release()
            self._handling = False
        self._read_on(left < LINES_A_TURN)

    def _take_lines(self, share: float) -> int:
        """Take lines until the time is over; gives how many more it might have been."""
        seconds, lines = self._clock.seconds, self._lines
        began = now = seconds()
        end = now + share
        left = LINES_A_TURN
        while left and now < end:
            self._run = min(self.server.allowance(self.session), left)
            if not self._run or self._owes or not (lines or self._cut(now)):
                break
            while lines and self._run > 0 and now < end:
                self._run -= 1
                left -= 1
                self._handle(lines.pop())
                now = seconds()
            self.flush()
            if not lines:
                now = seconds()  # cutting takes time, also where no line comes of it
        self.spend_time(began, now)
        return left

    def when_said(self, action: Action) -> None:
        """Do this once all lines so far are said; take no other line until then."""
        self.flush()
        self._run = 0
        self.session.queue.when_settled(
            action if self.pace is None else partial(self._paid, action)
        )

    def _paid(self, action: Action) -> Coroutine[Deferred[Any], Any, None] | None:
        """Do what waited, and have its client pay for the time. (In a turn, the turn is paid.)"""
        if self._handling:
            return action()
        began = self._clock.seconds()
        try:
            return action()
        finally:
            self.spend_time(began, self._clock.seconds())

    def _failed(self) -> None:
        self.server.error_log.tell("a line of a session failed", words=False)
        self.session.error(ErrorKind.SERVER_ERROR, "server_error")

    def _handle(self, line: M) -> None:
        try:
            self.handle(line)
        except Exception:
            self._failed()

    def _enter(self) -> None:
        self._entered = True
        self.writer.hold()
        try:
            self.server.enter(self.session, recent=self.for_people)
        finally:
            self.writer.release()

    @guarded
    def address_known(self) -> None:
        """Count a client behind a proxy that has said only now where it comes from, also one that
        says nothing itself: it may have to be let go, or put out of a room."""
        if not (self.located or self.session.stream.finished):
            self.is_admitted()

    def is_admitted(self) -> bool:
        """Count a client behind a proxy, which has said by now where it comes from."""
        try:
            self.factory.locate(self)
            self._say_where_from()
        except TooManyConnections as full:
            self.session.error(ErrorKind.FULL, full.key, limit=full.limit)
            self.server.finish(self.session)
            self._run = 0
            return False
        self.server.located(self.session)
        return True

    def _read_on(self, had_turn: bool) -> None:
        """See to it that this client goes on as soon as it may, and that it waits until then."""
        if self.session.stream.finished:
            self._forget_input()
            if self._lost:
                self._depart()
            return
        if self._owes or not self._lines:  # else it still has lines to be handled
            self.slow_down()
            self._owes = self._owes and self._delayed is not None
        may_read = self.server.allowance(self.session) > 0
        more = bool(self._lines or self._unread or self._last_line_is_left)
        if more and (may_read or had_turn) and not self._delayed:
            # Also one that may not go on now, but may when its answers are taken, which is perhaps
            # at once: its next turn comes after everybody else's.
            self.factory.turns.await_one(self)
        if self._ended or self._lost:
            # One who is gone waits for no receipt.
            session = self.session
            if not (
                more or session.queue.occupied or (session.queue.unpublished and not self._lost)
            ):
                while session.prompt.pending is not None and (then := session.prompt.take()):
                    then("")  # which may ask the next thing
                self._finish()
        elif more or not may_read or self._delayed:
            self.pauseProducing()
        elif self.paused:
            self.resumeProducing()

    def _end_delay(self) -> None:
        self._owes = False
        super()._end_delay()

    def _cut(self, now: float) -> bool:
        """Cut a piece of what was read into lines; False when there is none to cut, or not yet."""
        framer, pace = self._framer, self.pace
        if self._unread:
            if pace is not None and pace.wait(now):
                return False
            if not framer.unfinished:
                self._since = now
            size = self.piece_size()
            piece, self._unread = self._unread[:size], self._unread[size:]
            lines = self.cut(piece)
            if lines:
                self._since = now
            self.spend(len(lines) or UNENDED_LINES, len(piece))
        elif self._last_line_is_left:
            lines = self.cut_last()
        else:
            return False
        lines.reverse()
        self._lines[:] = lines
        return True

    @property
    def _last_line_is_left(self) -> bool:
        """Whether there is a line without an end that its client meant to be whole."""
        return self._ended and self._framer.unfinished

    def _finish(self) -> None:
        self.server.finish(self.session)
        if self._lost:
            self._depart()

    def _depart(self) -> None:
        """There is nothing left to be done for somebody who has gone."""
        if self not in self.factory.clients:
            return  # to close may be to be told at once that it is closed
        self._forget_input()
        self.forget_turns()
        try:
            self.session.queue.when_changed(None)
            self.server.disconnect(self.session)
        finally:
            self.factory.gone(self)

    def _break(self, what: str) -> None:
        """An error is being handled that leaves this client in no known state: let it go.

        It is told, if that goes out at once.
        """
        self.server.error_log.tell(what, words=False)
        self._stopped = True
        if not hasattr(self, "session"):  # nobody has come in
            self.factory.gone(self)
            self.abort()
            return
        try:
            if self._lost:
                self.session.stream.shut()
                self._depart()
                return
            self._forget_input()
            self.session.error(ErrorKind.SERVER_ERROR, "server_error")
            self.server.finish(self.session)
            if not self.writer.waiting:
                return
        except Exception:
            self.server.error_log.tell(
                "a client could not be told that it cannot be served", words=False
            )
        self.abort()

    def _forget_input(self) -> None:
        self._unread = b""
        self._lines.clear()

    # What people type

    def take_typed(self, text: str) -> None:
        """Do what somebody typed, a valid line: it is a command, or text to be said."""
        session = self.session
        # This first look for commands and passwords costs no call: every line has it.
        if (text[:LETTERS] not in STARTS and text[0] not in ODD) or session.text_only:
            self.say(text)
            return
        command = table.parse(text) if text[0] == "/" else None
        if command is None:
            if holds_a_password(text, self._is_registered):
                self.when_said(lambda: session.error(ErrorKind.NOT_SAID, "nearly_a_password"))
            else:
                self.say(table.text_of(text))
        else:
            name, argument = command
            if (cost := table.cost_of(name)) > 1:
                self.charge(cost - 1)
            self.when_said(lambda: table.run(self.server, session, name, argument))

    def charge(self, lines: float) -> None:
        """Have what is asked now count for so many lines more."""
        self.spend(lines, 0)
        self._owes = self.pace is not None and self.pace.wait(self._clock.seconds()) > 0

    def take_answer(self, answer: str) -> bool:
        """Give what was typed to who asked for it, whatever it is. False if it is a line like
        others."""
        session = self.session
        if session.prompt.passes_over(answer):
            self.when_said(lambda: session.answer("password_not_needed"))
            return True
        unasked = session.prompt.unasked
        then = session.prompt.take()
        if then is None or (unasked and table.parse(answer) is not None):
            return False
        self.when_said(lambda: then(answer))
        return True

    def _is_registered(self, name: str) -> bool:
        return self.server.accounts.called(name) is not None
