"""Posting: lines of a program that is here for one request, all of them or none.

An idempotency key makes it safe to send the request again: the lines are said once, and each
request with the key receives their seqs (`chatd.chat.idempotency`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from twisted.internet.defer import Deferred

from chatd.chat.actions.costs import KEEPING_COST
from chatd.chat.actions.enter import enter
from chatd.chat.actions.rename import rename
from chatd.chat.key_owners import key_of_request
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.event import Kind
from chatd.rooms.room import Room


class Posted(NamedTuple):
    """The lines that were posted: the name of their room, and their seqs there.

    There are no seqs if they are not known any more. ``again`` is true if an earlier request posted
    them.
    """

    room: str
    seqs: Sequence[int]
    again: bool


async def post(
    server: ChatServer,
    session: Session,
    wanted: str,
    texts: Sequence[str],
    *,
    kind: Kind = Kind.MESSAGE,
    name: str | None = None,
    key: str | None = None,
    check: Callable[[], None],
    charge: Callable[[float], None],
) -> Posted:
    """Say valid lines of a kind in the room of that name, which is made if there is none.

    The session takes the ``name`` first, if one is given. ``check`` is called after each wait and
    raises if the session has ended; ``charge`` receives the cost of a new room. Raises `Refusal`
    and `StoreError`.
    """
    own = key_of_request(session, key, name or "")
    if own is not None:
        # Before every check of rights, which may have changed: lines that were said stay said.
        found = await server.keyed_lines.find(session, own, wanted, texts, kind)
        check()
        if found is not None:
            return Posted(found.room, found.seqs, again=True)
    if name is not None:
        await rename(server, session, name)
    await _allowed(server, session, check)
    room = await _room_to_speak_in(server, session, wanted, check, charge)
    room.expected += 1  # it is not forgotten while this waits for earlier lines
    try:
        seqs, again = await server.keyed_lines.say(session, room, texts, own, kind)
    finally:
        room.expected -= 1
        server.rooms.forget_if_empty(room)
    if isinstance(seqs, Refusal):
        raise seqs.anew()
    return Posted(room.name, seqs, again)


async def _room_to_speak_in(
    server: ChatServer,
    session: Session,
    wanted: str,
    check: Callable[[], None],
    charge: Callable[[float], None],
) -> Room:
    room = server.rooms.find(wanted, session)
    if room is None:
        charge(KEEPING_COST)
        await enter(server, session, wanted)
        check()
        room = session.room or server.rooms.called(wanted, session)
    server.moderation.check(session, room, Act.SPEAK)
    return room


async def _allowed(server: ChatServer, session: Session, check: Callable[[], None]) -> None:
    """Wait until the quotas of the server let a session say something."""
    while not server.quotas.allowance(session):
        check()
        changed: Deferred[None] = Deferred()
        session.queue.when_changed(partial(_fire, changed))
        await changed
    check()
    session.queue.when_changed(None)


def _fire(changed: Deferred[None]) -> None:
    if not changed.called:
        changed.callback(None)
