"""Orders of other nodes: for the sessions of this one, the effects of their deeds and records.

A deed, a role or a ban of another node is in the log and in the tables when its batch is published.
Those of its sessions that it concerns only their own node can put out, rename or sign out. So here
is, for each kind of record and deed of others, the effect that the action of its author has at once
at the node of the author. This module must not know who may do what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Protocol

from chatd.accounts.accounts import Accounts
from chatd.accounts.credentials import Credentials
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.directory import Rooms
from chatd.chat.evictions import Evictions
from chatd.chat.moderation import Moderation
from chatd.chat.names import Names
from chatd.chat.people_marks import MarkedPeople
from chatd.chat.permissions import ROLE_DEEDS, role_after
from chatd.chat.registrations import Registrations
from chatd.chat.room_moves import RoomMoves
from chatd.chat.roster import Roster
from chatd.chat.sanctions import room_of
from chatd.chat.session import Session
from chatd.chat.sign_outs import SignOuts
from chatd.event import HANG_UP, PRIVATE_LINE, Call, Deed, Departure, Entry, Event, Kind, Record
from chatd.rooms.room import Room


class Parts(Protocol):
    """The parts of the server that an order of another node may concern."""

    sessions: ConnectedSessions
    roster: Roster
    rooms: Rooms
    names: Names
    accounts: Accounts
    credentials: Credentials
    moderation: Moderation
    evictions: Evictions
    moves: RoomMoves
    registrations: Registrations
    sign_outs: SignOuts
    marked: MarkedPeople


class OtherNodes:
    """Does for the sessions of this node what follows from the records and deeds of others."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        moderation = parts.moderation
        self._of_kinds: Mapping[str, Callable[[Sequence[str]], None]] = {
            moderation.sanctions.table.kind: self._sanctioned,
            moderation.roles.rooms.kind: self._review,
            moderation.roles.table.kind: self._roles_changed,
            parts.accounts.table.kind: self._accounts_changed,
            parts.credentials.table.kind: self._end_grants,
        }
        self._of_deeds: Mapping[str, Callable[[Room, str, Deed], None]] = {
            "kick": self._kicked,
            **dict.fromkeys(ROLE_DEEDS, self._role_set),
        }

    def wrote(self, records: Iterable[Record]) -> None:
        """Act on records, which are in the tables."""
        keys: dict[str, dict[str, None]] = {}
        for record in records:
            keys.setdefault(record.kind, {})[record.key] = None
        for kind, of_kind in self._of_kinds.items():
            if kind in keys:
                of_kind(tuple(keys[kind]))

    def said(self, room: Room, entries: Iterable[Entry]) -> None:
        """Act on the deeds in a room, which were shown there."""
        for entry in entries:
            if isinstance(entry, Event) and entry.kind is Kind.DEED:
                deed = Deed.of(entry.text)
                if deed.verb in self._of_deeds:
                    self._of_deeds[deed.verb](room, entry.author, deed)

    def called(self, call: Call) -> None:
        """Do what a node asks for, if the session that it is about is one of this node."""
        session = self._parts.sessions.by_number.get(call.session)
        if session is None or session.stream.finished:
            return
        if call.verb == PRIVATE_LINE:
            session.attempt(self._receive, session, call)
        elif call.verb == HANG_UP:
            departure = Departure(by=call.author, quits=True)
            hang_up = self._parts.sign_outs.hang_up
            session.attempt(hang_up, session, "disconnected_by", call.author, departure)

    def _receive(self, session: Session, call: Call) -> None:
        session.subscriptions.receive(call.author, call.text)

    # Records

    def _sanctioned(self, keys: Sequence[str]) -> None:
        sanctions = self._parts.moderation.sanctions
        for key in keys:
            kind, room, target = key.split("/", 2)
            sanction = sanctions.table.get(key)
            if sanction is not None and room in self._parts.rooms:
                called = self._parts.sessions.called(target)
                sanctions.bind(kind, self._parts.rooms[room], target, called, sanction)
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
        for key in keys:
            account = self._parts.accounts.table.get(key)
            if account is None:
                self._parts.registrations.end_sessions(key)
                continue
            self._parts.registrations.displace_guests(account)
            ignored = account.settings.get("ignored", ())
            for session in self._parts.names.of(account.name):
                settings = session.subscriptions.settings
                if session.account == key and tuple(ignored) != settings.ignored:
                    kept = settings.with_kept({"ignored": ignored})
                    session.attempt(session.subscriptions.apply, kept)
                session.attempt(self._parts.evictions.review, session)
            self._parts.marked.changed(account.name)
        self._end_grants(keys)

    def _end_grants(self, keys: Sequence[str]) -> None:
        ended = self._parts.credentials.may_have_ended()
        self._parts.sign_outs.let_go(chain(*map(self._parts.names.of, ended)))

    # Deeds

    def _kicked(self, room: Room, by: str, deed: Deed) -> None:
        sessions = [
            each for each in self._parts.sessions.called(deed.target) if each.joined.is_in(room)
        ]
        self._parts.evictions.kick(room, sessions, by, deed.reason)

    def _role_set(self, room: Room, by: str, deed: Deed) -> None:
        """Give guests of this node a role, or take it, and tell those who are invited."""
        roles = self._parts.moderation.roles
        if not roles.is_registered(deed.target):
            sessions = self._parts.sessions.called(deed.target)
            role = role_after(deed.verb, roles.mode_of(room))
            elsewhere = self._parts.roster.sessions_called(deed.target)
            roles.give_guests([*sessions, *elsewhere], room, role)
            self._parts.evictions.review_room(room)
        if deed.verb == "invite":
            self._parts.moves.tell_invited(self._parts.sessions.called(deed.target), room, by)
        self._parts.marked.changed(deed.target, room)
