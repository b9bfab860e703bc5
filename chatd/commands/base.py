"""What a command is, and what handlers share. The table itself is in `chatd.commands`.

A handler is given the server, the session that asks, and the rest of the line without the spaces
around it. It answers through the session, or raises `Refusal` or `WrongUse`; one that has to wait
for the store is a coroutine, which may raise `StoreError`, too. Handlers know no connection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chatd.accounts.credentials import Scope
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Job as Job
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError

Handler = Callable[[ChatServer, Session, str], Job | None]

READING_COST = 100
"""What a command that reads the store counts for: three at once, and then one a second."""

KEEPING_COST = 10
"""What a command counts for behind which the server may have to remember more from then on: a room
in which something is said, or who may do what in one."""

SWITCH_WORDS = {"on": True, "off": False, "sí": True, "si": True, "no": False}
"""The words for on and off, in each language."""


class WrongUse(Exception):
    """A command was given what it does not take. It is answered with its usage."""


@dataclass(frozen=True)
class Command:
    """A row of the table. ``names`` are all its names, its own first; the sentence ``help_NAME``
    has its usage, ``::`` and explanation. ``cost`` is the number of lines that it counts for in
    rate limits. With ``secret``, the rest of the line has a password, and the spaces around that
    are kept. With ``asks``, the next line may be a password, so that it is not said after a
    refusal.

    ``scope`` is the least scope that the grant of a session must have. Guests have no grant; the
    handler decides what they may do. It is `Scope.FULL` unless a row says less, so that a token
    does not allow a command by oversight.
    """

    names: tuple[str, ...]
    handler: Handler
    cost: int = 1
    secret: bool = False
    asks: bool = False
    scope: Scope = Scope.FULL

    @property
    def name(self) -> str:
        """Its own name, the first."""
        return self.names[0]


def room_to_read(server: ChatServer, session: Session, named: Room | None = None) -> Room:
    """The room that was named, or the one that a session is in, for one who wants to know what is
    in it. Raises `Refusal` if it may not, too."""
    room = named or session.here()
    server.moderation.check(session, room, Act.READ)
    return room


def switch(argument: str) -> bool:
    """What ``on`` and ``off`` mean, in each language. Raises `WrongUse` for anything else."""
    try:
        return SWITCH_WORDS[argument.lower()]
    except KeyError:
        raise WrongUse from None


async def answering(session: Session, then: Callable[[], Job | None]) -> None:
    """Do what a password that was asked for is for, or tell the one who gave it why not."""
    try:
        waiting = then()
        if waiting is not None:
            await waiting
    except (Refusal, StoreError) as error:
        tell_why_not(session, error)


def tell_why_not(session: Session, error: Refusal | StoreError) -> None:
    """Tell the one who asked why it was not done."""
    if isinstance(error, Refusal):
        session.error(error.kind, error.key, **error.values)
    else:
        session.error(ErrorKind.NOT_SAVED, "change_not_saved")
