"""A room: a named log that only grows, the people in it, and its feeds.

Lines go to the store first, and come back to `Room.publish` once they are committed. This module
must not know a connection or a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.event import UNKNOWN, Change, Draft, Entry, Event, Kind, Notice, Origin, Presence
from chatd.formats.base import Format, PeopleChange, PeopleMarks
from chatd.rooms.chunk import Mark
from chatd.rooms.delivery_counts import DeliveryCounts
from chatd.rooms.feed import Feed, Feeds
from chatd.rooms.log_reader import LATEST_EVENTS, LogReader, Pages
from chatd.rooms.member_list import MemberList
from chatd.rooms.notices import NoticesTogether
from chatd.rooms.people import People
from chatd.rooms.people_changes import PeopleChanges
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.rendering import Page
from chatd.storage.contract import Found, Store, Wanted
from chatd.text.folding import fold
from chatd.util.fair_queue import Asker

_TOPIC = Kind.TOPIC  # looking up a member of an enum takes 0.2 us in CPython 3.11


class Marks(Protocol):
    """The facts about the people in rooms that rooms do not know themselves."""

    def describe(self, room: Room, names: Sequence[str]) -> PeopleMarks:
        """Return the marks of some of the people in a room."""

    def role_of(self, room: Room, name: str) -> str:
        """Return the word of the role that a name has in a room; "" for none."""

    def is_connected(self, name: str, besides: int) -> bool:
        """Return True if another session than that one has the name."""


class Register(Protocol):
    """A register of the people in rooms, with the times at which they come and go."""

    def come(self, room: Room, session: int, name: str) -> None:
        """Note that a session has come to a room, or has another name there."""

    def go(self, room: Room, session: int) -> None:
        """Note that a session has left a room."""


class _Unmarked:
    def describe(self, room: Room, names: Sequence[str]) -> PeopleMarks:
        return PeopleMarks({}, [])

    def role_of(self, room: Room, name: str) -> str:
        return ""

    def is_connected(self, name: str, besides: int) -> bool:
        return False


UNMARKED: Marks = _Unmarked()
"""No marks of any name."""


class Room:
    """A room in memory. ``head`` and ``topic`` follow from its log.

    ``guarded`` is true if not everyone may read and speak here. ``expected`` sessions are entering.
    Without ``pages``, no pages are cached. ``head_time`` is the time of the last event
    (milliseconds since 1970), 0 if it was deleted before the store was opened. Rooms of one server
    share their ``reads``, ``peopled``, those with members, and ``counts``; one that is alone has
    its own. ``marks`` are those of the people in it. While ``tells_presence``, each `Presence` is
    appended, for others; ``topic_set`` and ``made`` are origins. ``reader`` reads the log.
    """

    def __init__(
        self,
        name: str,
        store: Store,
        head: int = 0,
        topic: str = "",
        pages: Pages | None = None,
        head_time: int = 0,
        reads: ReadQueue | None = None,
        peopled: set[Room] | None = None,
        marks: Marks = UNMARKED,
        counts: DeliveryCounts | None = None,
        topic_set: Origin = UNKNOWN,
        made: Origin = UNKNOWN,
    ) -> None:
        self.name = name
        self.key = fold(name)
        self.mark = Mark(0, head)
        self.topic = topic
        self.topic_set = topic_set
        self.made = made
        self.head_time = head_time
        self.tells_presence = store.shared
        self.expected, self.guarded = 0, False
        self.register: Register | None = None  # where the owner has switched it on
        self.here = People()
        self.error_log = store.error_log
        self.notices = NoticesTogether(self.append)
        describe = partial(marks.describe, self)
        self.changes = PeopleChanges(name, self.here, describe, self._show_people)
        self._waiting = 0
        self._store = store
        self.catch_up = store.catch_up
        members = partial(MemberList, self.here, partial(marks.role_of, self), marks.is_connected)
        self._feeds = Feeds(self, store.once_all_were_read, counts or DeliveryCounts(), members)
        self.latest: list[Event] = []
        self.reader = LogReader(self, ReadQueue(store) if reads is None else reads, pages)
        self._peopled = set() if peopled is None else peopled

    @property
    def head(self) -> int:
        """The seq of the last published event."""
        return self.mark.seq

    @property
    def lasting(self) -> bool:
        """True if seqs continue when the store is opened again."""
        return self._store.lasting

    @property
    def takes_lines(self) -> bool:
        """False while its store has no room for lines."""
        return self._store.takes_lines

    @property
    def people(self) -> int:
        """The number of members, also absent ones; one that is here in several sessions is one."""
        return self.here.guests + len(self.here.named)

    @property
    def forgettable(self) -> bool:
        """True if the room can be dropped: no member, and no line that is stored or on its way."""
        return not (self.end or self.people or self.expected)

    @property
    def end(self) -> int:
        """The highest head once all that waits here is published, without lines of other nodes."""
        return self.mark.seq + self._waiting

    def enter(self, name: str, guest: bool, session: int) -> None:
        """Count a member that enters, given the number of its session."""
        self._peopled.add(self)
        self.here.enter(name, guest, session)

    def leave(self, session: int) -> None:
        """Uncount a member that leaves, given its number."""
        self.here.leave(session)
        self.note_people()

    def note_people(self) -> None:
        """Note that people stay here or not. Drop what is in memory for members with the last."""
        if self.here.named or self.here.guests:
            self._peopled.add(self)
            return
        self._peopled.discard(self)
        self.notices.release()
        self.changes.drop()
        self.latest.clear()
        self.reader.forget()

    def append(self, entry: Draft | Notice | Presence) -> None:
        """Pass lines, or what is stored nowhere, to the store; `publish` sends them after that.

        That their author has joined goes in front, if it is not told yet.
        """
        if isinstance(entry, Draft):
            if not self.mark.seq:
                entry = entry._replace(made=self.made)
            if self.notices.waiting:
                self.notices.release_before(entry)
            if self.here.hidden and (come := self.here.hidden.pop(entry.session, None)):
                self.show_presence(come)
            author = self.here.named.get(entry.author)
            if author is not None and not author.told:
                author.told = True
                session = entry.session or author.first  # a deed is of none
                self.append(Notice(self.name, Change.JOINED, ((session, entry.author),)))
        self._store.append(entry)
        self._waiting += len(entry.texts) if isinstance(entry, Draft) else 1

    def show_presence(self, presence: Presence) -> None:
        """Append a presence, if other nodes or clients are told of it."""
        if self.tells_presence and (self._store.shared or not presence.hidden):
            self.append(presence)

    def announce(self, notice: Notice, clock: IReactorTime) -> None:
        """Append a notice in a moment, with others; without members now, as none can wait then."""
        if self.people:
            self.notices.add(notice, clock)
        else:
            self.append(notice)

    def refuse(self, lines: int) -> None:
        """Uncount appended lines that could not be committed."""
        self._waiting -= lines

    def publish(self, entries: Sequence[Entry], *, appended_here: bool = True) -> None:
        """Send committed entries to everyone who follows the room."""
        if appended_here:
            self._waiting -= len(entries)
        before = self.mark
        self.mark = after = before.behind(entries)
        events = [entry for entry in entries if isinstance(entry, Event)]
        self._keep(events)
        if events:
            self.head_time = events[-1].time
            if not before.seq and self.made == UNKNOWN:
                self.made = Origin("", self.head_time)
        if not appended_here:
            self.here.told_elsewhere(entries)
        for event in events:
            if event.kind is _TOPIC:
                self.topic = event.text
                self.topic_set = Origin(event.author, event.time)
        if self.tells_presence and len(events) < len(entries):
            self.tells_presence = self._store.shared or self._feeds.shows_presence
        self._feeds.publish(before, entries, events, after)

    def _show_people(self, change: PeopleChange) -> bool:
        """Send a change of the list of people at once. Return False if no follower keeps it."""
        if self._feeds.lists_people:
            before, self.mark = self.mark, Mark(self.mark.entries + 1, self.mark.seq)
            self._feeds.render(before, (), (), self.mark, change)
            self._feeds.show_in_turns()
        return self._feeds.lists_people

    def feed(self, format: Format) -> Feed:
        """Return the room's feed in a format, and make it if there is none."""
        self.changes.watched |= format.lists_people
        self.tells_presence |= format.shows_presence
        return self._feeds.feed(format)

    async def read(self, after: int, upto: int, asker: Asker) -> list[Event]:
        """Return events as `chatd.storage.contract.Store.read` does, of those published."""
        return (await self.reader.read(after, upto, asker)).events

    async def page(self, format: Format, after: int, upto: int, asker: Asker) -> Page:
        """Return the same events, rendered. Raise what the format raises, too."""
        return await self.reader.page(format, after, upto, asker)

    def forget(self, upto: int) -> None:
        """Drop from memory the events with seqs up to ``upto``, which the store has deleted."""
        self.reader.forget()
        while self.latest and self.latest[0].seq <= upto:
            del self.latest[0]

    def _keep(self, events: list[Event]) -> None:
        if self.latest and events and events[0].seq != self.latest[-1].seq + 1:
            self.latest = []  # lines that were reported as refused were committed all the same
        if self.people:
            self.latest = (self.latest + events[-LATEST_EVENTS:])[-LATEST_EVENTS:]

    async def seq_before(self, time: int, asker: Asker) -> int:
        """Return a seq as `chatd.storage.contract.Store.seq_before` does, at most `head`."""
        return await self.reader.seq_before(time, asker)

    async def search(self, wanted: Wanted, upto: int, limit: int, asker: Asker) -> Found:
        """Search as `chatd.storage.contract.Store.search` does, in what was published."""
        return await self.reader.search(wanted, upto, limit, asker)
