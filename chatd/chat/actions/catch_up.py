"""Catching up: the lines that an account missed are sent, skipped, or marked as read."""

from __future__ import annotations

from contextlib import suppress

from chatd.accounts.credentials import Scope
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError


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
    await server.unread.skip(session)


def mark_seen(server: ChatServer, session: Session, room: Room, seq: int) -> None:
    """Mark the lines of a room as read up to a seq, in all sessions of an account."""
    session.identity.check_scope(Scope.WRITE)
    server.unread.seen(session, room, seq)


def _check_logged_in(session: Session) -> None:
    if session.subscriptions.read_tracker is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "nothing_counted")
