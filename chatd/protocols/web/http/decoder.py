"""Bytes in, requests out; pure.

h11 reads the next request only after the one before was answered, so there is one at a time: see
`HttpDecoder.answer`. This module must not know what is asked, or when.
"""

from __future__ import annotations

from chatd.protocols.web.http.http1 import Exchange, NotHttp
from chatd.protocols.web.http.messages import Answer, Problem, Request
from chatd.util.state import State


class Expectation:
    """An item: the client waits to be told that it may send the body (``100 Continue``)."""


EXPECTATION = Expectation()

Answerable = Request | Problem | NotHttp
"""An item that ends in an answer. After `Problem` and `NotHttp` nothing more can be decoded."""

Item = Answerable | Expectation
"""An item of a client's input."""


class HttpDecoder:
    """The decoder of one connection."""

    __slots__ = ("_answering", "_exchange", "_over")

    overhead = 0
    held = 0

    def __init__(self) -> None:
        self._exchange = Exchange()
        self._answering = False  # a request is whole, and not answered yet
        self._over = False

    @property
    def can_move(self) -> bool:
        """True if another process can go on: no answer has begun, and a request may follow."""
        return self._exchange.can_move and not self._over

    def state_of(self, item: Request) -> None:
        """Return None: the request that is whole is in `state`."""

    def item_from(self, state: None) -> Request:
        """Return the request that is whole."""
        request = self._exchange.request()
        assert request is not None
        return request

    def state(self) -> State:
        """Return what another process needs to go on in the middle of a request."""
        return {"exchange": self._exchange.state(), "answering": self._answering}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        self._exchange.resume(state["exchange"])
        self._answering = state["answering"]

    @property
    def unfinished(self) -> bool:
        """True if a request has begun that is not whole yet."""
        return self._exchange.begun and not (self._answering or self._over)

    @property
    def head_is_whole(self) -> bool:
        """True if the headers of the request have come, so that only a body may be missing."""
        return self._exchange.head_is_whole

    def feed(self, unread: bytes) -> tuple[list[Item], bytes]:
        """Decode bytes. Return the item that they complete, if any, and the bytes after it."""
        try:
            self._exchange.receive(unread)
            request = self._exchange.request()
        except (NotHttp, Problem) as failure:
            self._over = True
            return [_bare(failure)], b""
        if request is not None:
            self._answering = True
            return [request], self._exchange.rest
        return [EXPECTATION] if self._exchange.expects_word else [], b""

    def finish(self) -> list[Item]:
        """Return the failure that the end of the input is for a request that has begun."""
        self._over = True
        try:
            self._exchange.end()
            request = self._exchange.request()
        except (NotHttp, Problem) as failure:
            return [_bare(failure)]
        return [] if request is None else [request]

    def drop(self) -> None:
        """Drop the request that has begun."""
        self._over = True

    def go_on(self) -> bytes:
        """Return the bytes by which the client is told that it may send the body."""
        return self._exchange.go_on()

    def answer(self, answer: Answer, date: str) -> tuple[bytes, bool]:
        """Return the bytes of the answer to the last item, and True if no request can follow.

        ``date`` is the time as HTTP has it. Then the next request can be decoded.
        """
        data = self._exchange.answer(answer, date)
        return data, self._end()

    def begin(self, answer: Answer, date: str) -> bytes:
        """Return the head of an answer whose body is sent in pieces, before `finish_pieces`."""
        return self._exchange.begin(answer, date)

    def piece(self, data: bytes) -> bytes:
        """Return the bytes of a piece of the body."""
        return self._exchange.piece(data)

    def finish_pieces(self) -> tuple[bytes, bool]:
        """Return the bytes of the end of an answer, and True if no request can follow."""
        data = self._exchange.finish()
        return data, self._end()

    def _end(self) -> bool:
        exchange, self._exchange = self._exchange, Exchange()
        self._answering = False
        return exchange.closes


def _bare(failure: NotHttp | Problem) -> NotHttp | Problem:
    """Return a failure without its traceback, which refers to all that was done to decode it."""
    failure.__context__ = None
    return failure.with_traceback(None)
