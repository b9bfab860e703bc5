"""Requests that a client may send again: each is carried out once with its key.

An action that stores something takes a `chatd.chat.idempotency.Keep`, which stores the use of a key
with it. Its namesake ``..._once`` looks for the key first, before every check of rights, which may
have changed: what was stored stays stored. This module must not know what an action does.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple, TypeVar

from twisted.internet.defer import Deferred

from chatd.chat.actions.look import room_called
from chatd.chat.actions.remarks import line_at
from chatd.chat.idempotency import Keep, Request
from chatd.chat.key_ages import Said
from chatd.chat.key_owners import ClientKey
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.event import Event, Kind
from chatd.remarks import Remark
from chatd.rooms.room import Room
from chatd.text.folding import fold

T = TypeVar("T")

Do = Callable[[Room, Keep], Coroutine[Deferred[Any], Any, T]]
"""An action in a room, which stores the use of a key with what it changes."""


class Made(NamedTuple):
    """A remark that a client has made, and the name of its room.

    It is None if it was made ``again``, so once before, and is deleted by now.
    """

    room: str
    remark: Remark | None
    again: bool


async def once(
    server: ChatServer, session: Session, key: ClientKey | None, request: Request, do: Do[T]
) -> T | Said:
    """Act in the room of a request, as `IdempotencyKeys.once` does."""

    async def act(keep: Keep) -> T:
        return await do(room_called(server, session, request.room), keep)

    pay = partial(server.spending.charge, session)
    return await server.idempotency.once(key, request, session.number, pay, act)


async def remark_once(
    server: ChatServer,
    session: Session,
    key: ClientKey | None,
    request: Request,
    do: Do[Remark],
    check: Callable[[], None],
) -> Made:
    """Make a remark, once with its key.

    ``check`` is called at the end, and raises if the session has ended. Raises `Refusal` and
    `StoreError`.
    """

    async def make(room: Room, keep: Keep) -> Made:
        return Made(room.name, await do(room, keep), again=False)

    made = await once(server, session, key, request, make)
    if isinstance(made, Said):
        event = await event_at(server, session, made, request.kind)
        made = Made(made.room, None if event is None else Remark.of(event.text), again=True)
    check()
    return made


async def event_at(server: ChatServer, session: Session, said: Said, kind: Kind) -> Event | None:
    """Return the event of a kind that a used key is about; None if it is deleted by now.

    Raises `StoreError`.
    """
    room = server.rooms.get(fold(said.room))
    event = None if room is None else await line_at(room, session, said.upto)
    return event if event is not None and event.kind is kind else None
