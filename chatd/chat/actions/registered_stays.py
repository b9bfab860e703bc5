"""The stays in the register of a room: who was there and when, for the room's owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from chatd.chat.actions.history import not_readable
from chatd.chat.permissions import Act, Mode
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import register_of
from chatd.rooms.room import Room
from chatd.rooms.stays import RoomStay, stay_of, together
from chatd.storage.contract import StoreError

STAYS_GIVEN = 2000
"""Number of stays of a register after which an answer ends: those of a class of 40 in 50 lessons.
Putting together the stays of each person takes 2 ms then."""


class Stays(NamedTuple):
    """Stays in a room, in the order in which they began; those of a person that overlap as one.

    With ``next``, further ones are in the register after that seq. Without it, those that go on are
    among them. The register is ``kept`` or not, now.
    """

    stays: list[RoomStay]
    next: int | None
    kept: bool


def address_of_register(server: ChatServer, session: Session, room: Room) -> str:
    """Return the URL of the register of a room; "" if the session may not see it, or without HTTP.

    The name of the room is encoded for a URL.
    """
    address = server.incoming.rules.address
    if not address or not server.moderation.may(session, room, Act.REGISTER):
        return ""
    return f"{address}{path_of_register(room)}"


def path_of_register(room: Room) -> str:
    """Return the path of the register of a room in CSV, in the API."""
    return f"/api/rooms/{quote(room.name)}/register?format=csv"


async def list_stays(
    server: ChatServer,
    session: Session,
    room: Room,
    after: int,
    since: int,
    check: Callable[[], None],
) -> Stays:
    """Return stays in a room that ended after a seq of its register, and since a time.

    The time is in milliseconds since 1970. ``check`` is called after each wait for the store, and
    raises if the session has ended. Raises `Refusal`.
    """
    _check(server, session, room)
    log, asker = server.registers.log(register_of(room.name)), session.identity.asker
    upto, read, stays = after, 0, list[RoomStay]()
    try:
        if since:
            upto = max(after, await log.seq_before(since, asker))
        while upto < (head := log.head) and read < STAYS_GIVEN:
            page = await log.read(upto, head, asker)
            upto, read = page[-1].seq if page else head, read + len(page)
            stays += filter(None, map(stay_of, page))
    except StoreError:
        raise not_readable(upto + 1, log.head) from None
    session.stream.meter.read(read)
    check()
    _check(server, session, room)  # still
    more = upto < log.head
    if not more:  # in the turn in which all of the register was read, so that none is missing
        stays += server.registers.present(room)
    return Stays(together(stays), upto if more else None, room.register is not None)


def _check(server: ChatServer, session: Session, room: Room) -> None:
    if server.moderation.roles.mode_of(room) is Mode.FREE:
        raise Refusal(ErrorKind.NOT_ALLOWED, "switch_needs_owner_register", room=room.name)
    server.moderation.check(session, room, Act.REGISTER)
