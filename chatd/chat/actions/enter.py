"""Entering rooms, making new ones, coming back to them, and leaving them.

A session over lines is in one room at a time, so entering moves it. A session with several rooms
(``multi_room``) enters one more, up to `ROOMS_ENTERED`.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.accounts.credentials import Scope
from chatd.chat.actions.deeds import carry_out
from chatd.chat.permissions import Act, Mode
from chatd.chat.roles import OWNED, RoomPolicy
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.chat.spending import LINE_BYTES
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Bookmark, Deed, Departure, Origin
from chatd.rooms.bookmarks import NEWCOMER, Return, is_of
from chatd.rooms.room import Room
from chatd.storage.claims import Claim
from chatd.storage.contract import StoreError
from chatd.storage.timestamps import stamp
from chatd.util.budget_table import Kind

ROOMS_ENTERED = 50
"""Most rooms that a session may be in at a time."""

RESUMED_LINES = 1000
"""Most lines that a returning session is sent of a room. One that missed more is sent the last
lines, and pages back from there."""


class Entry(NamedTuple):
    """The room that a session entered; ``was_there`` is true if it was in it already."""

    room: Room
    was_there: bool = False


async def enter(server: ChatServer, session: Session, wanted: str) -> Entry | None:
    """Put a session into the room of that name, which is made if there is none.

    A new room is claimed, and the account of the session owns it, which takes a write to the store.
    Return None, and do nothing, if the session has ended, also meanwhile. Raises `Refusal` and
    `StoreError`.
    """
    room = server.rooms.find(wanted, session)
    if room is not None:
        return _enter_present(server, session, room)
    _check_new(server, session, wanted)
    async with server.rooms.claiming(wanted) as claiming:
        if claiming.waited:
            room = server.rooms.find(wanted, session)
            if room is not None:  # it was made meanwhile
                return _enter_present(server, session, room)
            _check_new(server, session, wanted)
        return await _enter_new(server, session, claiming.claim)


def _enter_present(server: ChatServer, session: Session, room: Room) -> Entry | None:
    if session.stream.finished:
        return None
    if session.joined.is_in(room):
        return Entry(room, was_there=True)
    _check_entry(server, session, room)
    server.moves.move(session, room, "joined_room")
    return Entry(room)


async def _enter_new(server: ChatServer, session: Session, claim: Claim) -> Entry | None:
    if session.stream.finished:
        return None
    meant = server.rooms.similar(claim.name, session)
    hint = "" if meant is None else session.sentence("did_you_mean", room=meant.name)
    room = _make_room(server, session, claim)
    owner = server.logins.account_of(session)
    is_free = room.key not in server.moderation.roles.rooms
    if owner is not None and is_free and server.moderation.roles.may_own_more(owner.key):
        await _own(server, session, room, Mode.OPEN, None, hint)
    else:
        nobodys = session.sentence("nobody_runs_new_room", room=room.name) if owner is None else ""
        server.moves.move(
            session, room, "joined_new_room", "\n".join(filter(None, (hint, nobodys)))
        )
    return Entry(room)


async def create(server: ChatServer, session: Session, wanted: str, mode: Mode = Mode.OPEN) -> None:
    """Make a room with that mode, owned by the account of a session, and put the session into it.

    A guest owns no room, and so makes open ones only. Does nothing if the session ends while the
    room is claimed. Raises `Refusal` and `StoreError`.
    """
    if server.logins.account_of(session) is None:
        if mode is not Mode.OPEN:
            name = short(wanted.removeprefix("#"))
            raise Refusal(ErrorKind.NOT_ALLOWED, "only_registered", room=name)
        server.rooms.check_new(wanted, session)
        await enter(server, session, wanted)
        return
    _check_own(server, session, wanted)
    async with server.rooms.claiming(wanted) as claiming:
        if not session.stream.finished:
            if claiming.waited:
                _check_own(server, session, wanted)
            room = _make_room(server, session, claiming.claim)
            await _own(server, session, room, mode, Deed("create", mode.value))


async def come_back(
    server: ChatServer, session: Session, room: Room, bookmark: Bookmark | None
) -> None:
    """Put a session into a room that it was in, and send it the lines after its bookmark.

    Without a bookmark, or with one that is more than `RESUMED_LINES` back, it is sent the last
    lines, as a newcomer. Raises `Refusal`.
    """
    back = NEWCOMER
    if bookmark is not None:
        known = await _is_known(server, session, room, bookmark)
        far = bookmark.seq < room.head - RESUMED_LINES
        back = Return(bookmark.seq if known and not far else None, anew=not known)
    if not session.joined.is_in(room) and not session.stream.finished:
        enter_again(server, session, room, back)


async def _is_known(server: ChatServer, session: Session, room: Room, bookmark: Bookmark) -> bool:
    """Return True if a bookmark is of a room's log. Wait while a shared store cannot tell."""
    while True:
        try:
            return await is_of(room, bookmark, session.identity.asker)
        except StoreError:
            if not server.store.shared or session.stream.finished:
                return False
        await server.cut_off.pause()


