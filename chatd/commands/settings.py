"""Commands that change how a session is shown things, and whether its lines are commands.

What somebody who is logged in sets is kept with their account.
"""

from __future__ import annotations

from typing import Any

from chatd.accounts.credentials import Scope
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import SWITCH_WORDS, Command, Job, WrongUse, switch
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Language
from chatd.rooms.view import Bell
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, validate_name

IGNORED_AT_MOST = 100
"""How many one may ignore."""

AWAY_CHARACTERS = 200
"""How much is kept of what others are told while one is away."""

_MENTIONS = ("mentions", "menciones")


async def _set(server: ChatServer, session: Session, key: str, **settings: Any) -> None:
    await server.logins.keep_setting(session, **settings)
    session.answer(key, away=settings.get("away"))


def _echo(server: ChatServer, session: Session, argument: str) -> Job:
    echo = switch(argument)
    return _set(server, session, "echo_on" if echo else "echo_off", echo=echo)


def _times(server: ChatServer, session: Session, argument: str) -> Job:
    times = switch(argument)
    return _set(server, session, "times_on" if times else "times_off", times=times)


def _language(server: ChatServer, session: Session, argument: str) -> Job:
    try:
        language = Language(argument.lower())
    except ValueError:
        raise WrongUse from None
    return _set(server, session, "language", language=language.value)


def _text(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    if session.multi_room:
        # A private line is a command there, and would be said to everybody.
        raise Refusal(ErrorKind.WRONG_USE, "not_text_only")
    session.text_only = True
    session.answer("text_only")


def _bell(server: ChatServer, session: Session, argument: str) -> Job:
    if argument.lower() in _MENTIONS:
        bell = Bell.MENTIONS
    else:
        bell = Bell.ON if switch(argument) else Bell.OFF
    return _set(server, session, f"bell_{bell.value}", bell=bell.value)


def _quiet(server: ChatServer, session: Session, argument: str) -> Job:
    quiet = switch(argument)
    return _set(server, session, "quiet_on" if quiet else "quiet_off", quiet=quiet)


def _away(server: ChatServer, session: Session, argument: str) -> Job:
    if argument.lower() in SWITCH_WORDS:
        raise WrongUse  # "/away off" would be told to others
    away = argument[:AWAY_CHARACTERS]
    if not away and not server.away_text(session.name):
        away = session.sentence("away")
    return _set(server, session, "away_on" if away else "away_off", away=away)


def _ignore(server: ChatServer, session: Session, argument: str) -> Job | None:
    if not argument:
        _list_ignored(session)
        return None
    name = _name(argument)
    if fold(name) == fold(session.name):
        raise WrongUse
    ignored = [other for other in server.logins.ignored_by(session) if fold(other) != fold(name)]
    if len(ignored) >= IGNORED_AT_MOST:
        raise Refusal(ErrorKind.WRONG_USE, "too_many_ignored", limit=IGNORED_AT_MOST)
    return _set_ignored(server, session, "ignored", name, [*ignored, name])


def _unignore(server: ChatServer, session: Session, argument: str) -> Job | None:
    if not argument:
        _list_ignored(session)
        return None
    name = _name(argument)
    before = server.logins.ignored_by(session)
    ignored = [other for other in before if fold(other) != fold(name)]
    if len(ignored) == len(before):
        session.answer("not_ignored", name=name)
        return None
    return _set_ignored(server, session, "unignored", name, ignored)


async def _set_ignored(
    server: ChatServer, session: Session, key: str, name: str, ignored: list[str]
) -> None:
    await server.logins.keep_setting(session, ignored=ignored)
    session.answer(key, name=name)


def _list_ignored(session: Session) -> None:
    ignored = session.settings.ignored
    session.answer("ignores" if ignored else "ignores_nobody", names=", ".join(ignored))


def _name(argument: str) -> str:
    try:
        return validate_name(argument)
    except InvalidName:
        raise WrongUse from None


TABLE = (
    Command(("echo", "eco"), _echo, scope=Scope.READ),
    Command(("times", "horas"), _times, scope=Scope.READ),
    Command(("language", "idioma"), _language, scope=Scope.READ),
    Command(("text", "texto"), _text, scope=Scope.READ),
)

ROWS = (
    Command(("ignore", "ignorar"), _ignore),
    Command(("unignore", "atender"), _unignore),
    Command(("bell", "timbre"), _bell, scope=Scope.READ),
    Command(("quiet", "silencio"), _quiet, scope=Scope.READ),
    Command(("away", "ausente"), _away),
)
"""For the section of accounts."""
