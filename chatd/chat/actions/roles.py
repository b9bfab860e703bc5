"""Roles in a room: inviting, giving voice and making operators, and taking that back.

Each is named by its right (`Act.INVITE`, `Act.VOICE`, `Act.OP`). A role of an account is stored. A
role of a guest is valid until the guest disconnects or has another name.
"""

from __future__ import annotations

from chatd.chat.actions.deeds import Done, carry_out, sessions_called
from chatd.chat.permissions import Act, Mode, Role, role_after
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Deed
from chatd.rooms.room import Room
from chatd.text.folding import fold

_TAKEN = {
    Act.INVITE: (Role.INVITED, Role.VOICED),
    Act.VOICE: (Role.VOICED,),
    Act.OP: (Role.OPERATOR,),
}
"""The roles that each right takes back."""


async def give_role(
    server: ChatServer, session: Session, room: Room, act: Act, name: str
) -> Done | None:
    """Give the account or guest of that name the role of a right in a room.

    Return None if it has that role or a higher one. An operator must be registered. Raises
    `Refusal` and `StoreError`.
    """
    moderation, role = server.moderation, role_after(act.value, Mode.OPEN)
    moderation.check(session, room, act)
    sessions = sessions_called(server, name)
    if role is Role.OPERATOR and not moderation.roles.is_registered(name):
        raise Refusal(ErrorKind.NOT_ALLOWED, "not_registered_op", name=name)
    if moderation.roles.role_of_name(name, sessions, room) >= role:
        return None
    return await _set_role(server, session, room, Deed(act.value, name), name, role)


async def take_role(
    server: ChatServer, session: Session, room: Room, act: Act, name: str
) -> Done | None:
    """Take the role of a right in a room from the account or guest of that name.

    Return None if it does not have that role. Those who lose a higher role in a private room stay
    invited there. Raises `Refusal` and `StoreError`.
    """
    moderation = server.moderation
    moderation.check(session, room, act)
    sessions = sessions_called(server, name)
    moderation.check_above(session, room, name, sessions)
    if moderation.roles.role_of_name(name, sessions, room) not in _TAKEN[act]:
        return None
    deed = Deed(f"un{act.value}", name)
    role = role_after(deed.verb, moderation.roles.mode_of(room))
    return await _set_role(server, session, room, deed, name, role)


async def _set_role(
    server: ChatServer, session: Session, room: Room, deed: Deed, name: str, role: Role
) -> Done:
    moderation, before = server.moderation, server.sessions.called(name)
    is_invited = deed.verb == Act.INVITE.value
    # One who is not here is told at the next login.
    by = session.name if is_invited and server.alerts.is_away(fold(name)) else ""
    puts = moderation.roles.give(name, room, role, by)
    # The role of an account is stored with it, and what its sessions had as guests ends.
    of_guests = Role.EVERYONE if puts else role
    if role is Role.OPERATOR and moderation.roles.mode_of(room) is Mode.FREE:
        # It has staff from now on.
        puts.append(moderation.roles.change_policy(room, mode=Mode.OPEN.value))
    elsewhere = server.roster.called(name)
    undo = moderation.roles.given.lower([*before, *elsewhere], room, of_guests)
    done = await carry_out(server, session, room, deed, puts, undo)
    # Meanwhile a guest may have gone, or have another name.
    sessions = [other for other in server.sessions.called(name) if other in before]
    moderation.roles.given.give([*sessions, *elsewhere], room, of_guests)
    if is_invited:
        server.moves.tell_invited(sessions, room, session.name)
    server.evictions.review_room(room)
    server.marked.changed(name, room)
    return done