def enter_again(server: ChatServer, session: Session, room: Room, back: Return) -> None:
    """Put a session into a room that it was in, and send it the lines that it does not have.

    Raises `Refusal`.
    """
    _check_entry(server, session, room)
    server.moves.move(session, room, "joined_room", back=back)


async def leave(server: ChatServer, session: Session) -> Entry | None:
    """Take a session out of the room that its input is meant for; out of the last, into the lobby.

    Return the entry into the lobby if the session was in no room, or stays there. Raises `Refusal`
    and `StoreError`.
    """
    rooms = session.memberships
    if not session.subscriptions.multi_room or rooms.keys() <= {server.lobby}:
        left = session.room
        entry = await enter(server, session, server.lobby.name)
        if entry is not None and left not in (None, server.lobby):
            server.staying.leaving(session, left)
        return entry
    here = session.joined.here()
    try:
        if len(rooms) == 1:
            await enter(server, session, server.lobby.name)
    finally:
        leave_room(server, session, here)
    return None


def leave_room(server: ChatServer, session: Session, room: Room, reason: str = "") -> None:
    """Take a session out of one of its rooms, into no other, for a reason.

    Its account does not stay there.
    """
    server.staying.leaving(session, room)
    server.moves.leave(session, room, Departure(reason))


def stay_out(server: ChatServer, session: Session) -> None:
    """Take a session out of its room if it could not enter the one that it wanted.

    Its next lines are meant for the other room, and must not be said in this one. A session that
    has spoken here knows where it is; one with several rooms names the room of each line.
    """
    if not session.identity.has_spoken and not session.subscriptions.multi_room:
        server.moves.leave(session)


def _check_entry(server: ChatServer, session: Session, room: Room) -> None:
    _check_memberships(session)
    server.moderation.check(session, room, Act.READ)


def _check_new(server: ChatServer, session: Session, wanted: str) -> None:
    """Raise `Refusal` if a session may not make a room of that name."""
    _check_memberships(session)
    session.identity.check_scope(Scope.WRITE)
    server.rooms.check_new(wanted, session)


def _check_own(server: ChatServer, session: Session, wanted: str) -> None:
    """Raise `Refusal` if a session may not make a room of that name for its account."""
    session.identity.check_scope(Scope.FULL)
    server.rooms.check_new(wanted, session)
    _check_memberships(session)
    if session.account is not None and not server.moderation.roles.may_own_more(session.account):
        name = short(wanted.removeprefix("#"))
        raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_rooms", room=name, count=OWNED)


def _check_memberships(session: Session) -> None:
    if session.subscriptions.multi_room and len(session.memberships) >= ROOMS_ENTERED:
        raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_stays", limit=ROOMS_ENTERED)


def _make_room(server: ChatServer, session: Session, claim: Claim) -> Room:
    """Make a room of a name that is claimed. Raises `Refusal`."""
    server.spending.charge(session, (Kind.ROOMS, 1), (Kind.BYTES, LINE_BYTES))
    return server.rooms.add(claim.name, Origin(session.name, stamp(server.now())), claim)


async def _own(
    server: ChatServer,
    session: Session,
    room: Room,
    mode: Mode,
    deed: Deed | None,
    hint: str = "",
) -> None:
    """Store the owner and mode of a new room, then put the session into it."""
    policy = RoomPolicy(room.name, mode.value, session.account or "")
    room.expected += 1  # it is not forgotten while this waits
    try:
        put = server.moderation.roles.rooms.put(room.key, policy)
        await carry_out(server, session, room, deed, [put])
        if not session.stream.finished:
            # Meanwhile the account may be gone, or have another password.
            session.identity.check_scope(Scope.READ)
            server.moderation.check(session, room, Act.READ)
            yours = session.sentence("you_run_room", room=room.name)
            key = "joined_room" if room.people else "joined_new_room"
            server.moves.move(session, room, key, "\n".join(filter(None, (hint, yours))))
    finally:
        room.expected -= 1
        server.rooms.forget_if_empty(room)
