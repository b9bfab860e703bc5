"""Those who are logged in, and what they missed: their inboxes, and their places in each log.

What somebody is shown is counted while they are here, and kept now and then: every minute, when
they go, when they come in by another connection, and when the server stops. So after a crash a
minute's lines may be told of again; none are passed over. It knows no connection and no command.
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
"""How many missed lines are shown at once."""

CHECKS_A_MINUTE = 12
"""How often `UnreadTracker.check` is called. Each time another part of all places is kept."""


class Missed(NamedTuple):
    """A stretch of a log that an account was not shown, and will not be unasked: ``after < seq <=
    upto``. ``own`` are the stretches in it that it said itself, which count as shown."""

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
    """``room_of`` finds a room by its key, ``readable`` says whether a session may read one."""

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
        """The log of an account's private lines."""
        name = inbox_of(account)
        if name not in self.inboxes:
            self._add_inbox(Room(name, self._store))
        return self.inboxes[name]

    def _add_inbox(self, log: Room) -> None:
        log.key = log.name  # folded already
        self.inboxes[log.name] = log

    def say_to(self, session: Session, account: str, text: str) -> None:
        """Let a session say something to an account: it waits there until it is read."""
        inbox = self.inbox(account)
        place = self.read_marks.of(account, inbox.key)
        if place is None or place > inbox.end:
            # Whatever was written before was written to another owner of that name.
            self._keep(self.read_marks.puts(account, inbox.key, inbox.end))
        session.say(text, kind=Kind.PRIVATE, room=inbox)

    def account_gone(self, account: str) -> None:
        """Nobody is logged in to that account any more, and nobody has been: also those whose
        connections are being closed count nothing for a later owner of the name."""
        self._present.pop(account, None)
        self._own.pop(account, None)

    async def clear_gone(self) -> None:
        """Forget what was written to accounts that are gone, if there was no time to do so then."""
        for account in map(owner_of, tuple(self.inboxes)):
            if account not in self._accounts.table:
                await self.clear(account)

    async def clear(self, account: str) -> None:
        """Forget what was written to an account that is gone."""
        # Until there is another owner, nothing is written there.
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
        """Who is here and logged in to that account."""
        present = self._present.get(account, {})
        return [session for session in present if not session.stream.finished]

    # Coming and going

    def arrive(self, session: Session, account: str) -> None:
        """A session has logged in: it is shown what was missed, and counted from here on."""
        inbox = self.inbox(account)
        self.keep(account)  # what was shown on other connections is not shown here
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
        """A session is logged in no more, or gone."""
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
        """Keep how far an account was shown what it is being shown."""
        self._keep(self._moved(account))

    def check(self) -> None:
        """Keep some of the places that moved: to be called `CHECKS_A_MINUTE`."""
        self._checks += 1
        some = list(self._present)[self._checks % CHECKS_A_MINUTE :: CHECKS_A_MINUTE]
        self._keep(put for account in some for put in self._moved(account))

    def stop(self) -> Deferred[None]:
        """Keep all places, and count no more: the server stops. Fires once they are kept."""
        accounts = dict.fromkeys((*self._present, *self._own))
        puts = [put for account in accounts for put in self._moved(account)]
        self._present.clear()
        self._own.clear()
        return self._keep(puts)

    def _moved(self, account: str) -> Iterator[Put]:
        if account not in self._accounts.table:
            return  # its places went with it
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
        """Take for seen what a session said in a room where its account is not shown it: from
        another room, in a browser, or as a program."""
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
        """What makes a room one of those of which it is known how far they were shown."""
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
        # If they cannot be kept, they stand as they were; the store tells of its trouble itself.
        return change(self._store, *puts).addErrback(ignore_store_error) if puts else succeed(None)

    # What was missed

    def show_missed(self, session: Session) -> bool:
        """Show somebody the next lines that they missed: private ones first, those of the room
        that they are in last. Whether there were any."""
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
        """Take for seen what somebody missed and is no more in the store, where that may be much.
        Raises `StoreError`."""
        tracker = session.subscriptions.read_tracker
        for log, after, upto, _ in self.missed(session):
            if tracker is not None and upto - after > SHOWN_AT_ONCE:
                events = await log.read(after, upto)
                first = events[0].seq if events else upto + 1
                if first > after + 1:
                    tracker.show(log.key, EmptyStretch(after, first - 1))

    def missed(self, session: Session) -> list[Missed]:
        """What somebody missed who is logged in, in the order in which they are shown it."""
        missed, tracker = self._missed(session), session.subscriptions.read_tracker
        if session.subscriptions.multi_room:
            # It reads its rooms itself, and counts what it has seen: see `seen`.
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
        """The rooms that somebody was in, those of late first, as far as they may read them."""
        here, tracker = session.room, session.subscriptions.read_tracker
        logs = self.read_marks.logs(tracker.account) if tracker is not None else []
        rooms = [self._room_of(log) for log in reversed(logs) if not is_inbox(log)]
        found = dict.fromkeys([here, *session.memberships, *rooms])
        return [room for room in found if room is not None and self._readable(session, room)]

    def entered(self, session: Session) -> None:
        """Somebody who is logged in went into a room, and was shown its last lines."""
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
        """Somebody with several rooms has seen that one up to there: so have all their others."""
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
        """Take all that somebody missed for seen. Fires once that is kept."""
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
    """Return False for a session that came with a token that only reads: it changes nothing."""
    return session.grant is None or session.grant.scope >= Scope.WRITE


def _counts(session: Session) -> bool:
    """Return True if what a session is sent counts as shown to its account. What a program is sent
    that does nothing but say lines does not."""
    return not session.text_only and _may_mark(session)
