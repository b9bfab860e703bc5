"""What a connection becomes on which somebody stays: a WebSocket, or a room's events.

Whether they may is looked at here, while it can still be answered as HTTP does. It knows no frames,
and not what is said.
"""

from __future__ import annotations

import re

from chatd.commands.base import READING_COST
from chatd.protocols.web import handshake
from chatd.protocols.web.api import LAST_SEQ
from chatd.protocols.web.event_stream import EventStream
from chatd.protocols.web.exchange import opening_bytes
from chatd.protocols.web.handover import HandOver
from chatd.protocols.web.requests import NO_STORE, Answer, Problem, date_of
from chatd.protocols.web.routes import Route
from chatd.protocols.web.visitors import Call, visitor
from chatd.protocols.web.websocket import WebSocketProtocol
from chatd.rights import Act
from chatd.texts import ErrorKind

_SEQ = re.compile("[0-9]{1,15}", re.ASCII)

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
    server, after = call.server, _after(call)
    grant = call.grant()
    with visitor(call) as (session, _):
        room = server.rooms.called(call.names["room"], session)
        server.moderation.check(session, room, Act.READ)
    return HandOver(
        lambda: EventStream(
            server,
            call.clock,
            room,
            after,
            opening=opening_bytes(_EVENTS, date_of(server.now())),
            language=call.language,
            grant=grant,
        )
    )


def _after(call: Call) -> int | None:
    """Behind which seq the room is shown: who comes back says where they were, and asks for the
    same path as before. Raises `Problem`."""
    last = call.request.header("last-event-id")
    if not last:
        return call.request.number("after", 0, LAST_SEQ)
    if not _SEQ.fullmatch(last):
        raise Problem(
            ErrorKind.WRONG_USE, "not_a_number", name="Last-Event-ID", least=0, most=LAST_SEQ
        )
    return int(last)


TABLE = (
    Route("GET", "/ws", converse, ends=False),
    Route("GET", "/api/rooms/{room}/stream", stream, READING_COST, False, ("after",)),
)
