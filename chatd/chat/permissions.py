"""The table of rights: the least role for each act, by the mode of a room.

It also says for which acts a program with a token has a role. Pure. It must not know the roles of
sessions, nor rooms.
"""

from __future__ import annotations

import enum

from chatd.accounts.credentials import Scope


class Role(enum.IntEnum):
    """A role in a room. Each may do all that those before it may.

    The numbers are in the store: never change or reuse one.
    """

    EVERYONE = 0
    INVITED = 1
    VOICED = 2
    OPERATOR = 3
    OWNER = 4
    ADMINISTRATOR = 5


class Mode(enum.Enum):
    """The mode of a room. A room without staff is `FREE`; that mode is never set."""

    FREE = "free"
    OPEN = "open"
    PRIVATE = "private"
    MODERATED = "moderated"
    ANNOUNCE = "announce"
    CLOSED = "closed"


def role_after(deed: str, mode: Mode) -> Role:
    """Return the role of a person in a room of a mode after a deed such as ``op`` or ``unop``.

    Those who lose a higher role in a private room stay invited there.
    """
    if deed in _GIVEN:
        return _GIVEN[deed]
    stays = deed != "uninvite" and mode is Mode.PRIVATE
    return Role.INVITED if stays else Role.EVERYONE


_GIVEN = {"invite": Role.INVITED, "voice": Role.VOICED, "op": Role.OPERATOR}
"""The roles that deeds give. Each has one that takes it."""

ROLE_DEEDS = (*_GIVEN, *(f"un{deed}" for deed in _GIVEN))
"""The deeds that give roles or take them."""


class Act(enum.Enum):
    """An act that takes a right."""

    READ = "read"  # be in the room, see it listed, its people, topic and history, and search it
    SPEAK = "speak"
    ASK = "ask"  # a question to the room; everyone who may read may answer
    TOPIC = "topic"
    INVITE = "invite"  # and take an invitation back
    VOICE = "voice"
    KICK = "kick"
    MUTE = "mute"
    BAN = "ban"  # and see who is muted and banned
    MODE = "mode"
    OP = "op"
    CLOSE = "close"
    SEEN = "seen"  # ask who has a line of another person, and switch /seen
    REGISTER = "register"  # see who was there and when, if that is stored
    HOOK = "hook"  # have the lines sent elsewhere, and see where to
    WALL = "wall"  # this and what follows concern the whole server
    DISCONNECT = "disconnect"
    STATS = "stats"
    PRIVATE_LINES = "private-lines"  # set who may write them


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
read           -      -      invited  -          -         owner
speak          -      -      invited  voiced     op        owner
ask            -      op     op       op         op        owner
topic          -      op     op       op         op        owner
invite         admin  op     op       op         op        owner
voice          admin  op     op       op         op        owner
kick           admin  op     op       op         op        owner
mute           admin  op     op       op         op        owner
ban            admin  op     op       op         op        owner
mode           admin  owner  owner    owner      owner     owner
op             admin  owner  owner    owner      owner     owner
close          admin  owner  owner    owner      owner     owner
seen           admin  op     op       op         op        owner
register       admin  owner  owner    owner      owner     owner
hook           admin  op     owner    op         op        owner
wall           admin  admin  admin    admin      admin     admin
disconnect     admin  admin  admin    admin      admin     admin
stats          admin  admin  admin    admin      admin     admin
private-lines  admin  admin  admin    admin      admin     admin
"""
"""The least role for each act in each mode. ``-`` is everyone."""

_HEADER, *_ROWS = (line.split() for line in _TABLE.strip().split("\n"))

LEAST = {
    (Act(act), Mode(mode)): _ROLES[role]
    for act, *roles in _ROWS
    for mode, role in zip(_HEADER, roles, strict=True)
}
"""The same, by act and mode."""


_WITH_A_TOKEN = {Act.ASK: Scope.WRITE, Act.REGISTER: Scope.READ}
"""The scope of a token with which a role counts for an act, beside those to read and to speak: a
question is said as lines are, and a register read. For all other acts, no token will do."""


def may(role: Role, act: Act, mode: Mode) -> bool:
    """Return True if a role may do an act in a room with that mode."""
    return role >= LEAST[act, mode]


def least_scope(act: Act, mode: Mode) -> Scope:
    """Return the least scope with which an act may be done in a room with that mode."""
    scope = _WITH_A_TOKEN.get(act, Scope.FULL)
    return min(scope, Scope.WRITE) if may(Role.EVERYONE, act, mode) else scope
