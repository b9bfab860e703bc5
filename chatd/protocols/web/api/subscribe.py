"""What a connection becomes on which somebody stays: a WebSocket, or a room's events.

Whether they may is looked at here, while it can still be answered as HTTP does. It knows no frames,
and not what is said.
"""

from __future__ import annotations

from chatd.chat.permissions import Act
from chatd.commands.base import READING_COST
from chatd.protocols.web.api.request_session import Call, visitor
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.http.http1 import opening_bytes
from chatd.protocols.web.http.messages import NO_STORE, Answer, bookmark_in, date_of
from chatd.protocols.web.http.upgrade import HandOver
from chatd.protocols.web.live import handshake
from chatd.protocols.web.live.event_stream import EventStream
from chatd.protocols.web.live.websocket import WebSocketProtocol
from chatd.rooms.bookmarks import NEWCOMER, Return, is_of
from chatd.rooms.room import Room

_EVENTS = Answer(
    200,
    (
        ("Content-Type", "text/event-stream; charset=utf-8"),
        NO_STORE,
        ("X-Accel-Buffering", "no"),  # nginx would keep events back until it has 4 KiB
    ),
)


async def converse(call: Call) -> HandOver:
    """A browser wants a WebSocket."""
    opening = handshake.opened(call.request)
    grant = call.grant()
    return HandOver(
        lambda: WebSocketProtocol(
            call.server,
            call.clock,
            call.max_length,
            opening=opening,
            grant=grant,
        )
    )


async def stream(call: Call) -> HandOver:
    """Somebody wants to be shown what is said in a room."""
    server = call.server
    grant = call.grant()
    with visitor(call) as (session, _):
        room = server.rooms.called(call.names["room"], session)
        server.moderation.check(session, room, Act.READ)
        back = await _return_to(call, room)
    return HandOver(
        lambda: EventStream(
            server,
            call.clock,
            room,
            back,
            opening=opening_bytes(_EVENTS, date_of(server.now())),
            language=call.language,
            grant=grant,
        )
    )


async def _return_to(call: Call, room: Room) -> Return:
    """Return from where a reader goes on. An EventSource that comes back sends its last id in a
    header, and asks for the same path as before. With an id of another log all is shown. Raises
    `Problem`."""
    last = call.request.header("last-event-id")
    bookmark = bookmark_in("Last-Event-ID", last) if last else call.request.bookmark("after")
    if bookmark is None:
        return NEWCOMER
    known = await is_of(room, bookmark, seqs_count=not last)
    return Return(bookmark.seq if known else 0, anew=not known)


TABLE = (
    Route("GET", "/ws", converse, ends=False),
    Route("GET", "/api/rooms/{room}/stream", stream, READING_COST, False, ("after",)),
)
