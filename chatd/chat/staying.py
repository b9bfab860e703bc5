"""Staying: accounts whose owners have chosen it remain members of their rooms without a client.

Theory of operation. A stay (`chatd.chat.stay_records`) begins when a session of a person enters a
room, or logs in there. It ends when the person leaves the room with the last of its sessions, is
put out, may not read there any more, or chooses so; not when a client goes. A session that can be
in one room only leaves the one before when it enters another. By that it ends no stay but the
one that it began there itself: a stay that another client began goes on.

An account that has no client for `MOST_ABSENT` seconds stays nowhere. The time is stored since when
it has none; if the daemon was killed before, since the next look (`Staying.look`).

The node that ends a stay tells the room, in which an absent person leaves without a session. This
module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import Scope
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.directory import Rooms
from chatd.chat.moderation import Moderation
from chatd.chat.permissions import Act
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.chat.spending import Spending
from chatd.chat.stay_records import StayRecords
from chatd.chat.unread import UnreadTracker
from chatd.event import LEAVING, Change, Departure, Notice, Presence
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put, change, ignore_store_error
from chatd.text.folding import fold
from chatd.util.state import State

STAYS = 50
"""Most rooms in which one account stays: as many as one of its sessions may be in."""

MOST_ABSENT = 30 * 86400
"""Seconds without a client after which an account stays in no room any more."""


class Ending(NamedTuple):
    """The end of stays of an account: the changes, and the rooms in which it is ``absent``.

    Its person has that ``name``. In rooms in which that is ``known``, a notice or a list has told
    the others of it.
    """

    puts: list[Put]
    account: str = ""
    name: str = ""
    absent: Sequence[Room] = ()
    known: Sequence[Room] = ()


class Parts(Protocol):
    """The parts of the server that stays concern."""

    store: Store
    rooms: Rooms
    moderation: Moderation
    unread: UnreadTracker
    roster: Roster
    spending: Spending
    now: Callable[[], float]


class Staying:
    """Begins and ends the stays in ``records``."""

    def __init__(self, parts: Parts, records: StayRecords, clock: IReactorTime) -> None:
        self.records = records
        self._store = parts.store
        self._clock = clock
        self._rooms = parts.rooms
        self._moderation = parts.moderation
        self._unread = parts.unread
        self._roster = parts.roster
        self._spending = parts.spending
        self._now = parts.now
        # The room in which a session began the stay, of those that are in one room at a time.
        self._began: dict[int, Room] = {}

    # Sessions

    def entered(self, session: Session, room: Room) -> None:
        """Take note that a session has entered a room."""
        if (account := self._account_of(session)) is not None:
            self._begin(session, account, [room])

    def arrived(self, session: Session) -> None:
        """Take note that a session has logged in, in the rooms that it is in."""
        if (account := self._account_of(session)) is not None:
            self._keep(self.records.set_absence(account, None))
            self._begin(session, account, session.memberships)

    def state(self) -> State:
        """Return the rooms in which sessions began their stays, by the numbers of sessions."""
        return {str(number): room.name for number, room in self._began.items()}

    def resume(self, state: State) -> None:
        """Go on from a state."""
        began = {int(number): self._rooms.get(fold(name)) for number, name in state.items()}
        self._began.update((number, room) for number, room in began.items() if room is not None)

    def moving(self, session: Session, room: Room | None) -> None:
        """Take note that a session leaves a room for another, if it may be in one alone."""
        if room is not None and self._began.get(session.number) is room:
            self.leaving(session, room)

    def leaving(self, session: Session, room: Room) -> None:
        """Take note that the person of a session leaves a room with it, of its own accord."""
        here, account = room.here, session.account or ""
        name = here.staying.get(account)
        if name is not None:
            own = int(name == session.name and session.joined.is_in(room))
            if here.named[name].sessions <= own:
                self.end(account, [room])

    def departed(self, session: Session) -> None:
        """Take note that a session has ended."""
        self._began.pop(session.number, None)
        account = session.account
        if account is not None and self.records.rooms_of(account) and not self._is_here(account):
            self._keep(self.records.set_absence(account, int(self._now())))

    def _account_of(self, session: Session) -> str | None:
        """Return the account of a session if it is to stay where the session is.

        It is not for programs that act for it, nor for sessions that may change nothing.
        """
        grant, account = session.grant, session.account
        is_person = session.subscriptions.read_tracker is not None
        if grant is None or account is None or not is_person or grant.scope < Scope.WRITE:
            return None
        return account if self.records.is_wanted(account) else None

    def _begin(self, session: Session, account: str, rooms: Iterable[Room]) -> None:
        before = self.records.rooms_of(account)
        new = [room for room in rooms if room not in before][: STAYS - len(before)]
        puts = self.records.begin(account, new)
        if not session.subscriptions.multi_room:
            self._began.pop(session.number, None)
            self._began.update((session.number, room) for room in new)
        if puts:
            self._spending.count_stored(session, puts)
            self._keep(puts)

    # The choice of a person

    def begin_all(self, account: str) -> None:
        """Have an account stay in all rooms that its sessions are in, given its key."""
        for session in self._unread.sessions(account):
            self.arrived(session)
        elsewhere = self._roster.of_account(account)
        names = {name for other in elsewhere for name in other.visit.rooms}
        before = self.records.rooms_of(account)
        new = [room for name in sorted(names) if (room := self._rooms.of(name)) not in before]
        self._keep(self.records.begin(account, new[: max(0, STAYS - len(before))]))

    def end_all(self, account: str) -> None:
        """Have an account stay nowhere any more, given its key."""
        self.end(account, self.records.rooms_of(account))

    # Ending

    def ending(self, account: str, rooms: Iterable[Room]) -> Ending:
        """Return the end of the stays of an account in some rooms, given its key.

        Once the changes are stored, it is to be `told`.
        """
        ended = [room for room in rooms if account in room.here.staying]
        if not ended:
            return Ending([])
        name = ended[0].here.staying[account]
        absent = [room for room in ended if name in room.here.absent]
        known = [room for room in absent if _is_known(room, name)]
        return Ending(self.records.end(account, ended), account, name, absent, known)

    def told(self, ending: Ending, departure: Departure = LEAVING) -> None:
        """Tell the rooms in which an account was absent that it stays there no more."""
        for room in ending.absent:
            name = ending.name
            if name not in room.here.named and room.people:
                if room in ending.known:
                    left = Notice(room.name, Change.LEFT, ((NO_SESSION, name),))
                    room.announce(left, self._clock)
                gone = Presence(room.name, Change.LEFT, NO_SESSION, name, account=ending.account)
                room.show_presence(gone._replace(reason=departure.reason, by=departure.by))
            self._rooms.forget_if_empty(room)

    def end(self, account: str, rooms: Iterable[Room]) -> Deferred[None]:
        """End the stays of an account in some rooms, given its key, and tell them."""
        ending = self.ending(account, rooms)
        return self._keep(ending.puts).addCallback(lambda _: self.told(ending))

    def end_disallowed(self, room: Room) -> None:
        """End the stays of those who may not read a room any more."""
        if room.guarded:
            for account in tuple(room.here.staying):
                if not self._moderation.account_may(account, room, Act.READ):
                    self.end(account, [room])

    def end_in(self, room: Room) -> None:
        """End all stays in a room."""
        for account in tuple(room.here.staying):
            self.end(account, [room])

    async def look(self) -> None:
        """End the stays of accounts that have no client for long. To be called about hourly."""
        for account in self.records.accounts:
            absence = self.records.absences.get(account)
            is_here = self._is_here(account)
            since = self._now() if absence is None or is_here else absence.since
            if not self.records.is_wanted(account) or self._now() - since >= MOST_ABSENT:
                await self.end(account, self.records.rooms_of(account))
                await self._keep(self.records.set_absence(account, None))
            elif is_here or absence is None:
                await self._keep(self.records.set_absence(account, None if is_here else int(since)))

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that remove all that is stored of an account here."""
        return self.records.account_gone(account)

    def _is_here(self, account: str) -> bool:
        return bool(self._unread.sessions(account) or self._roster.of_account(account))

    def _keep(self, puts: Sequence[Put]) -> Deferred[None]:
        # If they cannot be stored, all is as before; the store logs its trouble itself.
        return change(self._store, *puts).addErrback(ignore_store_error)


def _is_known(room: Room, name: str) -> bool:
    """Return True if the others in a room were told of a person there, or had it in a list."""
    person = room.here.named[name]
    return person.told or person.listed
