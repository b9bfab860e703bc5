"""The sending of answers on one HTTP connection: whole, in pieces, or as the last one.

This module must not know who asked, nor what is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chatd.protocols.transport.lifecycle import State
from chatd.protocols.transport.managed_connection import ManagedConnection
from chatd.protocols.web.http.answers import Answers
from chatd.protocols.web.http.deadlines import RequestDeadlines
from chatd.protocols.web.http.decoder import HttpDecoder
from chatd.protocols.web.http.http1 import date_of
from chatd.protocols.web.http.messages import Answer


class Responder:
    """Sends the answers of one connection. ``now`` returns the time for their date."""

    def __init__(
        self,
        connection: ManagedConnection,
        decoder: HttpDecoder,
        deadlines: RequestDeadlines,
        now: Callable[[], float],
        taken: Callable[[], None],
    ) -> None:
        self.answers = Answers(connection.fail, taken)
        self._connection = connection
        self._decoder = decoder
        self._deadlines = deadlines
        self._now = now
        connection.output.begin(connection.transport, self.answers)

    @property
    def date(self) -> str:
        """The date of an answer that is sent now."""
        return date_of(self._now())

    def respond(self, answer: Answer) -> None:
        """Send an answer, and close after it if it says so."""
        self._send(*self._decoder.answer(answer, self.date))

    async def respond_in_pieces(self, answer: Answer, pieces: Iterator[bytes]) -> None:
        """Send the head of an answer, and its body piece by piece, as the client takes them."""

        def give(piece: bytes) -> None:
            self._send(self._decoder.piece(piece))

        self.put(self._decoder.begin(answer, self.date))
        await self.answers.put_pieces(pieces, self._connection.reader.rate, give)
        if self._connection.lifecycle.departed:
            return
        data, last = self._decoder.finish_pieces()
        self._send(data, last or self._connection.lifecycle.state is State.DRAINING)

    def put(self, data: bytes) -> None:
        """Send bytes, if the client is there."""
        if not self._connection.lifecycle.lost:
            self.answers.put(data)
            self._connection.output.writer.pump()

    def send_last(self, data: bytes) -> None:
        """Send bytes, and close."""
        if not self._connection.lifecycle.lost:
            self.answers.put(data)
        self.finish()

    def finish(self) -> None:
        """Close once everything is sent."""
        if self._connection.lifecycle.departed:
            return
        self._connection.reader.intake.forget()
        self.answers.finished = True
        self._connection.output.writer.pump()

    def _send(self, data: bytes, last: bool = False) -> None:
        self._deadlines.restart()
        if last:
            self.send_last(data)
        else:
            self.put(data)
