"""Who may do what in a room: one table of roles by acts, for each way in which a room can be run.

Pure. It must not know who has which role where.
"""

from __future__ import annotations

import enum


class Role(enum.IntEnum):
    """What somebody is in a room. Each may do all that those before it may. The numbers are kept in
    the store: never change or reuse one."""

    EVERYONE = 0
    INVITED = 1
    VOICED = 2
    OPERATOR = 3
    OWNER = 4
    ADMINISTRATOR = 5


class Mode(enum.Enum):
    """How a room is run. `FREE` is one that nobody runs; it is never set."""

    FREE = "free"
    OPEN = "open"
    PRIVATE = "private"
    MODERATED = "moderated"
    ANNOUNCE = "announce"
    CLOSED = "closed"


class Act(enum.Enum):
    """What somebody may want to do."""

    READ = "read"  # be there, see it listed, its people, topic and history, and search it
    SPEAK = "speak"
    TOPIC = "topic"
    INVITE = "invite"  # and take an invitation back
    VOICE = "voice"
    KICK = "kick"
    MUTE = "mute"
    BAN = "ban"  # and see who is muted and banned
    MODE = "mode"
    OP = "op"
    CLOSE = "close"
    HOOK = "hook"  # have what is said there sent elsewhere, and see where to
    WALL = "wall"  # this and what follows concern the whole server
    DISCONNECT = "disconnect"
    STATS = "stats"


_ROLES = {
    "-": Role.EVERYONE,
    "invited": Role.INVITED,
    "voiced": Role.VOICED,
    "op": Role.OPERATOR,
    "owner": Role.OWNER,
    "admin": Role.ADMINISTRATOR,
}

_TABLE = """
            free   open   private  moderated  announce  closed
read        -      -      invited  -          -         owner
speak       -      -      invited  voiced     op        owner
topic       -      op     op       op         op        owner
invite      admin  op     op       op         op        owner
voice       admin  op     op       op         op        owner
kick        admin  op     op       op         op        owner
mute        admin  op     op       op         op        owner
ban         admin  op     op       op         op        owner
mode        admin  owner  owner    owner      owner     owner
op          admin  owner  owner    owner      owner     owner
close       admin  owner  owner    owner      owner     owner
hook        admin  op     owner    op         op        owner
wall        admin  admin  admin    admin      admin     admin
disconnect  admin  admin  admin    admin      admin     admin
stats       admin  admin  admin    admin      admin     admin
"""
"""The least role that may do it. ``-`` is everyone."""

_HEADER, *_ROWS = (line.split() for line in _TABLE.strip().split("\n"))

LEAST = {
    (Act(act), Mode(mode)): _ROLES[role]
    for act, *roles in _ROWS
    for mode, role in zip(_HEADER, roles, strict=True)
}
"""The same, to look it up."""


def may(role: Role, act: Act, mode: Mode) -> bool:
    """Whether one of that role may do that in a room that is run so."""
    return role >= LEAST[act, mode]
