"""A connection that speaks HTTP/1.1: the border between Twisted and the interface for browsers.

One request after another is decoded, has the site answer it, and is answered. While the site is at
work, while an answer is not taken, and while its client owes for what it asked, no other request is
decoded. This module must not know what is asked: that is the site's business.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IProtocolNegotiationFactory, IReactorTime
from zope.interface import implementer

from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Language, sentence
from chatd.protocols.transport.client_protocol import ClientProtocol
from chatd.protocols.transport.factory import ChatFactory
from chatd.protocols.transport.handler import Goodbye, Handler
from chatd.protocols.transport.lifecycle import State
from chatd.protocols.transport.limits import TooManyConnections
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.transport.paced_reader import ITEMS_A_TURN
from chatd.protocols.web.http.deadlines import RequestDeadlines
from chatd.protocols.web.http.decoder import Answerable, Expectation, HttpDecoder, Item
from chatd.protocols.web.http.http1 import date_of, refusal_bytes
from chatd.protocols.web.http.messages import (
    Answer,
    Problem,
    Request,
    bad_request,
    error_answer,
)
from chatd.protocols.web.http.request_work import SAFE, Answering, RequestWork
from chatd.protocols.web.http.responder import Responder
from chatd.protocols.web.http.upgrade import ConnectionRequester
from chatd.text.escaping import encode_line
from chatd.util.state import State as HandedOver

REQUEST_LINES = 5
"""Cost of a request, in lines, beside what its handler adds: reading and answering one takes some
0.3 ms."""

NOTHING = Answer(204)

DROPPED_BYTES = 64 * 1024
"""Number of bytes that are read and dropped of a client that goes on sending after the last answer.
(That of twenty who did not stop took half of the reactor's time.)"""


class WebProtocol(ClientProtocol):
    """HTTP/1.1, and what a connection becomes by a request. ``site`` answers the requests.

    ``max_length`` is the most characters of a line; here it has no use.
    """

    def __init__(
        self, server: ChatServer, clock: IReactorTime, max_length: int, site: Answering
    ) -> None:
        super().__init__(clock, HttpHandler(server, clock, site))
        self._site = site

    def handler_of(self, kind: str) -> Handler[Any]:
        """Return the handler of a client, which may speak in another way by a request."""
        return self._site.successor(kind) or super().handler_of(kind)


@implementer(IProtocolNegotiationFactory)
class WebFactory(ChatFactory):
    """A factory that negotiates HTTP/1.1 over TLS (ALPN, RFC 7301).

    Browsers offer h2, too. With a factory that cannot choose, Twisted 26.10 ends the handshake with
    an internal error.
    """

    def acceptableProtocols(self) -> list[bytes]:
        return [b"http/1.1"]


class HttpHandler:
    """Has the requests of one client answered, one after another."""

    takes_input = True
    has_session = False  # but each request has one
    in_one_piece = False  # an answer must be taken before the next request
    at_once = False  # a thousand clients may ask at once, and each request takes longer than lines
    timed = False
    interrupted = True  # after each request
    item_cost = REQUEST_LINES
    most_dropped = DROPPED_BYTES

    connection: ManagedConnection
    requester: ConnectionRequester

    def __init__(self, server: ChatServer, clock: IReactorTime, site: Answering) -> None:
        self.decoder = HttpDecoder()
        self._server = server
        self._clock = clock
        self._site = site
        self._language: Language = server.language
        self._held_up = False  # the next request waits until an answer is taken
        self._deadlines = RequestDeadlines(self.decoder, clock)

    def refusal(self, full: TooManyConnections) -> bytes:
        """Return what the client receives instead of being admitted."""
        refusal = Refusal(ErrorKind.FULL, full.key, limit=full.limit)
        return refusal_bytes(error_answer(refusal, self._language), date_of(self._server.now()))

    def connect(self, connection: ManagedConnection) -> None:
        """Take a connection."""
        self.connection = connection
        self.requester = ConnectionRequester(connection)
        self._responder = Responder(
            connection, self.decoder, self._deadlines, self._server.now, self._go_on
        )
        self._answers = self._responder.answers
        self._work = RequestWork(connection, self.requester, self._responder, self._site)

    def enter(self) -> None:
        """Wait for the first request."""
        self._deadlines.restart()
        self.connection.factory.checks.schedule(self.connection)

    def address_known(self) -> None:
        """Do nothing until the first request comes, which a refusal would answer."""

    def allowance(self) -> int:
        """Return how many requests may be handled: none while one is handled, or not taken."""
        address = self.connection.address
        if not address.located and self.connection.reader.intake.unread:
            try:
                address.locate()
            except TooManyConnections as full:
                self._responder.send_last(self.refusal(full))
        return ITEMS_A_TURN if self._may_go_on() else 0

    def accept(self, items: list[Item]) -> list[Answerable]:
        """Return the items to be answered. Tell a client that waits for that to send the body."""
        answerable = [item for item in items if not isinstance(item, Expectation)]
        if len(answerable) < len(items):  # costs nothing, and the body has no longer to come
            self._responder.put(self.decoder.go_on())
        return answerable

    def handle(self, item: Answerable) -> None:
        """Answer a request, or what has come in place of one."""
        if isinstance(item, Request):
            if item.method in SAFE and self.connection.lifecycle.lost:
                self._responder.respond(NOTHING)  # for the decoder alone: the client has gone
            else:
                self._have_answered(item)
        elif isinstance(item, Problem):
            self._refuse(item)
        else:
            text = sentence(self._language, "http_only")
            self._responder.send_last(
                encode_line(f"ERR {ErrorKind.WRONG_PROTOCOL.value}: {text}", b"\n")
            )

    def item_failed(self) -> None:
        """Raise the error that is being handled again: there may be no answer to send it in."""
        raise

    def settle(self, more: bool) -> bool:
        """Return True if the next request may be handled."""
        return self._may_go_on()

    @property
    def busy(self) -> bool:
        """True while a request is handled."""
        return self._work.under_way

    def check(self, now: float) -> float:
        """Have a turn if the client takes longer than it may, at this time in seconds."""
        if self._is_late(now):
            if self._answers.sending:
                self.connection.abort()
            else:
                self.connection.reader.await_turn()  # a thousand may be late at once
        return self._deadlines.due(self.connection)

    def stop(self) -> None:
        """End, after the request that is being handled."""
        self.say_goodbye(Goodbye.STOPPING)

    def kind(self) -> str:
        """Return the kind of the connection."""
        return "http"

    @property
    def movable(self) -> bool:
        """True if another process can go on, once no request is handled."""
        return self.decoder.can_move

    def state(self) -> HandedOver | None:
        """Return what another process needs to go on; None while a request is handled."""
        if self.busy:
            return None
        return {
            "decoder": self.decoder.state(),
            "deadlines": self._deadlines.state(),
            "answers": self._answers.left,
            "language": self._language.value,
        }

    def resume(self, connection: ManagedConnection, state: HandedOver) -> None:
        """Take a connection, and go on with what its client has begun."""
        self.decoder.resume(state["decoder"])
        self._deadlines.resume(state["deadlines"])
        self._language = Language(state["language"])
        self.connect(connection)
        connection.factory.checks.schedule(connection)

    def follow(self, state: HandedOver) -> None:
        """Send the rest of the last answer."""
        self._responder.put(state["answers"])

    def say_goodbye(self, goodbye: Goodbye) -> None:
        """End, after the request that is being handled."""
        if not self._work.under_way:
            self._responder.finish()
        elif self.connection.lifecycle.state is not State.DRAINING:  # nothing is waited for
            self._work.break_off()

    def lost(self) -> None:
        """Make no other piece of an answer, and close the stream of the request."""
        self._answers.stop()
        self.requester.lost()

    def end_of_input(self) -> None:
        """End."""
        self._responder.finish()

    def apologise(self) -> bool:
        """Return False: an error on the way leaves no request to answer."""
        return False

    def depart(self) -> None:
        """Do as `lost` does, which is not called of a client that was let go."""
        self.lost()
        self._answers.forget()

    def _may_go_on(self) -> bool:
        """Return True if a request may be handled. End the connection if its client is too late."""
        if self._work.under_way or self._answers.finished:
            return False
        lost, intake = self.connection.lifecycle.lost, self.connection.reader.intake
        self._held_up = self.connection.output.waiting and not lost
        must_wait = self._held_up or not (intake.items or intake.unread)
        if must_wait and not lost and self._is_late(self._clock.seconds()):
            if self.decoder.unfinished:
                limit = int(self._deadlines.for_request)
                self._refuse(bad_request("request_took_too_long", 408, limit=limit))
            else:
                self._responder.finish()
        return not (self._held_up or self._answers.finished)

    def _go_on(self) -> None:
        """Have a turn: all that was answered was taken. Do nothing if that was not waited for."""
        if self._held_up:
            self._held_up = False
            self._deadlines.restart()
            self.connection.reader.await_turn()

    def _is_late(self, now: float) -> bool:
        if (self._work.under_way and not self._answers.sending) or self._answers.finished:
            return False
        return self._deadlines.are_over(self.connection, now)

    def _have_answered(self, request: Request) -> None:
        self._language = request.language(self._server.language)
        self._work.begin(request, self._language)

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem, and end: what comes after it cannot be decoded, either."""
        self._responder.respond(error_answer(problem, self._language, closes=True))
