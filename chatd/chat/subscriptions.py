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

from collections.abc import Callable, Mapping
from functools import partial

from chatd.chat.identity import Identity
from chatd.chat.membership import Membership
from chatd.chat.read_marks import ReadMark, ReadTracker, known_time
from chatd.chat.replies import Replies
from chatd.event import is_inbox
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.rooms.chunk import mark_before
from chatd.rooms.cursor import Cursor
from chatd.rooms.inbox import Inbox
from chatd.rooms.replay import Replay, Stretch
from chatd.rooms.room import Room
from chatd.rooms.view import EVERYTHING, NOTHING_SET, Bell, Settings, View
from chatd.text.folding import fold
from chatd.util.meter import REPLAY_LINES
from chatd.util.state import State

_LIVE = "live"
"""The word for the format of what was published while the session followed a log."""


class Subscriptions:
    """The logs that a session follows, its settings, and the view and format that it sees them in.

    ``memberships`` are the rooms that it is in. ``multi_room`` is True if it may be in several;
    else each that it enters replaces the one before. ``read_tracker`` counts what it was sent while
    it is logged in. It ``takes_private`` lines that are stored nowhere, or none.
    """

    __slots__ = (
        "_identity",
        "_inbox",
        "_number",
        "_replies",
        "memberships",
        "multi_room",
        "read_tracker",
        "settings",
        "takes_private",
        "view",
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
        self._inbox: Inbox | None = None  # from the first private line on: most receive none

    def allow_many_rooms(self, own_lines: bool = True) -> None:
        """Let the session be in several rooms, with its own lines or not; /echo is for others."""
        self.multi_room = True
        if not own_lines or not self.view.echo:
            self.view = self.view._replace(echo=own_lines, apart=None)

    # Private lines that are stored nowhere

    def receive(self, author: str, text: str) -> bool:
        """Put a private line into the inbox in memory; False if there is no room for it."""
        if not self.takes_private or fold(author) in self.view.ignored:
            return self.takes_private  # the author is not told of being ignored
        rings = self.view.bell is not Bell.OFF and author != self._identity.name
        format = self._replies.format
        bell = format.bell if rings else b""
        return self._inbox_begun().put(bell + format.private(author, text))

    def pass_on(self, author: str, lines: bytes) -> None:
        """Send lines that another person caused, unless the session ignores that person."""
        if self.takes_private and fold(author) not in self.view.ignored:
            self._inbox_begun().put(lines)

    def _inbox_begun(self) -> Inbox:
        self._inbox = self._inbox or Inbox.of(self._replies.stream)
        return self._inbox

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

    # Going on in another process

    def state(self) -> State:
        """Return what another process needs to go on, beside the memberships."""
        replies, tracker, format = self._replies, self.read_tracker, self._replies.format
        inbox = None if tracker is None or tracker.cursor is None else tracker.cursor.state()
        return {
            "settings": {**self.settings._asdict(), "ignored": list(self.settings.ignored)},
            "language": replies.language.value,
            "many_rooms": self.multi_room,
            "own_lines": self.view.shows_own,
            "named": format.named(self._identity.name, tracker is not None) == format,
            "account": None if tracker is None else tracker.account,
            "inbox": inbox,
            "private": [] if self._inbox is None else self._inbox.left(),
            "queue": [
                each if isinstance(each, bytes) else self._stretch_state(each)
                for each in replies.stream.left()
            ],
        }

    def resume(self, state: State, tracker: ReadTracker | None) -> None:
        """Go on from a state, in the format that the session has: nothing is sent or followed."""
        replies = self._replies
        replies.use_language(Language(state["language"]))
        if state["many_rooms"]:
            self.allow_many_rooms(state["own_lines"])
        if state["named"]:
            replies.use_format(replies.format.named(self._identity.name, tracker is not None))
        settings = NOTHING_SET.with_kept(state["settings"])
        # Nearly all have set nothing, and share one object.
        self.apply(NOTHING_SET if settings == NOTHING_SET else settings)
        self.read_tracker = tracker

    def resume_following(
        self,
        state: State,
        log_of: Callable[[str], Room | None],
        may_read: Callable[[Room], bool],
        cursors: Mapping[str, State],
    ) -> None:
        """Put what was queued into the stream, and follow rooms where their ``cursors`` were.

        To be called once all sessions are members of their rooms, so that none is shown that
        another one comes. ``log_of`` finds a log by its name.
        """
        stream = self._replies.stream
        for each in state["queue"]:
            if isinstance(each, bytes):
                stream.put(each)
            elif (log := log_of(each["log"])) is not None:
                self._resume_stretch(log, each["after"], each["upto"], each["format"], may_read)
        for line in state["private"]:
            self._inbox_begun().put(line)
        for room, membership in self.memberships.items():
            membership.cursor = self._resume_cursor(room, cursors[room.name], may_read)
        if (tracker := self.read_tracker) is not None:
            tracker.cursor = self._resume_cursor(tracker.inbox, state["inbox"] or {}, may_read)

    def _resume_cursor(self, log: Room, state: State, may_read: Callable[[Room], bool]) -> Cursor:
        """Return a live cursor that goes on from a state; what is in no log is queued before it."""
        taken: int = state.get("taken", log.head)
        for seq, data in state.get("passing", ()):
            self._resume_stretch(log, taken, seq, _LIVE, may_read)
            self._replies.stream.put(data)
            taken = seq
        format = self._stretch_formats(log.name)[_LIVE]
        return self._cursor_in(log, format, state.get("start"), taken)

    def _resume_stretch(
        self, log: Room, after: int, upto: int, kind: str, may_read: Callable[[Room], bool]
    ) -> None:
        if upto > after:
            view = self.view if kind == _LIVE else self.view.of_past
            format = self._stretch_formats(log.name)[kind]
            self._replay(log, after, upto, partial(may_read, log), format, view)

    def _stretch_state(self, stretch: Stretch) -> State:
        formats = self._stretch_formats(stretch.log)
        kind = next((kind for kind, format in formats.items() if format == stretch.format), "past")
        return {"log": stretch.log, "after": stretch.after, "upto": stretch.upto, "format": kind}

    def _stretch_formats(self, log: str) -> dict[str, Format]:
        """Return the formats in which a stretch of a log may be queued, by a word for each."""
        own = self._replies.format
        shown = own if is_inbox(log) else own.shared or own
        live = own.with_times(False) if is_inbox(log) else shown
        newcomers = shown.for_newcomers().of_past()
        return {_LIVE: live, "past": shown.of_past(), "newcomers": newcomers}

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
