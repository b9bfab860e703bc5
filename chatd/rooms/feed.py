"""Feeds: a room rendered in one format, for all clients that follow it so.

A feed renders each published batch once, into a chunk, and all cursors of the feed send the same
bytes. The latest chunks form the tail, in memory. Published lines are never queued for a client: a
cursor is only a mark (a number of entries, and a seq), so a slow client costs no memory.

Followers are in groups, each of which can be sent to in a turn of the reactor. A line is sent to
all groups at once.

There are four ways to move on. Cursors in step move together: a fresh chunk is sent to all of them
in one call. Of the others, one whose mark is the start of a fresh chunk is pushed it. One that is
further back, but within the tail, takes the chunks from there when its reader has room. One that
fell out of the tail replays the log, page by page, up to where the tail begins, and then goes on in
the tail. The log has events alone, so a client that fell out of the tail misses notices and
presences, never events.

Feeds must not know connections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from chatd.event import Entry, Event, Line, Presence
from chatd.formats.base import Format, PeopleChange
from chatd.rooms.chunk import Chunk, Mark
from chatd.rooms.delivery_counts import DeliveryCounts
from chatd.rooms.followers import READERS_A_TURN, Follower, Followers
from chatd.rooms.member_list import MemberList
from chatd.rooms.rendering import render_in_order
from chatd.rooms.replay import Log
from chatd.rooms.tail import Tail
from chatd.rooms.view import Bell

_ON = Bell.ON  # to look up a member of an enum takes 0.2 us

PUSH_BYTES = 64 * 1024
"""Most bytes that one `take` returns (roughly)."""


class Feed:
    """A room in one format: its ``tail`` of rendered chunks, and its ``followers``, in groups."""

    __slots__ = ("followers", "format", "log", "tail")

    def __init__(self, log: Log, format: Format) -> None:
        self.log = log
        self.format = format
        self.tail = Tail(log.mark)
        self.followers: list[Followers] = []

    def add(self, follower: Follower) -> Followers:
        """Add a follower that is apart; return its group."""
        on = follower.view.bell is _ON
        for group in self.followers:
            if group.on is on and len(group) < READERS_A_TURN:
                break
        else:
            group = Followers(self.log.mark, self.format.bell, on, self.log.error_log)
            self.followers.append(group)
        group.add(follower)
        return group

    def remove(self, follower: Follower, group: Followers) -> None:
        """Remove a follower from its group, and with the last one all that is in memory."""
        group.remove(follower)
        if not group:
            self.followers.remove(group)
        if not self.followers:
            self.forget()

    @property
    def behind(self) -> list[Followers]:
        """The groups that were not shown all that is published."""
        return [group for group in self.followers if group.mark is not self.log.mark]

    def render(
        self,
        before: Mark,
        entries: Sequence[Entry],
        after: Mark,
        change: PeopleChange | None = None,
    ) -> int:
        """Render the entries between two marks. `show` sends them, once all feeds have rendered.

        Return the number of bytes. A ``change`` of the list of people is rendered in the place of
        an entry, of which there is none then.

        If they are too large for one push, they are rendered again, in parts. A batch of the store
        is published in parts that are quickly rendered (`chatd.storage.group_commit`).
        """
        if change is not None:
            data = self.format.people_changed(change)
        elif self.format.shows_presence:
            data = render_in_order(self.format, entries)
        else:  # it was given none
            data = self.format.render(cast("Sequence[Line]", entries))
        parts = min(len(data) // PUSH_BYTES + 1, len(entries))
        if parts <= 1:
            chunk = Chunk(before, after, entries, data)
            self.tail.add(chunk)
            for group in self.followers:
                group.fresh.append(chunk)
            return len(data)
        size = 0
        for part in range(parts):
            some = entries[len(entries) * part // parts : len(entries) * (part + 1) // parts]
            behind = after if part == parts - 1 else before.behind(some)
            size += self.render(before, some, behind)
            before = behind
        return size

    def show(self, *groups: Followers) -> None:
        """Send fresh chunks to the readers that keep up, wake the others, and trim the tail.

        Those are the readers of some groups, or else of all. The tail is trimmed last, so that a
        reader that keeps up takes even a batch that is larger than the tail.
        """
        for group in groups or self.behind:
            group.show(self.log.mark)
        self.tail.trim()

    def forget(self) -> None:
        """Drop the tail. Cursors that have not taken all of it read on from the log."""
        for group in self.followers:
            group.fresh.clear()
        self.tail.clear(self.log.mark)


class Feeds:
    """The feeds of a room, one for each format. ``in_a_turn`` makes a call in a later turn.

    ``list_members`` returns a list of the people who are here now.
    """

    __slots__ = (
        "_counts",
        "_feeds",
        "_in_a_turn",
        "_list_members",
        "_log",
        "_members",
        "_showing",
    )

    def __init__(
        self,
        log: Log,
        in_a_turn: Callable[[Callable[[], None]], None],
        counts: DeliveryCounts,
        list_members: Callable[[], MemberList],
    ) -> None:
        self._log = log
        self._list_members = list_members
        self._members: MemberList | None = None  # while a follower keeps such a list
        self._in_a_turn = in_a_turn
        self._counts = counts
        self._feeds: dict[Format, Feed] = {}
        self._showing = False  # in turns, of which the next one is to come

    def feed(self, format: Format) -> Feed:
        """Return the feed in a format, and make it if there is none."""
        feed = self._feeds.get(format)
        if feed is None:
            feed = self._feeds[format] = Feed(self._log, format)
        if format.shows_presence and self._members is None:
            self._members = self._list_members()
        return feed

    def render(
        self,
        before: Mark,
        entries: Sequence[Entry],
        lines: Sequence[Line],
        after: Mark,
        change: PeopleChange | None = None,
    ) -> None:
        """Render what is between two marks in each format. Drop feeds without followers.

        ``lines`` are the entries but presences, which most formats do not show.
        """
        for feed in tuple(self._feeds.values()):
            if feed.followers:
                try:
                    shown = entries if feed.format.shows_presence else lines
                    size = feed.render(before, shown, after, change)
                    counts, kind = self._counts, feed.format.kind
                    followers = sum(map(len, feed.followers))
                    counts.entries[kind] += followers * len(shown)
                    counts.bytes[kind] += followers * size
                except Exception:
                    self._log.error_log.tell("a room could not be shown in some format")
                    feed.forget()
            else:
                del self._feeds[feed.format]

    @property
    def lists_people(self) -> bool:
        """True if a follower keeps the list of the people in the room."""
        return any(feed.format.lists_people and feed.followers for feed in self._feeds.values())

    @property
    def shows_presence(self) -> bool:
        """True if a follower is shown presences."""
        return any(feed.format.shows_presence and feed.followers for feed in self._feeds.values())

    def publish(
        self, before: Mark, entries: Sequence[Entry], events: Sequence[Event], after: Mark
    ) -> None:
        """Render what is between two marks, of which some are events, and send it.

        It is sent to all followers at once; without an event, to a group of them in a turn, or
        before the next one. All feeds render first: a woken reader may make others take, of any of
        the feeds.
        """
        lines: Sequence[Line] = events
        if len(events) < len(entries):
            lines = [each for each in entries if not isinstance(each, Presence)]
        if self._members is None or not self.shows_presence:
            self._members, entries = None, lines
        else:
            entries = self._members.shown(entries)
        if not events:
            self.render(before, entries, lines, after)
            self.show_in_turns()
            return
        seconds = self._counts.seconds
        began = seconds()
        self.render(before, entries, lines, after)
        rendered = seconds()
        for feed in tuple(self._feeds.values()):
            feed.show()
        self._counts.stages.add(rendered - began, seconds() - rendered)

    def show_in_turns(self) -> None:
        """Send what was rendered to one group of followers now, and to each other one in a turn."""
        if not self._showing:
            self._show_a_group()

    def _show_a_group(self) -> None:
        groups = [(feed, group) for feed in self._feeds.values() for group in feed.behind]
        self._showing = len(groups) > 1
        if self._showing:
            self._in_a_turn(self._show_a_group)
        for feed, group in groups[:1]:
            feed.show(group)
