"""Routes that turn a connection into a WebSocket, or into the stream of a room's events.

Rights are checked here, while a refusal can still be an HTTP answer. This module must not know
frames, nor the messages in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from twisted.internet.interfaces import IReactorTime

from chatd.chat.actions.costs import READING_COST
from chatd.chat.actions.look import room_called
from chatd.chat.server import ChatServer
from chatd.protocols.transport.handler import Handler
from chatd.protocols.web.api.operation import Operation, Parameter, Returned
from chatd.protocols.web.api.request_session import Call, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import AFTER, BOOKMARK, ROOM, TEXT
from chatd.protocols.web.http.http1 import date_of, opening_bytes
from chatd.protocols.web.http.messages import NO_STORE, Answer, bookmark_in
from chatd.protocols.web.http.upgrade import HandOver, Subprotocol
from chatd.protocols.web.live import handshake
from chatd.protocols.web.live.credentials import HandshakeCredentials
from chatd.protocols.web.live.event_stream import EVENTS, EventStreamHandler, Visit
from chatd.protocols.web.live.websocket import WEBSOCKET, WebSocketHandler
from chatd.rooms.bookmarks import NEWCOMER, Return, is_of
from chatd.rooms.room import Room
from chatd.util.fair_queue import Asker

SuccessorMaker = Callable[[ChatServer, IReactorTime, int], Handler[Any]]
"""Makes the handler of a client from the server, the clock, and the most characters of a line."""

_EVENTS = Answer(
    200,
    (
        ("Content-Type", "text/event-stream; charset=utf-8"),
        NO_STORE,
        ("X-Accel-Buffering", "no"),  # nginx would keep events back until it has 4 KiB
    ),
)

_IS_OPEN = Returned(101, "The connection is a WebSocket.")


async def web_socket(call: Call) -> HandOver:
    """Hand the connection over to a WebSocket."""
    call.server.numbers.check()
    grant = call.grant()
    cookies = call.cookies if grant is None and call.may_show_secrets else ()
    is_unproved = len(cookies) == 1 and call.server.credentials.is_unproved(cookies[0])
    headers = [call.set_cookie("")] if is_unproved else []  # so that it is told once
    opening = handshake.opened(call.request, headers)
    return HandOver(
        lambda: WebSocketHandler(
            call.server,
            call.clock,
            call.max_length,
            opening=opening,
            credentials=HandshakeCredentials(grant, cookies, is_unproved),
        )
    )


def makers_of(subprotocols: Iterable[Subprotocol]) -> Mapping[str, SuccessorMaker]:
    """Return, by their kinds, makers of handlers that go on with clients of another process."""
    return {
        WEBSOCKET: WebSocketHandler,
        EVENTS: lambda server, clock, _: EventStreamHandler(server, clock, server.language),
        **{each.kind: partial(each.make, opening=b"", grant=None) for each in subprotocols},
    }


def route_of(subprotocol: Subprotocol) -> Route:
    """Return the route to a WebSocket through which another protocol is spoken."""
    returns = (_IS_OPEN,)
    operation = Operation(subprotocol.name, "rooms", "Another protocol", returns=returns)
    handler = partial(_through_web_socket, subprotocol)
    return Route("GET", subprotocol.path, handler, operation, ends=False)


async def _through_web_socket(subprotocol: Subprotocol, call: Call) -> HandOver:
    """Hand the connection over. To log in by the protocol is the one way beside a trusted proxy."""
    call.server.numbers.check()
    offered = call.request.header("sec-websocket-protocol") or ""
    is_offered = subprotocol.name in handshake.listed(offered)
    headers = [("Sec-WebSocket-Protocol", subprotocol.name)] if is_offered else []
    opening = handshake.opened(call.request, headers)
    return HandOver(
        lambda: subprotocol.make(
            call.server, call.clock, call.max_length, opening=opening, grant=call.vouched
        )
    )


async def stream(call: Call) -> HandOver:
    """Hand the connection over to the event stream of a room."""
    server = call.server
    grant = call.grant()
    with visitor(call) as (session, _):
        room = room_called(server, session, call.names["room"])
        back = await _return_to(call, room, session.identity.asker)
    call.server.numbers.check()

    def make() -> EventStreamHandler:
        opening = opening_bytes(_EVENTS, date_of(server.now()))
        visit = Visit(room, back, opening, grant)
        return EventStreamHandler(server, call.clock, call.language, visit)

    return HandOver(make)


async def _return_to(call: Call, room: Room, asker: Asker) -> Return:
    """Return the point from which a reader of events goes on. Raises `Problem`.

    An EventSource that reconnects sends its last id in a header, and requests the same path as
    before. An id of another log shows all of this one.
    """
    last = call.request.header("last-event-id")
    bookmark = bookmark_in("Last-Event-ID", last) if last else call.request.bookmark("after")
    if bookmark is None:
        return NEWCOMER
    known = await is_of(room, bookmark, asker, seqs_count=not last)
    return Return(bookmark.seq if known else 0, anew=not known)


TABLE = (
    Route(
        "GET",
        "/ws",
        web_socket,
        Operation(
            "webSocket",
            "rooms",
            "A WebSocket",
            description="RFC 6455. docs/wire.md describes its messages. Where IRC clients are"
            " let in, a handshake that offers the subprotocol `text.ircv3.net`, at any path, or"
            " that is for the path /irc, begins IRC instead.",
            parameters=(
                Parameter("Sec-WebSocket-Version", "header", {**TEXT, "const": handshake.VERSION}),
                Parameter("Sec-WebSocket-Key", "header", TEXT),
            ),
            returns=(_IS_OPEN,),
            errors=(401, 426),
        ),
        ends=False,
    ),
    Route(
        "GET",
        "/api/rooms/{room}/stream",
        stream,
        Operation(
            "stream",
            "rooms",
            "The events of a room as they happen",
            description="Server-sent events, without end. The client is in the room as long as it"
            " reads. The `id` of an event in the log is its bookmark, its `event` is message,"
            " action, topic or deed, and its `data` is an Event. For others, `event` is notice,"
            " entered, left, say or error. A comment comes every 15 to 20 seconds.",
            parameters=(
                ROOM,
                AFTER,
                Parameter(
                    "Last-Event-ID",
                    "header",
                    BOOKMARK,
                    "The last `id` received, instead of `after`; a client that reconnects sends"
                    " it. If it is of another log, all of this one follows, and `entered` has"
                    " `anew`.",
                ),
            ),
            returns=(Returned(200, "The events.", TEXT, type="text/event-stream"),),
            errors=(401, 404, 422),
        ),
        READING_COST,
        ends=False,
    ),
)
