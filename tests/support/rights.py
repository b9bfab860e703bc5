"""Roles of members and modes of rooms that a test gives without a command."""

from __future__ import annotations

from chatd.chat.permissions import Mode, Role
from chatd.storage.records import change
from chatd.text.folding import fold
from tests.support.world import Member, World


def give_role(person: Member, role: Role, room: str) -> None:
    """Give a member a role in a room, as its owner or the operators' table would."""
    world, session = person.world, person.session
    accounts, roles = world.server.accounts.table, world.server.moderation.roles
    if role is Role.ADMINISTRATOR:
        account = accounts[session.account]._replace(admin=True)
        puts = [accounts.put(session.account, account)]
    elif role is Role.OWNER:
        record = roles.rooms[fold(room)]._replace(owner=session.account)
        puts = [roles.rooms.put(fold(room), record)]
    else:
        puts = roles.give(session.name, world.room(room), role)
    change(world.store, *puts)
    world.settle()


def set_mode(world: World, room: str, mode: Mode) -> None:
    """Set the mode of a room, as any session of the world."""
    server, there = world.server, world.room(room)
    puts = (
        [] if mode is Mode.FREE else [server.moderation.roles.change_policy(there, mode=mode.value)]
    )
    server.deeds.carry_out(next(iter(server.sessions)), there, None, *puts)
    world.settle()
