"""Finding out who has a line: how many of those who were there, and who has not yet."""

from __future__ import annotations

from typing import NamedTuple

from chatd.chat.actions import search
from chatd.chat.actions.costs import PEOPLE_A_LINE
from chatd.chat.actions.look import room_to_read
from chatd.chat.actions.remarks import line_at
from chatd.chat.permissions import Act, Mode
from chatd.chat.reach import Reached
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import SPOKEN, Event, Kind
from chatd.rooms.room import Room
from chatd.rooms.slices import slices_by_number
from chatd.storage.contract import StoreError, Wanted
from chatd.text.folding import fold
from chatd.util.meter import REPLAY_LINES

_SAID = frozenset((*SPOKEN, Kind.QUESTION))

_BEST = (Reached.HAS, Reached.SENT, Reached.NOT_KNOWN, Reached.NOT_YET, Reached.CAME_LATER)
"""The order in which one session of a person counts before another."""


PEOPLE_A_SLICE = 200
"""Most people who are looked at in one turn; it takes 1 ms."""


class Reader(NamedTuple):
    """A person who was there when a line was said, and how far that has come to their clients."""

    name: str
    reached: Reached


class Readers(NamedTuple):
    """A line, and those who were there when it was said, without its author.

    They are those who are there still, and accounts whose clients were lost before they had it.
    """

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
    meter = session.stream.meter
    meter.up_to(REPLAY_LINES).charge(room.people / PEOPLE_A_LINE)
    reached = await server.reach.find(session, room, line.seq)
    author = fold(line.author)
    best: dict[str, Reached] = {}
    members = tuple(room.here.members.items())
    for place, some in enumerate(slices_by_number(members, PEOPLE_A_SLICE)):
        if place:
            await meter.turn()
        for number, (name, _) in some:
            if number in reached and number != line.session and fold(name) != author:
                sessions = (reached[number], best.get(name, Reached.CAME_LATER))
                best[name] = min(sessions, key=_BEST.index)
    room_to_read(server, session, room)  # still
    check_shown(server, room)
    _add_absent(server, room, line, best)
    known = [Reader(*each) for each in best.items()]
    return Readers(line, [each for each in known if each.reached is not Reached.CAME_LATER])


def _add_absent(server: ChatServer, room: Room, line: Event, best: dict[str, Reached]) -> None:
    """Add those without a session that was there: what the read mark of the account says counts."""
    author = fold(line.author)
    for account, name in room.here.staying.items():
        if account != author and best.get(name, Reached.CAME_LATER) is Reached.CAME_LATER:
            mark = server.unread.read_marks.of(account, room.key)
            if mark is not None:
                best[name] = Reached.HAS if mark >= line.seq else Reached.NOT_YET
    for account in server.lost_readers.of(room, line.seq):
        name = server.accounts.name_of(account)
        if account != author and best.get(name, Reached.CAME_LATER) is Reached.CAME_LATER:
            mark = server.unread.read_marks.of(account, room.key) or 0
            best[name] = Reached.HAS if mark >= line.seq else Reached.NOT_YET


def is_own(server: ChatServer, session: Session, event: Event) -> bool:
    """Return True if a session, or its account, said a line."""
    account = session.account
    if account is not None and server.accounts.wrote(account, event):
        return True
    return event.session == session.number
