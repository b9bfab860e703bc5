"""Roles as prefixes of nicknames.

A role of chatd is one rank, and each rank has what those below it have. So a client with
multi-prefix is sent a prefix for the rank, and ``@`` after it for ranks above operators. One
without it is sent one prefix, of the two that every client knows: ``@`` or ``+``. This module must
not know what a role allows.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.chat.permissions import Role
from chatd.chat.server import ChatServer
from chatd.rooms.room import Room

PREFIXES = {
    Role.OWNER: "~",
    Role.ADMINISTRATOR: "&",
    Role.OPERATOR: "@",
    Role.VOICED: "+",
}
"""The prefixes of roles, as PREFIX of ISUPPORT has them."""

_BY_WORD = {role.name.lower(): prefix for role, prefix in PREFIXES.items()}


def prefixes_of(
    server: ChatServer, room: Room, names: Sequence[str], *, several: bool
) -> dict[str, str]:
    """Return the prefixes of those of some people in a room who have any, by their names.

    With ``several``, they are for a client with multi-prefix.
    """
    roles = server.marked.describe(room, names).roles
    return {name: prefix_of(word, several=several) for name, word in roles.items()}


def prefix_of(role: str, *, several: bool) -> str:
    """Return the prefixes of a role, given its word (see `PeopleMarks`)."""
    prefix = _BY_WORD[role]
    if prefix in "@+":
        return prefix
    return f"{prefix}@" if several else "@"
