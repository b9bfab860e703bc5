"""Publishing: from what the store has committed to the rooms, and back to its authors.

First each room and inbox publishes its part, which its members are sent. Then the sessions of this
node that said the lines receive receipts. At the end, each session that may be ready for more is
called, and so are those that were held back while the store was full. What other nodes have said is
published in the same way, without receipts, and `chatd.chat.other_nodes` does what it orders.

An error in one room or one session must cost the others nothing. This module must not know
connections or rights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Scope
from chatd.chat.alerts import Alerts
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.directory import Rooms
from chatd.chat.line_quotas import LineQuotas
from chatd.chat.lost_readers import LostReaders
from chatd.chat.names import Names
from chatd.chat.open_alerts import OpenAlerts
from chatd.chat.other_nodes import OtherNodes
from chatd.chat.questions import Questions
from chatd.chat.registers import Registers
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.chat.unread import UnreadTracker
from chatd.errors import ErrorKind, Refusal
from chatd.event import (
    REMARKS,
    Draft,
    Entry,
    Event,
    Kind,
    Published,
    Record,
    is_inbox,
    is_register,
    owner_of,
)
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError, Subscriber
from chatd.text.folding import fold
from chatd.util.error_log import ErrorLog
from chatd.webhooks.incoming.registry import IncomingHooks
from chatd.webhooks.registry import Hooks


class Parts(Protocol):
    """The parts of the server that what is published concerns."""

    sessions: ConnectedSessions
    roster: Roster
    rooms: Rooms
    accounts: Accounts
    unread: UnreadTracker
    registers: Registers
    hooks: Hooks
    incoming: IncomingHooks
    alerts: Alerts
    names: Names
    quotas: LineQuotas
    questions: Questions
    open_alerts: OpenAlerts
    lost_readers: LostReaders
    error_log: ErrorLog


class Publisher(Subscriber):
    """The subscriber of the store: publishes in ``rooms`` and in the inboxes of ``unread``."""

    def __init__(self, parts: Parts, others: OtherNodes) -> None:
        self._sessions = parts.sessions
        self._roster = parts.roster
        self._rooms = parts.rooms
        self._accounts = parts.accounts
        self._unread = parts.unread
        self._registers = parts.registers
        self._hooks = parts.hooks
        self._incoming = parts.incoming
        self._alerts = parts.alerts
        self._names = parts.names
        self._quotas = parts.quotas
        self._of_lines = (parts.questions, parts.open_alerts, parts.lost_readers)
        self._others = others
        self._error_log = parts.error_log

    def publish(self, entries: Sequence[Published]) -> None:
        by_room = self._show(entries, appended_here=True)
        changed: dict[Session, None] = {}
        for name, part in by_room.items():
            if name in self._unread.inboxes.logs:
                self._deliver(name, part, changed)
            else:
                self._acknowledge(name, part, changed)
        self._notify(changed)

    def follow(self, entries: Sequence[Published], records: Sequence[Record]) -> None:
        self._others.follow(entries, records, self._show_followed)

    def _show_followed(self, entries: Sequence[Published]) -> Mapping[str, Sequence[Entry]]:
        """Publish entries of another node, or ones that were in doubt, and return them by room."""
        by_room = self._show(entries, appended_here=False)
        for name, part in by_room.items():
            for event in part:
                if isinstance(event, Event) and event.session in self._sessions.by_number:
                    session = self._sessions.by_number[event.session]
                    session.attempt(self._came_late, session, name, event)
        return by_room

    def _show(
        self, entries: Sequence[Published], *, appended_here: bool
    ) -> Mapping[str, Sequence[Entry]]:
        """Publish entries in their rooms, and return them by room."""
        by_room: dict[str, list[Any]] = defaultdict(list)
        for entry in entries:
            by_room[entry.room].append(entry)
        for call in by_room.pop("", ()):
            self._others.called(call)
        for name, part in by_room.items():
            try:
                room = self._log(name)
                before = room.mark.seq
                room.publish(part, appended_here=appended_here)
                if room.mark.seq != before:
                    self._unread.checks.fresh.add(room.key)
                    if self._unread.prompt.present:
                        self._unread.prompt.published(room.key)
                if room.key in self._hooks:
                    self._hooks.said(room)
                if self._alerts.pushes.all:
                    self._alerts.published(room, part)
                if not (room.here.named or room.here.guests):
                    self._rooms.forget_if_empty(room)
            except Exception:
                self._error_log.tell("a room could not be shown what was said in it")
        return by_room

    def refuse(self, drafts: Sequence[Draft], why: StoreError) -> None:
        self._refuse([(draft, why.line_refusal) for draft in drafts])

    def check_again(self, drafts: Sequence[Draft]) -> Sequence[Draft]:
        asked = ((draft, self._why_not(draft)) for draft in drafts)
        refused = [(draft, why) for draft, why in asked if why is not None]
        self._refuse(refused)
        return [draft for draft, _ in refused]

    def _why_not(self, draft: Draft) -> Refusal | None:
        """Return why lines that wait may not be said any more; None if they may."""
        if draft.room in self._rooms.lost:
            return Refusal(ErrorKind.NO_ROOM, "room_was_lost", room=draft.room)
        room, session = self._log(draft.room), self._sessions.by_number.get(draft.session)
        if draft.session == NO_SESSION:
            is_deed = draft.kind is Kind.DEED  # whose change would conflict
            if is_deed or self._incoming.posts_as(room.key, draft.author):
                return None
            return None if self._may_remark(draft, room) else StoreError.line_refusal
        account = self._accounts.called(draft.author)
        if account is None and self._names.is_lost(draft.author):
            return Refusal(ErrorKind.NAME_IN_USE, "not_your_name_now", name=draft.author)
        if session is None:  # it has gone, so its rights are not known any more
            return StoreError.line_refusal if room.guarded or account is not None else None
        if account is not None and session.account != account.key:
            return Refusal(ErrorKind.NAME_IN_USE, "registered_name", name=draft.author)
        return session.identity.lacks(Scope.WRITE) or (
            session.rights.guard(session, room) if room.guarded else None
        )

    def _may_remark(self, draft: Draft, room: Room) -> bool:
        """Return True if a draft is a remark of a session that may speak in its room."""
        by = self._sessions.called(draft.author) if draft.kind in REMARKS else ()
        return any(session.may_speak_in(room) for session in by)

    def forgot(self, name: str, upto: int) -> None:
        room = self._rooms.get(fold(name))
        if room is not None:
            room.forget(upto)
            for records in self._of_lines:
                records.forgotten(room, upto)

    def _refuse(self, refused: Sequence[tuple[Draft, Refusal]]) -> None:
        changed: dict[Session, None] = {}
        for draft, why in refused:
            room = self._rooms.lost.get(draft.room) or self._log(draft.room)
            room.refuse(len(draft.texts))
            self._rooms.forget_if_empty(room)
            session = self._sessions.by_number.get(draft.session)
            if session is not None:
                session.attempt(session.queue.refused, draft.texts, draft.as_one, why)
                changed[session] = None
        self._notify(changed)

    def _acknowledge(
        self, name: str, entries: Sequence[Entry], changed: dict[Session, None]
    ) -> None:
        """Tell the sessions that said lines in a room that these are published."""
        said: dict[int, list[int]] = defaultdict(list)
        for entry in entries:
            if isinstance(entry, Event):
                said[entry.session].append(entry.seq)
        for number, seqs in said.items():
            session = self._sessions.by_number.get(number)
            if session is not None:
                if session.identity.grant is not None:
                    session.attempt(self._unread.said, session, self._log(name), seqs)
                session.attempt(session.published, name, seqs)
                changed[session] = None

    def _came_late(self, session: Session, name: str, event: Event) -> None:
        """Take note that a line of a session was stored after all, which it was told is in doubt.

        It has no receipt any more.
        """
        if name in self._unread.inboxes.logs:
            receiver = self._name_of(owner_of(name))
            session.stream.put(session.replies.format.delivered(event, receiver))
            return
        if session.identity.grant is not None:
            self._unread.said(session, self._log(name), [event.seq])
        here = session.room
        if here is None or here.name != name:
            session.queue.show_said(name, 1)

    def _name_of(self, account: str) -> str:
        """Return the name of an account, given its key."""
        found = self._accounts.table.get(account)
        return account if found is None else found.name

    def _deliver(self, inbox: str, entries: Sequence[Entry], changed: dict[Session, None]) -> None:
        """Tell the sessions that said private lines to an account that these are stored."""
        key = owner_of(inbox)
        name = self._name_of(key)
        try:
            notes = self._notes_on(name, key)
        except Exception:
            self._error_log.tell("it could not be found out who is here")
            notes = []
        for entry in entries:
            if not isinstance(entry, Event):
                continue
            session = self._sessions.by_number.get(entry.session)
            if session is not None:
                session.attempt(session.queue.delivered, entry, name, *notes)
                changed[session] = None

    def _notes_on(self, name: str, account: str) -> list[tuple[str, str]]:
        """Return what the authors of lines to an account are told: see `ActionQueue.delivered`."""
        away = self._sessions.away_text(name)
        notes = [("is_away", away)] if away else []
        if not (self._unread.sessions(account) or self._roster.of_account(account)):
            notes.append(("waits_for", name))
        return notes

    def _log(self, name: str) -> Room:
        """Return the room or inbox of that name; a room that another node has made is made here."""
        log = self._unread.inboxes.logs.get(name) or self._rooms.get(fold(name))
        if log is not None and log.name == name:
            return log
        if is_register(name):
            return self._registers.log(name)
        return self._unread.inboxes.of(owner_of(name)) if is_inbox(name) else self._rooms.of(name)

    def _notify(self, changed: dict[Session, None]) -> None:
        self._quotas.after_commit(changed)
        for session in changed:
            session.attempt(session.queue.changed)
