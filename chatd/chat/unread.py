"""Unread lines: the inboxes of accounts, and the lines of rooms that an account was not sent.

While an account is logged in, the lines that it is sent are counted (`chatd.chat.read_marks`). The
marks are stored every minute, when a session ends, when the account logs in on another connection,
and when the server stops. So after a crash the lines of a minute may be counted as missed again;
none are skipped. This module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred, succeed

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Scope
from chatd.chat.read_marks import SPANS_KEPT, EmptyStretch, ReadMarks, ReadTracker, Span, reached
from chatd.chat.session import Session
from chatd.event import Kind, inbox_of, is_inbox, owner_of
from chatd.rooms.room import Room
from chatd.storage.contract import Store, StoreError
from chatd.storage.records import Put, change, ignore_store_error

SHOWN_AT_ONCE = 100
"""Most missed lines that are sent at once."""

CHECKS_A_MINUTE = 12
"""Calls of `UnreadTracker.check` a minute. Each one stores the marks of another part of the
accounts."""


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


class UnreadTracker:
    """The inboxes and missed lines of all accounts.

    ``room_of`` finds a room by its key; ``readable`` returns True if a session may read one.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        room_of: Callable[[str], Room | None],
        readable: Callable[[Session, Room], bool],
    ) -> None:
        self.read_marks = ReadMarks(store)
        self.inboxes: dict[str, Room] = {}
        self._store = store
        self._accounts = accounts
        self._room_of = room_of
        self._readable = readable
        self._present: dict[str, dict[Session, ReadTracker]] = {}
        # Lines that an account said without being shown them, by account and log: the last
        # `SPANS_KEPT` stretches of each log, until the place is after them. Lost on a restart.
        self._own: dict[str, dict[str, list[EmptyStretch]]] = {}
        for name, head, topic, _ in store.rooms():
            if is_inbox(name):
                self._add_inbox(Room(name, store, head, topic))
        self._checks = 0

    # Inboxes

    def inbox(self, account: str) -> Room:
        """Return the log of an account's private lines."""
        name = inbox_of(account)
        if name not in self.inboxes:
            self._add_inbox(Room(name, self._store))
        return self.inboxes[name]

    def _add_inbox(self, log: Room) -> None:
        log.key = log.name  # folded already
        self.inboxes[log.name] = log

    def say_to(self, session: Session, account: str, text: str) -> None:
        """Say a private line of a session to an account: it is stored until it is read."""
        inbox = self.inbox(account)
        place = self.read_marks.of(account, inbox.key)
        if place is None or place > inbox.end:
            # Earlier lines were written to another owner of that name.
            self._keep(self.read_marks.puts(account, inbox.key, inbox.end))
        session.say(text, kind=Kind.PRIVATE, room=inbox)

    def account_gone(self, account: str) -> None:
        """Forget the sessions of an account that is removed.

        A connection that is still being closed counts nothing for a later owner of the name.
        """
        self._present.pop(account, None)
        self._own.pop(account, None)

    async def clear_gone(self) -> None:
        """Forget the private lines of accounts that were removed without time to do so."""
        for account in map(owner_of, tuple(self.inboxes)):
            if account not in self._accounts.table:
                await self.clear(account)

    async def clear(self, account: str) -> None:
        """Forget the private lines of an account that was removed."""
        # Until the name has another owner, nothing is written there.
        inbox = self.inbox(account)
        upto = inbox.head
        try:
            while upto and await self._store.forget(inbox.name, upto):
                pass
        except StoreError:
            self._store.error_log.tell(
                "private lines of an account that is gone cannot be forgotten"
            )

    def sessions(self, account: str) -> list[Session]:
        """Return the connected sessions that are logged in to an account."""
        present = self._present.get(account, {})
        return [session for session in present if not session.stream.finished]

    # Coming and going

    def arrive(self, session: Session, account: str) -> None:
        """Send a session that has logged in the lines that it missed, and count from here on."""
        inbox = self.inbox(account)
        self.keep(account)  # lines that were sent on other connections are not sent here
        tracker = ReadTracker(account, inbox)
        self._present.setdefault(account, {})[session] = tracker
        session.subscriptions.begin_tracking(tracker)
        place = self.read_marks.of(account, inbox.key)
        if place is None or place > inbox.end:
            self._keep(self.read_marks.puts(account, inbox.key, inbox.end))
        for room in session.memberships:
            self._keep(self._begun(session, room))
        self.show_missed(session)

    def depart(self, session: Session) -> None:
        """Store the marks of a session that logs out or disconnects, and count no more."""
        tracker = session.subscriptions.read_tracker
        if tracker is None:
            return
        present = self._present.get(tracker.account, {})
        try:
            if not session.stream.finished:
                session.subscriptions.stop()
            self.keep(tracker.account)
        finally:
            present.pop(session, None)
            if not present:
                self._present.pop(tracker.account, None)
            session.subscriptions.end_tracking()

    def keep(self, account: str) -> None:
        """Store the marks of an account that have moved."""
        self._keep(self._moved(account))

    def check(self) -> None:
        """Store some of the marks that have moved: to be called `CHECKS_A_MINUTE`."""
        self._checks += 1
        some = list(self._present)[self._checks % CHECKS_A_MINUTE :: CHECKS_A_MINUTE]
        self._keep(put for account in some for put in self._moved(account))

    def stop(self) -> Deferred[None]:
        """Store all marks and count no more: the server stops. Fires once they are stored."""
        accounts = dict.fromkeys((*self._present, *self._own))
        puts = [put for account in accounts for put in self._moved(account)]
        self._present.clear()
        self._own.clear()
        return self._keep(puts)

    def _moved(self, account: str) -> Iterator[Put]:
        if account not in self._accounts.table:
            return  # its marks went with it
        # Bytes that the client's machine did not acknowledge were not shown.
        trackers = [
            tracker
            for session, tracker in self._present.get(account, {}).items()
            if session.stream.acknowledged and _counts(session)
        ]
        own = self._own.get(account, {})
        for log in dict.fromkeys((*(log for tracker in trackers for log in tracker.logs), *own)):
            before = self.read_marks.of(account, log)
            shown = (span for tracker in trackers for span in tracker.spans(log))
            place = reached((*shown, *own.get(log, ())), before)
            for tracker in trackers:
                tracker.prune(log, place)
            self._prune_own(account, log, place or 0)
            room = self._log(log)
            if place != before and room is not None and not (room.forgettable and not place):
                yield from self.read_marks.puts(account, log, place)

    def said(self, session: Session, log: Room, seqs: Sequence[int]) -> None:
        """Count lines as sent that a session said in a room without being sent them: from another
        room, in a browser, or as a program."""
        account = session.account
        is_shown = session.subscriptions.read_tracker is not None and session.joined.is_in(log)
        if account is None or (
            is_shown and not session.subscriptions.multi_room and not session.text_only
        ):
            return
        if self.read_marks.of(account, log.key) is None:
            return  # nothing is counted for it there
        spans = self._own.setdefault(account, {}).setdefault(log.key, [])
        for seq in seqs:
            if spans and spans[-1].end == seq - 1:
                spans[-1] = EmptyStretch(spans[-1].start, seq)
            else:
                spans.append(EmptyStretch(seq - 1, seq))
        del spans[:-SPANS_KEPT]

    def _prune_own(self, account: str, log: str, place: int) -> None:
        own = self._own.get(account, {})
        left = [span for span in own.pop(log, ()) if span.end > place]
        if left:
            own[log] = left
        elif not own:
            self._own.pop(account, None)

    def _begun(self, session: Session, room: Room) -> Iterator[Put]:
        """Return the changes that begin to count a room for the account of a session."""
        tracker = session.subscriptions.read_tracker
        if tracker is None or tracker.account not in self._accounts.table or room.forgettable:
            return
        if not _may_mark(session):
            return
        account = tracker.account
        if self.read_marks.of(account, room.key) is None:
            place = (
                room.head
                if session.subscriptions.multi_room
                else reached(tracker.spans(room.key), None)
            )
            yield from self.read_marks.puts(account, room.key, place)

    def _keep(self, puts: Iterable[Put]) -> Deferred[None]:
        puts = list(puts)
        # If they cannot be stored, they are as before; the store logs its trouble itself.
        return change(self._store, *puts).addErrback(ignore_store_error) if puts else succeed(None)

    # Missed lines

    def show_missed(self, session: Session) -> bool:
        """Send a session the next lines that it missed: private ones first, those of the room that
        it is in last. Return True if there are any."""
        missed = self.missed(session)
        left = SHOWN_AT_ONCE
        for number, each in enumerate(missed):
            log, after, upto = each.log, each.after, each.upto
            private = log.key in self.inboxes
            share = left if private else left // (len(missed) - number)
            shown = min(share, upto - after)
            left -= shown
            key = "private_missed" if private else "missed"
            if shown:
                session.answer(key, count=each.lines, room=log.name)
                session.replay(log, after, after + shown)
            if more := each.lines_after(after + shown):
                session.answer(f"{key}_more", count=more, room=log.name)
        return bool(missed)

    async def pass_over_forgotten(self, session: Session) -> None:
        """Mark missed lines as read if retention has deleted them, in logs with many missed lines.

        Raises `StoreError`.
        """
        tracker = session.subscriptions.read_tracker
        for log, after, upto, _ in self.missed(session):
            if tracker is not None and upto - after > SHOWN_AT_ONCE:
                events = await log.read(after, upto)
                first = events[0].seq if events else upto + 1
                if first > after + 1:
                    tracker.show(log.key, EmptyStretch(after, first - 1))

    def missed(self, session: Session) -> list[Missed]:
        """Return the stretches that a session missed, in the order in which it is sent them."""
        missed, tracker = self._missed(session), session.subscriptions.read_tracker
        if session.subscriptions.multi_room:
            # It pages through its rooms itself, and reports the lines that it has seen: see `seen`.
            return [each for each in missed if tracker is not None and each.log is tracker.inbox]
        return missed

    def _missed(self, session: Session) -> list[Missed]:
        tracker, here = session.subscriptions.read_tracker, session.room
        if tracker is None:
            return []
        logs = [self._log(log) for log in self.read_marks.logs(tracker.account)]
        own = self._own.get(tracker.account, {})

        def due(log: Room) -> Missed:
            place = self.read_marks.of(tracker.account, log.key) or 0
            said = own.get(log.key, ())
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

    def rooms(self, session: Session) -> list[Room]:
        """Return the rooms that a session was in and may read, the latest first."""
        here, tracker = session.room, session.subscriptions.read_tracker
        logs = self.read_marks.logs(tracker.account) if tracker is not None else []
        rooms = [self._room_of(log) for log in reversed(logs) if not is_inbox(log)]
        found = dict.fromkeys([here, *session.memberships, *rooms])
        return [room for room in found if room is not None and self._readable(session, room)]

    def entered(self, session: Session) -> None:
        """Tell a session that entered a room how much it missed there, and count from here on."""
        tracker, room = session.subscriptions.read_tracker, session.room
        if tracker is None:
            return
        for each in self.missed(session):
            if each.log is room:
                session.answer("missed_before", count=each.lines, room=room.name)
        if room is not None:
            self._keep(self._begun(session, room))
            session.subscriptions.show_read_mark(
                room, self.read_marks.of(tracker.account, room.key)
            )

    def seen(self, session: Session, room: Room, seq: int) -> None:
        """Mark a room as read up to a seq, in all sessions of the account of a session."""
        tracker = session.subscriptions.read_tracker
        if tracker is None or tracker.account not in self._accounts.table:
            return
        place = self.read_marks.of(tracker.account, room.key)
        if place is None or place < min(seq, room.head):
            place = min(seq, room.head)
            self._keep(self.read_marks.puts(tracker.account, room.key, place))
            self._show_place(tracker.account, room, place)

    def _show_place(self, account: str, room: Room, place: int) -> None:
        for session in self.sessions(account):
            session.subscriptions.show_read_mark(room, place)

    def skip(self, session: Session) -> Deferred[None]:
        """Mark all lines as read that a session missed. Fires once that is stored."""
        tracker, missed = session.subscriptions.read_tracker, self._missed(session)
        if tracker is None or not missed:
            return succeed(None)
        puts = [
            put
            for log, _, upto, _ in missed
            for put in self.read_marks.puts(tracker.account, log.key, upto)
        ]
        done = change(self._store, *puts)
        for log, _, upto, _ in missed:
            if log is not tracker.inbox:
                self._show_place(tracker.account, log, upto)
        return done

    def _log(self, key: str) -> Room | None:
        return self.inboxes.get(key) if is_inbox(key) else self._room_of(key)


def _may_mark(session: Session) -> bool:
    """Return False for a session with a token that only reads: it changes nothing."""
    return session.grant is None or session.grant.scope >= Scope.WRITE


def _counts(session: Session) -> bool:
    """Return True if the lines that a session is sent count for its account. They do not for a
    program that only says lines."""
    return not session.text_only and _may_mark(session)
