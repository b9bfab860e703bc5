"""The logs that one session follows: its rooms, the inbox of its account, and replays.

A session follows each of its rooms, and its inbox while it is logged in, with a cursor. Cursors
read a log in one format through one view. So each change of the format, the settings or the account
ends all cursors and opens new ones from the head on. What an old cursor has not given yet is queued
in the stream first, so no line is lost, and none is sent twice. While a session is logged in, its
read tracker counts each cursor and each replay that a person sees.

Rooms are shown in the format that the session shares with others (`Format.shared`), and all else,
which it alone is sent, in its own one: also the inbox, which it shares with sessions of its account
at most.

It must not know connections, commands or other sessions.
"""

from __future__ import annotations

from collections.abc import Callable

from chatd.chat.identity import Identity
from chatd.chat.membership import Membership
from chatd.chat.passing_lines import PassingLines
from chatd.chat.read_marks import ReadMark, ReadTracker, known_time
from chatd.chat.replies import Replies
from chatd.event import is_inbox
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.rooms.chunk import mark_before
from chatd.rooms.cursor import Cursor
from chatd.rooms.replay import Replay
from chatd.rooms.room import Room
from chatd.rooms.view import EVERYTHING, NOTHING_SET, Settings, View
from chatd.util.meter import REPLAY_LINES


