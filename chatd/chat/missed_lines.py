"""Missed lines: the stretches of its logs that an account was not sent, found and sent.

This module must not know how read marks are stored, connections or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatd.chat.inboxes import Inboxes
from chatd.chat.own_lines import OwnLines
from chatd.chat.read_marks import EmptyStretch, ReadMarks, Span, reached
from chatd.chat.session import Session
from chatd.event import is_inbox
from chatd.rooms.room import Room

SHOWN_AT_ONCE = 100
"""Most missed lines that are sent at once."""


class Missed(NamedTuple):
    """A stretch of a log that an account was not sent: ``after < seq <= upto``.

    ``own`` are the stretches in it that the account said itself, which count as sent.
    """

    log: Room
    after: int
    upto: int
    own: Sequence[Span] = ()

    @property
    def lines(self) -> int:
        """The number of lines of others in it."""
        return self.lines_after(self.after)

    def lines_after(self, seq: int) -> int:
        """Return how many lines of others there are after that seq."""
        own = (min(self.upto, span.end) - max(seq, span.start) for span in self.own)
        return self.upto - seq - sum(lines for lines in own if lines > 0)


class MissedLines:
    """The missed lines of sessions that are logged in.

    ``room_of`` finds a room by its key; ``readable`` returns True if a session may read one.
    """

    def __init__(
        self,
        inboxes: Inboxes,
        read_marks: ReadMarks,
        own_lines: OwnLines,
        room_of: Callable[[str], Room | None],
        readable: Callable[[Session, Room], bool],
    ) -> None:
        self._inboxes = inboxes
        self._read_marks = read_marks
        self._own_lines = own_lines
        self._room_of = room_of
        self._readable = readable

    def log(self, key: str) -> Room | None:
        """Return the room or the inbox with a key, None if there is none."""
        return self._inboxes.logs.get(key) if is_inbox(key) else self._room_of(key)

    def rooms(self, session: Session) -> list[Room]:
        """Return the rooms that a session was in and may read, the latest first."""
        here, tracker = session.room, session.subscriptions.read_tracker
        logs = self._read_marks.logs(tracker.account) if tracker is not None else []
        rooms = [self._room_of(log) for log in reversed(logs) if not is_inbox(log)]
        found = dict.fromkeys([here, *session.memberships, *rooms])
        return [room for room in found if room is not None and self._readable(session, room)]

    def greet(self, session: Session) -> None:
        """Send a session that logs in the lines that it missed, in the order of `show`.

        One with several rooms is sent private lines alone: it is yet to enter its rooms. One whose
        client asks for them is sent none.
        """
        if session.replies.format.asks_for_missed:
            return
        missed, tracker = self.of(session), session.subscriptions.read_tracker
        if session.subscriptions.multi_room:
            missed = [each for each in missed if tracker is not None and each.log is tracker.inbox]
        self._send(session, missed)

    def show(self, session: Session) -> bool:
        """Send a session the next lines that it missed.

        Private ones come first, those of the room that it is in last. Return True if there are any.
        """
        missed = self.of(session)
        self._send(session, missed)
        return bool(missed)

    def _send(self, session: Session, missed: Sequence[Missed]) -> None:
        left = SHOWN_AT_ONCE
        for number, each in enumerate(missed):
            log, after, upto = each.log, each.after, each.upto
            private = is_inbox(log.key)
            share = left if private else left // (len(missed) - number)
            shown = min(share, upto - after)
            left -= shown
            key = "private_missed" if private else "missed"
            if shown:
                session.answer(key, count=each.lines, room=log.name)
                session.replay(log, after, after + shown)
            if more := each.lines_after(after + shown):
                session.answer(f"{key}_more", count=more, room=log.name)

    async def pass_over_forgotten(self, session: Session) -> None:
        """Mark missed lines as read if retention has deleted them, in logs with many missed lines.

        Raises `StoreError`.
        """
        tracker = session.subscriptions.read_tracker
        for log, after, upto, _ in self.of(session):
            if tracker is not None and upto - after > SHOWN_AT_ONCE:
                events = await log.read(after, upto, session.identity.asker)
                first = events[0].seq if events else upto + 1
                if first > after + 1:
                    tracker.show(log.key, EmptyStretch(after, first - 1))

    def of(self, session: Session) -> list[Missed]:
        """Return the stretches that a session missed, in the order in which it is sent them."""
        missed = self.everywhere(session)
        if session.subscriptions.multi_room:
            # It pages through the rooms that it is in itself, and reports the lines that it has
            # seen there: see `UnreadTracker.seen`.
            return [each for each in missed if each.log not in session.memberships]
        return missed

    def everywhere(self, session: Session) -> list[Missed]:
        """Return the stretches that the account of a session missed, in all its logs."""
        tracker, here = session.subscriptions.read_tracker, session.room
        if tracker is None:
            return []
        logs = [self.log(log) for log in self._read_marks.logs(tracker.account)]

        def due(log: Room) -> Missed:
            place = self._read_marks.of(tracker.account, log.key) or 0
            said = self._own_lines.spans(tracker.account, log.key)
            place = reached(said, place) or place
            return Missed(log, *tracker.due(log.key, place, log.head), said)

        missed = [
            due(log)
            for log in logs
            if log is not None and (log is tracker.inbox or self._readable(session, log))
        ]
        return sorted(
            (each for each in missed if each.lines),
            key=lambda each: (each.log is not tracker.inbox, each.log is here),
        )
