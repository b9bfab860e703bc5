"""Reading the past of a room: its last lines, lines since a time, and pages.

Rights may end while the store is read, so they are checked again after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chatd.chat.actions.look import nothing_to_check, room_to_read
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Bookmark
from chatd.rooms.bookmarks import is_of
from chatd.rooms.paging import Stretch, first_events, last_events
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError


class Past(NamedTuple):
    """The stretch ``after < seq <= upto`` of the log of a room."""

    room: Room
    after: int
    upto: int

    @property
    def lines(self) -> int:
        """The number of seqs in it."""
        return self.upto - self.after


class Page(NamedTuple):
    """A page of the log of a room, whose last seq was ``head`` when it was asked for.

    ``anew`` is true if the bookmark was not of this log, so that the page is the first one.
    """

    room: Room
    head: int
    found: Stretch
    anew: bool = False


def last_lines(server: ChatServer, session: Session, lines: int) -> Past:
    """Return the stretch of the last lines of the room that a session is in. Raises `Refusal`."""
    room = room_to_read(server, session)
    return Past(room, max(0, room.head - lines), room.head)


async def lines_since(server: ChatServer, session: Session, since: int) -> Past:
    """Return the stretch of the lines since a time (seconds since 1970) of the session's room.

    Raises `Refusal`.
    """
    room = room_to_read(server, session)
    try:
        after = await room.seq_before(since * 1000, session.identity.asker)
    except StoreError:
        after = None
    server.moderation.check(session, room, Act.READ)  # still
    if after is None:
        raise not_readable(1, room.head)
    return Past(room, after, room.head)


async def page_before(
    server: ChatServer,
    session: Session,
    room: Room,
    before: int | None,
    limit: int,
    check: Callable[[], None] = nothing_to_check,
) -> Page:
    """Return the last events of a room before a seq, or the last of all: at most *limit*.

    ``check`` is called after the wait for the store, and raises if the session has ended. Raises
    `Refusal` and `StoreError`.
    """
    room_to_read(server, session, room)
    head = room.head
    upto = head if before is None else min(before - 1, head)
    view, asker = session.subscriptions.view.of_past, session.identity.asker
    meter = session.stream.meter
    found = await last_events(room, upto, limit, view, asker, meter)
    meter.read(found.upto - found.after)
    check()
    server.moderation.check(session, room, Act.READ)  # still
    return Page(room, head, found)


async def page_after(
    server: ChatServer,
    session: Session,
    room: Room,
    after: Bookmark,
    limit: int,
    check: Callable[[], None] = nothing_to_check,
) -> Page:
    """Return the first events of a room after a bookmark: at most *limit*.

    ``check`` is as in `page_before`. Raises `Refusal` and `StoreError`.
    """
    room_to_read(server, session, room)
    head = room.head
    view, asker = session.subscriptions.view.of_past, session.identity.asker
    meter = session.stream.meter
    anew = after.time is not None and not await is_of(room, after, asker)
    seq = 0 if anew else after.seq
    found = await first_events(room, seq, head, limit, view, asker, meter)
    meter.read(found.upto - found.after)
    check()
    server.moderation.check(session, room, Act.READ)  # still
    return Page(room, head, found, anew)


def not_readable(first: int, last: int) -> Refusal:
    """Return the refusal of lines, by their seqs, that the store cannot read."""
    return Refusal(ErrorKind.NOT_READABLE, "not_readable", first=first, last=last)
