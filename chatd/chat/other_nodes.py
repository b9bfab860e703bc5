"""Orders of other nodes: for the sessions of this one, the effects of their deeds and records.

A deed, a role or a ban of another node is in the log and in the tables when its batch is published.
Those of its sessions that it concerns only their own node can put out, rename or sign out. So here
is, for each kind of record and deed of others, the effect that the action of its author has at once
at the node of the author. This module must not know who may do what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Credentials
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.directory import Rooms
from chatd.chat.evictions import Evictions
from chatd.chat.logins import Logins
from chatd.chat.lost_claims import LostClaims
from chatd.chat.moderation import Moderation
from chatd.chat.names import Names
from chatd.chat.people_marks import MarkedPeople
from chatd.chat.permissions import ROLE_DEEDS, Role, role_after
from chatd.chat.reach import Reach
from chatd.chat.registrations import Registrations
from chatd.chat.remote_members import RemoteMembers
from chatd.chat.room_moves import RoomMoves
from chatd.chat.roster import VISITS, Roster
from chatd.chat.sanctions import room_of
from chatd.chat.session import Session
from chatd.chat.sign_outs import SignOuts
from chatd.chat.staying import Staying
from chatd.chat.unread import UnreadTracker
from chatd.errors import ErrorKind
from chatd.event import (
    CLOSE_OTHER,
    HANG_UP,
    INBOX_FULL,
    PRIVATE_LINE,
    REACH,
    REACHED,
    Call,
    Deed,
    Entry,
    Event,
    Kind,
    Published,
    Record,
)
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.text.folding import fold
from chatd.util.error_log import ErrorLog

Show = Callable[[Sequence[Published]], Mapping[str, Sequence[Entry]]]
"""Publishes entries in their rooms, and returns them by room."""


class Parts(Protocol):
    """The parts of the server that an order of another node may concern."""

    store: Store
    error_log: ErrorLog
    sessions: ConnectedSessions
    roster: Roster
    rooms: Rooms
    names: Names
    logins: Logins
    accounts: Accounts
    credentials: Credentials
    moderation: Moderation
    evictions: Evictions
    moves: RoomMoves
    registrations: Registrations
    sign_outs: SignOuts
    marked: MarkedPeople
    unread: UnreadTracker
    staying: Staying
    reach: Reach


class OtherNodes:
    """Does for the sessions of this node what follows from the records and deeds of others."""

    def __init__(self, parts: Parts, clock: IReactorTime) -> None:
        self._parts = parts
        self._members = RemoteMembers(
            parts.roster, parts.rooms, parts.sessions, parts.moderation, parts.marked, clock
        )
        LostClaims(
            parts.names,
            parts.rooms,
            parts.logins,
            parts.sessions,
            parts.evictions,
            parts.staying,
        )
        moderation = parts.moderation
        self._of_kinds: Mapping[str, Callable[[Sequence[str]], None]] = {
            moderation.sanctions.table.kind: self._sanctioned,
            moderation.roles.rooms.kind: self._review,
            moderation.roles.table.kind: self._roles_changed,
            parts.accounts.table.kind: self._accounts_changed,
            parts.credentials.table.kind: self._end_grants,
            parts.unread.read_marks.table.kind: self._marks_moved,
            parts.staying.records.table.kind: self._stays_changed,
        }
        self._of_deeds: Mapping[str, Callable[[Room, str, Deed], None]] = {
            "kick": self._kicked,
            **dict.fromkeys(ROLE_DEEDS, self._role_set),
        }

    def follow(self, entries: Sequence[Published], records: Sequence[Record], show: Show) -> None:
        """Act on a part of a batch: its entries, which ``show`` publishes, and its records.

        Those whom a deed puts out are shown the deed, and nothing that comes behind it.
        """
        first, *rest = _parts_behind_deeds(entries)
        if first and _is_deed(first[-1]):
            shown = show(first)
            self._wrote(records)
        else:
            self._wrote(records)
            shown = show(first)
        self._said(shown)
        for part in rest:
            self._said(show(part))

    def _wrote(self, records: Sequence[Record]) -> None:
        try:
            self.wrote(records)
        except Exception:
            log = self._parts.error_log
            log.tell("what another node has changed does not hold for all sessions")

    def _said(self, by_room: Mapping[str, Sequence[Entry]]) -> None:
        for name, part in by_room.items():
            room = self._parts.rooms.get(fold(name))
            if room is not None:
                self.said(room, part)

    def wrote(self, records: Sequence[Record]) -> None:
        """Act on records, which are in the tables."""
        keys: dict[str, dict[str, None]] = {}
        for record in records:
            keys.setdefault(record.kind, {})[record.key] = None
        for kind, of_kind in self._of_kinds.items():
            if kind in keys:
                of_kind(tuple(keys[kind]))
        if VISITS in keys:
            ended = [each for each in records if each.kind == VISITS and each.ephemeral]
            self._members.tell_of_ended([int(each.key) for each in ended])

    def said(self, room: Room, entries: Iterable[Entry]) -> None:
        """Act on the deeds in a room, which were shown there."""
        for entry in entries:
            if isinstance(entry, Event) and entry.kind is Kind.DEED:
                deed = Deed.of(entry.text)
                if deed.verb in self._of_deeds:
                    self._of_deeds[deed.verb](room, entry.author, deed)

    def called(self, call: Call) -> None:
        """Do what a node asks for, if the session that it is about is one of this node."""
        if call.verb == REACH:
            self._parts.reach.asked(call)
            return
        session = self._parts.sessions.by_number.get(call.session)
        if session is None or session.stream.finished:
            return
        sign_outs = self._parts.sign_outs
        if call.verb == REACHED:
            self._parts.reach.answered(call)
        elif call.verb == PRIVATE_LINE:
            session.attempt(self._receive, session, call)
        elif call.verb == INBOX_FULL:
            session.attempt(session.error, ErrorKind.INBOX_FULL, INBOX_FULL, name=call.author)
        elif call.verb == HANG_UP:
            session.attempt(sign_outs.disconnect, session, call.author)
        elif call.verb == CLOSE_OTHER:
            session.attempt(sign_outs.hang_up, session, "closed_by_owner", call.author)

    def _receive(self, session: Session, call: Call) -> None:
        if not session.subscriptions.receive(call.author, call.text) and call.by:
            self._parts.store.append(Call(call.by, INBOX_FULL, session.name))

    # Records

    def _sanctioned(self, keys: Sequence[str]) -> None:
        sanctions = self._parts.moderation.sanctions
        for key in keys:
            kind, room, target = key.split("/", 2)
            sanction = sanctions.table.get(key)
            if sanction is not None and room in self._parts.rooms:
                named = self._parts.sessions.called_anywhere(target)
                sanctions.bind(kind, self._parts.rooms[room], target, named, sanction)
        self._review([room_of(key) for key in keys])

    def _review(self, rooms: Iterable[str]) -> None:
        """Put sessions out of rooms that they may not read any more, given the rooms' keys."""
        for key in dict.fromkeys(rooms):
            if key in self._parts.rooms:
                self._parts.evictions.review_room(self._parts.rooms[key])

    def _roles_changed(self, keys: Sequence[str]) -> None:
        self._review([key.partition("/")[0] for key in keys])
        for key in keys:
            room, _, account = key.partition("/")
            if room in self._parts.rooms and account in self._parts.accounts.table:
                name = self._parts.accounts.table[account].name
                self._parts.marked.changed(name, self._parts.rooms[room])

    def _accounts_changed(self, keys: Sequence[str]) -> None:
        accounts = self._parts.accounts.table
        for key in keys:
            if key not in accounts:
                self._parts.registrations.end_sessions(key)
        self._end_grants(keys)  # before those without a valid grant are taken for guests
        for account in [accounts[key] for key in keys if key in accounts]:
            self._parts.registrations.displace_guests(account)
            ignored = account.settings.get("ignored", ())
            for session in self._parts.names.of(account.name):
                settings = session.subscriptions.settings
                if session.account == account.key and tuple(ignored) != settings.ignored:
                    kept = settings.with_kept({"ignored": ignored})
                    session.attempt(session.subscriptions.apply, kept)
                session.attempt(self._parts.evictions.review, session)
            self._parts.marked.changed(account.name)

    def _end_grants(self, keys: Sequence[str]) -> None:
        self._parts.sign_outs.let_go_ended()

    def _marks_moved(self, keys: Sequence[str]) -> None:
        """Show read marks to the sessions of their accounts."""
        unread = self._parts.unread
        for account, _, log in (key.partition("/") for key in keys):
            room = self._parts.rooms.get(log)
            if room is not None:
                unread.show_mark(account, room)

    def _stays_changed(self, keys: Sequence[str]) -> None:
        """Forget rooms of which nothing is left."""
        for key in keys:
            self._parts.rooms.forget_if_empty(self._parts.rooms.get(key.partition("/")[2]))

    # Deeds

    def _kicked(self, room: Room, by: str, deed: Deed) -> None:
        sessions = [
            each for each in self._parts.sessions.called(deed.target) if each.joined.is_in(room)
        ]
        self._parts.evictions.kick(room, sessions, by, deed.reason)

    def _role_set(self, room: Room, by: str, deed: Deed) -> None:
        """Give guests a role, or take it, and tell those of this node who are invited."""
        roles = self._parts.moderation.roles
        sessions = self._parts.sessions
        role = role_after(deed.verb, roles.mode_of(room))
        # The role of an account is in the tables, and what its sessions had as guests ends.
        of_guests = Role.EVERYONE if roles.is_registered(deed.target) else role
        roles.given.give(sessions.called_anywhere(deed.target), room, of_guests)
        self._parts.evictions.review_room(room)
        if deed.verb == "invite":
            self._parts.moves.tell_invited(sessions.called(deed.target), room, by)
        self._parts.marked.changed(deed.target, room)


def _is_deed(entry: Published) -> bool:
    return isinstance(entry, Event) and entry.kind is Kind.DEED


def _parts_behind_deeds(entries: Sequence[Published]) -> list[Sequence[Published]]:
    """Return entries in parts, each of which ends with a deed but the last one."""
    ends = [index + 1 for index, entry in enumerate(entries) if _is_deed(entry)]
    begins = [0, *(end for end in ends if end < len(entries))]
    return [entries[begin:end] for begin, end in zip(begins, [*begins[1:], None], strict=True)]
