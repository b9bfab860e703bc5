"""Decisions: lines of a room that are kept as such, which are the first page of a post-mortem.

A decision is a remark in the log of its room, so it lives as long as other lines of that time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatd.chat.actions.look import nothing_to_check, room_to_read
from chatd.chat.actions.once import Made, remark_once
from chatd.chat.actions.remarks import check_remarks, excerpt_of, line_named
from chatd.chat.idempotency import Keep, Request, keep_nothing
from chatd.chat.key_owners import ClientKey
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.event import Event, Kind
from chatd.remarks import Remark
from chatd.rooms.room import Room
from chatd.storage.contract import PAGE_CHARACTERS

DECISIONS_GIVEN = 100
DECISIONS_ASKED = 20
"""Most decisions of one answer, and the number of decisions if none is asked for."""


class Decisions(NamedTuple):
    """Decisions of a room, the newest first.

    ``next`` is the seq before which to go on; 0 if there are no earlier ones.
    """

    room: Room
    events: Sequence[Event]
    next: int


async def decide(
    server: ChatServer,
    session: Session,
    room: Room,
    line: int | str | None,
    words: str = "",
    check: Callable[[], None] = nothing_to_check,
    keep: Keep = keep_nothing,
) -> Remark:
    """Keep a line of a room as a decision: see `line_named`. ``words`` say what was decided.

    Who may speak in the room may do so. ``check`` is called after each wait, and raises if the
    session has ended. Return the decision once it is on disk and shown. Raises `Refusal` and
    `StoreError`.
    """
    check_remarks(server, session, room)
    found = await line_named(server, session, room, line)
    check()
    check_remarks(server, session, room)  # still
    decision = Remark("decision", found.seq, found.author, excerpt_of(found), words)
    await server.deeds.remark(session, room, Kind.DECISION, decision, *keep(room))
    check()
    return decision


async def decide_once(
    server: ChatServer,
    session: Session,
    wanted: str,
    seq: int | None,
    words: str,
    key: ClientKey | None,
    check: Callable[[], None] = nothing_to_check,
) -> Made:
    """Keep a line of the room of that name as a decision, once with its key: see `decide`."""

    async def do(room: Room, keep: Keep) -> Remark:
        return await decide(server, session, room, seq, words, check, keep)

    request = Request(Kind.DECISION, (seq, words), wanted)
    return await remark_once(server, session, key, request, do, check)


async def decisions_before(
    server: ChatServer,
    session: Session,
    room: Room,
    before: int | None,
    limit: int,
    check: Callable[[], None] = nothing_to_check,
) -> Decisions:
    """Return the last decisions of a room before a seq, or the last of all: at most *limit*.

    Those of people whom the session ignores are left out. ``check`` is as in `decide`. Raises
    `Refusal` and `StoreError`.
    """
    room_to_read(server, session, room)
    upto = room.head if before is None else before - 1
    asker, view = session.identity.asker, session.subscriptions.view
    found = await room.reader.remarks(Kind.DECISION, upto, limit + 1, asker)
    session.stream.meter.read(len(found))
    check()
    server.moderation.check(session, room, Act.READ)  # still
    page = found[:limit]
    shown = [event for event in page if not view.ignores(event)]
    more = len(found) > limit or sum(len(event.text) for event in found) >= PAGE_CHARACTERS
    return Decisions(room, shown, page[-1].seq if more else 0)
