"""The verb ``hello``, which begins a conversation: who comes, and the rooms to enter.

This module must not know the other verbs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from chatd import __version__
from chatd.chat.action_queue import Job
from chatd.chat.actions.costs import ENTERING_COST
from chatd.chat.actions.enter import ROOMS_ENTERED, come_back, enter
from chatd.chat.actions.login import grant_of_token, log_in_by_grant
from chatd.chat.actions.rename import rename
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Bookmark
from chatd.i18n import Language
from chatd.protocols.live.conversation import Conversation
from chatd.protocols.live.members import (
    Members,
    WrongMessage,
    bookmark_of_member,
    key_in,
    text_in,
    wrong_member,
)
from chatd.storage.contract import StoreError
from chatd.text.escaping import Lines
from chatd.text.messages import MOST_MESSAGE_BYTES, MOST_MESSAGE_LINES

LANGUAGES = frozenset(language.value for language in Language)


def begin(conversation: Conversation, members: Members) -> Job | None:
    """Greet the client that says hello, and let it into its rooms.

    Raises `WrongMessage` and `Refusal`; then hello may be said again.
    """
    server, session = conversation.server, conversation.session
    if conversation.greeted:
        raise WrongMessage("hello_once")
    language = text_in(members, "language", "")
    wish = text_in(members, "name", "")
    key, proof = key_in(members), text_in(members, "proof", "")
    token = None if members.get("token") is None else text_in(members, "token")
    rooms = members.get("rooms")
    # A single "room" would be passed over, and the lobby taken in its place.
    if not isinstance(rooms, dict | None) or members.get("room") is not None:
        raise wrong_member("rooms", "right_rooms")
    bookmarks = None if rooms is None else _bookmarks_of(rooms)
    if language and language not in LANGUAGES:
        raise wrong_member("language", "right_language")
    grant = None if token is None else grant_of_token(server, session, token)
    conversation.greeted = True
    conversation.charge(ENTERING_COST * min(len(rooms or ()), ROOMS_ENTERED))
    if language:
        session.replies.use_language(Language(language))
        session.subscriptions.change_format(session.replies.format.in_language(session.language))
    session.identity.set_client_id(key and f"browser {key}")
    if grant is None:
        is_current = conversation.log_in(proof)
    else:
        is_current = log_in_by_grant(server, session, grant)
    greet = partial(_greet, conversation, is_current, bookmarks)
    if wish and session.account is None:
        return _greet_named(conversation, wish, greet)
    return greet(None)


def _bookmarks_of(rooms: Mapping[str, Any]) -> dict[str, Bookmark | None]:
    """Return the bookmarks of rooms by their names. Raises `WrongMessage`."""
    return {
        name: bookmark_of_member(bookmark, "rooms", "right_rooms")
        for name, bookmark in rooms.items()
    }


async def _greet_named(
    conversation: Conversation, wish: str, greet: Callable[[Refusal | None], Job | None]
) -> None:
    """Give a guest the name that it wishes to have, and greet it, also if it cannot have that."""
    session, refusal = conversation.session, None
    try:
        if not await rename(conversation.server, session, wish):
            session.answer("you_are_already", name=session.name)
    except Refusal as why:
        refusal = why.anew()
    except StoreError as error:
        refusal = error.refusal
    if not session.stream.finished:
        job = greet(refusal)
        if job is not None:
            await job


def _greet(
    conversation: Conversation,
    is_current: bool,
    bookmarks: Mapping[str, Bookmark | None] | None,
    refusal: Refusal | None,
) -> Job | None:
    """Greet a client whose name is known, and let it into its rooms: the lobby for None."""
    server, session = conversation.server, conversation.session
    conversation.tell("hello", **_greeting(server, session, conversation.max_length))
    if not is_current:
        session.answer("sign_in_again")
    if refusal is not None:
        session.error(refusal.kind, refusal.key, **refusal.values)
    if bookmarks:
        return _come_back_to_all(conversation, list(bookmarks.items()))
    if bookmarks is None:
        server.enter(session)
        session.joined.need_not_name(session.room)
    return None


def _greeting(server: ChatServer, session: Session, max_length: int) -> dict[str, Any]:
    return {
        "version": __version__,
        "name": session.name,
        "guest": session.identity.is_guest,
        "account": session.account is not None,
        "lobby": server.lobby.name,
        "language": session.language.value,
        "max_length": max_length,
        "max_lines": MOST_MESSAGE_LINES,
        "max_bytes": MOST_MESSAGE_BYTES,
        "motd": Lines(server.motd),
        "accounts": server.logins.passwords is not None,
        "passwords": server.logins.may_pass_secrets(session.identity.confidential),
    }


async def _come_back_to_all(
    conversation: Conversation, bookmarks: Sequence[tuple[str, Bookmark | None]]
) -> None:
    for name, bookmark in bookmarks[:ROOMS_ENTERED]:
        await _come_back(conversation, name, bookmark)
    if len(bookmarks) > ROOMS_ENTERED:
        conversation.session.error(ErrorKind.NOT_ALLOWED, "too_many_stays", limit=ROOMS_ENTERED)


async def _come_back(conversation: Conversation, name: str, bookmark: Bookmark | None) -> None:
    """Put the session into a room that it was in, or tell it that it is in it no more.

    A room of which it has no line may have ended with its last member, so it is made again.
    """
    server, session = conversation.server, conversation.session
    try:
        has_no_line = bookmark is None or not bookmark.seq
        if has_no_line and server.rooms.find(name, session) is None:
            await enter(server, session, name)
        else:
            await come_back(server, session, server.rooms.called(name, session), bookmark)
    except (Refusal, StoreError) as error:
        conversation.tell("left", room=short(name))
        conversation.tell_error(None, error)
