"""The settings of a session: its view of the rooms, its language, and what others may do.

Others are those whom it ignores, who write to it, and who are told that it is away.
They are stored with the account, if the session has one.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.accounts.credentials import Scope
from chatd.chat import presence
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Change
from chatd.i18n import Language
from chatd.rooms.view import Bell
from chatd.text.folding import fold

IGNORED_AT_MOST = 100
"""Most names that one session or account ignores."""

AWAY_CHARACTERS = 200
"""Most characters of an away text; the rest is cut off."""


async def set_echo(server: ChatServer, session: Session, echo: bool) -> None:
    """Send a session its own lines, or not. Raises `StoreError`."""
    await server.logins.change_settings(session, echo=echo)


async def set_times(server: ChatServer, session: Session, times: bool) -> None:
    """Show a session the time of each line, or not. Raises `StoreError`."""
    await server.logins.change_settings(session, times=times)


async def set_language(server: ChatServer, session: Session, language: Language) -> None:
    """Set the language of a session. Raises `StoreError`."""
    await server.logins.change_settings(session, language=language.value)
    session.subscriptions.show_identity()


async def set_bell(server: ChatServer, session: Session, bell: Bell) -> None:
    """Set which lines ring the bell of a session. Raises `StoreError`."""
    await server.logins.change_settings(session, bell=bell.value)


async def set_quiet(server: ChatServer, session: Session, quiet: bool) -> None:
    """Hide joins, leaves and renames from a session, or not. Raises `StoreError`."""
    await server.logins.change_settings(session, quiet=quiet)


async def set_away(server: ChatServer, session: Session, text: str) -> str:
    """Set the text that others receive who write to the owner of a session; "" for none.

    Return as much of it as is stored. Raises `Refusal` and `StoreError`.
    """
    session.identity.check_scope(Scope.FULL)
    away = text[:AWAY_CHARACTERS]
    await server.logins.change_settings(session, away=away)
    server.marked.changed(session.name)
    _show_away(server, session, away)
    return away


def _show_away(server: ChatServer, session: Session, away: str) -> None:
    """Show in the rooms of a person that it is away, or back, where it may speak."""
    others = (room for _, room in server.marked.places_of(session.name))
    for room in dict.fromkeys([*session.memberships, *others]):
        if session.name not in room.here.absent:
            presence.show(room, session, Change.AWAY, away)
    server.watches.tell(Change.AWAY, session.name, away)


async def set_guests(server: ChatServer, session: Session, guests: bool) -> None:
    """Take private lines from guests, or refuse them. Raises `Refusal` and `StoreError`."""
    session.identity.check_scope(Scope.FULL)
    await server.logins.change_settings(session, guests=guests)


def become_text_only(session: Session) -> None:
    """Take all further input of a session as text, never as a command.

    A session with several rooms cannot do that: a private line is a command there, and would be
    said to all. Raises `Refusal`.
    """
    if session.subscriptions.multi_room:
        raise Refusal(ErrorKind.WRONG_USE, "not_text_only")
    session.read_as_text()


def ignored_names(session: Session) -> Sequence[str]:
    """Return the names that a session ignores."""
    return session.subscriptions.settings.ignored


async def ignore(server: ChatServer, session: Session, name: str) -> None:
    """Hide the lines of a valid name from a session. Raises `Refusal` and `StoreError`."""
    session.identity.check_scope(Scope.FULL)
    ignored = _ignored_but(server, session, name)
    if len(ignored) >= IGNORED_AT_MOST:
        raise Refusal(ErrorKind.WRONG_USE, "too_many_ignored", limit=IGNORED_AT_MOST)
    await server.logins.change_settings(session, ignored=[*ignored, name])


async def unignore(server: ChatServer, session: Session, name: str) -> bool:
    """Show the lines of a valid name to a session again. Return False if it was not ignored.

    Raises `Refusal` and `StoreError`.
    """
    session.identity.check_scope(Scope.FULL)
    ignored = _ignored_but(server, session, name)
    if len(ignored) == len(server.logins.ignored_by(session)):
        return False
    await server.logins.change_settings(session, ignored=ignored)
    return True


def _ignored_but(server: ChatServer, session: Session, name: str) -> list[str]:
    ignored = server.logins.ignored_by(session)
    return [other for other in ignored if fold(other) != fold(name)]
