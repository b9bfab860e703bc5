"""Subscriptions that go on in another process: `chatd.chat.handing_over`.

A cursor is handed over as the seq up to which its client was sent the log. What is queued for the
client is handed over as bytes, or as stretches of logs, which are read again. This module must not
know connections, commands or other sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain

from chatd.chat.read_marks import ReadTracker
from chatd.chat.subscriptions import Subscriptions
from chatd.event import is_inbox
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.rooms.cursor import Cursor
from chatd.rooms.replay import Source, Stretch
from chatd.rooms.room import Room
from chatd.rooms.view import NOTHING_SET
from chatd.util.state import State

_LIVE = "live"
"""The word for the format of what was published while the session followed a log."""


class ResumableSubscriptions(Subscriptions):
    """The logs that a session follows, also from where another process followed them."""

    __slots__ = ()

    def state(self) -> State:
        """Return what another process needs to go on, beside the memberships."""
        replies, tracker, format = self._replies, self.read_tracker, self._replies.format
        inbox = None if tracker is None or tracker.cursor is None else tracker.cursor.state()
        return {
            "finished": replies.stream.finished,
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
                for each in chain.from_iterable(map(_left, replies.stream.queued))
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

        A stream that was finished ends after what was queued.

        To be called once all sessions are members of their rooms, so that none is shown that
        another one comes. ``log_of`` finds a log by its name.
        """
        stream = self._replies.stream
        for each in state["queue"]:
            if isinstance(each, bytes):
                stream.put(each)
            elif (log := log_of(each["log"])) is not None:
                self._resume_stretch(log, each["after"], each["upto"], each["format"], may_read)
        if state.get("finished"):
            stream.end()
            return
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
        format = self._live_format(log.name)
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
        newcomers = shown.for_newcomers().of_past()
        return {_LIVE: self._live_format(log), "past": shown.of_past(), "newcomers": newcomers}

    def _live_format(self, log: str) -> Format:
        """Return the format of the lines that a log has from now on."""
        own = self._replies.format
        return own.with_times(False) if is_inbox(log) else own.shared or own


def _left(queued: bytes | Source) -> Sequence[bytes | Stretch]:
    """Return what is left of an answer or a source in the queue of a stream."""
    return [queued] if isinstance(queued, bytes) else queued.left()
