"""The rooms, and the names in use. Everything that concerns more than one session is here.

The server knows no connection and no command.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any, ParamSpec

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from chatd.accounts import Account, Accounts
from chatd.attendance import Attendance
from chatd.event import Deed, Draft, Entry, Event, Kind
from chatd.formats import Format
from chatd.moderation import Moderation, Run
from chatd.names import Likeness, Names
from chatd.passwords import Passwords
from chatd.rates import Latest, Tries
from chatd.records import Put, change
from chatd.refusals import Refusal, short
from chatd.rights import Act, Mode
from chatd.room import Room
from chatd.session import Session
from chatd.store import Store, StoreError, Subscriber
from chatd.stream import Stream
from chatd.texts import ErrorKind, Language
from chatd.validation import (
    InvalidName,
    NameFault,
    fold,
    validate_name,
    validate_room_name,
    written_duration,
)
from chatd.views import NOTHING_SET

UNPUBLISHED_LINES = 256
ALL_UNPUBLISHED_LINES = 512
SOME_UNPUBLISHED_LINES = 16
"""How many lines of one session may wait for commit; how many those of all who talk share, so that
nobody waits long for the batches of a few; and how many each may have, however many talk."""

NAME_TRIES = (5, 5.0)
ADDRESS_TRIES = (40, 3.0)
"""How many wrong passwords for one name and from one address are looked at one after another, and
in how many seconds one more. A class behind one address logs in at once."""

ROOMS_LOOKED_AT = 1000
ROOMS_COMPARED = 20
"""How many rooms are looked at, and how many likely ones of them compared with the name of a new
one, to ask whether another one was meant."""

PUT_OUT_AT_ONCE = 50
"""How many of those who are put out of a room are told why, and come into the lobby, in one turn of
the reactor."""

NOBODYS = 0
"""The number of no session. What somebody who runs a room does there is logged under it: that is
shown to everyone, also to whoever has their own lines not come back."""

P = ParamSpec("P")


class ChatServer(Subscriber):
    """``lobby`` is the room that everyone enters, ``recent`` how many past lines a newcomer to a
    room is shown, ``motd`` what is told after the welcome, ``now`` the time in seconds since 1970.
    ``passwords`` checks them, if there is anything to do so; with ``plaintext_passwords`` also
    where others may read them on the way.
    """

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        *,
        lobby: str = "lobby",
        recent: int = 10,
        language: Language = Language.ENGLISH,
        motd: str = "",
        passwords: Passwords | None = None,
        plaintext_passwords: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.now = now
        self.language = language
        self.faults = store.faults
        self._store = store
        self._clock = clock
        self._recent = recent
        self.motd = motd
        self._started = clock.seconds()
        self._rooms: dict[str, Room] = {}
        self.passwords = passwords
        self.plaintext_passwords = plaintext_passwords
        self.name_tries = Tries(clock, *NAME_TRIES)
        self.address_tries = Tries(clock, *ADDRESS_TRIES)
        self._came_from = Latest()  # "KEY NETWORK" of those who logged in
        self.accounts = Accounts(store)
        self.moderation = Moderation(store, self.accounts, now, fold(lobby))
        self._guard = self.moderation.guard
        self.names = Names(self.accounts)
        self._like_rooms: Likeness[Room] = Likeness()
        self._sessions: dict[int, Session] = {}
        self._held_back: dict[Session, None] = {}
        self._talking: set[Session] = set()  # those with lines that wait for commit
        self._last_number = 0
        self.attendance = Attendance(store, self.accounts, self._rooms.get, self.readable, now)
        self.on_account_gone: list[Callable[[str], Sequence[Put]]] = [
            self.moderation.account_gone,
            self.attendance.places.forget,
        ]
        for name, head, topic, session in store.rooms():
            room = Room(name, store, head, topic)
            if name.startswith("@"):
                self.attendance.add_inbox(room)
            else:
                self._add(room)
            self._last_number = max(self._last_number, session)
        self.lobby = self._rooms.get(fold(lobby)) or self._add(Room(lobby, store))
        store.subscribe(self)

    # Sessions

    def connect(self, stream: Stream, format: Format, *, private: bool = True) -> Session:
        """Make a session for somebody who has just come. It is in no room yet: see `enter`."""
        self._last_number += 1
        session = Session(
            self._last_number,
            stream,
            format,
            self._clock,
            self.language,
            self.faults,
            private=private,
        )
        session.guard = self._guard
        self._sessions[session.number] = session
        return session

    def enter(self, session: Session, *, recent: bool = True) -> None:
        """Welcome a session in the lobby, or in no room if it may not be there."""
        refusal = self.moderation.refusal(session, self.lobby, Act.READ)
        if refusal is None:
            session.enter(self.lobby, "welcome", self._recent if recent else 0, self.motd)
        else:
            session.answer("welcome_outside", name=session.name)
            session.error(refusal.kind, refusal.key, **refusal.values)

    def located(self, session: Session) -> None:
        """It is known only now where a session comes from."""
        self.review(session)

    def finish(self, session: Session) -> None:
        """Send a session what it is owed so far, and nothing after that. Its name is free."""
        self.names.free(session)
        try:
            self.leave(session)
        finally:
            try:
                session.stop_following()
            finally:
                session.stream.finish()

    def disconnect(self, session: Session) -> None:
        """Forget a session: it has gone."""
        try:
            try:
                if not session.stream.finished:
                    self.finish(session)
            finally:
                self.attendance.depart(session)
        finally:
            del self._sessions[session.number]
            self._held_back.pop(session, None)
            self._talking.discard(session)
            self.moderation.gone(session)
            session.stream.abandon()

    def allowance(self, session: Session) -> int:
        """How many lines may be taken from a session now.

        When it is 0, the session's ``changed`` is called once it may be worth asking again.
        """
        if self._store.full:
            self._held_back[session] = None
            return 0
        if not session.ready:
            return 0
        if session.unpublished:
            self._talking.add(session)
        share = ALL_UNPUBLISHED_LINES // max(1, len(self._talking))
        return max(
            0, min(max(share, SOME_UNPUBLISHED_LINES), UNPUBLISHED_LINES) - session.unpublished
        )

    def sessions_called(self, name: str) -> Sequence[Session]:
        """Who has that name and can be written to: several sessions, if it is an account's."""
        return [session for session in self.called(name) if session.inbox is not None]

    def called(self, name: str) -> Sequence[Session]:
        """Who has that name."""
        try:
            name = validate_name(name)
        except InvalidName:
            return ()
        sessions = self.names.of(name)
        key = fold(name)
        if not sessions and key.startswith("guest") and key[5:].isdecimal():
            guest = self._sessions.get(int(key[5:15]))
            if guest is not None and guest.name == key:
                sessions = [guest]
        return [session for session in sessions if not session.stream.finished]

    @property
    def sessions(self) -> Iterable[Session]:
        """All who are connected."""
        return self._sessions.values()

    def name_of(self, wanted: str) -> str:
        """A name as its owner writes it, whoever that is. Raises `Refusal` if it can be no name."""
        try:
            name = validate_name(wanted)
        except InvalidName as invalid:
            raise _refusal(invalid, "invalid_name", wanted) from None
        account = self.accounts.called(name)
        if account is not None:
            return account.name
        return next((session.name for session in self.called(name)), name)

    def rename(self, session: Session, wanted: str) -> None:
        """Give a session a name. Raises `Refusal`."""
        try:
            name = validate_name(wanted)
        except InvalidName as invalid:
            raise _refusal(invalid, "invalid_name", wanted) from None
        if name == session.name:
            session.answer("you_are_already", name=name)
            return
        if session.account is not None:
            raise Refusal(ErrorKind.WRONG_USE, "logout_first", name=session.name)
        self.names.check(session, name)
        self._name(session, name)
        self.review(session)

    # Accounts

    async def register(self, account: Account, owner: Session | None = None) -> None:
        """Make a name somebody's: the session's that has it, or nobody's who is here.

        Whoever else has it, or one that looks like it, becomes a guest. Raises `Refusal`, and
        `StoreError`.
        """
        self.names.check_account(account.name)
        in_the_way = {
            session: session.name
            for session in self.names.in_the_way(account)
            if session is not owner
        }
        kept = self.accounts.keep(account)
        self.names.reserve(account.name)
        try:
            await kept
        except StoreError:
            self.names.unreserve(account.name)
            raise
        if account.key not in self.accounts.table:
            return  # it was removed already
        if owner is not None and not owner.stream.finished:
            owner.account = account.key
            self._came_from.add(f"{account.key} {owner.network}")
        for session, name in in_the_way.items():
            if session.name == name and session in self.names.of(name):  # it may have gone
                session.answer("registered_elsewhere", name=name)
                self._make_guest(session)

    async def unregister(self, account: Account) -> None:
        """Make a name nobody's, and forget all that is kept with it. Raises `StoreError`."""
        key = account.key
        puts = [put for hook in self.on_account_gone for put in hook(key)]
        await change(self._store, self.accounts.table.put(key, None), *puts)
        self.account_gone(account)
        await self.attendance.clear(key)

    def account_gone(self, account: Account) -> None:
        """That account is no more: those logged in to it are guests."""
        for session in tuple(self.names.of(account.name)):
            if session.account == account.key:
                session.answer("unregistered", name=account.name)
                self.log_out(session)
        self.attendance.account_gone(account.key)
        self.names.forget(account.name)

    def log_in(self, session: Session, account: Account) -> None:
        """A session is an account's from here on, and has its name."""
        before = session.account
        if before is not None:
            self._end_login(session)
        try:
            self._name(session, account.name)
            session.account = account.key
        finally:
            if before is not None and session.account is None:
                self._make_guest(session)
        self._came_from.add(f"{account.key} {session.network}")
        self.logged_in(session)

    def tries_of(self, account: Account, network: str) -> list[tuple[Tries, str]]:
        """Where it counts when somebody there tries a password of that account, and by which key.

        Who tries from where its owner has come from is counted apart, so that nobody can lock the
        owner out by guessing from elsewhere.
        """
        place = f"{account.key} {network}"
        counts = [(self.name_tries, place if place in self._came_from else account.key)]
        if network:
            counts.append((self.address_tries, network))
        return counts

    def log_out(self, session: Session) -> None:
        """A session is no account's any more, but a guest where it is."""
        self._end_login(session)
        self._make_guest(session)

    def _end_login(self, session: Session) -> None:
        try:
            self.logging_out(session)
        except Exception:
            self.faults.tell("a session could not be logged out properly")
        session.account = None
        session.apply(session.settings.without_others)

    def _name(self, session: Session, name: str) -> None:
        before, was_guest = session.name, session.is_guest
        self.names.take(session, name)
        try:
            session.rename(name)
        finally:
            if session.name != name:  # it has failed
                self.names.free(session)
                if not was_guest:
                    self.names.take(session, before)

    def _make_guest(self, session: Session) -> None:
        self.names.free(session)
        session.rename(f"guest{session.number}", guest=True)

    # Those who are logged in

    def account_of(self, session: Session) -> Account | None:
        """The account that a session is logged in to, unless that is being given up."""
        return None if session.account is None else self.accounts.table.get(session.account)

    def ignored_by(self, session: Session) -> tuple[str, ...]:
        """Whom a session ignores, also if another one of its account has only just said so."""
        account = self.account_of(session)
        kept = {} if account is None else account.settings
        return session.settings.with_kept(kept).ignored

    def logged_in(self, session: Session) -> None:
        """A session has just logged in, or registered, and has the name of its account."""
        account = self.accounts.table[session.account or ""]
        session.apply(session.settings.with_kept(account.settings))
        self.review(session)
        self.attendance.arrive(session, account.key)

    def logging_out(self, session: Session) -> None:
        """A session is about to be logged out. Its account may be gone already."""
        try:
            self.attendance.depart(session)
        finally:
            self.moderation.logging_out(session)
            account, session.account = session.account, None
            try:
                self.review(session)
            finally:
                session.account = account

    async def keep_setting(self, session: Session, **settings: Any) -> None:
        """Set something for a session, and keep it with its account if it has one. Raises
        `StoreError` if it cannot be kept.

        Whom somebody ignores is the same on all their connections.
        """
        account = self.account_of(session)
        sessions = [session]
        if account is not None:
            kept = account._replace(settings={**account.settings, **settings})
            await change(self._store, self.accounts.table.put(account.key, kept))
            if "ignored" in settings:
                others = self.attendance.sessions(account.key)
                sessions += [other for other in others if other is not session]
        for each in sessions:
            each.apply(each.settings.with_kept(settings))

    def away_text(self, name: str) -> str:
        """What somebody told others to be told while they are away; "" if they are not."""
        account = self.accounts.called(name)
        if account is not None:
            return NOTHING_SET.with_kept(account.settings).away
        return next((each.settings.away for each in self.sessions_called(name)), "")

    # Rooms

    def statistics(self) -> dict[str, object]:
        """Figures of the server as a whole, by the names that a sentence has for them."""
        return {
            "time": written_duration(int(self._clock.seconds() - self._started)),
            "connections": len(self._sessions),
            "names": len(self.names),
            "rooms": len(self._rooms),
            "lines": sum(room.head for room in self._rooms.values()),
            "accounts": len(self.accounts.table),
            "store": self._store.describe(),
        }

    def check_new(self, wanted: str) -> None:
        """Raise a `Refusal` if there is a room of that name."""
        room = self._rooms.get(fold(_room_name(wanted)))
        if room is not None:
            raise Refusal(ErrorKind.NAME_IN_USE, "room_exists", room=room.name)

    def rooms(self, most: int, session: Session) -> tuple[int, list[Room]]:
        """How many rooms a session may read, and so many of them: the fullest first, then empty
        ones.

        Rooms in which nobody is may be very many, so they are not looked at for this; and of those
        among them that not everyone may read, not all.
        """
        some_hidden = islice(self.moderation.hidden, ROOMS_LOOKED_AT)
        peopled = {other.room for other in self.sessions if other.room is not None}
        asked = {*some_hidden, *(peopled & self.moderation.hidden)}
        hidden = self.moderation.hidden - {room for room in asked if self.readable(session, room)}
        peopled -= hidden
        shown = sorted(peopled, key=lambda room: (-room.people, room.name))[:most]
        empty = (room for room in self._rooms.values() if not room.people and room not in hidden)
        return len(self._rooms) - len(hidden), shown + list(islice(empty, most - len(shown)))

    def readable(self, session: Session, room: Room) -> bool:
        """Whether a session may know what is in a room."""
        return self.moderation.may(session, room, Act.READ)

    def room_called(self, wanted: str) -> Room:
        """The room of that name. Raises `Refusal` when there is none."""
        room = self._rooms.get(fold(_room_name(wanted)))
        if room is None:
            raise Refusal(ErrorKind.NO_ROOM, "unknown_room", room=short(wanted.lstrip("#")))
        return room

    def join(self, session: Session, wanted: str) -> Coroutine[Deferred[Any], Any, None] | None:
        """Put a session into a room, which is made if it is not there. Raises `Refusal`.

        That takes a while if the session has an account, which will own it.
        """
        name = _room_name(wanted)
        key = fold(name)
        room = self._rooms.get(key)
        if room is session.room and room is not None:
            session.answer("already_in_room", room=room.name)
        elif room is not None:
            self.moderation.check(session, room, Act.READ)
            self._move(session, room, "joined_room")
        else:
            meant = self._similar(key, session)
            then = "" if meant is None else session.sentence("did_you_mean", room=meant.name)
            room = self._new(name)
            if self.account_of(session) is not None and key not in self.moderation.rooms:
                return self._own(session, room, Mode.OPEN, None, then)
            self._move(session, room, "joined_new_room", then)
        return None

    async def create(self, session: Session, wanted: str, mode: Mode) -> None:
        """Make a room that is run in this way and owned by a session's account, and go there.
        Raises `Refusal` and `StoreError`."""
        self.check_new(wanted)
        await self._own(session, self._new(_room_name(wanted)), mode, Deed("create", mode.value))

    async def _own(
        self, session: Session, room: Room, mode: Mode, deed: Deed | None, then: str = ""
    ) -> None:
        run = Run(room.name, mode.value, session.account or "")
        room.expected += 1
        try:
            await self.carry_out(session, room, deed, self.moderation.rooms.put(room.key, run))
            if not session.stream.finished:
                yours = session.sentence("you_run_room", room=room.name)
                key = "joined_room" if room.people else "joined_new_room"
                self._move(session, room, key, "\n".join(filter(None, (then, yours))))
        finally:
            room.expected -= 1
            self._forget_if_empty(room)

    def _new(self, name: str) -> Room:
        other = self._like_rooms.find(name)
        if other is not None:
            raise Refusal(ErrorKind.NAME_IN_USE, "looks_like_room", room=name, other=other.name)
        return self._add(Room(name, self._store))

    def leave(self, session: Session) -> None:
        """Put a session into no room."""
        room = session.room
        session.leave()
        self._forget_if_empty(room)

    def forgot(self, name: str, before: int) -> None:
        """The store has forgotten what was said in that room before a time (milliseconds)."""
        room = self._rooms.get(fold(name))
        if room is not None:
            room.forget(before)

    def _add(self, room: Room) -> Room:
        self._rooms[room.key] = room
        self._like_rooms.add(room.name, room)
        self.moderation.changed(room, ())
        return room

    def _similar(self, key: str, session: Session) -> Room | None:
        # Comparing is slow (50 us a pair), so what is compared is few, and likely.
        likely = (
            other
            for other, room in islice(self._rooms.items(), ROOMS_LOOKED_AT)
            if other[0] == key[0] and abs(len(other) - len(key)) <= 2
            if room not in self.moderation.hidden or self.readable(session, room)
        )
        matches = get_close_matches(key, islice(likely, ROOMS_COMPARED), 1, 0.7)
        return self._rooms[matches[0]] if matches else None

    def _move(self, session: Session, room: Room, key: str, then: str = "") -> None:
        before = session.room
        session.enter(room, key, self._recent, then)
        self.attendance.entered(session)
        self._forget_if_empty(before)

    def _forget_if_empty(self, room: Room | None) -> None:
        if room is not None and room.forgettable and room is not self.lobby:
            self._rooms.pop(room.key, None)
            self._like_rooms.remove(room.name, room)
            puts = self.moderation.forget(room)
            if puts:
                # If that cannot be kept, the room is still somebody's when it is made again.
                change(self._store, *puts).addErrback(_let_be)

    # Running rooms

    def carry_out(
        self, session: Session, room: Room, deed: Deed | None, *puts: Put
    ) -> Deferred[None]:
        """Do what somebody does who runs a room: change what is kept, and log the deed, all or
        nothing.

        Who may do what changes at once; fires once it is on disk and was shown. Fails with
        `StoreError`.
        """
        if deed is not None:
            room.append(Draft(room.name, NOBODYS, session.name, Kind.DEED, [deed.text()]))
        done = change(self._store, *puts)
        self.moderation.changed(room, puts)

        def take_back(failure: Failure) -> Failure:
            self.moderation.changed(room, puts)
            return failure

        return done.addErrback(take_back)

    def hang_up(self, sessions: Iterable[Session], by: Session) -> None:
        """Let go of some sessions: somebody wants it so."""

        def let_go(session: Session) -> None:
            session.answer("disconnected_by", name=by.name)
            self.finish(session)

        for session in sessions:
            self._safely(session, let_go, session)

    def wall(self, session: Session, text: str) -> Deferred[None]:
        """Say something in every room with people in it. Fires once that is on disk."""
        for room in self._rooms.values():
            if room.people:
                deed = Deed("wall", reason=text)
                room.append(Draft(room.name, NOBODYS, session.name, Kind.DEED, [deed.text()]))
        return change(self._store)

    def review(self, session: Session) -> None:
        """Put a session out of the room that it is in, if it may not be there any more."""
        room = session.room
        if room is not None and room.guarded:
            self._put_out_unless_allowed(room, [session])

    def review_room(self, room: Room) -> None:
        """The same of everybody in a room."""
        if room.guarded:
            self._put_out_unless_allowed(
                room, [session for session in self.sessions if session.room is room]
            )

    def _put_out_unless_allowed(self, room: Room, sessions: Sequence[Session]) -> None:
        refusals: dict[Session, Refusal] = {}

        def ask(session: Session) -> None:
            refusal = self.moderation.refusal(session, room, Act.READ)
            if refusal is not None:
                refusals[session] = refusal

        for session in sessions:
            self._safely(session, ask, session)
        self.put_out(room, refusals)

    def put_out(self, room: Room, whom: dict[Session, Refusal]) -> None:
        """Put sessions out of a room and into the lobby; out of the lobby, into no room. They are
        told why."""
        put_out = [session for session in whom if session.room is room]
        for session in put_out:  # all at once: they are shown nothing more
            self._safely(session, session.leave)
        self._forget_if_empty(room)
        self._tell_why([(session, whom[session]) for session in put_out], room)

    def _tell_why(self, put_out: Sequence[tuple[Session, Refusal]], room: Room) -> None:
        for session, why in put_out[:PUT_OUT_AT_ONCE]:
            if session.room is None and not session.stream.finished:
                self._safely(session, self._move_out, session, room, why)
        if put_out[PUT_OUT_AT_ONCE:]:
            # Telling and greeting thousands takes a while.
            self._clock.callLater(0, self._tell_why, put_out[PUT_OUT_AT_ONCE:], room)

    def _move_out(self, session: Session, room: Room, refusal: Refusal) -> None:
        why = session.sentence(refusal.key, **refusal.values)
        session.answer("put_out", room=room.name, why=why)
        # What a program goes on saying was not meant for the lobby.
        allowed = room is not self.lobby and not session.text_only
        if allowed and self.readable(session, self.lobby):
            self._move(session, self.lobby, "joined_room")
        else:
            session.answer("in_no_room_now")

    # What the store says

    def publish(self, entries: Sequence[Entry]) -> None:
        by_room: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_room[entry.room].append(entry)
        for name, part in by_room.items():
            try:
                room = self._log(name)
                room.publish(part)
                self._forget_if_empty(room)
            except Exception:
                self.faults.tell("a room could not be shown what was said in it")
        changed: dict[Session, None] = {}
        for name, part in by_room.items():
            if name in self.attendance.inboxes:
                self._deliver(name, part, changed)
                continue
            said = Counter([entry.session for entry in part if isinstance(entry, Event)])
            for number, lines in said.items():
                session = self._sessions.get(number)
                if session is not None:
                    self._safely(session, session.published, name, lines)
                    changed[session] = None
        self._tell(changed)

    def refuse(self, drafts: Sequence[Draft], why: str) -> None:
        changed: dict[Session, None] = {}
        for draft in drafts:
            room = self._log(draft.room)
            room.refuse(len(draft.texts))
            self._forget_if_empty(room)
            session = self._sessions.get(draft.session)
            if session is not None:
                self._safely(session, session.refused, len(draft.texts))
                changed[session] = None
        self._tell(changed)

    def _deliver(self, inbox: str, entries: Sequence[Entry], changed: dict[Session, None]) -> None:
        """Tell those who said private lines that these are kept."""
        key = inbox.removeprefix("@")
        account = self.accounts.table.get(key)
        name = key if account is None else account.name
        try:
            notes = self._notes_on(name, key)
        except Exception:
            self.faults.tell("it could not be found out who is here")
            notes = []
        for entry in entries:
            session = self._sessions.get(entry.session)
            if session is not None and isinstance(entry, Event):
                self._safely(session, session.delivered, entry, name, *notes)
                changed[session] = None

    def _notes_on(self, name: str, account: str) -> list[tuple[str, str]]:
        """What is told to those who write to an account: see `Session.delivered`."""
        away = self.away_text(name)
        notes = [("is_away", away)] if away else []
        if not self.attendance.sessions(account):
            notes.append(("waits_for", name))
        return notes

    def _log(self, name: str) -> Room:
        return self.attendance.inboxes.get(name) or self._rooms[fold(name)]

    def _tell(self, changed: dict[Session, None]) -> None:
        if self._held_back and not self._store.full:
            changed.update(self._held_back)
            self._held_back.clear()
        self._talking = {session for session in self._talking if session.unpublished}
        for session in changed:
            self._safely(session, session.changed)

    def _safely(
        self, session: Session, tell: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Tell one session; whatever that does, the others are told too."""
        try:
            tell(*args, **kwargs)
        except Exception:
            session.stream.failed("a session could not be told")


def _let_be(failure: Failure) -> None:
    failure.trap(StoreError)


def _room_name(wanted: str) -> str:
    try:
        return validate_room_name(wanted)
    except InvalidName as invalid:
        raise _refusal(invalid, "invalid_room", wanted) from None


def _refusal(invalid: InvalidName, key: str, wanted: str) -> Refusal:
    if invalid.reason is NameFault.SCRIPTS:
        key = "mixed_scripts"
    return Refusal(ErrorKind.INVALID_NAME, key, name=short(wanted))
