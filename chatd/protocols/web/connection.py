"""A connection that speaks HTTP/1.1: the border between Twisted and the door for browsers.

One request after another is read, has a handler answer it, and is answered. While a handler is at
work, while an answer is not taken, and while its client owes for what it asked, nothing is read. It
knows nothing of what is asked: that is the site's business.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, cast
from typing import Protocol as Interface

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IHandshakeListener,
    IReactorTime,
    ISSLTransport,
    ITransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Language, sentence
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
from chatd.protocols.web.http.http1 import Exchange, NotHttp, refusal_bytes
from chatd.protocols.web.http.messages import (
    Answer,
    Problem,
    Request,
    bad_request,
    date_of,
    error_answer,
)
from chatd.protocols.web.http.upgrade import HandOver, Requester, Successor
from chatd.text.escaping import encode_line

REQUEST_LINES = 5
"""How many lines a request counts for, beside what its handler adds: reading and answering one
takes some 0.3 ms."""

HEAD_SECONDS = 10.0
"""How long a request may take from its first byte to the end of its headers."""

BODY_SECONDS = 30.0
"""The same to the end of its body."""

IDLE_SECONDS = 60.0
"""How long a connection may ask nothing, and how long one may take nothing of an answer before it
is to end."""


DROPPED_BYTES = 64 * 1024
"""How much is read and dropped of one who goes on sending behind the last answer. (That of twenty
who did not stop took half of the reactor's time.)"""


class Asked(Interface):
    """Who answers: a `chatd.protocols.web.site.Site`."""

    def answer(
        self, request: Request, asker: Requester
    ) -> Coroutine[Deferred[Any], Any, Answer | HandOver]: ...


class Answers:
    """What an outlet takes from: one answer at a time. ``taken`` is called when it was taken."""

    def __init__(self, failed: Callable[[str], None], taken: Callable[[], None]) -> None:
        self.finished = False
        self.failed = failed
        self._taken = taken
        self._data = b""

    @property
    def drained(self) -> bool:
        return self.finished and not self._data

    def put(self, data: bytes) -> None:
        """Have this be taken, behind what is there."""
        self._data += data

    def take(self) -> bytes:
        data, self._data = self._data, b""
        if not data:
            self._taken()
        return data


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class WebProtocol(ManagedConnection, Protocol):
    """``site`` answers. ``max_length`` is how many characters a line may have: here, nothing."""

    def __init__(
        self, server: ChatServer, clock: IReactorTime, max_length: int, site: Asked
    ) -> None:
        ManagedConnection.__init__(self, clock)
        self.server = server
        self._site = site
        self._exchange = Exchange()
        self._answers = Answers(self._break, self._take_up)
        self._unread = b""  # what was read and is not looked at yet
        self._language: Language = server.language
        self._working = False  # a handler is at work
        self._handling = False
        self._ended = False  # it said that it will send nothing more
        self._lost = False
        self._stopped = False
        self._entered = False
        self._dropped = 0  # how much was read that nobody looks at
        self._held_up = False  # it waits for an answer to be taken
        self._since = clock.seconds()  # when it came, a request began, or one was answered
        self._successor: Successor | None = None

    # What Twisted calls

    @guarded
    def connectionMade(self) -> None:
        """Somebody has come."""
        self.factory.clients.add(self)
        self.proxied = not self.located
        transport = cast(Connection, self.transport)
        transport.bufferSize = READ_BYTES
        self._writer = ConnectionWriter(transport, self._answers, self._clock)
        self._entered = not ISSLTransport.providedBy(transport)

    @guarded
    def handshakeCompleted(self) -> None:
        """Somebody has come over TLS."""
        self._entered = True
        self._since = self._clock.seconds()

    @guarded
    def dataReceived(self, data: bytes) -> None:
        """Take what was read."""
        if self._successor is not None:
            self._successor.dataReceived(data)
        elif self._stopped or self._answers.finished:
            self._drop(len(data))
        else:
            self._unread += data
            self._await_turn()

    @guarded
    def readConnectionLost(self) -> None:
        """The client will send nothing more: answer what it asked, and close."""
        self._ended = True
        if self._successor is not None:
            self._successor.readConnectionLost()
        elif self._stopped or self._answers.finished:
            self._writer.end()
        else:
            self.factory.turns.await_one(self)  # a thousand may do so at once

    @guarded
    def writeConnectionLost(self) -> None:
        """The client was sent everything; it may still be sending."""
        if self._successor is not None:
            self._successor.writeConnectionLost()

    @guarded
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Somebody has gone. What was read of them is done all the same."""
        if self._successor is not None:
            self._successor.connectionLost(reason)
            return
        self._lost = True
        if self not in self.factory.clients:
            return
        self._writer.lost(ended=reason.check(ConnectionDone) is not None)
        if reason.check(ConnectionAborted) or self._stopped:  # by this side
            self._depart()
        else:
            self._read_on()

    # What the factory calls

    def refusal(self, full: TooManyConnections) -> bytes:
        """What it is told instead of being let in."""
        refusal = Refusal(ErrorKind.FULL, full.key, limit=full.limit)
        return refusal_bytes(error_answer(refusal, self._language), self._date())

    @property
    def waiting(self) -> bool:
        """Whether more waits for this client than it takes at the moment."""
        return self._writer.waiting

    @property
    def pending(self) -> bool:
        """Whether it is to be looked after: also one that asks nothing is let go in the end."""
        return True

    @guarded
    def check(self, now: float) -> None:
        """See whether this client takes longer than it may, at this time in seconds."""
        if self._lost:
            return
        if not self._entered:
            if now - self._since > HANDSHAKE_SECONDS:
                self.abort()
        elif self._is_late(now):
            self.factory.turns.await_one(self)  # a thousand may be late at once

    def _is_late(self, now: float) -> bool:
        if self._working or self._answers.finished:
            return False
        spent = now - self._since
        if self._exchange.begun:
            return spent > self._most_seconds
        return spent > IDLE_SECONDS and (self.waiting or not (self._unread or self._delayed))

    @property
    def _most_seconds(self) -> float:
        return BODY_SECONDS if self._exchange.head_is_whole else HEAD_SECONDS

    def _end_if_late(self) -> None:
        if not self._lost and self._is_late(self._clock.seconds()):
            if self._exchange.begun:
                limit = int(self._most_seconds)
                self._refuse(bad_request("request_took_too_long", 408, limit=limit))
            else:
                self._finish()

    @guarded
    def stop_reading(self) -> None:
        """Take nothing more from this client: the server is stopping."""
        self._stopped = True
        self._unread = b""
        if self._lost:
            self._read_on()
            return
        if not self._working:
            self._finish()
        self._writer.end()
        if self.paused and not self._ended:
            # What still comes is read and dropped: closing with unread input would reset.
            self.resumeProducing()

    @guarded
    def say_goodbye(self) -> None:
        """Close, once what is being answered was sent."""
        if not self._working:
            self._finish()

    def abort(self) -> None:
        """Close at once, whatever this client is owed."""
        if self._lost:
            self._depart()
            return
        cast(Connection, self.transport).abortConnection()

    @guarded
    def take_turn(self, share: float) -> None:
        """Handle what was read, for about so many seconds."""
        if self._handling or self._stopped or self._successor is not None:
            return
        self._handling = True
        if self._ended:
            self._writer.end()
        try:
            self._take_requests(share)
            self._end_if_late()
        finally:
            self._handling = False
        self._read_on()

    # Who asks, as handlers see them

    @property
    def whence(self) -> str:
        return self.network or ""

    @property
    def encrypted(self) -> bool:
        return ISSLTransport.providedBy(self.transport)

    def charge(self, lines: float) -> None:
        self.spend(lines, 0)

    # Reading

    def _drop(self, length: int) -> None:
        """What comes behind the last answer is read and dropped, so that the answer arrives: but
        not without end."""
        self._dropped += length
        if self._dropped > DROPPED_BYTES:
            # The outlet has it read on, whatever was paused here.
            cast(Connection, self.transport).pauseProducing()

    def _await_turn(self) -> None:
        """Have what was read looked at behind everybody's reading, in the time that all who wait
        share: a thousand may ask something at once, and each takes longer than many lines."""
        turns = self.factory.turns
        if not (self._handling or turns.awaited_by(self)):
            turns.await_one(self)
        if len(self._unread) > SMALL_BYTES:
            self.pauseProducing()

    def _take_requests(self, share: float) -> None:
        seconds = self._clock.seconds
        began = now = seconds()
        while now < began + share and self._may_go_on(now) and self._take_piece(now):
            now = seconds()
        self.spend_time(began, seconds())

    def _may_go_on(self, now: float) -> bool:
        if self._working or self._answers.finished or self._successor is not None:
            return False
        if self._writer.waiting and not self._lost:
            return False
        return self.pace is None or not self.pace.wait(now)

    def _take_piece(self, now: float) -> bool:
        """Look at what was read; False if there is nothing more to be done about it now."""
        exchange = self._exchange
        data, self._unread = self._unread, b""
        try:
            if not data:
                if not self._ended:
                    return False
                if not exchange.begun:
                    self._finish()
                    return False
                exchange.end()
            else:
                if not self.located:
                    self.factory.locate(self)
                if not exchange.begun:
                    self._since = now
                exchange.receive(data)
            request = exchange.request()
        except NotHttp:
            text = sentence(self._language, "http_only")
            self._send_last(encode_line(f"ERR {ErrorKind.WRONG_PROTOCOL.value}: {text}", b"\n"))
            return False
        except Problem as problem:
            self._refuse(problem)
            return False
        except TooManyConnections as full:
            self._send_last(self.refusal(full))
            return False
        if request is None:
            self.spend(UNENDED_LINES, len(data))
            if exchange.expects_word:
                self._put(exchange.go_on())
            return False
        self._unread = exchange.rest
        self.spend(REQUEST_LINES, len(data) - len(self._unread))
        self._have_answered(request)
        return True

    def _have_answered(self, request: Request) -> None:
        self._language = request.language(self.server.language)
        self._working = True
        answering = Deferred.fromCoroutine(self._site.answer(request, self))
        answering.addErrback(self._apologise)
        answering.addCallback(self._answered)
        answering.addErrback(self._give_up)

    def _apologise(self, failure: Failure) -> Answer:
        self.server.error_log.tell("a request could not be answered", failure, words=False)
        return error_answer(Refusal(ErrorKind.SERVER_ERROR, "server_error"), self._language)

    def _give_up(self, failure: Failure) -> None:
        self._working = False
        self.server.error_log.tell("a client could not be answered", failure, words=False)
        self._depart() if self._lost else self.abort()

    def _answered(self, answer: Answer | HandOver) -> None:
        self._working = False
        if self not in self.factory.clients:
            return  # it was let go meanwhile
        if not isinstance(answer, HandOver):
            self._answer(replace(answer, closes=answer.closes or self._stopped))
        elif self._stopped or self._lost:
            self._finish()
        else:
            self._hand_over(answer.make())
        if not self._handling:
            self._read_on()

    def _hand_over(self, successor: Successor) -> None:
        transport = cast(ITransport, self.transport)
        rest, self._unread = self._unread, b""
        self.forget_turns()
        self._exchange = Exchange()
        cast(Connection, transport).unregisterProducer()
        self.factory.hand_over(self, successor)
        self._successor = successor
        successor.handshake_is_done = True
        successor.proxied = self.proxied
        successor.makeConnection(transport)
        if self.paused:
            self.resumeProducing()
        if rest:
            successor.dataReceived(rest)
        if self._ended:
            successor.readConnectionLost()

    def _read_on(self) -> None:
        """See to it that this client goes on as soon as it may, and that it waits until then."""
        if self._successor is not None or self not in self.factory.clients:
            return
        if self._answers.finished:
            self._unread = b""
        if self._lost and not (self._unread or self._working):
            self._depart()
        elif not self._answers.finished:
            self._wait_or_go_on()

    def _wait_or_go_on(self) -> None:
        self.slow_down()
        self._held_up = waiting = self._writer.waiting and not self._lost
        more = bool(self._unread) or self._ended
        busy = self._working or waiting or self._delayed is not None
        if more and not busy:
            self.factory.turns.await_one(self)
        if self._ended or self._lost:
            return
        if more or busy:
            self.pauseProducing()
        elif self.paused:
            self.resumeProducing()

    def _take_up(self) -> None:
        """All that was answered was taken: go on, if that was waited for."""
        if self._held_up:
            self._held_up = False
            self._since = self._clock.seconds()
            self.factory.turns.await_one(self)

    # Writing

    def _answer(self, answer: Answer) -> None:
        exchange, self._exchange = self._exchange, Exchange()
        data = exchange.answer(answer, self._date())
        self._since = self._clock.seconds()
        if exchange.closes:
            self._send_last(data)
        else:
            self._put(data)

    def _refuse(self, problem: Problem) -> None:
        """What came cannot be read, and so cannot what comes behind it."""
        self._answer(error_answer(problem, self._language, closes=True))

    def _send_last(self, data: bytes) -> None:
        if not self._lost:
            self._answers.put(data)
        self._finish()

    def _put(self, data: bytes) -> None:
        if not self._lost:
            self._answers.put(data)
            self._writer.pump()

    def _finish(self) -> None:
        """Close, once everything was sent."""
        self._unread = b""
        self._answers.finished = True
        self._writer.pump()

    def _date(self) -> str:
        return date_of(self.server.now())

    # Going

    def _depart(self) -> None:
        """There is nothing left to be done for somebody who has gone."""
        if self in self.factory.clients:
            self._unread = b""
            self.forget_turns()
            self.factory.gone(self)

    def _break(self, what: str) -> None:
        """An error is being handled that leaves this client in no known state: let it go."""
        self.server.error_log.tell(what, words=False)
        self._stopped = True
        self._unread = b""
        if self._lost:
            self._depart()
        else:
            self.abort()
