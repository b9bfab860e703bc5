"""Finding out who has a line: how many of those who were there, and who has not yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from chatd.chat.actions import search
from chatd.chat.actions.look import room_to_read
from chatd.chat.actions.remarks import line_at
from chatd.chat.permissions import Act, Mode
from chatd.chat.reach import Reached
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import SPOKEN, Event, Kind
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError, Wanted
from chatd.text.folding import fold

_SAID = frozenset((*SPOKEN, Kind.QUESTION))

_BEST = (Reached.HAS, Reached.SENT, Reached.NOT_KNOWN, Reached.NOT_YET, Reached.CAME_LATER)
"""The order in which one session of a person counts before another."""


class Reader(NamedTuple):
    """A person who was there when a line was said, and how far that has come to their clients."""

    name: str
    reached: Reached
    away: bool = False


class Readers(NamedTuple):
    """A line, and those who were there when it was said and are still, without its author."""

    line: Event
    readers: list[Reader]

    def of(self, reached: Reached) -> list[Reader]:
        """Return those whom the line has reached so far."""
        return [reader for reader in self.readers if reader.reached is reached]


def check_shown(server: ChatServer, room: Room) -> None:
    """Raise `Refusal` if a room does not show who has a line: it has no staff, or that is off."""
    if server.moderation.roles.mode_of(room) is Mode.FREE:
        raise Refusal(ErrorKind.NOT_ALLOWED, "switch_needs_owner_seen", room=room.name)
    if not server.moderation.roles.policy_of(room).seen:
        raise Refusal(ErrorKind.NOT_ALLOWED, "seen_switched_off", room=room.name)


async def last_line(
    server: ChatServer, session: Session, room: Room, words: str = ""
) -> Event | None:
    """Return the last line that a session said in a room, or the last one with some words.

    Return None if none is found. A session that may ask about lines of others finds them, too, by
    words. Raises `Refusal`.
    """
    room_to_read(server, session, room)
    check_shown(server, room)
    wanted = Wanted((words,) if words else ()).folded()
    of_all = bool(words) and server.moderation.may(session, room, Act.SEEN)

    def is_meant(event: Event) -> bool:
        said = event.kind in _SAID
        return said and (of_all or is_own(server, session, event)) and wanted.found(event)

    line = next(filter(is_meant, reversed(room.latest)), None)
    if line is None:
        author = "" if of_all else fold(session.name)
        found = await search.search(server, session, room, wanted._replace(author=author))
        line = next(filter(is_meant, found.events), None)
    return line


async def line_of(server: ChatServer, session: Session, room: Room, seq: int) -> Event:
    """Return the line of a room with a seq, if a session may ask who has it.

    Raises `Refusal`, also if the room cannot be read.
    """
    room_to_read(server, session, room)
    check_shown(server, room)
    try:
        line = await line_at(room, session, seq)
    except StoreError:
        raise Refusal(ErrorKind.NOT_READABLE, "not_readable", first=seq, last=seq) from None
    room_to_read(server, session, room)  # still
    if line is None or line.kind not in _SAID:
        raise Refusal(ErrorKind.NO_LINE, "no_such_line", seq=seq, room=room.name)
    if not is_own(server, session, line):
        server.moderation.check(session, room, Act.SEEN)
    return line


async def readers_of(server: ChatServer, session: Session, room: Room, line: Event) -> Readers:
    """Return those who were there when a line was said, and how far it has come to each.

    It takes up to a second. Raises `Refusal` if the session may not read there any more.
    """
    reached = await server.reach.find(session, room, line.seq)
    room_to_read(server, session, room)
    check_shown(server, room)
    return Readers(line, list(_people(server, room, line, reached)))


def _people(
    server: ChatServer, room: Room, line: Event, reached: Mapping[int, Reached]
) -> Iterator[Reader]:
    author = fold(line.author)
    best: dict[str, Reached] = {}
    for number, (name, _) in room.here.members.items():
        if number in reached and number != line.session and fold(name) != author:
            sessions = (reached[number], best.get(name, Reached.CAME_LATER))
            best[name] = min(sessions, key=_BEST.index)
    for account, name in room.here.staying.items():
        if account != author and best.get(name, Reached.CAME_LATER) is Reached.CAME_LATER:
            mark = server.unread.read_marks.of(account, room.key)
            if mark is not None:
                best[name] = Reached.HAS if mark >= line.seq else Reached.NOT_YET
    for name, of_person in best.items():
        if of_person is not Reached.CAME_LATER:
            yield Reader(name, of_person, server.marked.is_away(name, room))


def is_own(server: ChatServer, session: Session, event: Event) -> bool:
    """Return True if a session, or its account, said a line."""
    account = session.account
    if account is not None and server.accounts.wrote(account, event):
        return True
    return event.session == session.number
