"""Events, notices and records: what is said and done in rooms, as plain values.

This module must not know a store, a client or a wire format.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_INBOX = "@"


def inbox_of(account: str) -> str:
    """Return the name of the log of the private lines to an account, given the account's key.

    No room has such a name, because no name begins with ``@``.
    """
    return _INBOX + account


def is_inbox(log: str) -> bool:
    """Return True if a log of that name is an inbox."""
    return log.startswith(_INBOX)


def owner_of(inbox: str) -> str:
    """Return the key of the account that an inbox belongs to."""
    return inbox.removeprefix(_INBOX)


_REGISTER = "="

STAY = "present"
"""The verb of the deeds in a register: the target is a name, the reason when the stay began, in
milliseconds since 1970."""


def register_of(room: str) -> str:
    """Return the name of the log of the stays of people in a room, given the room's name.

    No room has such a name, because no name begins with ``=``.
    """
    return _REGISTER + room


def is_register(log: str) -> bool:
    """Return True if a log of that name is the register of a room."""
    return log.startswith(_REGISTER)


def room_of_log(log: str) -> str:
    """Return the name of the room whose log, or whose register, a log is."""
    return log.removeprefix(_REGISTER)


def is_room(log: str) -> bool:
    """Return True if a log of that name is a room's: no inbox, and no register."""
    return not log.startswith((_INBOX, _REGISTER))


class Kind(enum.IntEnum):
    """The kind of an event. The numbers are in the store: never change or reuse one."""

    MESSAGE = 1
    ACTION = 2
    TOPIC = 3
    DEED = 4  # an act of moderation: see `Deed`
    PRIVATE = 5  # in the log of an account's inbox
    NOTICE = 6  # a message of a program, which no program may answer
    QUESTION = 7  # these four: see `chatd.remarks`
    ANSWER = 8  # what was answered to a question, once it is closed or shown
    ACK = 9  # a person has a line: an alert, or a question that was read
    DECISION = 10  # a line that is kept as a decision


SPOKEN = (Kind.MESSAGE, Kind.ACTION, Kind.PRIVATE, Kind.NOTICE)
"""The kinds of lines that are said to people. Topics, acts of moderation and remarks are not."""

REMARKS = (Kind.QUESTION, Kind.ANSWER, Kind.ACK, Kind.DECISION)
"""The kinds of remarks."""

VALUES = (Kind.DEED, *REMARKS)
"""The kinds of events whose text is a value, of which people are told a sentence."""


class Origin(NamedTuple):
    """The maker of a thing, and when it was made, in milliseconds since 1970.

    The name is "", and the time 0, if it is not known.
    """

    by: str = ""
    at: int = 0


UNKNOWN = Origin()
"""The origin of things of which nothing is known."""


class Draft(NamedTuple):
    """Lines said at once that are not in the log yet, so they have no seqs and no time.

    ``session`` is the number of the session that said them (see `Event`), ``room`` a room's name,
    ``author`` the name of the session at that moment, ``texts`` the valid lines as they were said.
    If ``as_one``, the lines are one message. ``made`` is the origin of the room, if none of its
    lines is published.
    """

    room: str
    session: int
    author: str
    kind: Kind
    texts: Sequence[str]
    as_one: bool = False
    made: Origin = UNKNOWN

    def events(self, head: int, time: int) -> list[Event]:
        """Return the events that follow the seq ``head`` in the log, all with one time."""
        room, session, author, kind, texts, as_one, _ = self
        part_of = head + 1 if as_one else None
        return [
            Event(room, seq, time, session, author, kind, text, part_of)
            for seq, text in enumerate(texts, head + 1)
        ]

    def origin(self, time: int) -> Origin:
        """Return the origin of the room that is stored with these lines, at a time."""
        return Origin("", time) if self.made == UNKNOWN else self.made


class Bookmark(NamedTuple):
    """A line of a log: its seq, and the time (milliseconds since 1970) with which it was stored.

    The time is 0 if it is not known, because the line is deleted. It is None in the bookmark of a
    client that sent a seq alone.
    """

    seq: int
    time: int | None = None

    def __str__(self) -> str:
        return f"{self.seq}" if self.time is None else f"{self.seq}-{self.time}"


