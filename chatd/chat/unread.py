"""Unread lines: how far the accounts of connected sessions were sent their inboxes and rooms.

While an account is logged in, the lines that it is sent are counted (`chatd.chat.read_marks`). The
marks are stored every minute, when a session ends, when the account logs in on another connection,
and when the server stops. So after a crash the lines of a minute may be counted as missed again;
none are skipped. Those of clients that come back without a bookmark are stored within a part of a
second (`chatd.chat.prompt_marks`). This module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Scope
from chatd.chat.action_queue import Receipt
from chatd.chat.inboxes import Inboxes
from chatd.chat.mark_checks import MarkChecks
from chatd.chat.missed_lines import MissedLines
from chatd.chat.own_lines import OwnLines
from chatd.chat.prompt_marks import PromptMarks
from chatd.chat.read_marks import ReadMark, ReadMarks, ReadTracker, reached
from chatd.chat.session import Session
from chatd.chat.spending import Spending
from chatd.event import Kind
from chatd.rooms.read_queue import ReadQueue
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put, change, ignore_store_error


class UnreadTracker:
    """The sessions that are logged in, and the read marks that they move.

    ``room_of`` finds a room by its key; ``readable`` returns True if a session may read one.
    """

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        reads: ReadQueue,
        accounts: Accounts,
        spending: Spending,
        room_of: Callable[[str], Room | None],
        readable: Callable[[Session, Room], bool],
    ) -> None:
        self._present: dict[str, dict[Session, ReadTracker]] = {}
        self.checks = MarkChecks(clock, self._present, self.keep)
        self.prompt = PromptMarks(clock, self.keep)
        self.read_marks = ReadMarks(store, self.checks.add)
        self.inboxes = Inboxes(store, reads, accounts)
        self._own_lines = OwnLines()
        self.missed = MissedLines(self.inboxes, self.read_marks, self._own_lines, room_of, readable)
        self._store = store
        self._accounts = accounts
        self._spending = spending

    def say_to(
        self, session: Session, account: str, text: str, receipt: Receipt | None = None
    ) -> None:
        """Say a private line of a session to an account: it is stored until it is read."""
        inbox = self.inboxes.of(account)
        with self._store.together():
            session.say(text, kind=Kind.PRIVATE, room=inbox, receipt=receipt)
            _keep(self._store, self.read_marks.begin(account, inbox))

    def account_gone(self, account: str) -> None:
        """Forget an account that is removed: its open sessions count nothing for a later owner."""
        self._present.pop(account, None)
        self._own_lines.drop(account)

    def sessions(self, account: str) -> list[Session]:
        """Return the connected sessions that are logged in to an account."""
        present = self._present.get(account, {})
        return [session for session in present if not session.stream.finished]

    # Coming and going

    def arrive(self, session: Session, account: str) -> None:
        """Send a session that has logged in the lines that it missed, and count from here on."""
        inbox = self.inboxes.of(account)
        self.keep(account)  # lines that were sent on other connections are not sent here
        session.subscriptions.begin_tracking(self.resume(session, account))
        _keep(self._store, self.read_marks.begin(account, inbox))
        for room in session.memberships:
            _keep(self._store, self._begun(session, room))
        self.missed.greet(session)

    def resume(self, session: Session, account: str) -> ReadTracker:
        """Count on for a session that logged in at another process, which has stored its marks."""
        tracker = ReadTracker(account, self.inboxes.of(account), self._may_move)
        self._present.setdefault(account, {})[session] = tracker
        if session.replies.format.comes_back_without_bookmark:
            self.prompt.arrive(tracker)
        return tracker

    def keep_all(self) -> Deferred[None]:
        """Store the marks of all accounts that have moved. Fires once they are stored."""
        return self.keep(*dict.fromkeys((*self._present, *self._own_lines.accounts)))

    def depart(self, session: Session, *, keep: bool = True) -> None:
        """Count no more for a session that logs out or disconnects; ``keep`` stores its marks."""
        tracker = session.subscriptions.read_tracker
        if tracker is None:
            return
        present = self._present.get(tracker.account, {})
        try:
            if not session.stream.finished:
                session.subscriptions.stop()
            if keep:
                self.keep(tracker.account)
        finally:
            present.pop(session, None)
            if not present:
                self._present.pop(tracker.account, None)
            self.prompt.depart(tracker)
            session.subscriptions.end_tracking()
            tracker.end()

    def keep(self, *accounts: str) -> Deferred[None]:
        """Store the marks of accounts that have moved, together. Fires once they are stored."""
        return _keep(self._store, [put for each in accounts for put in self._moved(each)])

    def _may_move(self, account: str) -> None:
        self.checks.add(account)
        self.prompt.add(account)

    def stop(self) -> Deferred[None]:
        """Store all marks and count no more: the server stops. Fires once they are stored."""
        stored = self.keep_all()
        self._present.clear()
        self.prompt.stop()
        self._own_lines.clear()
        return stored

    def _moved(self, account: str) -> Iterator[Put]:
        if account not in self._accounts.table:
            return  # its marks went with it
        trackers: list[ReadTracker] = []
        for session, tracker in self._present.get(account, {}).items():
            if not _counts(session):
                continue
            # Bytes that the client's machine did not acknowledge were not shown.
            arrived = session.stream.sink.acknowledged
            if arrived:
                trackers.append(tracker)
            if not arrived or tracker.is_sending:
                self._may_move(account)
        shown_logs = (log for tracker in trackers for log in tracker.logs)
        for log in dict.fromkeys((*shown_logs, *self._own_lines.logs(account))):
            before = self.read_marks.of(account, log)
            shown = (span for tracker in trackers for span in tracker.spans(log))
            place = reached((*shown, *self._own_lines.spans(account, log)), before)
            for tracker in trackers:
                tracker.prune(log, place)
            self._own_lines.prune(account, log, place or 0)
            room = self.missed.log(log)
            if place != before and room is not None and not (room.forgettable and not place):
                yield from self.read_marks.puts(account, log, place)

    def said(self, session: Session, log: Room, seqs: Sequence[int]) -> None:
        """Count lines as sent that a session said in a room without receiving them.

        It said them from another room, in a browser, or as a program.
        """
        account = session.account
        is_shown = session.subscriptions.read_tracker is not None and session.joined.is_in(log)
        if account is None or (is_shown and not _reports(session) and not session.text_only):
            return
        if self.read_marks.of(account, log.key) is None:
            return  # nothing is counted for it there
        self._own_lines.add(account, log.key, seqs)
        self._may_move(account)

    def _begun(self, session: Session, room: Room) -> Iterator[Put]:
        """Return the changes that begin to count a room for the account of a session."""
        tracker = session.subscriptions.read_tracker
        if tracker is None or tracker.account not in self._accounts.table or room.forgettable:
            return
        if not _may_mark(session):
            return
        account = tracker.account
        if self.read_marks.of(account, room.key) is None:
            place = room.head if _reports(session) else reached(tracker.spans(room.key), None)
            puts = list(self.read_marks.puts(account, room.key, place))
            self._spending.count_stored(session, puts)
            yield from puts

    def entered(self, session: Session) -> None:
        """Tell a session that entered a room how much it missed there, and count from here on."""
        tracker, room = session.subscriptions.read_tracker, session.room
        if tracker is None or room is None:
            return
        for each in self.missed.of(session):
            if each.log is room:
                session.answer("missed_before", count=each.lines, room=room.name)
        _keep(self._store, self._begun(session, room))
        if session.subscriptions.multi_room:
            # Its lines may have been sent as missed ones, and the client shows the mark.
            self.keep(tracker.account)
        mark = self.read_marks.mark(tracker.account, room.key)
        if mark is not None:
            session.subscriptions.show_read_mark(room, mark)

    def seen(self, session: Session, room: Room, seq: int, time: int = 0) -> None:
        """Mark a room as read up to a seq, or also a time, in all sessions of an account."""
        tracker = session.subscriptions.read_tracker
        if tracker is None or tracker.account not in self._accounts.table:
            return
        before = self.read_marks.mark(tracker.account, room.key) or ReadMark(-1)
        later = max(before.seq, min(seq, room.head))
        if before.seq < later or before.time < time:
            _keep(self._store, self.read_marks.puts(tracker.account, room.key, later, time=time))
            self.show_mark(tracker.account, room)

    def show_mark(self, account: str, room: Room) -> None:
        """Show the read mark of an account to its sessions."""
        mark = self.read_marks.mark(account, room.key)
        if mark is not None:
            for session in self.sessions(account):
                session.attempt(session.subscriptions.show_read_mark, room, mark)


def _keep(store: Store, puts: Iterable[Put]) -> Deferred[None]:
    """Store changes of marks. If they cannot be stored, they are as before."""
    puts = list(puts)  # the store logs its trouble itself
    return change(store, *puts).addErrback(ignore_store_error) if puts else succeed(None)


def _may_mark(session: Session) -> bool:
    """Return False for a session with a token that only reads: it changes nothing."""
    return session.grant is None or session.grant.scope >= Scope.WRITE


def _reports(session: Session) -> bool:
    """Return True if a client with several rooms reports itself what was seen of them."""
    return session.subscriptions.multi_room and session.replies.format.reports_seen


def _counts(session: Session) -> bool:
    """Return True if the lines that a session is sent count for its account.

    They do not for a program that only says lines.
    """
    return not session.text_only and _may_mark(session)
