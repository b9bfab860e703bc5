"""The parts that all remarks share: the right to make one, and the line that it is about.

A remark shows words of its author to the room, so who may make one is who may speak there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from chatd.accounts.credentials import Scope
from chatd.chat.actions.look import room_to_read
from chatd.chat.actions.search import search
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, message_refusal, short
from chatd.event import SPOKEN, Event, Kind
from chatd.remarks import EXCERPT, words_of
from chatd.rooms.paging import last_events
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError, Wanted
from chatd.text.messages import InvalidMessage, validate_message

LINES_A_LOOK = 50
LOOKS = 4
"""The number of lines that are read at a time to find the last one that was said, and of reads."""


def check_remarks(server: ChatServer, session: Session, room: Room) -> None:
    """Raise `Refusal` if a session may not make remarks in a room now."""
    room_to_read(server, session, room)
    session.identity.check_scope(Scope.WRITE)
    server.moderation.check(session, room, Act.SPEAK)
    check_store(server, room)


def check_store(server: ChatServer, room: Room) -> None:
    """Raise `Refusal` if no remark can be stored in a room now."""
    if not room.takes_lines:
        raise Refusal(ErrorKind.NOT_SAVED, "store_full")
    if not server.store.takes_remarks:
        raise Refusal(ErrorKind.NOT_ALLOWED, "older_nodes")


def excerpt_of(event: Event) -> str:
    """Return the beginning of what was said in a line, or asked."""
    return short(words_of(event), EXCERPT)


def valid_words(text: str, max_length: int) -> str:
    """Return words of a remark, which are one line or "". Raises `Refusal`."""
    try:
        words = validate_message(text, max_length)
    except InvalidMessage as invalid:
        raise message_refusal(invalid, max_length) from None
    if "\n" in words:
        raise Refusal(ErrorKind.INVALID_MESSAGE, "not_one_line_of_words")
    return words.strip()


def was_said(event: Event) -> bool:
    """Return True if an event is a line that was said."""
    return event.kind in SPOKEN


async def last_line(
    server: ChatServer, session: Session, room: Room, is_right: Callable[[Event], bool]
) -> Event | None:
    """Return the last line of a room that is right, or the first one of its message.

    None if the last lines, `LOOKS` times `LINES_A_LOOK`, have none. Ignored authors are passed
    over. Raises `StoreError`.
    """
    view, asker, upto = session.subscriptions.view.of_past, session.identity.asker, room.head
    for _ in range(LOOKS):
        found = await last_events(room, upto, LINES_A_LOOK, view, asker, session.stream.meter)
        for event in reversed(found.events):
            if is_right(event):
                return await line_at(room, session, event.part_of or event.seq) or event
        upto = found.after
        if not found.more:
            break
    return None


async def line_at(room: Room, session: Session, seq: int) -> Event | None:
    """Return the event of a room with a seq; None if there is none. Raises `StoreError`."""
    if not 1 <= seq <= room.head:
        return None
    events = await room.read(seq - 1, seq, session.identity.asker)
    return events[0] if events else None


async def line_with(server: ChatServer, session: Session, room: Room, word: str) -> Event | None:
    """Return the last line that was said with a word; None if there is none.

    Raises `Refusal`, also if the store cannot be read.
    """
    found = await search(server, session, room, Wanted((word,)))
    return next(filter(was_said, found.events), None)


class Choice(NamedTuple):
    """The lines that a remark may be about: those of some ``kinds``.

    If none is named, it is the last one for which ``is_default`` returns True. The refusal has the
    key ``none`` if there is none.
    """

    kinds: Collection[Kind]
    is_default: Callable[[Event], bool]
    none: str


SAID = Choice(SPOKEN, was_said, "no_line_to_mark")
"""Lines that were said; the last one if none is named."""


async def line_named(
    server: ChatServer,
    session: Session,
    room: Room,
    name: int | str | None,
    choice: Choice = SAID,
) -> Event:
    """Return a line: the one with a seq, the last one that was said with a word, or the last one.

    Raises `Refusal`, also if the store cannot be read.
    """
    try:
        if name is None:
            line, key = await last_line(server, session, room, choice.is_default), choice.none
        elif isinstance(name, int):
            line, key = await line_at(room, session, name), "no_such_line"
        else:
            line, key = await line_with(server, session, room, name), "no_line_with"
    except StoreError:
        raise Refusal(ErrorKind.NOT_READABLE, "not_readable", first=1, last=room.head) from None
    if line is None or line.kind not in choice.kinds:
        word = short(f"{name}")
        raise Refusal(ErrorKind.NO_LINE, key, room=room.name, seq=word, word=word)
    return line
