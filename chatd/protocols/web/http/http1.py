"""One request and its answer, in bytes of HTTP/1.1. Pure: h11 reads and writes them.

No other module needs to know h11. This module must not know connections, the time, or what is
asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from email.utils import formatdate
from itertools import chain

import h11

from chatd.protocols.web.http.messages import (
    BODY_BYTES,
    HEADER_BYTES,
    TARGET_BYTES,
    Answer,
    Problem,
    Request,
    bad_request,
    request_of,
    target_too_long,
)
from chatd.protocols.web.http.security_headers import SECURITY_HEADERS
from chatd.text.validation import is_http_request
from chatd.util.state import State

FIRST_LINE_BYTES = TARGET_BYTES + 64
"""Most bytes of the first line: there is little room for method and version beside the target."""

METHOD_BYTES = 32
"""Number of bytes in which a first line shows that it is a request's, with a method and a path."""

_LINE_ENDS = b"\r\n"


class NotHttp(Exception):
    """The input is no request, but a line of text, or the beginning of another protocol."""


class Exchange:
    """Takes the bytes of one request, and returns those of its answer.

    Once it is answered, another exchange takes the `rest`, unless it `closes`.
    """

    def __init__(self) -> None:
        self._connection: h11.Connection | None = None  # 3 KB, so only once there is a request
        self._first = b""  # the first line, as far as it has come
        self._is_http = False
        self._head: Request | None = None
        self._body = bytearray()  # it may come in chunks of one byte
        self._request: Request | None = None
        self._only_head = False
        self._last = False
        self._raw_head = bytearray()  # as far as it has come
        self._was_told = False  # to send the body

    @property
    def _h11(self) -> h11.Connection:
        if self._connection is None:
            self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_BYTES)
        return self._connection

    @property
    def begun(self) -> bool:
        """True if any part of a request has come."""
        return bool(self._first) or self._is_http

    @property
    def head_is_whole(self) -> bool:
        """True if the headers have come, so that only a body may be missing."""
        return self._head is not None

    @property
    def expects_word(self) -> bool:
        """True if the client waits to be told that it may send the body: see `go_on`."""
        return self._request is None and self._h11.they_are_waiting_for_100_continue

    @property
    def closes(self) -> bool:
        """True if no other request can follow this one, which was answered."""
        return (
            self._last
            or self._h11.our_state is not h11.DONE
            or self._h11.their_state is not h11.DONE
        )

    @property
    def rest(self) -> bytes:
        """The bytes that were received after the request."""
        return self._h11.trailing_data[0] if self._is_http else self._first

    @property
    def can_move(self) -> bool:
        """True if another process can go on with the request, of which no answer has begun.

        h11 does not say how much of a chunk is still to come.
        """
        return self._head is None or self._head.header("transfer-encoding") is None

    def state(self) -> State:
        """Return what another process needs to go on: what was received of the request."""
        body = self._body if self._request is None else self._request.body
        return {"raw": bytes(self._raw_head) + body, "was_told": self._was_told}

    def resume(self, state: State) -> None:
        """Go on from a state. Raise `NotHttp` or `Problem`."""
        self.receive(state["raw"])
        self.request()
        if state["was_told"]:
            self.go_on()

    def receive(self, data: bytes) -> None:
        """Take bytes. Raise `NotHttp` or `Problem`."""
        if self._head is None:
            self._raw_head += data
        if self._is_http:
            self._h11.receive_data(data)
            return
        # RFC 9112 section 2.2: empty lines before a request are passed over.
        self._first = (self._first + data).lstrip(_LINE_ENDS)
        line, newline, _ = self._first.partition(b"\n")
        if not newline:
            if len(line) > FIRST_LINE_BYTES:
                raise target_too_long() if b" /" in line[:METHOD_BYTES] else NotHttp
            return
        if not is_http_request(line.rstrip(b"\r")):
            raise NotHttp
        self._is_http = True
        first, self._first = self._first, b""
        self._h11.receive_data(first)

    def end(self) -> None:
        """Take the end of the input. Raise `NotHttp`."""
        if not self._is_http and self._first:
            raise NotHttp
        self._h11.receive_data(b"")

    def request(self) -> Request | None:
        """Return the request, once it is whole; None until then. Raise `Problem`."""
        while self._is_http and self._request is None:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                error.__traceback__ = None  # which refers to the error
                raise self._problem(error) from None
            if isinstance(event, h11.Request):
                self._take_head(event)
            elif isinstance(event, h11.Data):
                self._take_body(event.data)
            elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                self._request = self._head
                if self._body:
                    self._request = replace(self._head, body=bytes(self._body))
                    self._body.clear()
            else:
                return None  # h11.NEED_DATA
        return self._request

    def go_on(self) -> bytes:
        """Return the bytes that tell the client to send the body."""
        self._was_told = True
        return self._sent(h11.InformationalResponse(status_code=100, headers=[]))

    def answer(self, answer: Answer, date: str) -> bytes:
        """Return the bytes of an answer. ``date`` is the time as HTTP writes it."""
        return self.begin(answer, date) + self.piece(answer.body) + self.finish()

    def begin(self, answer: Answer, date: str) -> bytes:
        """Return the head of an answer. Its body is sent in pieces, before `finish`."""
        self._last = self._last or answer.closes
        headers = [("Date", date), *_fields(answer)]
        if self._last:
            headers.append(("Connection", "close"))
        response = h11.Response(
            status_code=answer.status, headers=headers, reason=answer.reason.encode()
        )
        return self._sent(response)

    def piece(self, data: bytes) -> bytes:
        """Return the bytes of a piece of the body; none if the request was for the head alone."""
        return self._sent(h11.Data(data=data)) if data and not self._only_head else b""

    def finish(self) -> bytes:
        """Return the bytes of the end of an answer."""
        return self._sent(h11.EndOfMessage())

    def _sent(self, event: h11.Event) -> bytes:
        return self._h11.send(event) or b""

    def _take_head(self, event: h11.Request) -> None:
        del self._raw_head[len(self._raw_head) - len(self.rest) :]
        if event.http_version not in (b"1.0", b"1.1"):
            raise bad_request(status=505)
        self._only_head = event.method == b"HEAD"
        headers = [(name.lower(), value) for name, value in event.headers.raw_items()]
        if sum(map(len, chain.from_iterable(headers))) > HEADER_BYTES:
            raise _too_large()
        self._head = request_of(event.method, event.target, headers)
        length = self._head.header("content-length")
        if length is not None and int(length) > BODY_BYTES:
            raise _body_too_large()

    def _take_body(self, data: bytes | bytearray) -> None:
        if len(self._body) + len(data) > BODY_BYTES:
            raise _body_too_large()
        self._body += data

    def _problem(self, error: h11.RemoteProtocolError) -> Problem:
        if error.error_status_hint == 431 and self._head is None:
            return _too_large()
        return bad_request()


def date_of(now: float) -> str:
    """Return a time (seconds since 1970) as HTTP writes it."""
    return formatdate(now, usegmt=True)


def refusal_bytes(answer: Answer, date: str) -> bytes:
    """Return the bytes of an answer to a client of which no request is read: it is the last one."""
    return _head(answer, _fields(answer), date) + answer.body


def opening_bytes(answer: Answer, date: str) -> bytes:
    """Return the beginning of an answer that goes on until the connection is closed."""
    return _head(answer, (*answer.headers, *SECURITY_HEADERS), date)


def _head(answer: Answer, fields: Iterable[tuple[str, str]], date: str) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", f"Date: {date}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _fields(answer: Answer) -> Iterable[tuple[str, str]]:
    fields: Sequence[tuple[str, str]] = (*answer.headers, *SECURITY_HEADERS)
    if answer.status in (204, 304) or answer.pieces is not None:
        return fields  # RFC 9110 section 8.6: no length where there is never a body
    return (*fields, ("Content-Length", str(len(answer.body))))


def _too_large() -> Problem:
    return bad_request("headers_too_large", 431, limit=HEADER_BYTES)


def _body_too_large() -> Problem:
    return bad_request("body_too_large", 413, limit=BODY_BYTES)
