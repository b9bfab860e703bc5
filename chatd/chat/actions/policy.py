"""The policy of a room: its mode and its owner, and closing it."""

from __future__ import annotations

import enum
from math import ceil
from typing import NamedTuple

from chatd.chat.actions.deeds import Done, carry_out
from chatd.chat.permissions import Act, Mode, Role, may
from chatd.chat.sanctions import MUTE
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Deed
from chatd.rooms.room import Room

_CLOSED_TO_SOME = (Mode.PRIVATE, Mode.CLOSED)


class Switch(enum.Enum):
    """A part of the policy of a room that is on or off: a field of `RoomPolicy`."""

    SEEN = "seen"
    REGISTER = "register"


_SWITCHING = {Switch.SEEN: Act.SEEN, Switch.REGISTER: Act.MODE}
"""The right that each switch takes."""


class Policy(NamedTuple):
    """The mode of a room, and the name of its owner; "" if it has none."""

    mode: Mode
    owner: str


def policy_of(server: ChatServer, session: Session, room: Room) -> Policy:
    """Return the policy of a room. Raises `Refusal` if the session may not read there."""
    server.moderation.check(session, room, Act.READ)
    return Policy(
        server.moderation.roles.mode_of(room), server.moderation.roles.name_of_owner(room)
    )


def acts_of(server: ChatServer, session: Session, room: Room) -> list[Act]:
    """Return the acts that the role of a session allows in a room.

    Mutes (see `muted_seconds`), bans, and the scope of a token are not looked at.
    """
    roles = server.moderation.roles
    role, mode = roles.role_of(session, room), roles.mode_of(room)
    return [act for act in Act if may(role, act, mode)]


def muted_seconds(server: ChatServer, session: Session, room: Room) -> int:
    """Return the seconds until a session may speak again in a room; 0 if it is not muted."""
    moderation = server.moderation
    role = moderation.roles.role_of(session, room)
    mute = moderation.sanctions.of_session(MUTE, session, room, role)
    return 0 if mute is None else ceil(mute.until - server.now())


def members_of(
    server: ChatServer, session: Session, room: Room, limit: int
) -> dict[Role, tuple[list[str], int]]:
    """Return the accounts with a role in a room, by role, connected or not.

    Each has at most *limit* names, and the number of further ones. Only those who may invite learn
    who is invited. Raises `Refusal` if the session may not read there.
    """
    moderation = server.moderation
    moderation.check(session, room, Act.READ)
    shown = [Role.OPERATOR, Role.VOICED]
    if moderation.may(session, room, Act.INVITE):
        shown.append(Role.INVITED)
    return {role: moderation.roles.list_holders(room, role, limit) for role in shown}


async def set_mode(server: ChatServer, session: Session, room: Room, mode: Mode) -> Done:
    """Set the mode of a room, and put out the members that may not read there any more.

    Raises `Refusal` and `StoreError`.
    """
    server.moderation.check(session, room, Act.MODE)
    if mode in _CLOSED_TO_SOME:
        _check_not_lobby(server, room)
    return await _set_mode(server, session, room, mode, Deed("mode", mode.value))


def is_on(server: ChatServer, session: Session, room: Room, switch: Switch) -> bool:
    """Return True if a switch of a room is on. Raises `Refusal`."""
    server.moderation.check(session, room, Act.READ)
    return bool(getattr(server.moderation.roles.policy_of(room), switch.value))


async def set_switch(
    server: ChatServer, session: Session, room: Room, switch: Switch, on: bool
) -> Done | None:
    """Switch something on or off in a room. Return None if it is so already.

    Raises `Refusal` and `StoreError`.
    """
    roles = server.moderation.roles
    if roles.mode_of(room) is Mode.FREE:
        raise Refusal(ErrorKind.NOT_ALLOWED, f"switch_needs_owner_{switch.value}", room=room.name)
    server.moderation.check(session, room, _SWITCHING[switch])
    if is_on(server, session, room, switch) is on:
        return None
    deed = Deed(f"{switch.value}_{'on' if on else 'off'}")
    put = roles.change_policy(room, **{switch.value: on})
    return await carry_out(server, session, room, deed, [put])


def may_close(server: ChatServer, session: Session, room: Room) -> bool:
    """Return False if a room is closed already.

    Raises `Refusal` if the session may not close it.
    """
    server.moderation.check(session, room, Act.CLOSE)
    _check_not_lobby(server, room)
    return server.moderation.roles.mode_of(room) is not Mode.CLOSED


def members_put_out_by_closing(server: ChatServer, room: Room) -> int:
    """Return how many members are put out if a room is closed now."""
    roles = server.moderation.roles
    here = [roles.role_of(other, room) for other in server.sessions.members_of(room)]
    elsewhere = server.roster.members_of(room.name)
    here += [roles.role_of_remote(other, room) for other in elsewhere]
    return sum(role < Role.OWNER for role in here)


async def close(server: ChatServer, session: Session, room: Room) -> Done | None:
    """Close a room to all but its owner, and put the others out. Return None if it is closed.

    Raises `Refusal` and `StoreError`.
    """
    if not may_close(server, session, room):
        return None
    return await _set_mode(server, session, room, Mode.CLOSED, Deed("close"))


async def _set_mode(
    server: ChatServer, session: Session, room: Room, mode: Mode, deed: Deed
) -> Done:
    put = server.moderation.roles.change_policy(room, mode=mode.value)
    done = await carry_out(server, session, room, deed, [put])
    server.evictions.review_room(room)
    return done


def _check_not_lobby(server: ChatServer, room: Room) -> None:
    if room is server.lobby:
        raise Refusal(ErrorKind.NOT_ALLOWED, "lobby_is_for_all", room=room.name)