_BOOKMARK = re.compile("([0-9]{1,15})(?:-([0-9]{1,15}))?", re.ASCII)


def bookmark_of(text: str) -> Bookmark:
    """Return the bookmark that a text is. Raise `ValueError` if it is none."""
    found = _BOOKMARK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    seq, time = found.groups()
    return Bookmark(int(seq), None if time is None else int(time))


class Event(NamedTuple):
    """One thing said or done in a room. Never changed.

    ``seq`` is its position in the room's log, from 1, without gaps. ``time`` is the time at which
    it was committed, in milliseconds since 1970. ``session`` is the number of the session that said
    it. Numbers of sessions that said anything are never used twice, also over restarts, so they
    tell apart two people who used one name. ``part_of`` is, of each line of a message of several,
    the seq of the first one; None for a line alone. The lines of a message follow one another in
    the log, with one author and one time.
    """

    room: str
    seq: int
    time: int
    session: int
    author: str
    kind: Kind
    text: str
    part_of: int | None = None

    @property
    def continues(self) -> bool:
        """True if it is a line of a message of several, and not the first one."""
        return self.part_of is not None and self.part_of != self.seq

    @property
    def bookmark(self) -> Bookmark:
        """The bookmark for a client that has this event and all before it."""
        return Bookmark(self.seq, self.time)


class Deed(NamedTuple):
    """An act of moderation, which is stored as the text of an event.

    ``verb`` is one of those for which `chatd.i18n` has a sentence ``did_VERB``. ``target`` is the
    name that the act is about or the value that was set, ``-`` if there is none. ``seconds`` is its
    duration, 0 if it has none. ``reason`` is in the words of the moderator.
    """

    verb: str
    target: str = "-"
    seconds: int = 0
    reason: str = ""

    def text(self) -> str:
        """Return the text for the log: four words, of which the last may be several or none."""
        return f"{self.verb} {self.target} {self.seconds} {self.reason}".rstrip()

    @classmethod
    def of(cls, text: str) -> Deed:
        """Return the deed that a text in the log is. Raise `ValueError` if it is none."""
        verb, target, seconds, *reason = text.split(" ", 3)
        return cls(verb, target, int(seconds), *reason)


class Seqs(NamedTuple):
    """The members of a record's value that get seqs of lines, which the store alone knows.

    ``before`` gets the head of the room before the lines that are stored together with the record,
    ``last`` the seq of the last of them. No member has the name "".
    """

    before: str = ""
    last: str = ""

    def of(self, before: int, last: int) -> dict[str, int]:
        """Return the members with these seqs."""
        members = {self.before: before, self.last: last}
        return {name: seq for name, seq in members.items() if name}


class Record(NamedTuple):
    """A value that is stored beside the logs, and replaces the one with the same kind and key.

    ``value`` is an object of JSON; None deletes the stored value. The store writes those of its
    members that ``seqs`` names. If the value has a number that only grows, ``grows`` is its member:
    of two values that nodes write, the greater one stays. An ``ephemeral`` one is deleted when the
    node that wrote it has ended; a deletion that is ephemeral tells of that. One ``of_line`` is
    deleted with a line: its value has the ``room`` and the ``seq`` of that. Of one that leaves no
    ``trace`` the store has no earlier state once the change is stored, in any of its files; a store
    that cannot do that says so (`Store.leaves_no_trace`).
    """

    kind: str
    key: str
    value: str | None
    seqs: Seqs | None = None
    grows: str = ""
    ephemeral: bool = False
    of_line: bool = False
    trace: bool = True


class Change(enum.Enum):
    """The change that a notice or a presence is about; the last three are of presences alone."""

    JOINED = "joined"
    LEFT = "left"
    RENAMED = "renamed"
    AWAY = "away"
    REALNAME = "realname"
    ACCOUNT = "account"
    TYPING = "typing"


