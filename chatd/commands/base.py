"""A row of the table of commands, and functions that handlers share.

A handler receives the server, the session, and the argument: the rest of the line without the
spaces around it. It answers through the session, or raises `Refusal` or `WrongUse`. A handler that
waits for the store is a coroutine, which may raise `StoreError`, too. Handlers must not know the
connection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chatd.accounts.credentials import Scope
from chatd.chat.action_queue import Job as Job
from chatd.chat.actions.costs import KEEPING_COST as KEEPING_COST
from chatd.chat.actions.costs import READING_COST as READING_COST
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.i18n import Language
from chatd.storage.contract import StoreError

Handler = Callable[[ChatServer, Session, str], Job | None]

SWITCH_WORDS = {"on": True, "off": False, "sí": True, "si": True, "no": False}
"""The words for on and off, in each language."""


class WrongUse(Exception):
    """A command was given an argument that it does not take. The answer is its usage."""


@dataclass(frozen=True)
class Wording:
    """A command in one language.

    ``usage`` is ``/NAME ARGUMENTS`` and has the command's own name in that language; ``aliases``
    are its other names. ``explanation`` completes the usage in lists: a phrase without a full stop.
    ``details`` are the further lines of ``/help COMMAND``; the last one is an example. A command
    that undoes another one has none.
    """

    usage: str
    explanation: str
    details: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The command's own name, without the slash."""
        return self.usage.split()[0].removeprefix("/")


@dataclass(frozen=True)
class Command:
    """A row of the table of commands.

    ``cost`` is the number of lines that the command counts for in rate limits. With ``secret``, its
    argument has a password, and the spaces around that are part of it. With ``asks``, the next line
    may be a password, so that it is not said after a refusal.

    A command that ``only_answers`` changes nothing, so it is not carried out for a client that has
    gone.

    One that is ``for_terminals`` changes nothing in a client that shows several rooms, and is not
    listed there.

    A command that ``undoes`` another one, which it names in English, is explained with that one,
    and not listed by /help.

    ``scope`` is the least scope that the grant of a session must have. Guests have no grant; the
    handler decides what they may do. It is `Scope.FULL` unless a row says less, so that a token
    does not allow a command by oversight.
    """

    handler: Handler
    english: Wording
    spanish: Wording
    cost: int = 1
    secret: bool = False
    asks: bool = False
    only_answers: bool = False
    for_terminals: bool = False
    undoes: str = ""
    scope: Scope = Scope.FULL

    def wording(self, language: Language) -> Wording:
        """Return the wording in a language."""
        return self.spanish if language is Language.SPANISH else self.english

    @property
    def name(self) -> str:
        """The English name, by which the code calls the command."""
        return self.english.name

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in every language, the English one first."""
        wordings = (self.english, self.spanish)
        names = (name for each in wordings for name in (each.name, *each.aliases))
        return tuple(dict.fromkeys(names))


def switch(argument: str) -> bool:
    """Return True for ``on``, False for ``off``, in each language. Raises `WrongUse` for others."""
    try:
        return SWITCH_WORDS[argument.lower()]
    except KeyError:
        raise WrongUse from None


def tell_why_not(session: Session, error: Refusal | StoreError) -> None:
    """Tell a session why its command was not carried out."""
    why = error if isinstance(error, Refusal) else error.refusal
    session.error(why.kind, why.key, **why.values)
