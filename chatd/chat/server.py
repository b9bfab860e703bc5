"""The rooms, and the names in use. Everything that concerns more than one session is here.

The server knows no connection and no command.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import ParamSpec

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from chatd.accounts.accounts import Account, Accounts
from chatd.accounts.credentials import PASSWORD, Credentials
from chatd.accounts.passwords import Passwords
from chatd.chat.directory import Rooms
from chatd.chat.idempotency import IdempotencyKeys
from chatd.chat.logins import Logins
from chatd.chat.moderation import Moderation
from chatd.chat.names import Names, valid_name
from chatd.chat.permissions import Act
from chatd.chat.registrations import Registrations
from chatd.chat.session import Rights, Session
from chatd.chat.unread import UnreadTracker
from chatd.errors import Refusal
from chatd.event import Deed, Draft, Entry, Event, Kind, owner_of
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.rooms.bookmarks import NEWCOMER, Return
from chatd.rooms.room import Room
from chatd.rooms.stream import Stream
from chatd.rooms.view import NOTHING_SET
from chatd.storage.contract import Store, StoreError, Subscriber
from chatd.storage.records import Put, change
from chatd.text.folding import fold
from chatd.text.times import written_duration
from chatd.text.validation import InvalidName, validate_name
from chatd.util.rate_limit import RecentKeys
from chatd.webhooks.registry import Hook, Hooks

UNPUBLISHED_LINES = 256
ALL_UNPUBLISHED_LINES = 512
SOME_UNPUBLISHED_LINES = 16
"""How many lines of one session may wait for commit; how many those of all who talk share, so that
nobody waits long for the batches of a few; and how many each may have, however many talk."""

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
        self.error_log = store.error_log
        self._store = store
        self._clock = clock
        self._recent = recent
        self.motd = motd
        self._started = clock.seconds()
        self.accounts = Accounts(store)
        self.credentials = Credentials(store, self.accounts, now)
        self.moderation = Moderation(store, self.accounts, now, fold(lobby))
        self.names = Names(self.accounts)
        self.rooms = Rooms(store, self.moderation, lobby)
        self._rights = Rights(self.credentials.is_valid, self.moderation.guard, self.rooms.readable)
        self.lobby = self.rooms.lobby
        self.idempotency = IdempotencyKeys(store, now, self.rooms.get)
        self._sessions: dict[int, Session] = {}
        self._held_back: dict[Session, None] = {}
        self._talking: set[Session] = set()  # those with lines that wait for commit
        self._gone_from = RecentKeys()  # where those who spoke and went were
        self._last_number = max((record.session for record in store.rooms()), default=0)
        self.hooks = Hooks(store)
        self.hooks.allowed = self._allows
        self.unread = UnreadTracker(store, self.accounts, self.rooms.get, self.rooms.readable)
        self.logins = Logins(
            store,
            clock,
            self.accounts,
            self.credentials,
            self.names,
            self.moderation,
            self.unread,
            self.review,
            passwords=passwords,
            plaintext=plaintext_passwords,
        )
        self.registrations = Registrations(
            store,
            clock,
            self.accounts,
            self.credentials,
            self.names,
            self.logins,
            self.unread,
            # All that store records for accounts: see tests/chat/test_unregistering.py.
            (self.credentials, self.moderation, self.unread.read_marks, self.idempotency),
            self.review_hooks,
            self.let_go,
        )
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
            self.error_log,
            self._rights,
            private=private,
        )
        self._sessions[session.number] = session
        return session

    def enter(self, session: Session, *, recent: bool = True) -> None:
        """Welcome a session in the lobby, or in no room if it may not be there."""
        refusal = self.moderation.refusal(session, self.lobby, Act.READ)
        if refusal is None:
            session.enter(self.lobby, "welcome", self._recent if recent else 0, self.motd)
            self.unread.entered(session)
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
            self.leave(session, told=False)
        finally:
            try:
                session.subscriptions.stop()
            finally:
                session.stream.finish()

    def disconnect(self, session: Session) -> None:
        """Forget a session: it has gone."""
        try:
            try:
                if not session.stream.finished:
                    self.finish(session)
            finally:
                self.unread.depart(session)
        finally:
            del self._sessions[session.number]
            self._held_back.pop(session, None)
            self._talking.discard(session)
            if session.has_spoken and session.network:
                self._gone_from.add(fold(session.name), session.network)
            self.moderation.disconnected(session)
            session.stream.abandon()

    def allowance(self, session: Session) -> int:
        """How many lines may be taken from a session now.

        When it is 0, the session's ``changed`` is called once it may be worth asking again.
        """
        if self._store.full:
            self._held_back[session] = None
            return 0
        queue, stream = session.queue, session.stream
        if queue.occupied or stream.full or stream.finished:
            return 0
        if session.queue.unpublished:
            self._talking.add(session)
        share = ALL_UNPUBLISHED_LINES // max(1, len(self._talking))
        return max(
            0,
            min(max(share, SOME_UNPUBLISHED_LINES), UNPUBLISHED_LINES) - session.queue.unpublished,
        )

    def count_talker(self, session: Session) -> None:
        """Have a session count for those that share the lines which may wait for commit, if some of
        its lines do."""
        if session.queue.unpublished:
            self._talking.add(session)

    def sessions_called(self, name: str) -> Sequence[Session]:
        """Who has that name and can be written to: several sessions, if it is an account's."""
        return [session for session in self.called(name) if session.subscriptions.inbox is not None]

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

    def networks_of(self, name: str) -> set[str]:
        """Where those are who have that name; if nobody is here, where one was who spoke and went:
        whoever posts over HTTP is here no longer than that takes."""
        here = self.called(name)
        networks = {session.network for session in here}
        if not here:
            networks.add(self._gone_from.get(fold(name)))
        return networks - {""}

    @property
    def sessions(self) -> Iterable[Session]:
        """All who are connected."""
        return self._sessions.values()

    def name_of(self, wanted: str) -> str:
        """A name as its owner writes it, whoever that is. Raises `Refusal` if it can be no name."""
        name = valid_name(wanted)
        account = self.accounts.called(name)
        if account is not None:
            return account.name
        return next((session.name for session in self.called(name)), name)

    def away_text(self, name: str) -> str:
        """What somebody told others to be told while they are away; "" if they are not."""
        account = self.accounts.called(name)
        if account is not None:
            return NOTHING_SET.with_kept(account.settings).away
        return next((each.subscriptions.settings.away for each in self.sessions_called(name)), "")

    @property
    def saves(self) -> bool:
        """Whether what is said can be kept, as far as is known."""
        return self._store.saves

    # Rooms

    @property
    def peopled(self) -> set[Room]:
        """The rooms in which somebody is."""
        return {room for session in self.sessions for room in session.memberships}

    def statistics(self) -> dict[str, object]:
        """Figures of the server as a whole, by the names that a sentence has for them."""
        return {
            "time": written_duration(int(self._clock.seconds() - self._started)),
            "connections": len(self._sessions),
            "names": len(self.names),
            "rooms": len(self.rooms),
            "lines": sum(room.head for room in self.rooms.values()),
            "accounts": len(self.accounts.table),
            "store": self._store.describe(),
        }

    def leave(self, session: Session, room: Room | None = None, *, told: bool = True) -> None:
        """Put a session out of that room, or of all, and tell it so."""
        rooms = tuple(session.memberships) if room is None else (room,)
        for left in rooms:
            session.joined.leave(left, told=told)
            self.rooms.forget_if_empty(left)

    def forgot(self, name: str, upto: int) -> None:
        """Take note that the store has forgotten a room's events, up to a seq."""
        room = self.rooms.get(fold(name))
        if room is not None:
            room.forget(upto)

    def move(
        self, session: Session, room: Room, key: str, then: str = "", back: Return = NEWCOMER
    ) -> None:
        """Put a session into a room, without a check: see `Session.enter`."""
        before = session.room
        session.enter(room, key, self._recent, then, back)
        self.unread.entered(session)
        self.rooms.forget_if_empty(before)

    # Running rooms

    def carry_out(
        self,
        session: Session,
        room: Room,
        deed: Deed | None,
        *puts: Put,
        undo: Callable[[], None] | None = None,
    ) -> Deferred[Sequence[Deed]]:
        """Carry out a deed in a room: change what is stored, and log the deed, all or nothing.
        ``undo`` takes back what the caller changed in memory alone.

        Rights change at once, and hooks end whose accounts may not have them there any more. Fires
        with all deeds that were logged, once they are on disk and were shown. Fails with
        `StoreError`.
        """
        deeds = [] if deed is None else [deed]
        if deed is not None:
            _log_deed(session.name, room, deed)
        done = change(self._store, *puts)
        self._changed(room, puts)
        deeds += self._end_hooks(session.name, self.hooks.of(room))

        def take_back(failure: Failure) -> Failure:
            self._changed(room, puts)
            if undo is not None:
                undo()
            # Others may have used a right meanwhile that could not be kept.
            self.review_room(room)
            self._end_hooks(session.name, self.hooks.of(room))
            return failure

        return done.addErrback(take_back).addCallback(lambda _: deeds)

    def _allows(self, hook: Hook) -> bool:
        """Return whether the account that added a hook may have it, and read what it sends."""
        room = self.rooms.get(hook.room)
        account = self.accounts.table.get(hook.account or fold(hook.by))
        if room is None or account is None:
            return False
        if not hook.account and account.created > hook.added:
            return False  # the name was registered anew since, perhaps by another person
        return all(
            self.moderation.account_may(account.key, room, act) for act in (Act.HOOK, Act.READ)
        )

    def _end_hooks(self, by: str, hooks: Iterable[Hook]) -> Sequence[Deed]:
        """End those of some hooks that are not allowed any more, and log that in their rooms.
        ``by`` is the name of who caused it."""
        ended = [
            (room, hook)
            for hook in hooks
            if not self.hooks.allowed(hook) and (room := self.rooms.get(hook.room)) is not None
        ]
        deeds = [Deed("endhook", hook.to.origin) for _, hook in ended]
        for (room, _), deed in zip(ended, deeds, strict=True):
            _log_deed(by, room, deed)
        puts = [self.hooks.remove(hook) for _, hook in ended]
        if puts:
            # In one transaction with what took the right: if that fails, so does this.
            done = change(self._store, *puts)
            self.hooks.changed(puts)
            done.addErrback(self._take_back_hooks, puts)
        return deeds

    def _take_back_hooks(self, failure: Failure, puts: Sequence[Put]) -> None:
        failure.trap(StoreError)
        self.hooks.changed(puts)

    def review_hooks(self) -> None:
        """End all hooks of people who may not have them any more."""
        for hook in tuple(self.hooks):
            self._end_hooks(hook.by, [hook])

    def review_account(self, account: Account) -> None:
        """An account may do less than before: put its sessions out of where they may not be, and
        end its hooks where it may have none."""
        for session in tuple(self.names.of(account.name)):
            self.review(session)
        self.review_hooks()

    def _changed(self, room: Room, puts: Sequence[Put]) -> None:
        self.moderation.changed(room, puts)
        self.hooks.changed(puts)

    def hang_up(self, sessions: Iterable[Session], by: Session) -> None:
        """Let go of some sessions: somebody wants it so."""

        for session in sessions:
            self._safely(session, self._hang_up, session, "disconnected_by", by.name)

    def let_go(self, sessions: Iterable[Session]) -> None:
        """Sign out those of these sessions whose grants are not valid any more, and tell them so.

        A session that came with a token or a cookie is closed, for that is of no more use. One in
        which a password was typed stays, as a guest, and may log in again.
        """
        for session in tuple(sessions):
            grant = session.grant
            if grant is None or not session.identity.has_expired:
                continue
            if session.stream.finished or session.is_guest:
                continue
            if grant.kind == PASSWORD:
                self._safely(session, self.logins.sign_out, session)
            else:
                self._safely(session, self._hang_up, session, "signed_out", session.name)

    def check(self) -> None:
        """Keep some of how far people were shown what was said, and close the sessions of browsers
        whose sign-ins are over. To be called every five seconds."""
        self.unread.check()
        self.let_go(self.sessions)

    def _hang_up(self, session: Session, why: str, name: str) -> None:
        session.answer(why, name=name)
        self.finish(session)

    def wall(self, session: Session, text: str) -> Deferred[None]:
        """Say something in every room with people in it. Fires once that is on disk."""
        for room in self.rooms.values():
            if room.people:
                _log_deed(session.name, room, Deed("wall", reason=text))
        return change(self._store)

    def review(self, session: Session) -> None:
        """Put a session out of the room that it is in, if it may not be there any more."""
        for room in tuple(session.memberships):
            if room.guarded:
                self._put_out_unless_allowed(room, [session])

    def review_room(self, room: Room) -> None:
        """The same of everybody in a room."""
        if room.guarded:
            self._put_out_unless_allowed(
                room, [session for session in self.sessions if room in session.memberships]
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
        put_out = [session for session in whom if room in session.memberships]
        for session in put_out:  # all at once: they are shown nothing more
            self._safely(session, session.joined.leave, room)
        self.rooms.forget_if_empty(room)
        self._tell_why([(session, whom[session]) for session in put_out], room)

    def _tell_why(self, put_out: Sequence[tuple[Session, Refusal]], room: Room) -> None:
        for session, why in put_out[:PUT_OUT_AT_ONCE]:
            elsewhere = session.room is not None and not session.subscriptions.multi_room
            if not elsewhere and not session.stream.finished:
                self._safely(session, self._move_out, session, room, why)
        if put_out[PUT_OUT_AT_ONCE:]:
            # Telling and greeting thousands takes a while.
            self._clock.callLater(0, self._tell_why, put_out[PUT_OUT_AT_ONCE:], room)

    def _move_out(self, session: Session, room: Room, refusal: Refusal) -> None:
        why = session.sentence(refusal.key, **refusal.values)
        session.answer("put_out", room=room.name, why=why)
        if session.subscriptions.multi_room:
            return
        # What a program goes on saying was not meant for the lobby.
        allowed = room is not self.lobby and not session.text_only
        if allowed and self.rooms.readable(session, self.lobby):
            self.move(session, self.lobby, "joined_room")
            session.joined.was_moved(room)
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
                if room.key in self.hooks:
                    self.hooks.said(room)
                self.rooms.forget_if_empty(room)
            except Exception:
                self.error_log.tell("a room could not be shown what was said in it")
        changed: dict[Session, None] = {}
        for name, part in by_room.items():
            if name in self.unread.inboxes:
                self._deliver(name, part, changed)
                continue
            said: dict[int, list[int]] = defaultdict(list)
            for entry in part:
                if isinstance(entry, Event):
                    said[entry.session].append(entry.seq)
            for number, seqs in said.items():
                session = self._sessions.get(number)
                if session is not None:
                    if session.identity.grant is not None:
                        self._safely(session, self.unread.said, session, self._log(name), seqs)
                    self._safely(session, session.published, name, seqs)
                    changed[session] = None
        self._tell(changed)

    def refuse(self, drafts: Sequence[Draft], why: str) -> None:
        changed: dict[Session, None] = {}
        for draft in drafts:
            room = self._log(draft.room)
            room.refuse(len(draft.texts))
            self.rooms.forget_if_empty(room)
            session = self._sessions.get(draft.session)
            if session is not None:
                self._safely(session, session.queue.refused, draft.room, len(draft.texts))
                changed[session] = None
        self._tell(changed)

    def _deliver(self, inbox: str, entries: Sequence[Entry], changed: dict[Session, None]) -> None:
        """Tell those who said private lines that these are kept."""
        key = owner_of(inbox)
        account = self.accounts.table.get(key)
        name = key if account is None else account.name
        try:
            notes = self._notes_on(name, key)
        except Exception:
            self.error_log.tell("it could not be found out who is here")
            notes = []
        for entry in entries:
            session = self._sessions.get(entry.session)
            if session is not None and isinstance(entry, Event):
                self._safely(session, session.queue.delivered, entry, name, *notes)
                changed[session] = None

    def _notes_on(self, name: str, account: str) -> list[tuple[str, str]]:
        """What is told to those who write to an account: see `Session.delivered`."""
        away = self.away_text(name)
        notes = [("is_away", away)] if away else []
        if not self.unread.sessions(account):
            notes.append(("waits_for", name))
        return notes

    def _log(self, name: str) -> Room:
        return self.unread.inboxes.get(name) or self.rooms[fold(name)]

    def _tell(self, changed: dict[Session, None]) -> None:
        if self._held_back and not self._store.full:
            changed.update(self._held_back)
            self._held_back.clear()
        self._talking = {session for session in self._talking if session.queue.unpublished}
        for session in changed:
            self._safely(session, session.queue.changed)

    def _safely(
        self, session: Session, tell: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Tell one session; whatever that does, the others are told too."""
        try:
            tell(*args, **kwargs)
        except Exception:
            session.stream.failed("a session could not be told")


def _log_deed(by: str, room: Room, deed: Deed) -> None:
    room.append(Draft(room.name, NOBODYS, by, Kind.DEED, [deed.text()]))
