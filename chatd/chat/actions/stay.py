"""Staying in rooms without a client: the choice of a person, and coming back to these rooms."""

from __future__ import annotations

from chatd.accounts.credentials import Scope
from chatd.chat.actions.authentication import own_account
from chatd.chat.actions.enter import RESUMED_LINES, enter_again
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.rooms.bookmarks import NEWCOMER, Return
from chatd.rooms.room import Room


async def set_stay(server: ChatServer, session: Session, stay: bool) -> None:
    """Have an account stay in its rooms without a client, or not.

    Raises `Refusal` without an account, and `StoreError`.
    """
    account = own_account(server, session)
    session.identity.check_scope(Scope.FULL)
    await server.logins.change_settings(session, stay=stay)
    if stay:
        server.staying.begin_all(account.key)
    else:
        server.staying.end_all(account.key)


def rooms_stayed_in(server: ChatServer, session: Session) -> list[Room]:
    """Return the rooms in which the account of a session stays, and that the session is not in.

    They are none for a program that acts for the account.
    """
    if session.account is None or session.subscriptions.read_tracker is None:
        return []
    rooms = server.staying.records.rooms_of(session.account)
    return [room for room in rooms if not session.joined.is_in(room)]


def come_back_to_all(server: ChatServer, session: Session, *, missed: bool) -> None:
    """Put a session that may be in many rooms into those in which its account stays.

    If ``missed``, it is sent of each room the lines after the account's read mark, at most
    `RESUMED_LINES`; else the last ones, as a newcomer. The room that its input is meant for is the
    one that it was before. Of a room that it may not enter it is told why.
    """
    joined = session.joined
    focused, only = joined.current, joined.only
    for room in rooms_stayed_in(server, session):
        mark = server.unread.read_marks.of(session.account or "", room.key)
        is_near = mark is not None and room.head - RESUMED_LINES <= mark <= room.head
        back = Return(mark) if missed and is_near else NEWCOMER
        try:
            enter_again(server, session, room, back)
        except Refusal as refusal:
            session.error(refusal.kind, refusal.key, **refusal.values)
    joined.focus(focused)
    joined.need_not_name(only)
