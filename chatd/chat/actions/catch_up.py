"""Catching up: the lines that an account missed are sent, skipped, or marked as read."""

from __future__ import annotations

from contextlib import suppress

from chatd.accounts.credentials import Scope
from chatd.chat.read_marks import time_of
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.records import change


async def show_missed(server: ChatServer, session: Session) -> bool:
    """Send a session the next lines that its account missed. Return False if there are none.

    Raises `Refusal`.
    """
    _check_logged_in(session)
    with suppress(StoreError):  # lines that cannot be read are named as such in their place
        await server.unread.missed.pass_over_forgotten(session)
    return server.unread.missed.show(session)


async def skip_missed(server: ChatServer, session: Session) -> None:
    """Mark all lines as read that the account of a session missed.

    Raises `Refusal` and `StoreError`.
    """
    session.identity.check_scope(Scope.WRITE)
    _check_logged_in(session)
    unread, tracker = server.unread, session.subscriptions.read_tracker
    missed = unread.missed.everywhere(session)
    if tracker is None or not missed:
        return
    puts = [
        put
        for log, _, upto, _ in missed
        for put in unread.read_marks.puts(tracker.account, log.key, upto)
    ]
    done = change(server.store, *puts)
    for log, _, _, _ in missed:
        if log is not tracker.inbox:
            unread.show_mark(tracker.account, log)
    await done


def mark_seen(server: ChatServer, session: Session, room: Room, seq: int) -> None:
    """Mark the lines of a room as read up to a seq, in all sessions of an account."""
    session.identity.check_scope(Scope.WRITE)
    server.unread.seen(session, room, seq)


async def marked_time(server: ChatServer, session: Session, room: Room) -> int | None:
    """Return the time of the read mark of an account in a room, in milliseconds since 1970.

    It is that of the last line that was read, or a later one that a client said. None if there is
    no mark, or its time is not stored any more. Raises `StoreError`.
    """
    tracker = session.subscriptions.read_tracker
    mark = tracker and server.unread.read_marks.mark(tracker.account, room.key)
    return await time_of(mark, room, session.identity.asker) if mark else None


async def mark_time(server: ChatServer, session: Session, room: Room, time: int) -> int:
    """Mark the lines of a room as read that were said until a time, in milliseconds since 1970.

    All sessions of the account are told. Return the time of the mark, which only grows. Raises
    `Refusal` without an account, and `StoreError`.
    """
    session.identity.check_scope(Scope.WRITE)
    _check_logged_in(session)
    before = await marked_time(server, session, room)
    if before is not None and time <= before:
        return before
    seq = await room.seq_before(time + 1, session.identity.asker)
    server.unread.seen(session, room, seq, time)
    return await marked_time(server, session, room) or time


def _check_logged_in(session: Session) -> None:
    if session.subscriptions.read_tracker is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "nothing_counted")
