"""The sessions that are connected, and finding them by number or by name.

Several sessions may have one name: those of one account, or the tabs of one browser. This module
must not know rights, or what is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from chatd.accounts.accounts import Accounts
from chatd.chat.names import Names, valid_name
from chatd.chat.roster import AnySession, Roster
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.rooms.view import NOTHING_SET
from chatd.text.folding import fold
from chatd.text.networks import is_user
from chatd.text.validation import InvalidName, validate_name
from chatd.util.rate_limit import RecentKeys


class ConnectedSessions:
    """All connected sessions, in the order in which they came. ``by_number`` has them by number."""

    def __init__(self, names: Names, accounts: Accounts, roster: Roster) -> None:
        self.by_number: dict[int, Session] = {}
        self._roster = roster
        self._names = names
        self._accounts = accounts
        self._departed_from = RecentKeys()  # networks of sessions that spoke and left, by name

    def __iter__(self) -> Iterator[Session]:
        return iter(self.by_number.values())

    def __len__(self) -> int:
        return len(self.by_number)

    def add(self, session: Session) -> None:
        """Add a session that has just connected."""
        self.by_number[session.number] = session
        if self._roster.is_kept:
            self._roster.begin(session)

    def remove(self, session: Session) -> None:
        """Remove a session that has disconnected; `networks_of` still finds one that has spoken.

        It refers to no client any more by what it was asked and what it waits for.
        """
        session.queue.forget()
        session.prompt.forget()
        del self.by_number[session.number]
        if session.identity.has_spoken and session.network:
            self._departed_from.add(fold(session.name), session.network)

    def state(self) -> dict[str, str]:
        """Return the networks of those who spoke and left, by name, for another process."""
        return self._departed_from.state()

    def resume(self, state: dict[str, str]) -> None:
        """Go on from a state, which has no session."""
        self._departed_from.resume(state)

    def departed_elsewhere(self, name: str, network: str) -> None:
        """Take note that a session of another node has spoken, and has disconnected."""
        if network:
            self._departed_from.add(fold(name), network)

    def called(self, name: str) -> Sequence[Session]:
        """Return the sessions with that name, in any case; none if it is not a valid name."""
        try:
            name = validate_name(name)
        except InvalidName:
            return ()
        sessions = self._names.of(name)
        key = fold(name)
        if not sessions and (number := self._names.number_of_guest(key)) is not None:
            guest = self.by_number.get(number)
            if guest is not None and guest.name == key:
                sessions = [guest]
        return [session for session in sessions if not session.stream.finished]

    def called_anywhere(self, name: str) -> list[AnySession]:
        """Return the sessions of all nodes with that name, those of this one first."""
        return [*self.called(name), *self._roster.called(name)]

    def members_of(self, room: Room) -> Sequence[Session]:
        """Return the sessions that are in a room, in the order in which they entered it."""
        numbers, by_number = room.here.members, self.by_number
        return [by_number[number] for number in numbers if number in by_number]

    def is_here(self, name: str) -> bool:
        """Return True if a session has that name, at this node or at another one."""
        return bool(self.called_anywhere(name))

    def reachable(self, name: str) -> Sequence[Session]:
        """Return the sessions with that name that can receive private lines."""
        return [session for session in self.called(name) if session.subscriptions.takes_private]

    def networks_of(self, name: str) -> set[str]:
        """Return the networks of the sessions with that name.

        If there are none, return the network of one that had that name, spoke and left: a program
        that posts over HTTP is connected only while it does.
        """
        networks = {session.network for session in self.called_anywhere(name)}
        if not networks:
            networks.add(self._departed_from.get(fold(name)))
        return {network for network in networks if network and not is_user(network)}

    def name_of(self, wanted: str) -> str:
        """Return a name as its owner writes it. Raises `Refusal` if it is not a valid name."""
        name = valid_name(wanted)
        account = self._accounts.called(name)
        if account is not None:
            return account.name
        return next((session.name for session in self.called_anywhere(name)), name)

    def away_text(self, name: str) -> str:
        """Return the text that senders are sent while that person is away; "" if they are not."""
        account = self._accounts.called(name)
        if account is not None:
            return NOTHING_SET.with_kept(account.settings).away
        here = (each.subscriptions.settings.away for each in self.reachable(name))
        elsewhere = (other.visit.away for other in self._roster.reachable(name))
        return next(chain(here, elsewhere), "")
