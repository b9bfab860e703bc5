"""What is said and done in a room. Plain values: they know no store, no client and no wire."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import NamedTuple

_INBOX = "@"


def inbox_of(account: str) -> str:
    """The name of the log that has the private lines to an account, by its key. No room is called
    so, for no name begins like this."""
    return _INBOX + account


def is_inbox(log: str) -> bool:
    """Whether a log of that name is an inbox."""
    return log.startswith(_INBOX)


def owner_of(inbox: str) -> str:
    """Whose inbox it is: the account's key."""
    return inbox.removeprefix(_INBOX)


class Kind(enum.IntEnum):
    """What an event is. The numbers stand in the store: never change or reuse one."""

    MESSAGE = 1
    ACTION = 2
    TOPIC = 3
    DEED = 4  # of whoever runs the room: see `Deed`
    PRIVATE = 5  # in the log of one person's inbox


class Draft(NamedTuple):
    """Lines said in one go that are not in the log yet: they have no places and no time.

    ``session`` is the number of the session that said them (see `Event`), ``room`` a room's name,
    ``author`` the name at that moment, ``texts`` the lines, valid, as they were said.
    """

    room: str
    session: int
    author: str
    kind: Kind
    texts: Sequence[str]

    def events(self, head: int, time: int) -> list[Event]:
        """What they become in a log whose last seq was ``head`` so far, all at one time."""
        room, session, author, kind, texts = self
        return [
            Event(room, seq, time, session, author, kind, text)
            for seq, text in enumerate(texts, head + 1)
        ]


class Bookmark(NamedTuple):
    """A line of a log: its seq, and the time (milliseconds since 1970) with which it was stored.

    The time is 0 where it is not known, because the line was forgotten. It is None in what those
    give who know nothing of bookmarks: a seq alone.
    """

    seq: int
    time: int | None = None

    def __str__(self) -> str:
        return f"{self.seq}" if self.time is None else f"{self.seq}-{self.time}"


_BOOKMARK = re.compile("([0-9]{1,15})(?:-([0-9]{1,15}))?", re.ASCII)


def bookmark_of(text: str) -> Bookmark:
    """Return the bookmark that is written so. Raises `ValueError` if none is."""
    found = _BOOKMARK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    seq, time = found.groups()
    return Bookmark(int(seq), None if time is None else int(time))


class Event(NamedTuple):
    """One thing said or done in a room. Never changed.

    ``seq`` is its place in the room's log, from 1, without gaps. ``time`` is when it was committed,
    in milliseconds since 1970. ``session`` is the number of the session that said it; numbers of
    sessions that said anything are never given twice, also over restarts, so it tells apart two
    people who used one name.
    """

    room: str
    seq: int
    time: int
    session: int
    author: str
    kind: Kind
    text: str

    @property
    def bookmark(self) -> Bookmark:
        """The bookmark for a client that has this event and all before it."""
        return Bookmark(self.seq, self.time)


class Deed(NamedTuple):
    """What somebody who runs a room did there, as the text of an event says it.

    ``verb`` is what was done, one of those that `chatd.i18n` has a sentence ``did_VERB`` for;
    ``target`` the name that it was done to or what was set, ``-`` if nothing; ``seconds`` for how
    long, 0 if that has no meaning; ``reason`` in the words of who did it.
    """

    verb: str
    target: str = "-"
    seconds: int = 0
    reason: str = ""

    def text(self) -> str:
        """As it stands in the log: four words, of which the last may be several or none."""
        return f"{self.verb} {self.target} {self.seconds} {self.reason}".rstrip()

    @classmethod
    def of(cls, text: str) -> Deed:
        """What a text in the log says. Raises `ValueError` if it says nothing of the kind."""
        verb, target, seconds, *reason = text.split(" ", 3)
        return cls(verb, target, int(seconds), *reason)


class Record(NamedTuple):
    """Something that is kept beside the logs, in the place of what had that kind and key.

    ``value`` is JSON; None forgets what there is.
    """

    kind: str
    key: str
    value: str | None


class Change(enum.Enum):
    """What a notice is about."""

    JOINED = "joined"
    LEFT = "left"
    RENAMED = "renamed"


class Notice(NamedTuple):
    """A passing event. It takes its place among the events of a room, but is never stored.

    ``session`` is whose doing it is; that session is not told. ``new_name`` is for `RENAMED`.
    """

    room: str
    session: int
    change: Change
    name: str
    new_name: str = ""


Entry = Event | Notice
"""What a room shows: what was committed, and what passes."""