class Notice(NamedTuple):
    """Joins, leaves, or a rename, sent in order with the events of a room, but never stored.

    ``people`` are one or several, each with the number of the session that caused it, and the name.
    A session does not receive its own part. ``new_name`` is for `Change.RENAMED`, of one person.
    """

    room: str
    change: Change
    people: tuple[tuple[int, str], ...]
    new_name: str = ""

    @property
    def names(self) -> list[str]:
        """The names of the people."""
        return [name for _, name in self.people]

    @property
    def sessions(self) -> Iterable[int]:
        """The numbers of the sessions that it is about."""
        return (session for session, _ in self.people)

    def without(self, session: int) -> Notice | None:
        """Return the notice without a session's own part; None if nothing is left."""
        others = tuple(person for person in self.people if person[0] != session)
        if len(others) == len(self.people):
            return self
        return self._replace(people=others) if others else None


class Departure(NamedTuple):
    """The way in which a session leaves a room.

    ``reason`` is in the words of the person who leaves, or of the one ``by`` whom the session is
    put out; either is "" if there is none. If ``quits``, the session leaves the server.
    """

    reason: str = ""
    by: str = ""
    quits: bool = False


LEAVING = Departure()
QUITTING = Departure(quits=True)
"""Departures without a reason."""


class Presence(NamedTuple):
    """A session that comes to a room, leaves it, or has a new name; made at once, never stored.

    ``session`` is its number, ``name`` the name that it has, or had until now if it has a
    ``new_name`` (`Change.RENAMED`). It is a ``guest`` if the server made the name up that it has
    now. ``account`` is the key of its account, "" for none. ``reason``, ``by`` and ``quits`` are
    those of its departure (`Change.LEFT`). One that quits leaves each of its rooms so. Of one
    that is away (`Change.AWAY`), ``reason`` is the text, "" if it is back; of one that has another
    real name (`Change.REALNAME`), it is that; of one that is typing (`Change.TYPING`), the state.

    One that is ``absent`` is away because it has no session in the room. A person without one has
    the number 0.

    If ``hidden``, it is for other nodes alone: clients do not know of the session, which may not
    speak there. One of which they come to know comes then, however often it came hidden.

    Each node shows it as a change of the list of people (`chatd.rooms.member_list`), and fills in
    the rest. ``role`` is the word of the role that the name has, ``had`` that of the name before.
    A rename ``quits`` if no session has the old name any more. The session itself is shown that
    the name that ``remains`` comes, if another one still has the name that it had.
    """

    room: str
    change: Change
    session: int
    name: str
    guest: bool = False
    account: str = ""
    new_name: str = ""
    reason: str = ""
    by: str = ""
    quits: bool = False
    hidden: bool = False
    absent: bool = False
    role: str = ""
    had: str = ""
    remains: str = ""

    @property
    def sessions(self) -> Iterable[int]:
        """The number of the session that it is about."""
        return (self.session,)

    def without(self, session: int) -> Presence | None:
        """Return it as that session is shown it; None for the one that it is about, mostly."""
        if session != self.session:
            return self
        if not self.remains:
            return None
        return Presence(self.room, Change.JOINED, 0, self.remains, account=self.account)


class Call(NamedTuple):
    """A request to the node of a session, which another one makes; never stored.

    ``session`` is the number of the session, ``verb`` what is to be done: `PRIVATE_LINE` puts the
    ``text`` of the ``author`` into its inbox, and `INBOX_FULL` says that the author's is full.
    `HANG_UP` closes it by order of the ``author``, and `CLOSE_OTHER` as another connection of the
    same account. It is of no ``room``. ``by`` is the number of the session that is to be told if
    the inbox is full, or 0.

    `REACH` is for all nodes, so for no session: it asks how far the line of the seq and the room in
    the ``text`` has come to the sessions there, for the session ``by``. `REACHED` answers that.
    """

    session: int
    verb: str
    author: str
    text: str = ""
    room: str = ""
    by: int = 0


PRIVATE_LINE = "private"
INBOX_FULL = "inbox_full"
HANG_UP = "hang_up"
CLOSE_OTHER = "close_other"
REACH = "reach"
REACHED = "reached"
"""The verbs of calls."""

Line = Event | Notice
"""An entry that any client may be shown as a line."""

Entry = Line | Presence
"""An item that is published in a room."""

Published = Entry | Call
"""An item that the store publishes."""