class Subscriptions(PassingLines):
    """The logs that a session follows, its settings, and the view and format that it sees them in.

    ``memberships`` are the rooms that it is in. ``multi_room`` is True if it may be in several;
    else each that it enters replaces the one before. ``read_tracker`` counts what it was sent while
    it is logged in. It ``takes_private`` lines that are stored nowhere, or none.
    """

    __slots__ = (
        "_number",
        "memberships",
        "multi_room",
        "read_tracker",
        "settings",
    )

    def __init__(self, number: int, identity: Identity, replies: Replies, private: bool) -> None:
        self.memberships: dict[Room, Membership] = {}
        self.multi_room = False
        self.read_tracker: ReadTracker | None = None
        self.settings = NOTHING_SET
        self.view = EVERYTHING
        self._number = number
        self._identity = identity
        self._replies = replies
        self.takes_private = private
        self._inbox = None  # from the first private line on: most receive none

    def allow_many_rooms(self, own_lines: bool = True) -> None:
        """Let the session be in several rooms, with its own lines or not; /echo is for others."""
        self.multi_room = True
        if not own_lines or not self.view.echo:
            self.view = self.view._replace(echo=own_lines, apart=None)

    # Showing

    def replay(
        self,
        log: Room,
        after: int,
        upto: int,
        may_read: Callable[[], bool],
        format: Format | None = None,
    ) -> None:
        """Send the events ``after < seq <= upto`` of a log as long as ``may_read`` returns True.

        They are shown with times, unless another format is given.
        """
        own = self._replies.format
        shown = format or (own if is_inbox(log.key) else own.shared or own).of_past()
        self._replay(log, after, upto, may_read, shown, self.view.of_past)

    def _replay(
        self,
        log: Room,
        after: int,
        upto: int,
        may_read: Callable[[], bool],
        format: Format,
        view: View,
    ) -> None:
        replies = self._replies
        replay = Replay(
            log,
            format,
            after,
            upto,
            replies.stream.wake,
            view,
            self._number,
            may_read,
            replies.stream.meter.up_to(REPLAY_LINES),
            self._identity,
        )
        if (tracker := self._counting(log)) is not None:
            tracker.show(log.key, replay)
        replies.stream.replay(replay)

    def show_read_mark(self, room: Room, mark: ReadMark) -> None:
        """Send the read mark of the account in a room to a client that shows it."""
        seen = self._replies.format.seen(room.name, mark.seq, known_time(mark, room))
        self._replies.stream.put(seen)

    def show_identity(self) -> None:
        """Send the name and language of the session, in a format that knows the name before.

        One that knows this name renders what follows.
        """
        identity, format = self._identity, self._replies.format
        logged_in = self.read_tracker is not None
        self._replies.stream.put(format.you(identity.name, identity.is_guest, logged_in))
        if (named := format.named(identity.name, logged_in)) != format:
            self.change_format(named)

    # Changing how all is shown

    def change_format(self, format: Format) -> None:
        """Show everything in another format from here on."""
        self.stop()
        self._replies.use_format(format)
        self._follow()

    def apply(self, settings: Settings) -> None:
        """Replace the settings from here on."""
        self.stop()
        self.settings = settings
        replies = self._replies
        if settings.language:
            replies.use_language(Language(settings.language))
        format = replies.format.with_times(settings.times).with_quiet(settings.quiet)
        replies.use_format(format.in_language(replies.language))
        shown = settings._replace(echo=self.view.shows_own) if self.multi_room else settings
        self.view = shown.view(self._identity.name, apart=replies.format.apart)
        if self._identity.changed is not None:
            self._identity.changed()
        self._follow()

    def begin_tracking(self, tracker: ReadTracker) -> None:
        """Follow the inbox of an account, and count what is sent from here on: it logged in."""
        self.stop()
        self.read_tracker = tracker
        # Lines that were queued before the login and are not sent yet count for no account.
        self._follow(since_entered=not self._replies.stream.owes_past)
        self.show_identity()

    def end_tracking(self) -> None:
        """Stop following the inbox: the session logged out."""
        self.stop()
        self.read_tracker = None
        self._follow()

    # Following

    def follow(self, membership: Membership, since: int | None = None) -> None:
        """Follow a room from its head on; what was sent after the seq ``since`` counts as seen."""
        self.unfollow(membership)
        own = self._replies.format
        membership.cursor = self._cursor_in(membership.room, own.shared or own, since)

    def unfollow(self, membership: Membership) -> None:
        """Take no more from a room than what it has so far."""
        if membership.cursor is not None:
            self._end(membership.cursor)
            membership.cursor = None
        if self._identity.changed is not None:
            self._identity.changed()

    def stop(self) -> None:
        """Take no more from all rooms and the inbox than what they have so far."""
        for membership in self.memberships.values():
            self.unfollow(membership)
        if self.read_tracker is not None and self.read_tracker.cursor is not None:
            self._end(self.read_tracker.cursor)
            self.read_tracker.cursor = None

    def _follow(self, *, since_entered: bool = False) -> None:
        if self._replies.stream.finished:
            return
        for membership in self.memberships.values():
            self.follow(membership, membership.entered_at if since_entered else None)
        if self.read_tracker is not None:
            # As private lines to guests, it shows no times while it is live.
            format = self._replies.format.with_times(False)
            self.read_tracker.cursor = self._cursor_in(self.read_tracker.inbox, format)

    def _cursor_in(
        self, log: Room, format: Format, start: int | None = None, taken: int | None = None
    ) -> Cursor:
        """Return a live cursor that is followed, from the end of a log or from a seq on.

        What was ``taken``, and what was sent since ``start``, counts as seen.
        """
        stream, feed = self._replies.stream, log.feed(format)
        view = self.view.of_inbox if self.multi_room and is_inbox(log.key) else self.view
        mark = None if taken is None or taken >= log.head else mark_before(taken)
        cursor = Cursor(feed, self._number, stream, view=view, mark=mark, owner=self._identity)
        if (tracker := self._counting(log)) is not None:
            tracker.follow(log.key, cursor, start)
        stream.follow(cursor)
        return cursor

    def _end(self, cursor: Cursor) -> None:
        # Either may be done already, if this failed half way.
        if not cursor.closed:
            cursor.close()
        self._replies.stream.unfollow(cursor)

    def _counting(self, log: Room) -> ReadTracker | None:
        """Return the tracker if what is sent of a log is seen, and the client does not report it.

        One with several rooms may report what was seen of them. Missed lines of others are seen.
        """
        if self.multi_room and log in self.memberships and self._replies.format.reports_seen:
            return None
        return self.read_tracker
